/* SPDX-License-Identifier: ISC */
/* Fuzz target: blocks of lines as rows of CSV, in any of its forms: what comes
 * of them is harmless, every line is counted once, and where no line had to be
 * guessed at it does not matter how the lines came in blocks. */
#include <stdlib.h>

#include "base/input.h"
#include "base/map.h"
#include "report/reader.h"
#include "schema/cell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SCRATCH_MAX = 8 * INPUT_LINE_MAX };

struct result {
	struct reader_counts counts;
	uint64_t sum;		/* of all rows */
	bool has_older;
};

static void
must(bool good)
{
	if (!good)
		abort();
}

static uint64_t
add_row(uint64_t sum, const struct record *row, struct buf *scratch)
{
	const struct siphash_key key = { sum, row->event };
	int64_t seconds = stamp_seconds(&row->stamp);
	struct slice text = { (const char *)&seconds, sizeof seconds };

	must(row->event < EVENT_KINDS && row->slot != PERIOD_NONE);
	must(row->stamp.second >= 0 && row->stamp.second <= 86400);
	sum = siphash(&key, text);
	for (int c = 0; c < COLUMNS_DEFAULT; c++) {
		text = record_text(row, (enum column)c, scratch);
		must(!scratch->overflow);
		for (size_t i = 0; i < text.n; i++)
			must((unsigned char)text.p[i] >= 0x20 &&
			    text.p[i] != 0x7f);
		sum = siphash(&(struct siphash_key){ sum, 0 }, text);
	}
	return sum;
}

/* Up to the end of the first line behind so many bytes. */
static struct slice
cut_block(struct slice *rest, size_t least)
{
	struct slice block = *rest;

	if (least < rest->n) {
		least += slice_find_byte(slice_from(*rest, least), '\n') + 1;
		block = slice_to(*rest, least);
	}
	*rest = slice_from(*rest, block.n);
	return block;
}

static struct result
read_rows(const struct period *period, struct slice rest, size_t least,
    bool passes)
{
	struct reader *r = reader_new(period);
	struct result result = { .sum = 0 };
	struct record row;
	struct buf scratch;

	buf_init(&scratch, SCRATCH_MAX);
	reader_begin(r, "rows");
	while (rest.n) {
		struct slice block = cut_block(&rest, least);

		if (passes) {
			reader_pass(r, block);
			continue;
		}
		reader_take(r, block);
		while (reader_next(r, &row))
			result.sum = add_row(result.sum, &row, &scratch);
	}
	result.counts = *reader_counts(r);
	result.has_older = reader_has_older(r);
	buf_release(&scratch);
	reader_free(r);
	return result;
}

static uint64_t
count_lines(struct slice rest)
{
	struct slice line;
	uint64_t n = 0;

	while (input_line(&rest, &line))
		n++;
	return n;
}

/* A header comes first: nothing is a guess. */
static bool
is_plain_start(struct slice text)
{
	return slice_starts(text, SLICE("server,date,ip,user,hostname,"
	    "reverse_dns_status,country_code,asn,aso,event,service,"
	    "mechanism\n"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const periods[] = { "all", "yesterday", "24h",
		"2026-11-01..2026-11-30" };
	struct slice text = { (const char *)data, size };
	struct period period;
	struct when now = { .year = 2026, .month = 11, .day = 23,
		.has_offset = true };
	struct result whole, parts, passed;
	struct err e;

	setenv("TZ", "UTC", 1);
	if (size == 0)
		return 0;
	must(period_parse(&period, periods[data[0] % 4], &now, &e) == 0);
	text = slice_from(text, 1);
	whole = read_rows(&period, text, text.n, false);
	must(whole.counts.lines == count_lines(text));
	must(whole.counts.rows + whole.counts.damaged <= whole.counts.lines);
	must(whole.counts.outside <= whole.counts.rows);
	passed = read_rows(&period, text, text.n, true);
	must(passed.counts.lines == whole.counts.lines &&
	    passed.counts.passed == passed.counts.lines &&
	    !passed.counts.rows && !passed.counts.damaged);
	parts = read_rows(&period, text, 0, false);
	must(parts.counts.lines == whole.counts.lines);
	if (is_plain_start(text))
		must(parts.counts.rows == whole.counts.rows &&
		    parts.counts.damaged == whole.counts.damaged &&
		    parts.counts.outside == whole.counts.outside &&
		    parts.sum == whole.sum &&
		    parts.has_older == whole.has_older);
	return 0;
}
