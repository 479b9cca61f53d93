/* SPDX-License-Identifier: ISC */
#ifndef REPORT_BOOKMARK_H
#define REPORT_BOOKMARK_H

#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"

/* How far files of rows were read and reported: a file is known again by how it
 * begins, whatever it is called by now and whether it has been packed; what was
 * read of it is passed over.  Kept in a state file (base/statefile.h). */
struct bookmark;

/* NULL: e says why: EX_TEMPFAIL (another one is at work), EX_CANTCREAT,
 * EX_DATAERR (damaged), EX_IOERR.  The name must live as long. */
struct bookmark *bookmark_open(const char *file, struct err *e);
void bookmark_close(struct bookmark *b);

/* A file begins; its blocks, unpacked and in order (base/input.h), and where
 * each ends (input_place()); it ends, or cannot be read any further.  The first
 * block must hold the first BOOKMARK_LOOK bytes, if there are so many.  What of
 * a block is new is left in *block; *passed is what was read before, which says
 * how the new rows are written.  A line without its end is in neither, unless
 * it was cut. */
enum { BOOKMARK_LOOK = 1024 };
void bookmark_begin(struct bookmark *b);
void bookmark_take(struct bookmark *b, uint64_t end, struct slice *block,
	struct slice *passed);
void bookmark_end(struct bookmark *b);

/* Remembers all that was taken, and the files of before that were not there
 * this time.  -1: e, EX_CANTCREAT or EX_IOERR. */
int bookmark_write(struct bookmark *b, struct err *e);

#endif
