/* SPDX-License-Identifier: ISC */
#ifndef BASE_DURABLE_H
#define BASE_DURABLE_H

#include "base/buf.h"
#include "base/err.h"

/* Files whole, and safe on the disk.  All return 0, or -1 with e (EX_IOERR);
 * file is what e calls it. */

/* Writes all of it, however often it takes. */
int durable_write(int fd, const char *file, struct slice bytes,
	struct err *e);

/* Adds what can be read from fd to *out. */
int durable_read(int fd, const char *file, struct buf *out, struct err *e);

/* The name of a file is in its directory to stay (fsync(2) of that). */
int durable_name(const char *file, struct err *e);

/* Gives a file of a directory another name there, which must be free.  1: done;
 * 0: there is no such file; -1: also EX_CANTCREAT. */
int durable_move(const char *from, const char *to, struct err *e);

#endif
