/* SPDX-License-Identifier: ISC */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stddef.h>

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

#endif
