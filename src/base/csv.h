/* SPDX-License-Identifier: ISC */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

/* Writes one cell as RFC 4180 says: in quotes only where it holds the
 * delimiter, a quote, CR or LF. */
void csv_add_cell(struct buf *out, char delimiter, struct slice cell);

/* Cuts one line (without its line end) into cells.  Returns how many there
 * are, at most max; -1 if a quote does not close, closes before the cell's
 * end, or there are more than max cells.  Cells are borrowed from the line, or
 * from scratch where quotes were doubled; scratch must have room for the line
 * (it is not grown, so that earlier cells stay). */
int csv_split(struct slice line, char delimiter, struct buf *scratch,
	struct slice *cells, size_t max);

/* The same for a line in which no quote has a meaning. */
int csv_split_plain(struct slice line, char delimiter, struct slice *cells,
	size_t max);

/* The quick way, for most lines: where in a text, of less than 4 GiB, each of
 * just n cells of its first line ends, n at least 1; there must be room for
 * CSV_MORE more ends.  A "\r" before the newline belongs to the last cell.
 * Returns how long the line is, with its newline.  0: it has not so many; or it
 * may have others than csv_split() gives, since there is a quote (between tabs
 * none has a meaning); or the text ends less than CSV_MORE bytes behind it,
 * where nothing is said. */
enum { CSV_MORE = 64 };
size_t csv_cut_plain(struct slice text, char delimiter, uint32_t *ends,
	size_t n);

#endif
