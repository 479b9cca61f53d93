/* SPDX-License-Identifier: ISC */
#ifndef BASE_CHANNEL_H
#define BASE_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* Where bytes come from: a file, a pipe, a socket or a terminal. */
struct channel {
	char *name;		/* what messages call it */
	int fd;
	bool is_live;		/* no regular file: somebody may be writing */
	bool is_interruptible;	/* by signals; may be set at any time */
	bool is_pipe;
	bool must_ask;		/* a pipe that has no read that does not wait:
				 * before Linux 6.4, and FIFOs */
	bool at_end;		/* the last read found no more */
	int64_t time;		/* of modification; INT64_MAX: live */
	uint64_t size;		/* when it was opened; 0: live */
	uint64_t taken;		/* bytes that were read */
};

/* "-" is standard input, which is not closed.  Nobody is waited for.  -1: e
 * says why, EX_NOINPUT. */
int channel_open(struct channel *c, const char *name, struct err *e);
void channel_close(struct channel *c);

/* One read(2) of at most n bytes: bytes, 0 at the end, -2 if nothing is there
 * now, -1: e says why, EX_IOERR. */
ssize_t channel_read(struct channel *c, void *p, size_t n, struct err *e);

/* At most n bytes of what is there already, without waiting.  0: nothing is, or
 * only channel_read() can tell: at the end, and of all but pipes. */
size_t channel_take(struct channel *c, void *p, size_t n);

/* Goes to a place in a regular file.  -1: as channel_read(). */
int channel_seek(struct channel *c, uint64_t offset, struct err *e);

#endif
