/* SPDX-License-Identifier: ISC */
/* Whole lines of text that comes in pieces. */
#include "base/lines.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	FIRST = 16 * 1024,	/* what live input and most files need */
	ROOM = 1024 * 1024,	/* gets a large page, of which max is used */
};

void
lines_init(struct lines *l, size_t max, size_t longest)
{
	assert(max > longest && max > FIRST && max <= ROOM);
	*l = (struct lines){ .text = mem_resize(NULL, 1, FIRST),
		.size = FIRST, .max = max, .longest = longest };
}

void
lines_release(struct lines *l)
{
	if (l->size == l->max)
		mem_large_free(l->text, 1, ROOM);
	else
		free(l->text);
}

char *
lines_room(struct lines *l, size_t *n)
{
	bool grows = l->is_full && l->size < l->max;
	char *text = grows ? mem_large(1, ROOM) : l->text;

	if (text != l->text + l->start)
		memmove(text, l->text + l->start, l->end - l->start);
	if (grows) {
		lines_release(l);
		l->text = text;
		l->size = l->max;
	}
	l->end -= l->start;
	l->base += l->start;
	l->start = 0;
	*n = l->size - l->end;
	return l->text + l->end;
}

void
lines_add(struct lines *l, size_t n)
{
	l->end += n;
	l->is_full |= l->end == l->size;
}

/* The rest of a line that was cut: passed over up to its newline. */
static void
skip_rest(struct lines *l)
{
	struct slice left = lines_left(l);
	size_t n;

	if (!l->skipping)
		return;
	n = slice_find_byte(left, '\n');
	l->skipping = n == left.n;
	lines_pass(l, n + 1);
}

/* Lines of a block that are too long.  Each holds a byte whose place is a
 * multiple of the limit, so only the lines at these places need a look. */
static void
count_long(struct lines *l, struct slice block)
{
	const char *counted = block.p, *end = block.p + block.n;

	for (size_t at = l->longest; at < block.n; at += l->longest) {
		const char *place = block.p + at, *from, *to;

		if (place <= counted)
			continue;
		from = memrchr(block.p, '\n', at);
		from = from ? from + 1 : block.p;
		to = memchr(place, '\n', (size_t)(end - place));
		if (!to)
			to = end;
		l->cut += (size_t)(to - from) > l->longest;
		counted = to;
	}
}

struct slice
lines_next(struct lines *l)
{
	struct slice have;
	const char *nl;

	skip_rest(l);
	have = lines_left(l);
	nl = have.n ? memrchr(have.p, '\n', have.n) : NULL;
	if (nl) {
		have.n = (size_t)(nl - have.p) + 1;
		count_long(l, have);
	} else if (have.n > l->longest) {
		have.n = l->longest;
		l->skipping = true;
		l->cut++;
	} else {
		have.n = 0;
	}
	lines_pass(l, have.n);
	return have;
}

struct slice
lines_last(struct lines *l)
{
	struct slice have = lines_left(l);

	count_long(l, have);
	l->start = l->end;
	return have;
}

struct slice
lines_left(const struct lines *l)
{
	return slice_between(l->text + l->start, l->text + l->end);
}

void
lines_pass(struct lines *l, size_t n)
{
	size_t left = l->end - l->start;

	l->start += n < left ? n : left;
}

void
lines_move(struct lines *l, uint64_t place)
{
	l->start = l->end = 0;
	l->base = place;
}

uint64_t
lines_place(const struct lines *l)
{
	return l->base + l->start;
}
