/* SPDX-License-Identifier: ISC */
#ifndef SUMMARIZE_EXTENT_H
#define SUMMARIZE_EXTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/input.h"
#include "base/slice.h"

/* What was read of a file, unpacked: how it begins and where that ends.  While
 * logrotate packs a file it is there twice, as x and as x.gz, and of one of
 * them perhaps only a part. */
struct extent {
	char head[INPUT_HEAD];
	size_t n;
	uint64_t end;
};

/* The next block, which ends at a place (base/input.h). */
void extent_add(struct extent *x, struct slice block, uint64_t end);

/* Whether all of x is in the other one, too, as far as can be told. */
bool extent_is_within(const struct extent *x, const struct extent *other);

/* Takes off the front of a block of x, the one added last, what the other one
 * has of it, in whole lines; returns that. */
struct slice extent_pass(const struct extent *x, const struct extent *other,
	struct slice *block);

/* The other name of a file among n: x.gz of x, and x of x.gz; or NULL. */
const char *extent_packed(char **names, int n, const char *name);
const char *extent_unpacked(char **names, int n, const char *name);

#endif
