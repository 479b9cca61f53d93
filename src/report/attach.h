/* SPDX-License-Identifier: ISC */
#ifndef REPORT_ATTACH_H
#define REPORT_ATTACH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

/* The rows a report is about as a file to go with it: CSV in our own dialect,
 * no cell of which begins a formula in a spreadsheet.  Memory stays below max,
 * whatever comes. */
enum attach_kind { ATTACH_NONE, ATTACH_CSV, ATTACH_CSV_GZ };

struct attach;

/* max: bytes of the file, as it is attached.  NULL for ATTACH_NONE; every
 * function below takes that, too. */
struct attach *attach_new(enum attach_kind kind, size_t max);
void attach_free(struct attach *a);

/* The next cell of a row, or of the first line, as schema/cell.h writes them;
 * and the end of it.  After max has been passed nothing is kept. */
void attach_add(struct attach *a, struct slice cell);
void attach_end_row(struct attach *a);

/* No more rows: the file, valid until attach_free().  False: there is none, or
 * it would have been larger than max. */
bool attach_end(struct attach *a, struct slice *file);

bool attach_is_too_large(const struct attach *a);

#endif
