/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_UPDATE_H
#define ENRICH_UPDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Fetches databases, checks them whole and installs them as one compiled FILE.
 * Whatever goes wrong, FILE stays as it was, byte for byte.  Beside it stand
 *
 *   FILE.old          the one before
 *   FILE.source-N     what was fetched last from source N: one that has not
 *                     changed is not fetched again
 *   FILE.sources      what is remembered of that (enrich/ledger.h)
 *   FILE.lock         held while an update runs
 *
 * and, while it runs or after it was killed, FILE.download-*, FILE.new*,
 * FILE.old.new and FILE.sources.new, which the next run removes. */
struct update_settings {
	const char *const *sources;	/* each: URLs separated by blanks, tried
					 * in turn */
	size_t n;
	const char *file;
	const char *ca_file;		/* or NULL */
	uint64_t min_interval;		/* milliseconds between checks */
	uint64_t timeout;		/* milliseconds a URL may take */
	uint64_t max_bytes;		/* a URL may give */
	bool force;	/* at once, and however much the rows have become more
			 * or less */
	bool dry_run;	/* everything but installing */
	int64_t now;			/* seconds since the epoch */
	/* Called while something is fetched, or NULL; total 0: unknown. */
	void (*progress)(void *arg, uint64_t done, uint64_t total);
	void *arg;
};

/* 0: *said has a line or more of what was done.  -1: e says what failed, and how
 * old the database is that was kept: EX_TEMPFAIL if it may work later,
 * EX_DATAERR if what came is no database to be trusted, EX_UNAVAILABLE if the
 * servers have none, EX_CANTCREAT if FILE cannot be written. */
int update_run(const struct update_settings *s, struct buf *said,
	struct err *e);

#endif
