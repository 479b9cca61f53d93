/* SPDX-License-Identifier: ISC */
/* Gzip for tests. */
#ifndef PACK_H
#define PACK_H

#include <stdio.h>
#include <zlib.h>

#include "base/buf.h"

/* One member. */
static inline void
add_gzip(struct buf *out, struct slice text, int level)
{
	z_stream z = { .next_in = NULL };
	size_t room = text.n + text.n / 1000 + 1000;

	if (deflateInit2(&z, level, Z_DEFLATED, 16 + MAX_WBITS, 8,
	    Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	z.next_in = (unsigned char *)(uintptr_t)text.p;
	z.avail_in = (uInt)text.n;
	z.next_out = (unsigned char *)buf_room(out, room);
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		printf("# cannot pack\n");
	out->n += room - z.avail_out;
	deflateEnd(&z);
}

#endif
