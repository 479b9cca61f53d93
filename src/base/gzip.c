/* SPDX-License-Identifier: ISC */
/* Unpacks gzip.  This and report/attach.c are the places where zlib is
 * known. */
#include "base/gzip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/slice.h"

struct gzip {
	z_stream z;
	bool in_member, garbage;
	bool is_full;		/* more may come out without more going in */
	size_t start, end;	/* of packed: what is not used yet */
	char packed[GZIP_ROOM];
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

char *
gzip_room(struct gzip *g, size_t *n)
{
	memmove(g->packed, g->packed + g->start, g->end - g->start);
	g->end -= g->start;
	g->start = 0;
	*n = GZIP_ROOM - g->end;
	return g->packed + g->end;
}

void
gzip_add(struct gzip *g, size_t n)
{
	g->end += n;
}

static struct slice
packed(const struct gzip *g)
{
	return slice_between(g->packed + g->start, g->packed + g->end);
}

/* What follows a member: another one, padding, or garbage. */
static int
next_member(struct gzip *g, bool whole)
{
	while (g->start < g->end && g->packed[g->start] == '\0')
		g->start++;
	if (g->start == g->end)
		return !whole;
	if (g->end - g->start < 2 && !whole)
		return 1;
	if (!slice_starts(SLICE("\x1f\x8b"), slice_to(packed(g), 2))) {
		g->garbage = true;
		g->start = g->end;
		return 0;
	}
	inflateReset(&g->z);
	g->in_member = true;
	return 1;
}

static int
unpack(struct gzip *g, char *out, size_t *n, struct err *e)
{
	size_t room = *n;
	int rc;

	g->z.next_in = (unsigned char *)g->packed + g->start;
	g->z.avail_in = (uInt)(g->end - g->start);
	g->z.next_out = (unsigned char *)out;
	g->z.avail_out = (uInt)room;
	rc = inflate(&g->z, Z_NO_FLUSH);
	g->start = g->end - g->z.avail_in;
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
gzip_next(struct gzip *g, bool whole, char *out, size_t *n, struct err *e)
{
	bool is_over = whole && g->start == g->end && !g->is_full;

	if (g->in_member && !is_over)
		return unpack(g, out, n, e);
	*n = 0;
	if (!g->in_member)
		return next_member(g, whole);
	return err_set(e, EX_DATAERR, "is cut short: its gzip data ends too "
	    "early");
}

bool
gzip_is_fed(const struct gzip *g)
{
	size_t n = g->end - g->start;

	if (g->in_member)
		return n > 0 || g->is_full;
	return n > 1 || (n == 1 && g->packed[g->start] == '\0');
}

bool
gzip_has_garbage(const struct gzip *g)
{
	return g->garbage;
}
