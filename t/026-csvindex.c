/* SPDX-License-Identifier: ISC */
/* Lines cut quickly have the cells that they have when they are cut slowly, or are
 * left to that. */
#include <stdlib.h>

#include "base/csv.h"
#include "base/csvindex.h"
#include "chance.h"
#include "tap.h"

enum { MANY = 20, LONG = 3 * CSVINDEX_TEXT };

struct counts {
	unsigned lines, cut, wrong;
};

/* The first line of a text. */
static bool
is_right(struct csvindex *x, struct slice text, char delimiter, size_t n,
    struct counts *counts)
{
	struct slice cells[MANY], line;
	size_t newline = slice_find_byte(text, '\n'), length;
	const uint32_t *ends;
	bool is_plain;

	line = slice_to(text, newline);
	if (slice_ends(line, SLICE("\r")))
		line.n--;
	is_plain = newline < text.n &&
	    csv_split_plain(line, delimiter, cells, MANY) == (int)n &&
	    (delimiter == '\t' || slice_find_byte(line, '"') == line.n);
	length = csvindex_cut(x, text, delimiter, n, &ends);
	counts->lines++;
	counts->cut += length > 0;
	if (length == 0)
		return !is_plain || newline >= CSVINDEX_TEXT ||
		    text.n - newline <= CSVINDEX_MORE;
	if (!is_plain || length != newline + 1)
		return false;
	for (size_t k = 0; k < n; k++) {
		uint32_t from = ends[k] + 1;

		if (!slice_is(cells[k], slice_between(x->text + from,
		    x->text + ends[k + 1])) ||
		    x->text + from != cells[k].p)
			return false;
	}
	return true;
}

/* All lines of a text but those that are passed over, or cut twice; in memory that
 * ends where the text does. */
static void
cut_text(struct csvindex *x, struct slice text, char delimiter, size_t n,
    struct counts *counts)
{
	char *copy = malloc(text.n ? text.n : 1);
	struct slice rest = { copy, text.n };

	if (text.n)
		memcpy(copy, text.p, text.n);
	csvindex_forget(x);
	while (rest.n) {
		int what = (int)chance(10);

		for (int i = what == 0; i < 2 - (what > 1); i++)
			counts->wrong += !is_right(x, rest, delimiter, n,
			    counts);
		rest = slice_from(rest, slice_find_byte(rest, '\n') + 1);
	}
	free(copy);
}

/* Mostly lines of so many cells, some with what makes them others. */
static void
fill_text(struct buf *text, size_t size, char delimiter, size_t n,
    unsigned oddity, unsigned cell)
{
	buf_reset(text);
	while (text->n < size) {
		size_t cells = chance(oddity) ? n : chance(MANY) + 1;

		for (size_t k = 0; k < cells; k++) {
			if (k)
				buf_add_byte(text, delimiter);
			for (unsigned i = chance(cell); i; i--)
				buf_add_byte(text, chance(oddity * 8) ? 'a' :
				    ",;\t\r\"\0"[chance(6)]);
		}
		if (chance(oddity) == 0)
			buf_add_byte(text, '\r');
		buf_add_byte(text, '\n');
	}
	text->n = size;
}

static void
test_random(struct csvindex *x, int way)
{
	static const char delimiters[] = ",;\t";
	struct buf text;

	buf_init(&text, LONG * 64);
	for (int k = 0; delimiters[k]; k++) {
		struct counts counts = { 0 };

		for (int i = 0; i < 20000; i++) {
			size_t n = chance(MANY) + 1;

			fill_text(&text, chance(i % 100 ? 1000 : LONG),
			    delimiters[k], n, chance(30) + 1, chance(40) + 1);
			cut_text(x, buf_slice(&text), delimiters[k], n,
			    &counts);
		}
		ok(counts.wrong == 0 && counts.cut > counts.lines / 8,
		    "way %d: of %u random lines %u cut: %u wrong", way,
		    counts.lines, counts.cut, counts.wrong);
	}
	buf_release(&text);
}

/* What there is most of: nothing but delimiters, or newlines. */
static void
test_dense(struct csvindex *x, int way)
{
	struct counts counts = { 0 };
	char *p = malloc(LONG);

	for (int k = 0; k < 2; k++) {
		memset(p, k ? '\n' : ',', LONG);
		for (int i = 0; i < 40; i++)
			p[chance(LONG)] = k ? 'a' : '\n';
		cut_text(x, (struct slice){ p, LONG }, ',', 1 + (size_t)k,
		    &counts);
		cut_text(x, (struct slice){ p, LONG }, ',', 1, &counts);
	}
	free(p);
	ok(counts.wrong == 0, "way %d: as dense as can be: %u wrong", way,
	    counts.wrong);
}

static void
test_once(struct csvindex *x)
{
	char text[200];
	const uint32_t *ends;

	memset(text, 'x', sizeof text);
	memcpy(text, "a,b\r\n,\n", 8);
	csvindex_forget(x);
	ok(csvindex_cut(x, (struct slice){ text, sizeof text }, ',', 2,
	    &ends) == 5 && ends[0] + 1 == 0 && ends[1] == 1 && ends[2] == 3,
	    "a line that ends with CR and LF");
	ok(csvindex_cut(x, (struct slice){ text + 5, sizeof text - 5 }, ',', 2,
	    &ends) == 2 && ends[0] + 1 == 5 && ends[1] == 5 && ends[2] == 6,
	    "and the next");
	ok(csvindex_cut(x, (struct slice){ text, sizeof text }, ',', 2, &ends)
	    == 5 && ends[2] == 3, "the first once more");
	text[1] = 'x';
	csvindex_forget(x);
	ok(csvindex_cut(x, (struct slice){ text, sizeof text }, ',', 2, &ends)
	    == 0, "it is forgotten");
}

int
main(void)
{
	struct csvindex *x = malloc(sizeof *x);

	csvindex_init(x);
	test_once(x);
	for (int way = 0; way < CSVINDEX_WAYS; way++) {
		if (!csvindex_has_way((enum csvindex_way)way))
			continue;
		csvindex_set_way(x, (enum csvindex_way)way);
		test_random(x, way);
		test_dense(x, way);
	}
	free(x);
	return done();
}
