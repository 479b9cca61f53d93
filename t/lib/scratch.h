/* SPDX-License-Identifier: ISC */
/* A directory of its own for a test, in which it stands, and files there. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/slice.h"

static char scratch[4096];

static inline void
scratch_begin(void)
{
	const char *base = getenv("TMPDIR");

	snprintf(scratch, sizeof scratch, "%s/mls-unit-XXXXXX",
	    base ? base : "/tmp");
	if (!mkdtemp(scratch) || chdir(scratch) < 0) {
		printf("Bail out! %s: %s\n", scratch, strerror(errno));
		exit(1);
	}
}

static inline int
scratch_remove(const char *path, const struct stat *st, int kind,
    struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(path);
}

static inline void
scratch_end(void)
{
	if (chdir("/") < 0 ||
	    nftw(scratch, scratch_remove, 8, FTW_DEPTH | FTW_PHYS) != 0)
		printf("# %s: %s\n", scratch, strerror(errno));
}

static inline void
spew(const char *name, struct slice text)
{
	FILE *f = fopen(name, "w");

	if (!f || (text.n && fwrite(text.p, 1, text.n, f) != text.n) ||
	    fclose(f)) {
		printf("Bail out! cannot write %s\n", name);
		exit(1);
	}
}

#endif
