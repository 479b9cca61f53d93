/* SPDX-License-Identifier: ISC */
#ifndef REPORT_READER_H
#define REPORT_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "report/period.h"
#include "report/record.h"

/* Blocks of whole lines to rows: CSV as mls-filter writes it (comma or tab),
 * and the predecessor's (semicolon).  Columns are found by their names in a
 * header line, which may stand anywhere and come again (cat a.csv b.csv); rows
 * before any header are taken as mls-filter's twelve columns or the seed's
 * nine.  Rows of no interest for the period are passed over by their date
 * alone. */
struct reader;

struct reader *reader_new(const struct period *period);
void reader_free(struct reader *r);

/* A new file begins; name is for messages and must live as long as r. */
void reader_begin(struct reader *r, const char *name);

/* The next block of it, of which reader_next() takes the rows; they are
 * borrowed from it, and good until the next block is taken. */
void reader_take(struct reader *r, struct slice block);

/* A block of it that was read before: nothing comes of it but the number of its
 * lines and how the rows behind it are written. */
void reader_pass(struct reader *r, struct slice block);

/* False: no more rows in this block. */
bool reader_next(struct reader *r, struct record *row);

/* Numbers of this file so far.  outside: rows passed over; passed: lines of
 * reader_pass(), which are in no other number but lines. */
struct reader_counts {
	uint64_t lines, rows, damaged, outside, passed;
};
const struct reader_counts *reader_counts(const struct reader *r);

/* Whether any file had a row from before the time that is of interest. */
bool reader_has_older(const struct reader *r);

/* The first damaged rows of all files, "file:line: what"; EX_DATAERR. */
struct err_list *reader_complaints(struct reader *r);

#endif
