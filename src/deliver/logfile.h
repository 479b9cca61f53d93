/* SPDX-License-Identifier: ISC */
#ifndef DELIVER_LOGFILE_H
#define DELIVER_LOGFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/input.h"
#include "deliver/checkpoint.h"
#include "deliver/rotation.h"

/* One file of a log, which may grow, be renamed and be emptied while it is being
 * read.  All zero: none is. */
struct logfile {
	struct input *in;	/* NULL: none */
	struct rotated is;	/* when it was opened; name unused */
	struct rotated seen;	/* how it looked the last time */
	uint64_t from;		/* where reading begins: before is not new */
	struct log_place print;	/* its sums, where they were taken last */
	bool is_emptied;
	bool is_damaged;		/* for the owner */
};

/* Opens a file in the place of the one before, to be read from its beginning,
 * or from a place in it on.  1: done; 0: it was moved meanwhile, or is not what it
 * was; LOGFILE_SHORT: it ends before the place, as a copy does that was made before
 * all was written; -1: e: EX_IOERR and so on; EX_DATAERR: it is compressed in a way
 * that is not read, or the log itself is so short. */
enum { LOGFILE_SHORT = 2 };
int logfile_start(struct logfile *l, const struct rotated *one,
	struct err *e);
int logfile_enter(struct logfile *l, const struct rotated *one,
	const struct log_place *place, struct err *e);
void logfile_close(struct logfile *l);

/* Looks at one that is not packed again.  1: it was emptied, or what stands in it
 * is not what did, as is_emptied says; 0: not so; -1: e. */
int logfile_look(struct logfile *l, struct err *e);

/* The place behind an offset, for whose understanding the bytes from first on
 * are needed.  -1: e, EX_IOERR. */
int logfile_place(struct logfile *l, uint64_t first, uint64_t offset,
	struct log_place *place, struct err *e);

#endif
