/* SPDX-License-Identifier: ISC */
/* --info: where the answers come from. */
#include "ipinfo-sources.h"

#include <stdlib.h>
#include <time.h>

#include "base/csv.h"
#include "base/json.h"
#include "base/mem.h"
#include "schema/cell.h"

enum { DAY = 24 * 60 * 60, CELL_MAX = 16 * 1024 };

enum source_cell {
	SOURCE_FILE, SOURCE_FORMAT, SOURCE_DATE, SOURCE_DAYS, SOURCE_ROWS,
	SOURCE_V4, SOURCE_V6, SOURCE_CELLS
};

static const struct {
	struct slice name;
	bool is_number;			/* to the right, in text */
	struct slice unit;		/* behind it, in text */
} cells[SOURCE_CELLS] = {
	[SOURCE_FILE] = { SLICE("file"), false, SLICE("") },
	[SOURCE_FORMAT] = { SLICE("format"), false, SLICE("") },
	[SOURCE_DATE] = { SLICE("date"), false, SLICE("") },
	[SOURCE_DAYS] = { SLICE("age_days"), true, SLICE(" days old") },
	[SOURCE_ROWS] = { SLICE("rows"), true, SLICE(" rows") },
	[SOURCE_V4] = { SLICE("ipv4_ranges"), true, SLICE(" IPv4 ranges") },
	[SOURCE_V6] = { SLICE("ipv6_ranges"), true, SLICE(" IPv6 ranges") },
};

static void
add_date(struct buf *out, int64_t seconds)
{
	time_t t = (time_t)seconds;
	char text[40];
	struct tm tm;

	if (gmtime_r(&t, &tm) &&
	    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm))
		buf_add(out, slice_text(text));
}

static void
add_cell(struct buf *out, const struct ipdb_source *s, enum source_cell cell,
    int64_t now)
{
	bool has_time = s->time != INT64_MAX;

	switch (cell) {
	case SOURCE_FILE:
		cell_add(out, slice_text(s->file), CELL_PLAIN);
		break;
	case SOURCE_FORMAT:
		cell_add(out, slice_text(s->format), CELL_PLAIN);
		break;
	case SOURCE_DATE:
		if (has_time)
			add_date(out, s->time);
		break;
	case SOURCE_DAYS:
		if (has_time)
			buf_add_number(out, now > s->time ?
			    (uint64_t)(now - s->time) / DAY : 0);
		break;
	case SOURCE_ROWS:
		if (s->rows)
			buf_add_number(out, s->rows);
		break;
	case SOURCE_V4:
		buf_add_number(out, s->v4);
		break;
	case SOURCE_V6:
		buf_add_number(out, s->v6);
		break;
	case SOURCE_CELLS:
		break;
	}
}

static void
add_json(struct buf *out, const struct slice *row)
{
	for (size_t c = 0; c < SOURCE_CELLS; c++) {
		buf_add_byte(out, c ? ',' : '{');
		json_add_string(out, cells[c].name);
		buf_add_byte(out, ':');
		json_add_string(out, row[c]);
	}
	buf_add(out, SLICE("}\n"));
}

static void
add_csv(struct buf *out, const struct slice *row)
{
	for (size_t c = 0; c < SOURCE_CELLS; c++) {
		if (c)
			buf_add_byte(out, ',');
		csv_add_cell(out, ',', row[c]);
	}
	buf_add_byte(out, '\n');
}

static void
add_text(struct buf *out, const struct slice *row, const size_t *widths)
{
	for (size_t c = 0; c < SOURCE_CELLS; c++) {
		struct slice cell = row[c].n ? row[c] : SLICE("-");
		size_t padding = widths[c] - cell.n;
		bool is_last = c + 1 == SOURCE_CELLS;

		if (c)
			buf_add(out, SLICE("  "));
		for (; cells[c].is_number && padding; padding--)
			buf_add_byte(out, ' ');
		buf_add(out, cell);
		buf_add(out, cells[c].unit);
		for (; !is_last && padding; padding--)
			buf_add_byte(out, ' ');
	}
	buf_add_byte(out, '\n');
}

/* Every cell of every source, its bytes in text; widths grow. */
static struct slice *
make_rows(const struct ipdb *db, int64_t now, struct buf *text,
    size_t widths[SOURCE_CELLS])
{
	size_t n = ipdb_sources(db) * SOURCE_CELLS;
	struct slice *rows = mem_array(n + 1, sizeof *rows);
	const char *at;

	for (size_t i = 0; i < n; i++) {
		size_t from = text->n, c = i % SOURCE_CELLS;

		add_cell(text, ipdb_source(db, i / SOURCE_CELLS),
		    (enum source_cell)c, now);
		rows[i].n = text->n - from;
		if (rows[i].n > widths[c])
			widths[c] = rows[i].n;
	}
	/* The text does not move any more. */
	at = text->p;
	for (size_t i = 0; i < n; i++) {
		rows[i].p = at;
		at += rows[i].n;
	}
	return rows;
}

void
sources_add(struct buf *out, const struct ipdb *db, enum answer_format format,
    bool has_header, int64_t now)
{
	size_t widths[SOURCE_CELLS] = { 1, 1, 1, 1, 1, 1, 1 };
	struct slice names[SOURCE_CELLS], *rows;
	struct buf text;

	buf_init(&text, (ipdb_sources(db) + 1) * CELL_MAX);
	rows = make_rows(db, now, &text, widths);
	for (size_t c = 0; c < SOURCE_CELLS; c++)
		names[c] = cells[c].name;
	if (format == ANSWER_CSV && has_header)
		add_csv(out, names);
	for (size_t i = 0; i < ipdb_sources(db); i++) {
		const struct slice *row = rows + i * SOURCE_CELLS;

		if (format == ANSWER_JSON)
			add_json(out, row);
		else if (format == ANSWER_CSV)
			add_csv(out, row);
		else
			add_text(out, row, widths);
	}
	free(rows);
	buf_release(&text);
}
