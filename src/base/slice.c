/* SPDX-License-Identifier: ISC */
/* Borrowed bytes and the cursor the parsers walk with. */
#include "base/slice.h"

#include <string.h>

enum { FEW = 8 };

struct slice
slice_text(const char *text)
{
	return (struct slice){ text, strlen(text) };
}

bool
slice_ends(struct slice s, struct slice tail)
{
	return s.n >= tail.n &&
	    (tail.n == 0 || memcmp(s.p + s.n - tail.n, tail.p, tail.n) == 0);
}

size_t
slice_find(struct slice s, struct slice what)
{
	struct slice rest = s;
	const char *at;

	/* It rarely begins elsewhere, and memmem() needs a while to start. */
	for (int tries = 0; tries < FEW && what.n && rest.n >= what.n;
	    tries++) {
		at = memchr(rest.p, *what.p, rest.n - what.n + 1);
		if (!at)
			return s.n;
		rest = slice_from(rest, (size_t)(at - rest.p));
		if (slice_starts(rest, what))
			return (size_t)(at - s.p);
		rest = slice_from(rest, 1);
	}
	if (rest.n < what.n || s.n == 0)
		return s.n;
	at = memmem(rest.p, rest.n, what.p, what.n);
	return at ? (size_t)(at - s.p) : s.n;
}

size_t
slice_find_last(struct slice s, struct slice what)
{
	struct slice head = s;

	if (what.n == 0 || s.n < what.n)
		return s.n;
	/* The last byte of what can stand no earlier than its length - 1. */
	while (head.n >= what.n) {
		const char *at = memrchr(head.p + what.n - 1,
		    what.p[what.n - 1], head.n - what.n + 1);

		if (!at)
			break;
		head.n = (size_t)(at - head.p) + 1;
		if (slice_ends(head, what))
			return head.n - what.n;
		head.n--;
	}
	return s.n;
}

bool
slice_cut(struct slice *rest, char c, struct slice *out)
{
	size_t n = slice_find_byte(*rest, c);

	if (n == rest->n)
		return false;
	*out = slice_to(*rest, n);
	*rest = slice_from(*rest, n + 1);
	return true;
}

bool
slice_run(struct slice *rest, const struct byteset *set, struct slice *out)
{
	const char *p = rest->p, *end = p + rest->n;

	while (p < end && byteset_has(set, *p))
		p++;
	if (p == rest->p)
		return false;
	*out = slice_between(rest->p, p);
	*rest = slice_between(p, end);
	return true;
}

bool
slice_digits(struct slice *rest, unsigned min, unsigned max, uint64_t *out)
{
	uint64_t value = 0;
	size_t n = 0;

	while (n < rest->n && byte_is_digit(rest->p[n])) {
		if (n == max)
			return false;
		value = value * 10 + (uint64_t)(rest->p[n] - '0');
		n++;
	}
	if (n < min)
		return false;
	*out = value;
	*rest = slice_from(*rest, n);
	return true;
}

bool
slice_number(struct slice s, uint64_t limit, uint64_t *out)
{
	uint64_t value = 0;

	for (size_t i = 0; i < s.n; i++)
		if (!byte_is_digit(s.p[i]) ||
		    __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, s.p[i] - '0', &value))
			return false;
	if (s.n == 0 || value > limit)
		return false;
	*out = value;
	return true;
}
