/* SPDX-License-Identifier: ISC */
/* Unpacks gzip.  This and report/attach.c are the places where zlib is
 * known. */
#include "base/gzip.h"

#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/mem.h"

struct gzip {
	z_stream z;
	bool in_member, garbage;
	bool is_full;		/* more may come out without more going in */
};

struct gzip *
gzip_new(struct err *e)
{
	struct gzip *g = mem_new(sizeof *g);

	if (inflateInit2(&g->z, 16 + MAX_WBITS) != Z_OK) {
		err_set(e, EX_OSERR, "cannot start zlib");
		free(g);
		return NULL;
	}
	g->in_member = true;
	return g;
}

void
gzip_free(struct gzip *g)
{
	if (!g)
		return;
	inflateEnd(&g->z);
	free(g);
}

/* What follows a member: another one, padding, or garbage. */
static int
next_member(struct gzip *g, struct slice *packed, bool whole)
{
	while (slice_skip_byte(packed, '\0'))
		;
	if (packed->n == 0)
		return !whole;
	if (packed->n < 2 && !whole)
		return 1;
	if (!slice_starts(SLICE("\x1f\x8b"), slice_to(*packed, 2))) {
		g->garbage = true;
		packed->n = 0;
		return 0;
	}
	inflateReset(&g->z);
	g->in_member = true;
	return 1;
}

static int
unpack(struct gzip *g, struct slice *packed, char *out, size_t *n,
    struct err *e)
{
	size_t room = *n;
	int rc;

	g->z.next_in = (unsigned char *)(uintptr_t)packed->p;
	g->z.avail_in = (uInt)packed->n;
	g->z.next_out = (unsigned char *)out;
	g->z.avail_out = (uInt)room;
	rc = inflate(&g->z, Z_NO_FLUSH);
	*packed = slice_from(*packed, packed->n - g->z.avail_in);
	*n = room - g->z.avail_out;
	g->is_full = g->z.avail_out == 0;
	if (rc == Z_STREAM_END) {
		g->in_member = false;
		return 1;
	}
	if (rc == Z_OK || rc == Z_BUF_ERROR)
		return 1;
	return err_set(e, EX_DATAERR, "is damaged: gzip says '%s'",
	    g->z.msg ? g->z.msg : "invalid data");
}

int
gzip_next(struct gzip *g, struct slice *packed, bool whole, char *out,
    size_t *n, struct err *e)
{
	bool is_over = whole && packed->n == 0 && !g->is_full;

	if (g->in_member && !is_over)
		return unpack(g, packed, out, n, e);
	*n = 0;
	if (!g->in_member)
		return next_member(g, packed, whole);
	return err_set(e, EX_DATAERR, "is cut short: its gzip data ends too "
	    "early");
}

bool
gzip_is_fed(const struct gzip *g, struct slice packed)
{
	if (g->in_member)
		return packed.n > 0 || g->is_full;
	return packed.n > 1 || (packed.n == 1 && *packed.p == '\0');
}

bool
gzip_has_garbage(const struct gzip *g)
{
	return g->garbage;
}
