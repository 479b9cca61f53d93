/* SPDX-License-Identifier: ISC */
#ifndef SCHEMA_COLUMN_H
#define SCHEMA_COLUMN_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "schema/event.h"

/* How the reverse look-up went (DNS itself is enrich's). */
enum rdns_status {
	RDNS_OK, RDNS_NXDOMAIN, RDNS_NODATA, RDNS_SERVFAIL, RDNS_REFUSED,
	RDNS_TIMEOUT, RDNS_UNREACHABLE, RDNS_BADREPLY, RDNS_MISMATCH,
	RDNS_LOCAL, RDNS_SKIPPED, RDNS_STATUSES
};
struct slice rdns_status_name(enum rdns_status status);

/* Whether the name leads back to the address: RFC 8601 section 2.7.3, iprev. */
enum forward {
	FORWARD_NONE,		/* not asked */
	FORWARD_PASS, FORWARD_FAIL, FORWARD_TEMPERROR, FORWARD_PERMERROR
};

/* A row: the event and what is known about its address.  The slices of the
 * place live as long as the databases they came from. */
struct place {
	struct slice country;	/* ISO 3166 alpha-2; empty: unknown */
	struct slice as_name;
	uint32_t asn;		/* 0: unknown */
};

struct row {
	const struct event *event;
	struct slice hostname;	/* PTR; empty: none */
	enum rdns_status status;
	enum forward forward;
	struct place place;
};

/* The one table of what a row has. */
enum column {
	COLUMN_SERVER, COLUMN_DATE, COLUMN_IP, COLUMN_USER, COLUMN_HOSTNAME,
	COLUMN_STATUS, COLUMN_COUNTRY, COLUMN_ASN, COLUMN_ASO, COLUMN_EVENT,
	COLUMN_SERVICE, COLUMN_MECHANISM,	/* the default ends here */
	COLUMN_CLIENT, COLUMN_REASON, COLUMN_PID, COLUMN_PROGRAM,
	COLUMN_NETWORK, COLUMN_FORWARD, COLUMN_MESSAGE,
	COLUMNS
};
enum { COLUMNS_SEED = COLUMN_ASO + 1, COLUMNS_DEFAULT = COLUMN_CLIENT };

struct slice column_name(enum column c);
const char *column_about(enum column c);
int column_find(struct slice name);	/* -1: no such column */

/* The raw text of a cell, not yet escaped: either borrowed from the row, or
 * written to scratch. */
struct slice column_text(enum column c, const struct row *row,
	struct buf *scratch);

/* A cell whose text somebody else wrote: where it stands in the row or its
 * event, NULL if we make it, which needs neither quotes nor escapes in any
 * format. */
const struct slice *column_foreign(enum column c, const struct row *row);

/* Writes one that we make behind what is there. */
void column_make(enum column c, const struct row *row, struct buf *out);

/* The same as the predecessor wrote it: minutes only, "null", "N/A",
 * "ERRNO 1".  For the first COLUMNS_SEED columns. */
struct slice column_seed_text(enum column c, const struct row *row,
	struct buf *scratch);

#endif
