/* SPDX-License-Identifier: ISC */
#ifndef DELIVER_ROTATION_H
#define DELIVER_ROTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/input.h"

/* The files that a log consists of after some rotations, the oldest first and
 * the one that is being written to last.  Those that were moved away are known
 * by their names: LOG.1, LOG-20261122, LOG.2.gz, mail-20261122.log and so on;
 * their order follows from numbers or dates, or else from the times at which
 * they were last written to.  Of a file that is just being compressed, the
 * whole one counts; a copy of what the log still begins with does not. */
struct rotated {
	char *name;
	uint64_t device, inode, size;
	uint64_t born, changed;	/* nanoseconds; born 0: unknown */
	uint64_t number;	/* LOG.number, or digits of a date */
	bool is_log;		/* the one that is written to */
	bool is_packed;		/* by its name */
	bool is_foreign;	/* not with gzip, by its name */
};

struct rotation {
	struct rotated *files;
	size_t n;
	bool has_numbers, has_dates;	/* in their names */
};

/* Looks until two looks show the same, since a rotation may be going on, and for a
 * while until no number is missing.  -1: e says why, EX_NOINPUT.
 * rotation_release() must follow in any case. */
int rotation_list(struct rotation *r, const char *log, struct err *e);
void rotation_release(struct rotation *r);

/* Looks once more.  1: all is as it was, but that something may have been added; 0:
 * not so; -1: e. */
int rotation_is_current(const struct rotation *r, const char *log,
	struct err *e);

/* A file by what it is; -1: it is not there. */
int rotation_find(const struct rotation *r, uint64_t device, uint64_t inode,
	uint64_t born);

/* The first but one that has something later than a time, or the log; -1:
 * none. */
int rotation_after(const struct rotation *r, uint64_t changed, int except);

/* Whether one that was empty is gone; compressed, it would be another. */
bool rotation_has_lost(const struct rotation *r, uint64_t device,
	uint64_t inode, uint64_t born, uint64_t changed);

/* Whether one that is not packed with gzip was written to since. */
bool rotation_has_foreign(const struct rotation *r, uint64_t since);

/* Whether something newer than a file has lines. */
bool rotation_has_newer(const struct rotation *r, const struct rotated *one);

/* Whether a file is missing just behind this one, by the numbers. */
bool rotation_has_hole(const struct rotation *r, size_t behind);

/* What a file is, by name or by descriptor (name NULL): device to changed, 0
 * where they cannot be had.  1: a regular file; 0: not there; -1: e says why:
 * EX_NOINPUT (something else), EX_IOERR. */
int rotated_look(struct rotated *one, int fd, const char *name,
	struct err *e);

/* Opens it.  NULL and e->status 0: it is not there under this name any more, or was
 * emptied meanwhile; else e says why: EX_NOINPUT, EX_IOERR. */
struct input *rotated_open(const struct rotated *one, struct err *e);

#endif
