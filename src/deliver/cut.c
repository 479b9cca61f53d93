/* SPDX-License-Identifier: ISC */
/* Outputs cut back to what was recorded. */
#include "deliver/cut.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/append.h"
#include "base/durable.h"
#include "base/lock.h"
#include "base/siblings.h"
#include "deliver/fingerprint.h"

enum {
	NAME_LIMIT = 64 * 1024,
	CUT_MAX = 64 * 1024 * 1024,	/* more is begun anew */
};

/* Copies what stands behind a place. */
static int
copy_rest(int from, const char *file, uint64_t at, int to, const char *copy,
    struct err *e)
{
	char piece[64 * 1024];
	ssize_t n;

	while ((n = pread(from, piece, sizeof piece, (off_t)at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, EX_IOERR, "cannot read '%s'",
			    file);
		if (durable_write(to, copy, (struct slice){ piece, (size_t)n },
		    e) < 0)
			return -1;
		at += (uint64_t)n;
	}
	if (fdatasync(to) < 0)
		return err_errno(e, EX_IOERR, "cannot sync '%s'", copy);
	return durable_name(copy, e);
}

static int
keep_rest(int fd, const char *file, uint64_t at, struct err *e)
{
	struct buf name;
	struct stat st;
	int to, rc = -1;

	buf_init(&name, NAME_LIMIT);
	buf_addf(&name, "%s.cut%c", file, '\0');
	to = append_open(name.p, &st, e);
	if (to >= 0) {
		if (st.st_size > CUT_MAX && ftruncate(to, 0) < 0)
			err_errno(e, EX_IOERR, "cannot empty '%s'", name.p);
		else
			rc = copy_rest(fd, file, at, to, name.p, e);
		close(to);
	}
	buf_release(&name);
	return rc;
}

int
cut_back(int fd, const char *file, struct stat *st, uint64_t length,
    struct err *e)
{
	if (keep_rest(fd, file, length, e) < 0)
		return -1;
	if (ftruncate(fd, (off_t)length) < 0)
		return err_errno(e, EX_IOERR, "cannot cut '%s' back", file);
	st->st_size = (off_t)length;
	return 0;
}

struct search {
	const char *file;
	uint64_t inode;
	char *found;
};

static int
is_it(void *with, const char *name, ino_t inode, struct err *e)
{
	struct search *s = with;
	struct stat st;
	char *path;

	(void)e;
	if (inode != s->inode || strcmp(name, siblings_own(s->file)) == 0)
		return 0;
	path = siblings_path(s->file, name);
	if (lstat(path, &st) == 0 && st.st_ino == s->inode &&
	    S_ISREG(st.st_mode))
		s->found = path;
	else
		free(path);
	return s->found != NULL;
}

/* Another name of an inode in the directory of a file; NULL: none. */
static char *
name_of(const char *file, const struct output_place *place)
{
	struct search s = { .file = file, .inode = place->inode };
	struct err ignored;

	(void)siblings_each(file, EX_IOERR, is_it, &s, &ignored);
	return s.found;
}

int
cut_elsewhere(const char *file, const struct output_place *place,
    uint64_t *bytes, struct err *e)
{
	char *name = name_of(file, place);
	struct stat st;
	int fd, rc = -1;

	*bytes = 0;
	if (!name)
		return 0;
	fd = append_open(name, &st, e);
	if (fd >= 0 && lock_take(fd, name, &st, e) == 0)
		rc = fingerprint_is_output(fd, name, &st, place, e);
	/* Another file may have got the inode of one that was removed. */
	if (rc > 0)
		rc = fingerprint_is_output_kept(fd, name, place, e);
	if (rc > 0) {
		rc = (uint64_t)st.st_size >= place->length;
		if ((uint64_t)st.st_size > place->length) {
			*bytes = (uint64_t)st.st_size - place->length;
			rc = cut_back(fd, name, &st, place->length, e) < 0 ?
			    -1 : 1;
		}
		if (rc > 0 && fdatasync(fd) < 0)
			rc = err_errno(e, EX_IOERR, "cannot sync '%s'", name);
	}
	if (fd >= 0)
		close(fd);
	free(name);
	return rc;
}
