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

/* Where the delimiter stands in the bytes of a line from i on, 64 at most. */
static uint64_t
find_delimiters(struct slice line, size_t i, char delimiter)
{
	size_t n = line.n - i;
	char few[WIDE_BYTES];

	if (n >= WIDE_BYTES)
		return wide_places(line.p + i, delimiter);
	if (line.n >= WIDE_BYTES)
		return wide_places(line.p + line.n - WIDE_BYTES, delimiter) >>
		    (WIDE_BYTES - n);
	memset(few, ~delimiter, sizeof few);
	memcpy(few, line.p, line.n);
	return wide_places(few, delimiter);
}

int
csv_split_plain(struct slice line, char delimiter, struct slice *cells,
    size_t max)
{
	const char *from = line.p;
	size_t n = 0;

	for (size_t i = 0; i < line.n; i += WIDE_BYTES) {
		uint64_t found = find_delimiters(line, i, delimiter);

		for (; found; found &= found - 1) {
			const char *at = line.p + i + __builtin_ctzll(found);

			if (n == max)
				return -1;
			cells[n++] = slice_between(from, at);
			from = at + 1;
		}
	}
	if (n == max)
		return -1;
	cells[n++] = (struct slice){ from, line.n - (size_t)(from - line.p) };
	return (int)n;
}
