/* SPDX-License-Identifier: ISC */
/* The members of one JSON object, and strings. */
#include "base/json.h"

enum { JSON_DEPTH = 16 };

static void
skip_space(struct slice *rest)
{
	size_t n = 0;

	while (n < rest->n && (rest->p[n] == ' ' || rest->p[n] == '\t' ||
	    rest->p[n] == '\r' || rest->p[n] == '\n'))
		n++;
	*rest = slice_from(*rest, n);
}

static bool
skip_string(struct slice *rest)
{
	struct slice text;

	return slice_cut_quoted(rest, &text);
}

static bool
skip_scalar(struct slice *rest)
{
	size_t n = 0;

	while (n < rest->n && (byte_is_digit(rest->p[n]) ||
	    byte_is_letter(rest->p[n]) || rest->p[n] == '-' ||
	    rest->p[n] == '+' || rest->p[n] == '.'))
		n++;
	*rest = slice_from(*rest, n);
	return n > 0;
}

/* Brackets must pair; what stands between them is of no interest. */
static bool
skip_nested(struct slice *rest)
{
	char closing[JSON_DEPTH];
	size_t depth = 0;

	do {
		char c;

		if (rest->n == 0)
			return false;
		c = *rest->p;
		if (c == '"') {
			if (!skip_string(rest))
				return false;
			continue;
		}
		if (c == '{' || c == '[') {
			if (depth == JSON_DEPTH)
				return false;
			closing[depth++] = c == '{' ? '}' : ']';
		} else if (c == '}' || c == ']') {
			if (closing[--depth] != c)
				return false;
		}
		*rest = slice_from(*rest, 1);
	} while (depth);
	return true;
}

static bool
skip_value(struct slice *rest)
{
	if (rest->n == 0)
		return false;
	if (*rest->p == '"')
		return skip_string(rest);
	if (*rest->p == '{' || *rest->p == '[')
		return skip_nested(rest);
	return skip_scalar(rest);
}

bool
json_object(struct slice *rest)
{
	skip_space(rest);
	return slice_skip_byte(rest, '{');
}

/* Behind a value: a comma and another member, or the end of the object, which
 * stays. */
static bool
end_member(struct slice *rest)
{
	skip_space(rest);
	if (!slice_skip_byte(rest, ','))
		return rest->n && *rest->p == '}';
	skip_space(rest);
	return rest->n && *rest->p == '"';
}

int
json_member(struct slice *rest, struct buf *scratch, struct slice *key,
    struct slice *value)
{
	struct slice at;

	skip_space(rest);
	if (slice_skip_byte(rest, '}'))
		return 0;
	at = *rest;
	if (!skip_string(rest) ||
	    !json_string(slice_between(at.p, rest->p), scratch, key))
		return -1;
	skip_space(rest);
	if (!slice_skip_byte(rest, ':'))
		return -1;
	skip_space(rest);
	at = *rest;
	if (!skip_value(rest))
		return -1;
	*value = slice_between(at.p, rest->p);
	return end_member(rest) ? 1 : -1;
}

static bool
parse_hex4(struct slice *rest, unsigned *out)
{
	unsigned value = 0;

	if (rest->n < 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		char c = rest->p[i];

		if (byte_is_digit(c))
			value = value * 16 + (unsigned)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			value = value * 16 + (unsigned)((c | 0x20) - 'a') + 10;
		else
			return false;
	}
	*rest = slice_from(*rest, 4);
	*out = value;
	return true;
}

static void
add_utf8(struct buf *out, unsigned code)
{
	if (code < 0x80) {
		buf_add_byte(out, (char)code);
		return;
	}
	if (code < 0x800) {
		buf_add_byte(out, (char)(0xc0 | code >> 6));
	} else {
		if (code < 0x10000) {
			buf_add_byte(out, (char)(0xe0 | code >> 12));
		} else {
			buf_add_byte(out, (char)(0xf0 | code >> 18));
			buf_add_byte(out, (char)(0x80 | (code >> 12 & 0x3f)));
		}
		buf_add_byte(out, (char)(0x80 | (code >> 6 & 0x3f)));
	}
	buf_add_byte(out, (char)(0x80 | (code & 0x3f)));
}

static bool
decode_unicode(struct slice *rest, struct buf *out)
{
	struct slice second;
	unsigned code, low;

	if (!parse_hex4(rest, &code))
		return false;
	second = *rest;
	if (code >= 0xd800 && code < 0xdc00 &&
	    slice_skip(&second, SLICE("\\u")) && parse_hex4(&second, &low) &&
	    low >= 0xdc00 && low < 0xe000) {
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		*rest = second;
	}
	add_utf8(out, code);
	return true;
}

static bool
decode_escape(struct slice *rest, struct buf *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	char c;

	if (rest->n == 0)
		return false;
	c = *rest->p;
	*rest = slice_from(*rest, 1);
	if (c == 'u')
		return decode_unicode(rest, out);
	for (size_t i = 0; from[i]; i++) {
		if (from[i] == c) {
			buf_add_byte(out, to[i]);
			return true;
		}
	}
	return false;
}

bool
json_string(struct slice value, struct buf *scratch, struct slice *out)
{
	size_t from = scratch->n;
	struct slice piece;

	if (value.n < 2 || *value.p != '"' || value.p[value.n - 1] != '"')
		return false;
	value = slice_to(slice_from(value, 1), value.n - 2);
	if (slice_find_byte(value, '\\') == value.n) {
		*out = value;
		return true;
	}
	if (scratch->cap - scratch->n < value.n)
		return false;
	while (slice_cut(&value, '\\', &piece)) {
		buf_add(scratch, piece);
		if (!decode_escape(&value, scratch))
			return false;
	}
	buf_add(scratch, value);
	*out = slice_from(buf_slice(scratch), from);
	return true;
}

bool
json_bytes(struct slice value, struct buf *scratch, struct slice *out)
{
	size_t from = scratch->n;
	uint64_t byte;

	if (!slice_skip_byte(&value, '[') ||
	    scratch->cap - scratch->n < value.n)
		return false;
	for (;;) {
		skip_space(&value);
		if (!slice_digits(&value, 1, 3, &byte) || byte > 255)
			return false;
		buf_add_byte(scratch, (char)byte);
		skip_space(&value);
		if (slice_skip_byte(&value, ','))
			continue;
		if (!slice_skip_byte(&value, ']') || value.n)
			return false;
		*out = slice_from(buf_slice(scratch), from);
		return true;
	}
}

void
json_add_string(struct buf *out, struct slice s)
{
	static const char hex[] = "0123456789abcdef";

	buf_add_byte(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '"' || c == '\\') {
			buf_add_byte(out, '\\');
			buf_add_byte(out, (char)c);
		} else if (c < 0x20) {
			buf_add(out, SLICE("\\u00"));
			buf_add_byte(out, hex[c >> 4]);
			buf_add_byte(out, hex[c & 15]);
		} else {
			buf_add_byte(out, (char)c);
		}
	}
	buf_add_byte(out, '"');
}
