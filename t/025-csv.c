/* SPDX-License-Identifier: ISC */
/* Cells of comma separated values: what is written can be read. */
#include <stdint.h>
#include <stdlib.h>

#include "base/csv.h"
#include "chance.h"
#include "tap.h"

enum { CELLS = 4, MANY = 20 };

static const struct {
	char delimiter;
	struct slice cell, written;
} written[] = {
	{ ',', SLICE(""), SLICE("") },
	{ ',', SLICE("a"), SLICE("a") },
	{ ',', SLICE(" a "), SLICE(" a ") },
	{ ',', SLICE(","), SLICE("\",\"") },
	{ ';', SLICE("a,b"), SLICE("a,b") },
	{ ';', SLICE("a;b"), SLICE("\"a;b\"") },
	{ '\t', SLICE("a\tb"), SLICE("\"a\tb\"") },
	{ ',', SLICE("a\tb"), SLICE("a\tb") },
	{ ',', SLICE("\""), SLICE("\"\"\"\"") },
	{ ',', SLICE("a\"b\"\"c"), SLICE("\"a\"\"b\"\"\"\"c\"") },
	{ ',', SLICE("a\nb"), SLICE("\"a\nb\"") },
	{ ',', SLICE("a\r"), SLICE("\"a\r\"") },
	{ ',', SLICE("a\0b"), SLICE("a\0b") },
	{ ',', SLICE("\xff"), SLICE("\xff") },
};

static void
test_add(void)
{
	bool good = true;
	struct buf b;

	buf_init(&b, 100);
	for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
		buf_reset(&b);
		csv_add_cell(&b, written[i].delimiter, written[i].cell);
		if (slice_is(buf_slice(&b), written[i].written))
			continue;
		good = false;
		printf("# case %zu: %.*s\n", i, (int)b.n, b.p);
	}
	ok(good, "csv_add_cell: quotes only where they are needed");
	buf_release(&b);
}

static const struct {
	struct slice line;
	int n;
	struct slice cells[CELLS];
} lines[] = {
	{ SLICE(""), 1, { SLICE("") } },
	{ SLICE("a"), 1, { SLICE("a") } },
	{ SLICE(","), 2, { SLICE(""), SLICE("") } },
	{ SLICE("a,"), 2, { SLICE("a"), SLICE("") } },
	{ SLICE(",a"), 2, { SLICE(""), SLICE("a") } },
	{ SLICE("a,b,c,d"), 4,
		{ SLICE("a"), SLICE("b"), SLICE("c"), SLICE("d") } },
	{ SLICE("a,b,c,d,"), -1, { SLICE("") } },
	{ SLICE("\"\""), 1, { SLICE("") } },
	{ SLICE("\"\",\"\""), 2, { SLICE(""), SLICE("") } },
	{ SLICE("\"a,b\",c"), 2, { SLICE("a,b"), SLICE("c") } },
	{ SLICE("\"\"\"\""), 1, { SLICE("\"") } },
	{ SLICE("\"\"\"a\"\"\",\"b\"\"c\""), 2,
		{ SLICE("\"a\""), SLICE("b\"c") } },
	{ SLICE("\"a\rb\nc\""), 1, { SLICE("a\rb\nc") } },
	{ SLICE("a\"b,c"), 2, { SLICE("a\"b"), SLICE("c") } },
	{ SLICE(" \"a\""), 1, { SLICE(" \"a\"") } },
	{ SLICE("a\0b,\0"), 2, { SLICE("a\0b"), SLICE("\0") } },
	{ SLICE("\""), -1, { SLICE("") } },
	{ SLICE("\"a"), -1, { SLICE("") } },
	{ SLICE("\"a\"\""), -1, { SLICE("") } },
	{ SLICE("a,\"b"), -1, { SLICE("") } },
	{ SLICE("\"a\"b"), -1, { SLICE("") } },
	{ SLICE("\"a\" ,b"), -1, { SLICE("") } },
	{ SLICE("\"a\"\"\"b"), -1, { SLICE("") } },
	{ SLICE("\"\"\""), -1, { SLICE("") } },
};

static void
test_split(void)
{
	bool good = true;
	struct buf scratch;

	buf_init(&scratch, 100);
	(void)buf_room(&scratch, 100);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct slice cells[CELLS];
		int n;

		buf_reset(&scratch);
		n = csv_split(lines[i].line, ',', &scratch, cells, CELLS);
		for (int k = 0; k < n && n == lines[i].n; k++)
			if (!slice_is(cells[k], lines[i].cells[k]))
				n = -2;
		if (n == lines[i].n)
			continue;
		good = false;
		printf("# line '%s': %d\n", lines[i].line.p, n);
	}
	ok(good, "csv_split: table");
	ok(csv_split(SLICE("a,b"), ',', &scratch, (struct slice[1]){ { 0 } },
	    1) == -1, "more cells than there is room for");
	ok(csv_split(SLICE("a"), ',', &scratch, NULL, 0) == -1,
	    "no room at all");
	buf_release(&scratch);
}

/* Where there is no quote both ways are the same; a quote is a byte. */
static void
test_split_plain(void)
{
	bool good = true;
	struct slice cells[CELLS];

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		int n;

		if (slice_find_byte(lines[i].line, '"') < lines[i].line.n)
			continue;
		n = csv_split_plain(lines[i].line, ',', cells, CELLS);
		for (int k = 0; k < n && n == lines[i].n; k++)
			if (!slice_is(cells[k], lines[i].cells[k]))
				n = -2;
		good &= n == lines[i].n;
	}
	ok(good, "csv_split_plain: table");
	ok(csv_split_plain(SLICE("\"a\tb\"\t\"\"c"), '\t', cells, CELLS) == 3 &&
	    slice_is(cells[0], SLICE("\"a")) &&
	    slice_is(cells[1], SLICE("b\"")) &&
	    slice_is(cells[2], SLICE("\"\"c")), "quotes without a meaning");
	ok(csv_split_plain(SLICE("aaaaaaa,bbbbbbbbb,ccccccc"), ',', cells,
	    CELLS) == 3 && slice_is(cells[1], SLICE("bbbbbbbbb")) &&
	    slice_is(cells[2], SLICE("ccccccc")), "longer than a word");
	ok(csv_split_plain(SLICE("a,b"), ',', cells, 1) == -1 &&
	    csv_split_plain(SLICE("a,b,c"), ',', cells, 1) == -1,
	    "more cells than there is room for");
}

/* Lines of any length in a piece of memory of just that size. */
static void
test_split_long(void)
{
	struct slice cells[MANY], same[MANY];
	struct buf scratch;
	bool good = true;

	buf_init(&scratch, 400);
	for (unsigned i = 0; i < 60000 && good; i++) {
		size_t size = chance(300);
		char *p = malloc(size);
		struct slice line = { p, size };
		int n, plain;

		for (size_t k = 0; k < size; k++)
			p[k] = chance(40) ? (char)('a' + chance(26)) :
			    chance(2) ? ';' : (char)~';';
		n = csv_split(line, ';', &scratch, same, MANY);
		plain = csv_split_plain(line, ';', cells, MANY);
		good = n == plain;
		for (int k = 0; k < n && good; k++)
			good = slice_is(cells[k], same[k]);
		free(p);
	}
	ok(good, "60000 random lines, both ways");
	buf_release(&scratch);
}

/* Four random cells written and read, room just as large as the line. */
static bool
round_trip(char delimiter)
{
	char bytes[CELLS][12];
	struct slice cells[CELLS], back[CELLS];
	struct buf line, scratch;
	bool good;
	int n;

	buf_init(&line, 1000);
	for (size_t i = 0; i < CELLS; i++) {
		cells[i] = (struct slice){ bytes[i],
			chance(sizeof bytes[i] + 1) };
		for (size_t k = 0; k < sizeof bytes[i]; k++)
			bytes[i][k] = "a\"\",;\t\r\n\0 "[chance(10)];
		if (i)
			buf_add_byte(&line, delimiter);
		csv_add_cell(&line, delimiter, cells[i]);
	}
	buf_init(&scratch, line.n);
	(void)buf_room(&scratch, line.n);
	n = csv_split(buf_slice(&line), delimiter, &scratch, back, CELLS);
	good = n == CELLS && !scratch.overflow;
	for (size_t i = 0; i < CELLS && good; i++)
		good = slice_is(cells[i], back[i]);
	if (!good)
		printf("# %d cells of %.*s\n", n, (int)line.n, line.p);
	buf_release(&line);
	buf_release(&scratch);
	return good;
}

static void
test_round_trip(void)
{
	bool good = true;

	for (int i = 0; i < 60000 && good; i++)
		good = round_trip(",;\t"[i % 3]);
	ok(good, "60000 random lines come back");
}

int
main(void)
{
	test_add();
	test_split();
	test_split_plain();
	test_split_long();
	test_round_trip();
	return done();
}
