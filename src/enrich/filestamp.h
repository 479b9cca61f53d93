/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_FILESTAMP_H
#define ENRICH_FILESTAMP_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"

/* What a file looked like, to see whether it was written or replaced since. */
struct filestamp {
	bool is_there;
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

void filestamp_take(struct filestamp *s, const char *file);

/* The same, and adds the text of the file to *text.  What goes beyond the
 * ceiling of *text is left out, with the line that would be cut there; a file
 * that is missing has no text.  Never waits for a FIFO.  -1: it cannot be read
 * (EX_NOINPUT). */
int filestamp_read(struct filestamp *s, const char *file, struct buf *text,
	struct err *e);

/* Whether it looks different now. */
bool filestamp_is_stale(const struct filestamp *s, const char *file);

#endif
