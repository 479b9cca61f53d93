/* SPDX-License-Identifier: ISC */
/* Columns on a terminal. */
#include "report/width.h"

struct range {
	unsigned first, last;
};

static const struct range wide[] = {
	{ 0x1100, 0x115f }, { 0x231a, 0x231b }, { 0x2329, 0x232a },
	{ 0x23e9, 0x23ec }, { 0x23f0, 0x23f0 }, { 0x23f3, 0x23f3 },
	{ 0x25fd, 0x25fe }, { 0x2614, 0x2615 }, { 0x2648, 0x2653 },
	{ 0x267f, 0x267f }, { 0x2693, 0x2693 }, { 0x26a1, 0x26a1 },
	{ 0x26aa, 0x26ab }, { 0x26bd, 0x26be }, { 0x26c4, 0x26c5 },
	{ 0x26ce, 0x26ce }, { 0x26d4, 0x26d4 }, { 0x26ea, 0x26ea },
	{ 0x26f2, 0x26f3 }, { 0x26f5, 0x26f5 }, { 0x26fa, 0x26fa },
	{ 0x26fd, 0x26fd }, { 0x2705, 0x2705 }, { 0x270a, 0x270b },
	{ 0x2728, 0x2728 }, { 0x274c, 0x274c }, { 0x274e, 0x274e },
	{ 0x2753, 0x2755 }, { 0x2757, 0x2757 }, { 0x2795, 0x2797 },
	{ 0x27b0, 0x27b0 }, { 0x27bf, 0x27bf }, { 0x2b1b, 0x2b1c },
	{ 0x2b50, 0x2b50 }, { 0x2b55, 0x2b55 }, { 0x2e80, 0x303e },
	{ 0x3041, 0x33ff }, { 0x3400, 0x4dbf }, { 0x4e00, 0xa4cf },
	{ 0xa960, 0xa97f }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff },
	{ 0xfe10, 0xfe19 }, { 0xfe30, 0xfe6f }, { 0xff01, 0xff60 },
	{ 0xffe0, 0xffe6 }, { 0x16fe0, 0x18aff }, { 0x1b000, 0x1b2ff },
	{ 0x1f004, 0x1f004 }, { 0x1f0cf, 0x1f0cf }, { 0x1f18e, 0x1f18e },
	{ 0x1f191, 0x1f19a }, { 0x1f200, 0x1f320 }, { 0x1f32d, 0x1f335 },
	{ 0x1f337, 0x1f37c }, { 0x1f37e, 0x1f393 }, { 0x1f3a0, 0x1f3ca },
	{ 0x1f3cf, 0x1f3d3 }, { 0x1f3e0, 0x1f3f0 }, { 0x1f3f4, 0x1f3f4 },
	{ 0x1f3f8, 0x1f43e }, { 0x1f440, 0x1f440 }, { 0x1f442, 0x1f4fc },
	{ 0x1f4ff, 0x1f53d }, { 0x1f54b, 0x1f54e }, { 0x1f550, 0x1f567 },
	{ 0x1f57a, 0x1f57a }, { 0x1f595, 0x1f596 }, { 0x1f5a4, 0x1f5a4 },
	{ 0x1f5fb, 0x1f64f }, { 0x1f680, 0x1f6c5 }, { 0x1f6cc, 0x1f6cc },
	{ 0x1f6d0, 0x1f6d2 }, { 0x1f6d5, 0x1f6d7 }, { 0x1f6dc, 0x1f6df },
	{ 0x1f6eb, 0x1f6ec }, { 0x1f6f4, 0x1f6fc }, { 0x1f7e0, 0x1f7eb },
	{ 0x1f7f0, 0x1f7f0 }, { 0x1f90c, 0x1f93a }, { 0x1f93c, 0x1f945 },
	{ 0x1f947, 0x1f9ff }, { 0x1fa70, 0x1faff }, { 0x20000, 0x3fffd },
};

static const struct range none[] = {
	{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd },
	{ 0x05bf, 0x05bf }, { 0x05c1, 0x05c2 }, { 0x05c4, 0x05c5 },
	{ 0x05c7, 0x05c7 }, { 0x0610, 0x061a }, { 0x064b, 0x065f },
	{ 0x0670, 0x0670 }, { 0x06d6, 0x06dc }, { 0x06df, 0x06e4 },
	{ 0x06e7, 0x06e8 }, { 0x06ea, 0x06ed }, { 0x0711, 0x0711 },
	{ 0x0730, 0x074a }, { 0x07a6, 0x07b0 }, { 0x0900, 0x0902 },
	{ 0x093a, 0x093a }, { 0x093c, 0x093c }, { 0x0941, 0x0948 },
	{ 0x094d, 0x094d }, { 0x0951, 0x0957 }, { 0x0e31, 0x0e31 },
	{ 0x0e34, 0x0e3a }, { 0x0e47, 0x0e4e }, { 0x0eb1, 0x0eb1 },
	{ 0x0eb4, 0x0ebc }, { 0x0ec8, 0x0ece }, { 0x1160, 0x11ff },
	{ 0x135d, 0x135f }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
	{ 0x200b, 0x200d }, { 0x2060, 0x2064 }, { 0x20d0, 0x20f0 },
	{ 0x302a, 0x302d }, { 0x3099, 0x309a }, { 0xfe00, 0xfe0f },
	{ 0xfe20, 0xfe2f }, { 0xe0100, 0xe01ef },
};

static bool
is_in(unsigned code, const struct range *ranges, size_t n)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (code > ranges[middle].last)
			low = middle + 1;
		else if (code < ranges[middle].first)
			high = middle;
		else
			return true;
	}
	return false;
}

static size_t
width_of_code(unsigned code)
{
	if (code < 0x300)
		return 1;
	if (is_in(code, none, sizeof none / sizeof *none))
		return 0;
	return is_in(code, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}

/* Takes a character off the cursor, which is not empty; cell text is UTF-8. */
static unsigned
next_code(struct slice *rest)
{
	unsigned char c = (unsigned char)*rest->p;
	size_t n = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	unsigned code = c < 0xc0 ? c : c & (0x7fu >> n);

	for (size_t i = 1; i < n && i < rest->n; i++)
		code = code << 6 | ((unsigned char)rest->p[i] & 0x3f);
	*rest = slice_from(*rest, n);
	return code;
}

size_t
width_of(struct slice text)
{
	size_t columns = 0;

	while (text.n)
		columns += width_of_code(next_code(&text));
	return columns;
}

/* As much of text as fits. */
static struct slice
fit(struct slice text, size_t columns)
{
	struct slice rest = text;
	size_t used = 0;

	while (rest.n) {
		struct slice at = rest;

		used += width_of_code(next_code(&rest));
		if (used > columns)
			return slice_between(text.p, at.p);
	}
	return text;
}

void
width_add_cut(struct buf *out, struct slice text, size_t columns)
{
	if (width_of(text) <= columns) {
		buf_add(out, text);
		return;
	}
	buf_add(out, fit(text, columns - 1));
	buf_add(out, SLICE("\xe2\x80\xa6"));
}

static size_t
cut_width(struct slice text, size_t columns)
{
	size_t all = width_of(text);

	return all <= columns ? all : width_of(fit(text, columns - 1)) + 1;
}

static void
add_blanks(struct buf *out, size_t n)
{
	while (n--)
		buf_add_byte(out, ' ');
}

void
width_add_left(struct buf *out, struct slice text, size_t columns)
{
	width_add_cut(out, text, columns);
	add_blanks(out, columns - cut_width(text, columns));
}

void
width_add_right(struct buf *out, struct slice text, size_t columns)
{
	add_blanks(out, columns - cut_width(text, columns));
	width_add_cut(out, text, columns);
}

void
width_add_wrapped(struct buf *out, struct slice text, size_t at,
    size_t indent, size_t columns)
{
	bool is_first = true;

	while (text.n) {
		size_t end = slice_find_byte(text, ' ');
		struct slice word = slice_to(text, end);
		size_t width = width_of(word);

		if (!is_first && at + 1 + width > columns) {
			buf_add_byte(out, '\n');
			add_blanks(out, indent);
			at = indent;
		} else if (!is_first) {
			buf_add_byte(out, ' ');
			at++;
		}
		if (width > columns - indent)
			width = cut_width(word, columns - indent);
		width_add_cut(out, word, columns - indent);
		at += width;
		is_first = false;
		text = slice_from(text, end + 1);
	}
	buf_add_byte(out, '\n');
}
