/* SPDX-License-Identifier: ISC */
/* A row as it was read. */
#include "report/record.h"

#include "base/word.h"
#include "schema/cell.h"

void
record_mend_seed(struct record *row)
{
	if (slice_is(row->cells[COLUMN_HOSTNAME], SLICE("null")))
		row->cells[COLUMN_HOSTNAME].n = 0;
	for (int c = COLUMN_COUNTRY; c <= COLUMN_ASO; c++)
		if (slice_is(row->cells[c], SLICE("N/A")))
			row->cells[c].n = 0;
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
