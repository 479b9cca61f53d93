/* SPDX-License-Identifier: ISC */
/* Rows of CSV files. */
#include "report/reader.h"

#include <stdlib.h>

#include "base/csv.h"
#include "base/csvindex.h"
#include "base/input.h"
#include "base/mem.h"
#include "schema/ip.h"

enum {
	CELLS_MAX = 1024,
	NOWHERE = CELLS_MAX,
	SKIPPED = 64,
	BLOCK_MAX = 16 * 1024 * 1024,	/* base/input.h: half a megabyte */
};

/* How rows are written: where in a row each of our columns stands. */
struct dialect {
	char delimiter;
	bool is_ours;
	size_t cells;		/* of a row; 0: not known yet */
	size_t place[COLUMNS_DEFAULT];	/* NOWHERE: there is none */
};

struct reader {
	const struct period *period;
	const char *name;
	struct dialect dialect;
	struct stamps stamps;
	struct slice block;
	struct buf scratch;	/* cells with doubled quotes, of this block; */
	size_t line_scratch;	/* those of this line begin there */
	bool skips_day;		/* rows of the day read last are of no
				 * interest: */
	char skipped[SKIPPED];	/* how one of them began, to the end of its */
	size_t skipped_n;	/* day; 0: none of this dialect yet */
	bool has_older;
	bool is_passing;	/* what is read was read before */
	bool is_no_table;	/* and that is said */
	struct reader_counts counts;
	struct err_list complaints;
	struct slice cells[CELLS_MAX + 1];	/* the last one is empty */
	struct csvindex index;		/* of the block */
};

static const char delimiters[] = { ',', ';', '\t' };

struct reader *
reader_new(const struct period *period)
{
	struct reader *r = mem_new(sizeof *r);

	r->period = period;
	buf_init(&r->scratch, BLOCK_MAX);
	csvindex_init(&r->index);
	return r;
}

void
reader_free(struct reader *r)
{
	if (!r)
		return;
	buf_release(&r->scratch);
	err_list_release(&r->complaints);
	free(r);
}

void
reader_begin(struct reader *r, const char *name)
{
	r->name = name;
	r->dialect.cells = 0;
	r->is_no_table = false;
	r->skipped_n = 0;
	r->counts = (struct reader_counts){ 0 };
}

void
reader_take(struct reader *r, struct slice block)
{
	r->block = block;
	csvindex_forget(&r->index);
	buf_reset(&r->scratch);
	(void)buf_room(&r->scratch, block.n);
}

const struct reader_counts *
reader_counts(const struct reader *r)
{
	return &r->counts;
}

bool
reader_has_older(const struct reader *r)
{
	return r->has_older;
}

struct err_list *
reader_complaints(struct reader *r)
{
	return &r->complaints;
}

static void
complain(struct reader *r, const char *what)
{
	struct err e;

	if (r->is_passing)
		return;
	r->counts.damaged++;
	err_set(&e, EX_DATAERR, "%s:%llu: %s", r->name,
	    (unsigned long long)r->counts.lines, what);
	err_list_add(&r->complaints, &e);
}

/* Tab separated rows have no quotes; others mostly have none either. */
static int
split(struct reader *r, struct slice line, char delimiter)
{
	if (delimiter == '\t' || slice_find_byte(line, '"') == line.n)
		return csv_split_plain(line, delimiter, r->cells, CELLS_MAX);
	r->scratch.n = r->line_scratch;
	return csv_split(line, delimiter, &r->scratch, r->cells, CELLS_MAX);
}

/* Letters, digits, _ and blanks.  A row has a date, and in ours an event, that
 * has more than these: whatever a client put into one, and wherever it broke
 * off, it is no header. */
static bool
is_name(struct slice cell)
{
	for (size_t i = 0; i < cell.n; i++)
		if (!byte_is_letter(cell.p[i]) && !byte_is_digit(cell.p[i]) &&
		    cell.p[i] != '_' && cell.p[i] != ' ')
			return false;
	return cell.n > 0;
}

static bool
are_names(const struct reader *r, int n)
{
	for (int i = 0; i < n; i++)
		if (!is_name(r->cells[i]))
			return false;
	return true;
}

static void
set_dialect(struct reader *r, const struct dialect *d)
{
	if (d->delimiter != r->dialect.delimiter)
		csvindex_forget(&r->index);
	r->dialect = *d;
	r->skipped_n = 0;
}

/* The names of columns: at least date and ip must be among them. */
static bool
read_header(struct reader *r, struct slice line)
{
	struct dialect d = { .delimiter = 0 };
	int n = 0;

	if (line.n >= INPUT_LINE_MAX)
		return false;
	for (size_t i = 0; i < sizeof delimiters && !d.delimiter; i++) {
		for (int c = 0; c < COLUMNS_DEFAULT; c++)
			d.place[c] = NOWHERE;
		n = split(r, line, delimiters[i]);
		for (int k = 0; k < n; k++) {
			int c = column_find(r->cells[k]);

			if (c >= 0 && c < COLUMNS_DEFAULT)
				d.place[c] = (size_t)k;
		}
		if (d.place[COLUMN_DATE] != NOWHERE &&
		    d.place[COLUMN_IP] != NOWHERE && are_names(r, n))
			d.delimiter = delimiters[i];
	}
	if (!d.delimiter)
		return false;
	d.cells = (size_t)n;
	d.is_ours = d.delimiter != ';';
	set_dialect(r, &d);
	return true;
}

static bool
is_address(struct slice cell)
{
	return cell.n == 0 || ip_is(cell);
}

/* Whether a delimiter other than this one stands in s. */
static bool
has_other_delimiter(struct slice s, char delimiter)
{
	for (size_t i = 0; i < sizeof delimiters; i++)
		if (delimiters[i] != delimiter &&
		    slice_find_byte(s, delimiters[i]) < s.n)
			return true;
	return false;
}

/* As one of the programs writes them by default. */
static struct dialect
default_dialect(char delimiter)
{
	struct dialect d = { .delimiter = delimiter,
		.is_ours = delimiter != ';' };

	d.cells = d.is_ours ? COLUMNS_DEFAULT : COLUMNS_SEED;
	for (size_t c = 0; c < COLUMNS_DEFAULT; c++)
		d.place[c] = c < d.cells ? c : NOWHERE;
	return d;
}

/* Whether a line is a row as is to be expected without a header. */
static bool
is_default_row(struct reader *r, struct slice line, const struct dialect *d)
{
	struct stamp stamp;

	return line.n < INPUT_LINE_MAX &&
	    split(r, line, d->delimiter) == (int)d->cells &&
	    !has_other_delimiter(r->cells[COLUMN_SERVER], 0) &&
	    stamp_read(&r->stamps, r->cells[COLUMN_DATE], &stamp) &&
	    is_address(r->cells[COLUMN_IP]);
}

/* A row where no header has been seen.  It may be the rest of one that was torn,
 * and then a client may have written it: so the next line must be such a row
 * too, or, if there is none, no other delimiter in it. */
static bool
guess(struct reader *r, struct slice line)
{
	struct slice rest = r->block, next;
	bool has_next = input_line(&rest, &next);

	for (size_t i = 0; i < sizeof delimiters; i++) {
		struct dialect d = default_dialect(delimiters[i]);

		if (!is_default_row(r, line, &d) || (has_next ?
		    !is_default_row(r, next, &d) :
		    has_other_delimiter(line, d.delimiter)))
			continue;
		set_dialect(r, &d);
		return true;
	}
	return false;
}

/* The date of a row whose cells before it have no quotes. */
static bool
peek_date(const struct reader *r, struct slice line, struct slice *date)
{
	struct slice rest = line, cell;

	for (size_t i = 0; i < r->dialect.place[COLUMN_DATE]; i++)
		if (!slice_cut(&rest, r->dialect.delimiter, &cell) ||
		    (cell.n && *cell.p == '"'))
			return false;
	*date = rest;
	return rest.n >= STAMP_DAY;
}

/* Whether a row is of a day that is known not to matter. */
static bool
is_skipped(struct reader *r, struct slice line)
{
	struct slice date;
	size_t n;

	if (!r->skips_day || !r->dialect.cells || !peek_date(r, line, &date) ||
	    !stamp_is_same_day(&r->stamps, date.p))
		return false;
	n = (size_t)(date.p - line.p) + STAMP_DAY;
	if (n <= sizeof r->skipped) {
		memcpy(r->skipped, line.p, n);
		r->skipped_n = n;
	}
	return true;
}

/* Most rows that are skipped begin like the one before, from the server to the
 * day: all of these at once. */
static void
skip_rows(struct reader *r)
{
	uint64_t n = 0;

	while (r->skipped_n && r->block.n >= r->skipped_n &&
	    bytes_are(r->block.p, r->skipped, r->skipped_n)) {
		r->block = slice_from(r->block, slice_find_byte(r->block,
		    '\n') + 1);
		n++;
	}
	r->counts.lines += n;
	r->counts.rows += n;
	r->counts.outside += n;
}

/* Rows without the column, or with nothing in it, are failures. */
static bool
read_event(struct slice cell, enum event_kind *event)
{
	int kind = cell.n ? event_find(cell) : EVENT_AUTH_FAILURE;

	if (kind < 0)
		return false;
	*event = (enum event_kind)kind;
	return true;
}

static struct slice
cut_cell(const struct reader *r, const uint32_t *ends, size_t place)
{
	uint32_t from, to;

	if (place == NOWHERE)
		return (struct slice){ NULL, 0 };
	from = ends[place] + 1;
	to = ends[place + 1];
	return (struct slice){ r->index.text + from, to - from };
}

/* The next line, if it is a row like most: without quotes, and not the last of
 * the block.  False: it may be one nevertheless. */
static bool
cut_row(struct reader *r, struct record *row)
{
	const struct dialect *d = &r->dialect;
	const uint32_t *ends;
	size_t n = d->cells ? csvindex_cut(&r->index, r->block, d->delimiter,
	    d->cells, &ends) : 0;

	if (n == 0 ||
	    !stamp_read(&r->stamps, cut_cell(r, ends, d->place[COLUMN_DATE]),
	    &row->stamp))
		return false;
	for (int c = 0; c < COLUMNS_DEFAULT; c++)
		row->cells[c] = cut_cell(r, ends, d->place[c]);
	row->line = slice_to(r->block, n);
	r->block = slice_from(r->block, n);
	return true;
}

/* Splits a line as the dialect says.  False: it is no row of it. */
static bool
read_row(struct reader *r, struct slice line, struct record *row)
{
	int n = r->dialect.cells ? split(r, line, r->dialect.delimiter) : -1;

	if (n != (int)r->dialect.cells ||
	    !stamp_read(&r->stamps, r->cells[r->dialect.place[COLUMN_DATE]],
	    &row->stamp))
		return false;
	r->cells[NOWHERE] = row->line = (struct slice){ NULL, 0 };
	for (int c = 0; c < COLUMNS_DEFAULT; c++)
		row->cells[c] = r->cells[r->dialect.place[c]];
	return true;
}

static const char NO_TABLE[] = "neither a header with the columns date and ip "
	"nor a row of mls-filter or MailLogSentinel: nothing is counted up to "
	"one (a log is for mls-filter)";

/* Why it is no row, though there should be one. */
static const char *
fault_of(struct reader *r, struct slice line)
{
	int n;

	if (line.n >= INPUT_LINE_MAX)
		return "the line is longer than 64 KiB";
	if (!r->dialect.cells)
		return NO_TABLE;
	n = split(r, line, r->dialect.delimiter);
	if (n < 0)
		return "a quote is missing or stands where it should not";
	if (n != (int)r->dialect.cells)
		return n < (int)r->dialect.cells ? "too few cells for the "
		    "header" : "too many cells for the header";
	return "no date: neither 2026-11-22T11:05:40+01:00 nor 22/11/2026 "
	    "11:05";
}

/* Of what is no table at all only the first line is told. */
static void
note_fault(struct reader *r, const char *fault)
{
	if (fault != NO_TABLE || !r->is_no_table)
		complain(r, fault);
	else if (!r->is_passing)
		r->counts.damaged++;
	r->is_no_table |= fault == NO_TABLE && !r->is_passing;
}

/* False: there is none, and that is said where it must be. */
static bool
find_row(struct reader *r, struct slice line, struct record *row)
{
	if (read_row(r, line, row))
		return true;
	if (read_header(r, line))
		return false;
	if (!r->dialect.cells && guess(r, line) && read_row(r, line, row))
		return true;
	note_fault(r, fault_of(r, line));
	return false;
}

/* Whether a row is to be counted. */
static bool
take_row(struct reader *r, struct record *row)
{
	r->skips_day = period_excludes(r->period, row->stamp.day);
	r->skipped_n = 0;
	row->slot = period_slot(r->period, &row->stamp);
	row->is_ours = r->dialect.is_ours;
	if (!row->is_ours)
		record_mend_seed(row);
	if (row->slot == PERIOD_NONE) {
		r->has_older |= row->stamp.day < r->period->first;
		r->counts.rows++;
		r->counts.outside++;
		return false;
	}
	if (!is_address(row->cells[COLUMN_IP])) {
		complain(r, "what stands in the column ip is no address");
		return false;
	}
	if (!read_event(row->cells[COLUMN_EVENT], &row->event)) {
		complain(r, "what stands in the column event is no event");
		return false;
	}
	r->counts.rows++;
	return true;
}

/* The next line, slowly.  False: it is no row. */
static bool
next_row(struct reader *r, struct slice line, struct record *row)
{
	r->counts.lines++;
	r->line_scratch = r->scratch.n;
	line = slice_to(line, INPUT_LINE_MAX);
	if (!is_skipped(r, line))
		return line.n && find_row(r, line, row);
	r->counts.rows++;
	r->counts.outside++;
	return false;
}

bool
reader_next(struct reader *r, struct record *row)
{
	struct slice line;
	bool is_row;

	do {
		skip_rows(r);
		if (!r->skips_day && cut_row(r, row)) {
			r->counts.lines++;
			is_row = true;
		} else if (input_line(&r->block, &line)) {
			is_row = next_row(r, line, row);
		} else {
			return false;
		}
	} while (!is_row || !take_row(r, row));
	return true;
}

void
reader_pass(struct reader *r, struct slice block)
{
	const struct reader_counts before = r->counts;
	bool has_older = r->has_older;
	struct record row;
	uint64_t lines;

	reader_take(r, block);
	r->is_passing = true;
	while (reader_next(r, &row))
		continue;
	r->is_passing = false;
	lines = r->counts.lines;
	r->counts = before;
	r->counts.passed += lines - before.lines;
	r->counts.lines = lines;
	r->has_older = has_older;
}
