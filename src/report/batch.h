/* SPDX-License-Identifier: ISC */
#ifndef REPORT_BATCH_H
#define REPORT_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "report/model.h"
#include "report/period.h"
#include "report/record.h"

/* Rows made ready to be counted: what matters of them, with texts of its own, so
 * that whoever counts may be another thread. */

/* The cells of a row that say something of the client: its key. */
enum client_cell {
	CLIENT_IP, CLIENT_HOSTNAME, CLIENT_STATUS, CLIENT_COUNTRY, CLIENT_ASN,
	CLIENT_ASO,
	CLIENT_CELLS
};

struct login {
	uint64_t client, user;	/* keyed hashes, for whoever counts */
	struct stamp stamp;
	int slot;
	uint32_t text;		/* in texts: the cells of the client, a newline
				 * behind each; then the user, as of
				 * record_text() */
	uint32_t client_n, user_n;
	enum event_kind event;
	bool is_ours;		/* as in struct record */
};

/* A value of a column that has few: it stands here once for many rows. */
struct common {
	enum model_table table;
	uint32_t text, n;	/* in texts, as of record_text() */
	uint32_t attempts;
};

enum { BATCH_ROWS = 512, BATCH_COMMON = 128, BATCH_KNOWN = 64 };
struct batch {
	struct login logins[BATCH_ROWS];
	size_t n;
	struct common commons[BATCH_COMMON];
	size_t n_commons;
	struct buf texts;

	/* To make it. */
	const struct period *period;
	struct buf scratch;
	/* Place + 1 in commons, by a hash of the cell, or else the neighbour's;
	 * 0: none. */
	uint8_t known[MODEL_TABLES][BATCH_KNOWN];
};

/* period is borrowed. */
void batch_init(struct batch *b, const struct period *period);
void batch_release(struct batch *b);

/* Adds a row; afterwards it may be full: nothing may be added until
 * batch_reset(). */
void batch_add(struct batch *b, const struct record *row);
bool batch_is_full(const struct batch *b);
void batch_reset(struct batch *b);

static inline struct slice
batch_client(const struct batch *b, const struct login *l)
{
	return (struct slice){ b->texts.p + l->text, l->client_n };
}

static inline struct slice
batch_user(const struct batch *b, const struct login *l)
{
	return (struct slice){ b->texts.p + l->text + l->client_n, l->user_n };
}

static inline struct slice
batch_common(const struct batch *b, const struct common *c)
{
	return (struct slice){ b->texts.p + c->text, c->n };
}

#endif
