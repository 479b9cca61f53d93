/* SPDX-License-Identifier: ISC */
/* Borrowed bytes and the cursor the parsers walk with. */
#include "base/slice.h"

#include <string.h>

struct slice
slice_text(const char *text)
{
	return (struct slice){ text, strlen(text) };
}

struct slice
slice_between(const char *from, const char *to)
{
	return (struct slice){ from, (size_t)(to - from) };
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
	const char *at;

	if (s.n < what.n || s.n == 0)
		return s.n;
	at = memmem(s.p, s.n, what.p, what.n);
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

size_t
slice_find_byte(struct slice s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? (size_t)(at - s.p) : s.n;
}

void
slice_skip_blanks(struct slice *rest)
{
	size_t n = 0;

	while (n < rest->n && rest->p[n] == ' ')
		n++;
	*rest = slice_from(*rest, n);
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
	size_t n = 0;

	while (n < rest->n && byteset_has(set, rest->p[n]))
		n++;
	if (n == 0)
		return false;
	*out = slice_to(*rest, n);
	*rest = slice_from(*rest, n);
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
