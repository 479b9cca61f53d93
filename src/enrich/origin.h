/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_ORIGIN_H
#define ENRICH_ORIGIN_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "enrich/ledger.h"
#include "enrich/update.h"

/* Where a database comes from: URLs that are tried in turn, and beside the
 * database (FILE) the file that was fetched from one of them last. */
struct origin {
	const struct update_settings *settings;
	size_t number;			/* from 1 */
	const char *urls;		/* separated by blanks */
	const struct ledger_entry *before;	/* how it was fetched last;
						 * NULL: never, or from a URL
						 * that is not among these */
	char *kept;			/* FILE.source-N */
	bool has_kept;			/* and it is what was fetched before */
	char *download;			/* FILE.download-N.XXXXXX; NULL: kept
					 * is what the server has */
	const char *file;		/* either; NULL: not fetched yet */
	struct ledger_entry entry;	/* as fetched now, without rows */
};

/* What stands behind FILE in the name of kept. */
enum { ORIGIN_TAIL_MAX = 48 };
void origin_tail(char tail[ORIGIN_TAIL_MAX], size_t number);

/* before: borrowed, or NULL.  origin_release() removes the download. */
void origin_init(struct origin *o, const struct update_settings *settings,
	size_t number, const struct ledger_entry *before);
void origin_release(struct origin *o);

/* A complaint about the file of an origin, which will be gone, names what it is
 * shown as instead. */
void origin_blame(const struct origin *o, const char *shown, struct err *e);

/* Asks one server after the other, and checks every row of what comes.
 * Sets download, file and entry; *said gets a line for each URL that failed
 * before one did not.  Waits servers ask for are kept in l, and heeded unless
 * settings->force.  -1: none has it, and e says why: EX_TEMPFAIL if any may
 * have it later. */
int origin_fetch(struct origin *o, struct ledger *l, struct buf *said,
	struct err *e);

#endif
