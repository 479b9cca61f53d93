/* SPDX-License-Identifier: ISC */
/* Columns on a terminal, and charts out of blocks. */
#include "report/bars.h"
#include "report/width.h"
#include "tap.h"

static const struct {
	struct slice text;
	size_t width;
} widths[] = {
	{ SLICE(""), 0 }, { SLICE("abc"), 3 },
	{ SLICE("\xc3\xa9"), 1 },		/* e acute */
	{ SLICE("e\xcc\x81"), 1 },		/* with a combining accent */
	{ SLICE("\xe5\x90\x8d\xe5\x89\x8d"), 4 },	/* two ideographs */
	{ SLICE("\xef\xbc\x9d"), 2 },		/* full-width = */
	{ SLICE("\xef\xbd\xb1"), 1 },		/* half-width katakana */
	{ SLICE("\xf0\x9f\x98\x80"), 2 },	/* emoji */
	{ SLICE("\xe2\x96\x88"), 1 },		/* full block */
	{ SLICE("\xed\x95\x9c"), 2 },		/* Hangul */
};

static void
test_widths(void)
{
	for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
		ok(width_of(widths[i].text) == widths[i].width, "'%.*s'",
		    (int)widths[i].text.n, widths[i].text.p);
}

static void
test_columns(void)
{
	struct buf b;

	buf_init(&b, 4096);
	width_add_left(&b, SLICE("abc"), 5);
	is(buf_slice(&b), "abc  ", "left");
	buf_reset(&b);
	width_add_right(&b, SLICE("abc"), 5);
	is(buf_slice(&b), "  abc", "right");
	buf_reset(&b);
	width_add_left(&b, SLICE("abcdef"), 5);
	is(buf_slice(&b), "abcd\xe2\x80\xa6", "cut");
	buf_reset(&b);
	width_add_left(&b, SLICE("abcde"), 5);
	is(buf_slice(&b), "abcde", "it fits");
	buf_reset(&b);
	width_add_left(&b, SLICE("\xe5\x90\x8d\xe5\x89\x8d\xe5\x90\x8d"), 4);
	is(buf_slice(&b), "\xe5\x90\x8d\xe2\x80\xa6 ",
	    "a wide character is not split");
	buf_reset(&b);
	width_add_wrapped(&b, SLICE("one two three four"), 0, 2, 9);
	is(buf_slice(&b), "one two\n  three\n  four\n", "wrapped");
	buf_reset(&b);
	width_add_wrapped(&b, SLICE("a bbbbbbbbbbbbbbb c"), 0, 2, 9);
	is(buf_slice(&b), "a\n  bbbbbb\xe2\x80\xa6\n  c\n",
	    "a word that is too long");
	buf_release(&b);
}

static void
test_bars(void)
{
	static const uint64_t values[] = { 0, 4, 8, 16 };
	struct buf b;

	buf_init(&b, 4096);
	bars_add_one(&b, 5, 10, 3);
	is(buf_slice(&b), "\xe2\x96\x88\xe2\x96\x8c", "half of three columns");
	buf_reset(&b);
	bars_add_one(&b, 1, 1000000, 3);
	is(buf_slice(&b), "\xe2\x96\x8f", "what is not nothing shows");
	buf_reset(&b);
	bars_add_one(&b, 0, 0, 3);
	is(buf_slice(&b), "", "nothing does not");
	buf_reset(&b);
	bars_add_upright(&b, values, 4, 2, 1, 1);
	is(buf_slice(&b), "       \xe2\x96\x88\n"
	    "   \xe2\x96\x84 \xe2\x96\x88 \xe2\x96\x88\n", "upright");
	buf_reset(&b);
	bars_add_shade(&b, 0, 8, 1);
	bars_add_shade(&b, 1, 8, 1);
	bars_add_shade(&b, 8, 8, 2);
	is(buf_slice(&b), "\xc2\xb7\xe2\x96\x91\xe2\x96\x88\xe2\x96\x88",
	    "shades");
	buf_release(&b);
}

int
main(void)
{
	test_widths();
	test_columns();
	test_bars();
	return done();
}
