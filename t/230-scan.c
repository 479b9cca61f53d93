/* SPDX-License-Identifier: ISC */
/* The search over whole blocks finds the lines that a search line by line
 * finds: the same ones, once each, in the same order. */
#include <stdlib.h>

#include "base/input.h"
#include "parse/scan.h"
#include "chance.h"
#include "tap.h"

static bool
holds(struct slice line, const struct slice *literals, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t at = 0; at + literals[i].n <= line.n; at++)
			if (memcmp(line.p + at, literals[i].p,
			    literals[i].n) == 0)
				return true;
	return false;
}

/* Against the slow way.  Lines are compared by place, not only by content. */
static bool
agrees(struct scan *s, struct slice block, size_t max)
{
	struct slice rest = block, found;
	size_t lines = 0;

	scan_begin(s, block);
	while (rest.n) {
		size_t n = slice_find_byte(rest, '\n');
		struct slice line = slice_to(rest, n);

		rest = slice_from(rest, n + 1);
		lines++;
		if (!holds(line, s->literals, s->n))
			continue;
		if (!scan_next(s, max, &found) || found.p != line.p ||
		    found.n != (line.n < max ? line.n : max)) {
			printf("# line %zu, '%.*s', is not found\n", lines,
			    (int)line.n, line.p);
			return false;
		}
	}
	if (!scan_next(s, max, &found) && !scan_next(s, max, &found))
		return true;
	printf("# one too many behind %zu lines: '%.*s'\n", lines,
	    (int)found.n, found.p);
	return false;
}

/* Every way this processor knows. */
static bool
agrees_every_way(struct scan *s, struct slice block, size_t max)
{
	bool good = true;

	for (int way = 0; way < SCAN_WAYS && good; way++) {
		if (!scan_has_way((enum scan_way)way))
			continue;
		scan_set_way(s, (enum scan_way)way);
		good = agrees(s, block, max);
		if (!good)
			printf("# way %d\n", way);
	}
	return good;
}

/* In memory of just that size, so that nothing beyond it is looked at; shifted,
 * since a search by vectors may care. */
static bool
agrees_in_place(struct scan *s, struct slice block, size_t shift, size_t max)
{
	char *copy = malloc(block.n + shift ? block.n + shift : 1);
	bool good;

	if (!copy)
		return false;
	if (block.n)
		memcpy(copy + shift, block.p, block.n);
	good = agrees_every_way(s, (struct slice){ copy + shift, block.n },
	    max);
	free(copy);
	return good;
}

static void
test_table(void)
{
	static const struct slice one[] = { SLICE("SASL") };
	static const struct slice blocks[] = {
		SLICE(""), SLICE("\n"), SLICE("SASL"), SLICE("SASL\n"),
		SLICE("SAS"), SLICE("SAS\nL"), SLICE("SASSASL\n"),
		SLICE("a SASL b SASL c\nd\nSASL"), SLICE("\n\nSASL\n\n"),
		SLICE("x\0SASL\0\ny\n"), SLICE("SASLSASL\nSASL\nSASL"),
		SLICE("SASL\n\nx"), SLICE("\nSASL"), SLICE("sasl SAS L\n"),
	};
	struct scan s;
	struct slice line;
	bool good = true;

	scan_init(&s, one, 1);
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
		for (size_t shift = 0; shift < 4; shift++)
			good = agrees_in_place(&s, blocks[i], shift, 1000) &&
			    good;
	ok(good, "small blocks");
	scan_begin(&s, (struct slice){ NULL, 0 });
	ok(!scan_next(&s, 10, &line), "no block at all");
	scan_init(&s, one, 0);
	scan_begin(&s, SLICE("SASL\n"));
	ok(!scan_next(&s, 10, &line), "nothing to look for");
}

/* The literal at every place of blocks of every small size: first, last, over
 * the edges of vectors, and cut off at the end. */
static void
test_edges(void)
{
	static const struct slice literals[] = {
		SLICE("zq"), SLICE(" authentication failed"), SLICE("k"),
		SLICE("\"MESSAGE\":["), SLICE("last message repeated "),
	};
	bool good = true;

	for (size_t k = 0; k < sizeof literals / sizeof *literals; k++) {
		struct scan s;

		scan_init(&s, &literals[k], 1);
		for (size_t n = 1; n <= 150 && good; n++) {
			for (size_t at = 0; at < n && good; at++) {
				char text[151];
				struct slice part = slice_to(literals[k],
				    n - at);

				memset(text, '.', n);
				memcpy(text + at, part.p, part.n);
				good = agrees_in_place(&s, (struct slice){
				    text, n }, 0, 1000);
				if (at == 0)
					continue;
				text[at - 1] = '\n';
				good = good && agrees_in_place(&s,
				    (struct slice){ text, n }, 0, 1000);
			}
		}
	}
	ok(good, "a literal at every place of every small block");
}

/* Few letters, so that literals overlap, begin in one another and nearly
 * match. */
static void
test_random(void)
{
	static char text[700];
	bool good = true;

	for (int round = 0; round < 12000 && good; round++) {
		char bytes[SCAN_LITERALS][8];
		struct slice literals[SCAN_LITERALS];
		size_t n = 1 + chance(round % 8 ? 4 : SCAN_LITERALS);
		size_t size = chance(round % 3 ? 120 : sizeof text);
		unsigned letters = 2 + chance(4), newlines = 4 + chance(60);
		struct scan s;

		for (size_t i = 0; i < n; i++) {
			literals[i] = (struct slice){ bytes[i],
				1 + chance(sizeof bytes[i]) };
			for (size_t k = 0; k < literals[i].n; k++)
				bytes[i][k] = "ab\0 zQ"[chance(letters)];
		}
		for (size_t i = 0; i < size; i++)
			text[i] = chance(newlines) ?
			    "ab\0 zQ"[chance(letters)] : '\n';
		scan_init(&s, literals, n);
		good = agrees_in_place(&s, (struct slice){ text, size },
		    chance(40), chance(2) ? 1000 : chance(50));
		/* The same again: a scan keeps nothing of the block before. */
		good = good && agrees_in_place(&s, slice_from((struct slice){
		    text, size }, size / 2), 0, 1000);
		if (!good)
			printf("# round %d\n", round);
	}
	ok(good, "12000 random blocks: the same lines as line by line");
}

/* Long lines and a block of real size; every byte occurs. */
static void
test_large(void)
{
	static const struct slice literals[] = {
		SLICE(": SASL "), SLICE(" authentication failed"),
		SLICE("last message repeated "), SLICE("\x7f\x01"),
	};
	enum { SIZE = 320 * 1024 };
	char *text = malloc(SIZE);
	struct scan s;
	bool good = true;

	if (!text)
		return;
	scan_init(&s, literals, 4);
	for (int round = 0; round < 4 && good; round++) {
		for (size_t i = 0; i < SIZE; i++)
			text[i] = (char)chance(256);
		for (int k = 0; k < 300; k++) {
			struct slice one = literals[chance(4)];
			size_t at = chance(SIZE - 100);

			memcpy(text + at, one.p, one.n);
			if (round & 1)
				text[chance(SIZE)] = '\n';
		}
		if (round & 2)
			for (size_t i = 0; i < SIZE; i++)
				if (text[i] == '\n')
					text[i] = ' ';
		good = agrees_every_way(&s, (struct slice){ text, SIZE },
		    INPUT_LINE_MAX);
	}
	ok(good, "blocks of 320 KiB of any bytes");
	free(text);
}

int
main(void)
{
	test_table();
	test_edges();
	test_random();
	test_large();
	return done();
}
