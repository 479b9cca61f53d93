/* SPDX-License-Identifier: ISC */
#ifndef REPORT_RECORD_H
#define REPORT_RECORD_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/input.h"
#include "base/slice.h"
#include "report/stamp.h"
#include "schema/column.h"

/* A row as it was read. */
struct record {
	struct slice cells[COLUMNS_DEFAULT];	/* as they stand in the file,
						 * without quotes; empty where
						 * there is no such column */
	struct slice line;	/* where all that are not empty stand; n 0: they
				 * stand anywhere */
	bool is_ours;		/* cells are escaped as schema/cell.h says */
	enum event_kind event;
	struct stamp stamp;
	int slot;		/* of the period, or of what is before it */
};

/* Empties the cells in which the seed wrote that it knew nothing. */
void record_mend_seed(struct record *row);

/* Room for the text of any cell of a line: restored, and escaped again. */
enum { RECORD_TEXT_MAX = 6 * INPUT_LINE_MAX };

/* A cell's text as schema/cell.h writes it, whoever wrote the file: borrowed
 * from the cell, or written to scratch. */
struct slice record_text(const struct record *row, enum column c,
	struct buf *scratch);

#endif
