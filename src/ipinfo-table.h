/* SPDX-License-Identifier: ISC */
#ifndef IPINFO_TABLE_H
#define IPINFO_TABLE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

/* A table with a header, such as mls-filter writes, one of whose columns holds
 * addresses: separated by commas or semicolons (RFC 4180), or by tabs, which
 * quote nothing.  A row is one line. */
struct table;

/* Reads the header and finds the column in it.  NULL: e says that it is not
 * there, EX_DATAERR. */
struct table *table_new(struct slice header, const char *column,
	struct err *e);
/* A name that two columns have; NULL: none has. */
const struct slice *table_twin(const struct table *t);
void table_free(struct table *t);

char table_delimiter(const struct table *t);

/* What new columns must have behind their names, each the same, so that no two
 * columns have one name: nothing, "_2", "_3", ...  Lives as long as t. */
struct slice table_suffix(struct table *t, const struct slice *names,
	size_t n);

/* The header, without its line end. */
struct slice table_header(const struct table *t);

/* Whether a line is the header again, as where files were put together. */
bool table_is_header(const struct table *t, struct slice line);

/* Finds the cell with the address; borrowed until the next call.  -1: e says
 * what is wrong with the row, EX_DATAERR. */
int table_row(struct table *t, struct slice line, struct slice *cell,
	struct err *e);

/* A row that table_row() took, as the members of a JSON object, from the
 * opening brace on. */
void table_add_json(struct table *t, struct buf *out, struct slice line);

#endif
