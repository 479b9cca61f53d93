/* SPDX-License-Identifier: ISC */
/* Cells of comma separated values (RFC 4180), written and read. */
#include "base/csv.h"

#include <assert.h>

#include "base/word.h"

static bool
needs_quotes(struct slice cell, char delimiter)
{
	for (size_t i = 0; i < cell.n; i += WORD_BYTES) {
		uint64_t word = word_at(cell, i, 'x');

		if (word_has(word, delimiter) | word_has(word, '"') |
		    word_has(word, '\n') | word_has(word, '\r'))
			return true;
	}
	return false;
}

void
csv_add_cell(struct buf *out, char delimiter, struct slice cell)
{
	struct slice piece;

	if (!needs_quotes(cell, delimiter)) {
		buf_add(out, cell);
		return;
	}
	buf_add_byte(out, '"');
	while (slice_cut(&cell, '"', &piece)) {
		buf_add(out, piece);
		buf_add(out, SLICE("\"\""));
	}
	buf_add(out, cell);
	buf_add_byte(out, '"');
}

/* The inside of a quoted cell; the cursor stands behind the first quote. */
static bool
cut_quoted(struct slice *rest, struct buf *scratch, struct slice *cell)
{
	size_t from = scratch->n;
	struct slice piece;

	if (!slice_cut(rest, '"', cell))
		return false;
	if (rest->n == 0 || *rest->p != '"')
		return true;
	assert(scratch->cap - scratch->n >= cell->n + rest->n);
	buf_add(scratch, *cell);
	while (slice_skip_byte(rest, '"')) {
		if (!slice_cut(rest, '"', &piece))
			return false;
		buf_add_byte(scratch, '"');
		buf_add(scratch, piece);
	}
	*cell = slice_from(buf_slice(scratch), from);
	return true;
}

int
csv_split(struct slice line, char delimiter, struct buf *scratch,
    struct slice *cells, size_t max)
{
	size_t n = 0;

	for (;;) {
		if (n == max)
			return -1;
		if (slice_skip_byte(&line, '"')) {
			if (!cut_quoted(&line, scratch, &cells[n]))
				return -1;
		} else {
			size_t end = slice_find_byte(line, delimiter);

			cells[n] = slice_to(line, end);
			line = slice_from(line, end);
		}
		n++;
		if (line.n == 0)
			return (int)n;
		if (!slice_skip_byte(&line, delimiter))
			return -1;
	}
}

int
csv_split_plain(struct slice line, char delimiter, struct slice *cells,
    size_t max)
{
	size_t n = 0, end;

	do {
		if (n == max)
			return -1;
		end = slice_find_byte(line, delimiter);
		cells[n++] = slice_to(line, end);
		line = slice_from(line, end);
	} while (slice_skip_byte(&line, delimiter));
	return (int)n;
}
