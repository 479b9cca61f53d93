/* SPDX-License-Identifier: ISC */
#ifndef REPORT_BATCH_H
#define REPORT_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/texthash.h"
#include "report/period.h"
#include "report/record.h"

/* Rows on their way to whoever counts them, with texts of their own.  A batch is
 * filled, prepared and counted: each may be done by another thread.  Which rows are
 * in one depends on the rows alone, not on how they were read. */

/* The cells of a row that matter.  The first ones say something of the client:
 * they are its key. */
enum login_cell {
	CLIENT_IP, CLIENT_HOSTNAME, CLIENT_STATUS, CLIENT_COUNTRY, CLIENT_ASN,
	CLIENT_ASO,
	CLIENT_CELLS,
	LOGIN_USER = CLIENT_CELLS, LOGIN_SERVER, LOGIN_SERVICE,
	LOGIN_MECHANISM,
	LOGIN_CELLS
};

struct login {
	uint64_t client, user;	/* keyed hashes, when it is prepared */
	struct stamp stamp;
	int slot;
	uint32_t text;		/* in texts: from here on */
	struct {
		uint16_t from, n;
	} cells[LOGIN_CELLS];	/* as of struct record */
	enum event_kind event;
	bool is_ours;		/* as in struct record */
	bool is_plain;		/* the user's text is its cell: when it is
				 * prepared */
};

/* A value of a column that has few: it stands here for many rows, mostly once. */
struct common {
	enum login_cell cell;
	uint32_t login;		/* that has it */
	uint32_t attempts;
};

enum { BATCH_ROWS = 512, BATCH_COLUMNS = LOGIN_CELLS - LOGIN_SERVER,
	BATCH_KNOWN = 64 };
struct batch {
	struct login logins[BATCH_ROWS];
	size_t n;
	size_t bytes;		/* not less than all cells of clients take with
				 * a byte behind each */
	struct common commons[BATCH_COLUMNS * BATCH_ROWS];
	size_t n_commons;
	struct buf texts;

	/* To prepare it. */
	const struct period *period;
	struct buf scratch;
	/* Place + 1 in commons, by a hash of the cell, or else the neighbour's;
	 * 0: none. */
	uint16_t known[BATCH_COLUMNS][BATCH_KNOWN];
};

/* period is borrowed. */
void batch_init(struct batch *b, const struct period *period);
void batch_release(struct batch *b);

/* Adds a row; afterwards it may be full: nothing may be added until
 * batch_reset(). */
void batch_add(struct batch *b, const struct record *row);
bool batch_is_full(const struct batch *b);
void batch_reset(struct batch *b);

/* Makes the hashes, and counts what is common; once all are there. */
void batch_prepare(struct batch *b, const struct texthash_key *key);

static inline struct slice
batch_cell(const struct batch *b, const struct login *l, enum login_cell cell)
{
	return (struct slice){ b->texts.p + l->text + l->cells[cell].from,
		l->cells[cell].n };
}

/* What is known of the client beside its address: cells with a newline between
 * them, when it is prepared. */
static inline struct slice
batch_about(const struct batch *b, const struct login *l)
{
	struct slice first = batch_cell(b, l, CLIENT_HOSTNAME);
	struct slice last = batch_cell(b, l, CLIENT_ASO);

	return slice_between(first.p, last.p + last.n);
}

/* Of a cell: as record_text(). */
struct slice batch_text(const struct batch *b, const struct login *l,
	enum login_cell cell, struct buf *scratch);

/* The user's, when it is prepared. */
static inline struct slice
batch_user(const struct batch *b, const struct login *l, struct buf *scratch)
{
	return l->is_plain ? batch_cell(b, l, LOGIN_USER) :
	    batch_text(b, l, LOGIN_USER, scratch);
}

#endif
