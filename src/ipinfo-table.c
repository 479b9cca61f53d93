/* SPDX-License-Identifier: ISC */
/* Rows of a table in which one column is looked for. */
#include "ipinfo-table.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/csv.h"
#include "base/json.h"
#include "base/mem.h"
#include "schema/cell.h"

enum {
	COLUMNS_MAX = 1024,
	LINE_MAX_BYTES = 1024 * 1024,	/* more than any line */
	SUFFIX_MAX = 16,
	NAMES_SHOWN = 400,
};

struct table {
	char delimiter;
	char *header;
	size_t header_n;
	char suffix[SUFFIX_MAX];
	size_t column;
	int columns;
	struct buf scratch, cell;
	struct slice names[COLUMNS_MAX], cells[COLUMNS_MAX];
};

/* How many; -1: not one row. */
static int
table_split(struct table *t, struct slice line, struct slice *cells)
{
	int n = 0;

	buf_reset(&t->scratch);
	(void)buf_room(&t->scratch, line.n);
	if (t->delimiter != '\t')
		return csv_split(line, t->delimiter, &t->scratch, cells,
		    COLUMNS_MAX);
	while (n < COLUMNS_MAX && slice_cut(&line, '\t', &cells[n]))
		n++;
	if (n == COLUMNS_MAX)
		return -1;
	cells[n] = line;
	return n + 1;
}

static bool
table_has(const struct table *t, struct slice name, size_t *at)
{
	for (int i = 0; i < t->columns; i++) {
		if (!slice_is(t->names[i], name))
			continue;
		*at = (size_t)i;
		return true;
	}
	return false;
}

/* The delimiter is the one that shows the column. */
static bool
table_recognise(struct table *t, struct slice column)
{
	static const char delimiters[] = { ',', ';', '\t' };

	for (size_t i = 0; i < sizeof delimiters; i++) {
		t->delimiter = delimiters[i];
		t->columns = table_split(t,
		    (struct slice){ t->header, t->header_n }, t->names);
		if (table_has(t, column, &t->column))
			return true;
	}
	return false;
}

/* Names may have been unquoted into what the next row overwrites. */
static void
table_keep_names(struct table *t)
{
	for (int i = 0; i < t->columns; i++)
		t->names[i].p = mem_text(t->names[i].p, t->names[i].n);
}

/* How many columns have a name. */
static int
table_count(const struct table *t, struct slice name)
{
	int n = 0;

	for (int i = 0; i < t->columns; i++)
		n += slice_is(t->names[i], name);
	return n;
}

const struct slice *
table_twin(const struct table *t)
{
	for (int i = 0; i < t->columns; i++)
		if (table_count(t, t->names[i]) > 1)
			return &t->names[i];
	return NULL;
}

struct table *
table_new(struct slice header, const char *column, struct err *e)
{
	struct table *t = mem_new(sizeof *t);

	t->header = mem_text(header.p, header.n);
	t->header_n = header.n;
	buf_init(&t->scratch, LINE_MAX_BYTES);
	buf_init(&t->cell, LINE_MAX_BYTES);
	if (!table_recognise(t, slice_text(column))) {
		err_set(e, EX_DATAERR, "there is no column '%s' in the first "
		    "line, '%.*s'", column,
		    (int)slice_to(header, NAMES_SHOWN).n, t->header);
	} else if (table_count(t, slice_text(column)) > 1) {
		err_set(e, EX_DATAERR, "two columns are called '%s': rename "
		    "the one that is not meant", column);
	} else {
		table_keep_names(t);
		return t;
	}
	t->columns = 0;
	table_free(t);
	return NULL;
}

void
table_free(struct table *t)
{
	if (!t)
		return;
	for (int i = 0; i < t->columns; i++)
		free((char *)(uintptr_t)t->names[i].p);
	buf_release(&t->scratch);
	buf_release(&t->cell);
	free(t->header);
	free(t);
}

char
table_delimiter(const struct table *t)
{
	return t->delimiter;
}

/* Whether none of these names, with the suffix behind them, is taken. */
static bool
table_is_free(struct table *t, const struct slice *names, size_t n)
{
	bool is_free = true;
	size_t at;

	for (size_t i = 0; i < n && is_free; i++) {
		buf_reset(&t->cell);
		buf_add(&t->cell, names[i]);
		buf_add(&t->cell, slice_text(t->suffix));
		is_free = !table_has(t, buf_slice(&t->cell), &at);
	}
	return is_free;
}

struct slice
table_suffix(struct table *t, const struct slice *names, size_t n)
{
	unsigned next = 2;

	while (!table_is_free(t, names, n))
		snprintf(t->suffix, sizeof t->suffix, "_%u", next++);
	return slice_text(t->suffix);
}

struct slice
table_header(const struct table *t)
{
	return (struct slice){ t->header, t->header_n };
}

bool
table_is_header(const struct table *t, struct slice line)
{
	return slice_is(line, table_header(t));
}

int
table_row(struct table *t, struct slice line, struct slice *cell,
    struct err *e)
{
	int n = table_split(t, line, t->cells);

	if (n < 0)
		return err_set(e, EX_DATAERR, "a quote does not close, or "
		    "closes too early: the row is left out");
	if (n != t->columns)
		return err_set(e, EX_DATAERR, "%d cells below %d names: the "
		    "row is left out", n, t->columns);
	*cell = t->cells[t->column];
	return 0;
}

void
table_add_json(struct table *t, struct buf *out, struct slice line)
{
	int n = table_split(t, line, t->cells);

	for (int i = 0; i < n; i++) {
		buf_add_byte(out, i ? ',' : '{');
		/* Ours are fit already, a backslash doubled; those of others
		 * may hold anything. */
		buf_reset(&t->cell);
		cell_add(&t->cell, t->names[i], CELL_SEED);
		json_add_string(out, buf_slice(&t->cell));
		buf_add_byte(out, ':');
		buf_reset(&t->cell);
		cell_add(&t->cell, t->cells[i], CELL_SEED);
		json_add_string(out, buf_slice(&t->cell));
	}
}
