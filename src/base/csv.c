/* SPDX-License-Identifier: ISC */
/* Cells of comma separated values (RFC 4180), written and read. */
#include "base/csv.h"

#include <assert.h>

#include "base/word.h"

enum { FEW = 8 };	/* CSV_MORE at most */
_Static_assert((int)CSV_MORE >= (int)WIDE_BYTES, "all have room");

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

/* Adds where bits are set, from a place on.  Mostly there are few: which of the
 * first there are is not asked. */
static size_t
add_places(uint64_t bits, size_t from, uint32_t *places)
{
	size_t n = 0;

	for (int i = 0; i < FEW; i++) {
		places[n] = (uint32_t)from +
		    (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63);
		n += bits != 0;
		bits &= bits - 1;
	}
	for (; bits; bits &= bits - 1)
		places[n++] = (uint32_t)from + (uint32_t)__builtin_ctzll(bits);
	return n;
}

size_t
csv_cut_plain(struct slice text, char delimiter, uint32_t *ends, size_t n)
{
	char quote = delimiter == '\t' ? '\n' : '"';
	size_t found = 0;

	for (size_t i = 0; text.n - i >= WIDE_BYTES && found < n;
	    i += WIDE_BYTES) {
		const char *p = text.p + i;
		uint64_t stops = wide_places(p, '\n', quote);
		/* As far as the first of them. */
		uint64_t line = stops ^ (stops - 1);

		found += add_places((wide_places(p, delimiter, delimiter) |
		    stops) & line, i, ends + found);
		if (stops)
			return found == n && text.p[ends[n - 1]] == '\n' ?
			    ends[n - 1] + (size_t)1 : 0;
	}
	return 0;
}
