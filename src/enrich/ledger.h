/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_LEDGER_H
#define ENRICH_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "enrich/fetch.h"

/* What an update remembers of what it has fetched, in a small text file.  Only
 * we write it; one that is missing or damaged is a ledger in which nothing
 * stands: then everything is fetched anew. */
enum { LEDGER_MAX = 64 };	/* sources, and URLs to leave alone */

/* How a source was fetched last.  Times are seconds since the epoch. */
struct ledger_entry {
	char *url;		/* NULL: never */
	char etag[FETCH_HEADER_MAX], last_modified[FETCH_HEADER_MAX];
	int64_t time;
	uint64_t rows, bytes;
	uint64_t content;	/* a sum of the file that was fetched */
};

/* A server has asked us not to come back before. */
struct ledger_wait {
	char *url;
	int64_t until;
};

struct ledger {
	int64_t checked;	/* when all sources were last asked; 0: never */
	uint64_t made;		/* the sum of the database that was made of
				 * them (ipdb_sum()) */
	size_t n, waiting;
	struct ledger_entry entries[LEDGER_MAX];
	struct ledger_wait waits[LEDGER_MAX];
};

/* Never fails; ledger_free() ends it. */
struct ledger *ledger_read(const char *file);
void ledger_free(struct ledger *l);

/* Writes a new file, on disk when it returns.  -1: EX_CANTCREAT. */
int ledger_write(const struct ledger *l, const char *file, struct err *e);

/* Until when a URL is to be left alone; 0: it is not.  Setting it to 0 forgets
 * it; one more than LEDGER_MAX is not remembered. */
int64_t ledger_until(const struct ledger *l, struct slice url);
void ledger_set_until(struct ledger *l, struct slice url, int64_t until);

/* The entries are these from now on, copied, at most LEDGER_MAX; they may come
 * from the ledger itself. */
void ledger_replace(struct ledger *l, const struct ledger_entry *entries,
	size_t n);

#endif
