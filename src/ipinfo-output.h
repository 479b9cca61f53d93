/* SPDX-License-Identifier: ISC */
#ifndef IPINFO_OUTPUT_H
#define IPINFO_OUTPUT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* Standard output of mls-ipinfo: answers are added to bytes and leave when
 * there are OUTPUT_FULL of them, or somebody might wait for them. */
struct output {
	struct buf bytes;
	bool is_reader_gone;
};
enum { OUTPUT_FULL = 256 * 1024 };

void output_init(struct output *o);
void output_release(struct output *o);

/* 0: all has been written; 1: nobody reads it any more; -1: e says why it
 * cannot be written, EX_IOERR. */
int output_flush(struct output *o, struct err *e);

static inline bool
output_is_full(const struct output *o)
{
	return o->bytes.n >= OUTPUT_FULL;
}

/* Whether it is a regular file that already holds something. */
bool output_is_begun(void);

#endif
