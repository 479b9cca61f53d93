/* SPDX-License-Identifier: ISC */
/* Quoted-printable and base64. */
#include "report/encoding.h"

static const char hex[] = "0123456789ABCDEF";

static bool
is_plain(char c)
{
	return (c >= ' ' && c <= '~' && c != '=') || c == '\t';
}

/* Whether the byte at the front of a line's rest stands for itself: a blank
 * does not at the end of a line, nor do a dot and an F that others mistake for
 * the end of a message or the start of another. */
static bool
stands_for_itself(struct slice rest, bool begins)
{
	char c = *rest.p;

	if (!is_plain(c) || (begins && c == '.') ||
	    (begins && slice_starts(rest, SLICE("From "))))
		return false;
	return rest.n > 1 || (c != ' ' && c != '\t');
}

static void
add_quoted_line(struct buf *out, struct slice line)
{
	size_t column = 0;

	for (; line.n; line = slice_from(line, 1)) {
		unsigned char c = (unsigned char)*line.p;
		bool is_itself = stands_for_itself(line, column == 0);
		size_t width = is_itself ? 1 : 3;

		/* The last column is for the sign that the line goes on. */
		if (column + width > ENCODING_LINE - (line.n > 1)) {
			buf_add(out, SLICE("=\n"));
			column = 0;
			is_itself = stands_for_itself(line, true);
			width = is_itself ? 1 : 3;
		}
		if (is_itself) {
			buf_add_byte(out, (char)c);
		} else {
			char code[3] = { '=', hex[c >> 4], hex[c & 15] };

			buf_add(out, (struct slice){ code, sizeof code });
		}
		column += width;
	}
}

void
encoding_add_quoted_printable(struct buf *out, struct slice text)
{
	struct slice line;

	while (slice_cut(&text, '\n', &line)) {
		add_quoted_line(out, line);
		buf_add_byte(out, '\n');
	}
	if (text.n) {
		add_quoted_line(out, text);
		/* The text has no line end: this one is not part of it. */
		buf_add(out, SLICE("=\n"));
	}
}

static void
add_quantum(struct buf *out, struct slice three)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned value = 0;
	char text[4];

	for (size_t i = 0; i < 3; i++)
		value = value << 8 |
		    (i < three.n ? (unsigned char)three.p[i] : 0);
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i > three.n ? '=' :
		    digits[value >> (18 - 6 * i) & 63];
	buf_add(out, (struct slice){ text, sizeof text });
}

void
encoding_add_base64(struct buf *out, struct slice bytes)
{
	enum { BYTES_A_LINE = ENCODING_LINE / 4 * 3 };

	while (bytes.n) {
		struct slice line = slice_to(bytes, BYTES_A_LINE);

		for (; line.n; line = slice_from(line, 3))
			add_quantum(out, slice_to(line, 3));
		buf_add_byte(out, '\n');
		bytes = slice_from(bytes, BYTES_A_LINE);
	}
}
