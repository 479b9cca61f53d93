/* SPDX-License-Identifier: ISC */
/* The lines of a block that hold one of a few literals. */
#include "parse/scan.h"

#include <assert.h>
#include <string.h>

void
scan_init(struct scan *s, const struct slice *literals, size_t n)
{
	assert(n <= SCAN_LITERALS);
	*s = (struct scan){ .n = n };
	for (size_t i = 0; i < n; i++)
		s->literals[i] = literals[i];
}

static const char *
find(const char *from, const char *end, struct slice literal)
{
	const char *hit = from < end ? memmem(from, (size_t)(end - from),
	    literal.p, literal.n) : NULL;

	return hit ? hit : end;
}

void
scan_begin(struct scan *s, struct slice block)
{
	s->at = block.p;
	s->end = block.n ? block.p + block.n : block.p;
	for (size_t i = 0; i < s->n; i++)
		s->next[i] = find(s->at, s->end, s->literals[i]);
}

bool
scan_next(struct scan *s, size_t max, struct slice *line)
{
	const char *hit = s->end, *start, *stop;

	for (size_t i = 0; i < s->n; i++) {
		if (s->next[i] < s->at)
			s->next[i] = find(s->at, s->end, s->literals[i]);
		if (s->next[i] < hit)
			hit = s->next[i];
	}
	if (hit == s->end)
		return false;
	start = memrchr(s->at, '\n', (size_t)(hit - s->at));
	start = start ? start + 1 : s->at;
	stop = memchr(hit, '\n', (size_t)(s->end - hit));
	if (!stop)
		stop = s->end;
	s->at = stop < s->end ? stop + 1 : stop;
	*line = slice_to(slice_between(start, stop), max);
	return true;
}
