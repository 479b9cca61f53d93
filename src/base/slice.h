/* SPDX-License-Identifier: ISC */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes somebody else owns: p may be NULL when n is 0; never NUL-terminated.
 * Valid as long as the owner leaves the bytes alone.
 *
 * The parsers below take a cursor: a slice of what is still to be read.  On
 * success they advance it and return true; on failure they leave it (and the
 * outputs) as they were and return false, so a format reads as a chain of &&.
 * All tests are for ASCII: no locale. */
struct slice {
	const char *p;
	size_t n;
};

#define SLICE(literal) ((struct slice){ "" literal, sizeof(literal) - 1 })

struct slice slice_text(const char *text);	/* of a NUL-terminated text */

static inline struct slice
slice_between(const char *from, const char *to)
{
	return (struct slice){ from, (size_t)(to - from) };
}

/* As memcmp(a, b, n) == 0, but without a call where a few words tell. */
static inline bool
bytes_are(const char *a, const char *b, size_t n)
{
	uint64_t x[4];
	uint32_t y[4];

	if (n >= sizeof *x) {
		memcpy(&x[0], a, sizeof *x);
		memcpy(&x[1], b, sizeof *x);
		memcpy(&x[2], a + n - sizeof *x, sizeof *x);
		memcpy(&x[3], b + n - sizeof *x, sizeof *x);
		return x[0] == x[1] && x[2] == x[3] && (n <= 2 * sizeof *x ||
		    memcmp(a, b, n) == 0);
	}
	if (n >= sizeof *y) {
		memcpy(&y[0], a, sizeof *y);
		memcpy(&y[1], b, sizeof *y);
		memcpy(&y[2], a + n - sizeof *y, sizeof *y);
		memcpy(&y[3], b + n - sizeof *y, sizeof *y);
		return y[0] == y[1] && y[2] == y[3];
	}
	return n == 0 || (a[0] == b[0] && a[n / 2] == b[n / 2] &&
	    a[n - 1] == b[n - 1]);
}

static inline bool
slice_is(struct slice s, struct slice other)
{
	return s.n == other.n && bytes_are(s.p, other.p, s.n);
}

static inline bool
slice_starts(struct slice s, struct slice head)
{
	/* Most that do not agree differ in the first byte. */
	return s.n >= head.n && (head.n == 0 || (*s.p == *head.p &&
	    memcmp(s.p, head.p, head.n) == 0));
}

bool slice_ends(struct slice s, struct slice tail);

/* First or last place of what in s; s.n if it is not there. */
size_t slice_find(struct slice s, struct slice what);
size_t slice_find_last(struct slice s, struct slice what);

static inline size_t
slice_find_byte(struct slice s, char c)
{
	const char *at = s.n ? (const char *)memchr(s.p, c, s.n) : NULL;

	return at ? (size_t)(at - s.p) : s.n;
}

/* s without its first n bytes (all of them if it has fewer). */
static inline struct slice
slice_from(struct slice s, size_t n)
{
	if (n > s.n)
		n = s.n;
	return n ? (struct slice){ s.p + n, s.n - n } : s;
}

/* Its first n bytes. */
static inline struct slice
slice_to(struct slice s, size_t n)
{
	return (struct slice){ s.p, n < s.n ? n : s.n };
}

/* The literal stands at the cursor: goes behind it. */
static inline bool
slice_skip(struct slice *rest, struct slice literal)
{
	if (!slice_starts(*rest, literal))
		return false;
	*rest = slice_from(*rest, literal.n);
	return true;
}

static inline bool
slice_skip_byte(struct slice *rest, char c)
{
	if (rest->n == 0 || *rest->p != c)
		return false;
	*rest = slice_from(*rest, 1);
	return true;
}

/* Spaces only; never fails. */
static inline void
slice_skip_blanks(struct slice *rest)
{
	while (rest->n && *rest->p == ' ')
		*rest = slice_from(*rest, 1);
}

/* *out = what stands before the first c; the cursor goes behind that c. */
bool slice_cut(struct slice *rest, char c, struct slice *out);

/* *out = what stands between the double quote at the cursor and the next one
 * that no backslash stands before; the cursor goes behind that. */
static inline bool
slice_cut_quoted(struct slice *rest, struct slice *out)
{
	size_t n = 1;

	if (rest->n == 0 || *rest->p != '"')
		return false;
	while (n < rest->n && rest->p[n] != '"')
		n += rest->p[n] == '\\' ? 2 : 1;
	if (n >= rest->n)
		return false;
	*out = (struct slice){ rest->p + 1, n - 1 };
	*rest = slice_from(*rest, n + 1);
	return true;
}

/* The longest run of bytes that are in a set; at least one byte. */
struct byteset {
	bool has[256];
};

static inline bool
byteset_has(const struct byteset *set, char c)
{
	return set->has[(unsigned char)c];
}

bool slice_run(struct slice *rest, const struct byteset *set,
	struct slice *out);

/* A decimal number of min to max (19 at most) digits, all digits that are
 * there: more than max digits is a failure. */
bool slice_digits(struct slice *rest, unsigned min, unsigned max,
	uint64_t *out);

/* The whole of s as a decimal number without sign, at most limit. */
bool slice_number(struct slice s, uint64_t limit, uint64_t *out);

static inline bool
byte_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
byte_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

#endif
