/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_LAYOUT_H
#define ENRICH_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "enrich/field.h"

/* What the columns of a database mean, found out by looking at it. */
enum layout_kind {
	LAYOUT_RANGES,		/* rows with first and last address */
	LAYOUT_NETWORKS,	/* rows with 192.0.2.0/24 */
	LAYOUT_LOCATIONS,	/* rows without addresses: GeoLite2's places */
	LAYOUT_LIBLOC,		/* no rows at all: see enrich/libloc.h */
};

enum layout_field {
	LAYOUT_FIRST, LAYOUT_LAST, LAYOUT_NETWORK, LAYOUT_COUNTRY, LAYOUT_ASN,
	LAYOUT_NAME, LAYOUT_GEONAME, LAYOUT_REGISTERED, LAYOUT_FIELDS
};

/* Rows wider than this are none of the databases we know. */
enum { LAYOUT_COLUMNS_MAX = 32 };

struct layout {
	enum layout_kind kind;
	const char *format;	/* for ipdb_source */
	char delimiter;
	bool settled;		/* the columns are known */
	size_t columns;		/* how many each row must have */
	int column[LAYOUT_FIELDS];	/* where a field is; -1: nowhere */
};

/* Looks at the first line that is neither empty nor a comment.  1: it is a
 * header, and used up; 0: it is the first row; -1: e says what the file is or
 * why it cannot be used. */
int layout_find(struct layout *l, struct slice line, struct buf *scratch,
	struct err *e);

/* Takes a row apart.  scratch must have room for the line; the key's name is
 * borrowed from either.  -1: e says what is wrong with the row. */
int layout_record(struct layout *l, struct slice line, struct buf *scratch,
	struct record *record, struct err *e);

#endif
