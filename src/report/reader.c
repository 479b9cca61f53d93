/* SPDX-License-Identifier: ISC */
/* Rows of CSV files. */
#include "report/reader.h"

#include <stdlib.h>

#include "base/csv.h"
#include "base/input.h"
#include "base/mem.h"
#include "base/word.h"
#include "schema/cell.h"
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
};

static const char delimiters[] = { ',', ';', '\t' };

struct reader *
reader_new(const struct period *period)
{
	struct reader *r = mem_new(sizeof *r);

	r->period = period;
	buf_init(&r->scratch, BLOCK_MAX);
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
	r->dialect = d;
	r->skipped_n = 0;
	return true;
}

static bool
is_address(struct slice cell)
{
	struct ip ip;

	return cell.n == 0 || ip_parse(cell, &ip);
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
		r->dialect = d;
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

static void
fill(const struct reader *r, struct record *row)
{
	for (int c = 0; c < COLUMNS_DEFAULT; c++)
		row->cells[c] = r->cells[r->dialect.place[c]];
	row->is_ours = r->dialect.is_ours;
	if (row->is_ours)
		return;
	/* What the seed wrote where it knew nothing. */
	if (slice_is(row->cells[COLUMN_HOSTNAME], SLICE("null")))
		row->cells[COLUMN_HOSTNAME].n = 0;
	for (int c = COLUMN_COUNTRY; c <= COLUMN_ASO; c++)
		if (slice_is(row->cells[c], SLICE("N/A")))
			row->cells[c].n = 0;
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
	r->cells[NOWHERE] = (struct slice){ NULL, 0 };
	fill(r, row);
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

/* 1: a row; 0: none, and that is said where it must be. */
static bool
take_line(struct reader *r, struct slice line, struct record *row)
{
	if (!read_row(r, line, row)) {
		if (read_header(r, line))
			return false;
		if (r->dialect.cells || !guess(r, line) ||
		    !read_row(r, line, row)) {
			note_fault(r, fault_of(r, line));
			return false;
		}
	}
	r->skips_day = period_excludes(r->period, row->stamp.day);
	r->skipped_n = 0;
	row->slot = period_slot(r->period, &row->stamp);
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

bool
reader_next(struct reader *r, struct record *row)
{
	struct slice line;

	for (;;) {
		skip_rows(r);
		if (!input_line(&r->block, &line))
			return false;
		r->counts.lines++;
		r->line_scratch = r->scratch.n;
		line = slice_to(line, INPUT_LINE_MAX);
		if (is_skipped(r, line)) {
			r->counts.rows++;
			r->counts.outside++;
		} else if (line.n && take_line(r, line, row)) {
			return true;
		}
	}
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

/* Printable ASCII without a backslash stands for itself in every dialect. */
static bool
is_plain(struct slice cell)
{
	for (size_t i = 0; i < cell.n; i += WORD_BYTES) {
		uint64_t word = word_at(cell, i, ' ');

		if (word_below(word, ' ') | word_has(word, '\x7f') |
		    word_has(word, '\\'))
			return false;
	}
	return true;
}

struct slice
record_text(const struct record *row, enum column c, struct buf *scratch)
{
	struct slice cell = row->cells[c], raw;
	size_t from;

	if (is_plain(cell))
		return cell;
	buf_reset(scratch);
	if (row->is_ours && cell_restore(scratch, cell)) {
		raw = buf_slice(scratch);
	} else {
		buf_reset(scratch);
		raw = cell;
	}
	/* A byte becomes at most four. */
	from = scratch->n;
	(void)buf_room(scratch, 4 * raw.n);
	if (raw.p != cell.p)
		raw.p = scratch->p;
	cell_add(scratch, raw, CELL_PLAIN);
	return slice_from(buf_slice(scratch), from);
}
