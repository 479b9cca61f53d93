/* SPDX-License-Identifier: ISC */
/* Fuzz target: a block of log lines, all rule files, and what becomes of it in
 * a row: every cell harmless, on one line, and reversible. */
#include <stdlib.h>

#include "base/csv.h"
#include "parse/parser.h"
#include "schema/cell.h"
#include "schema/column.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX = 8 * 1024 * 1024 };

static void
must(bool good)
{
	if (!good)
		abort();
}

static struct rules *
all_rules(void)
{
	struct rules *rules = rules_new();
	struct err_list complaints = { 0 };

	for (size_t i = 0; rules_embedded(i); i++)
		must(rules_add(rules, rules_embedded(i), &complaints) == 0);
	return rules;
}

static void
check_cell(struct slice raw, unsigned style)
{
	struct buf cell, back, csv, scratch;
	struct slice again;

	buf_init(&cell, MAX);
	buf_init(&back, MAX);
	buf_init(&csv, MAX);
	buf_init(&scratch, MAX);
	cell_add(&cell, raw, style);
	must(!cell.overflow);
	for (size_t i = 0; i < cell.n; i++)
		must((unsigned char)cell.p[i] >= 0x20 && cell.p[i] != 0x7f);
	must(cell_restore(&back, buf_slice(&cell)));
	must(slice_is(buf_slice(&back), raw));
	csv_add_cell(&csv, ',', buf_slice(&cell));
	(void)buf_room(&scratch, csv.n + 1);
	if (cell.n) {
		must(csv_split(buf_slice(&csv), ',', &scratch, &again, 1) == 1);
		must(slice_is(again, buf_slice(&cell)));
	}
	buf_release(&cell);
	buf_release(&back);
	buf_release(&csv);
	buf_release(&scratch);
}

static void
check_event(const struct event *e)
{
	struct row row = { .event = e, .status = RDNS_SKIPPED };
	struct buf scratch;

	must(e->count >= 1 && e->count <= 999999);
	must(e->when.has_offset && e->when.year > 0);
	must(e->when.month >= 1 && e->when.month <= 12);
	buf_init(&scratch, MAX);
	for (int c = 0; c < COLUMNS; c++) {
		check_cell(column_text((enum column)c, &row, &scratch), 0);
		check_cell(column_text((enum column)c, &row, &scratch),
		    CELL_NO_FORMULA);
	}
	buf_release(&scratch);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rules *rules;
	static struct parser *parser;
	const struct clock clock = { .now = 1795345540 };
	struct slice block = { (const char *)data, size };
	const struct event *event;
	struct buf words;
	struct err e;

	if (!parser) {
		setenv("TZ", "UTC", 1);
		rules = all_rules();
		parser = parser_new(rules, 15, &e);
		must(parser != NULL);
	}
	parser_start(parser, &clock);
	parser_begin(parser, block);
	while ((event = parser_next(parser)))
		check_event(event);
	buf_init(&words, MAX);
	parser_explain(parser, slice_to(block, slice_find_byte(block, '\n')),
	    &words);
	buf_release(&words);
	return 0;
}
