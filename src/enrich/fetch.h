/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_FETCH_H
#define ENRICH_FETCH_H

#include <stdint.h>

#include "base/err.h"

/* One file from a server that may be slow, broken or hostile.  https: only, or
 * file:, which no redirect may lead to; certificates are verified.  The proxy
 * variables of the environment count; nothing else is taken from it, and
 * neither passwords nor cookies from files. */
struct fetch {
	const char *url;
	const char *ca_file;	/* trusted instead of the system's; or NULL */
	const char *etag, *last_modified;	/* of what we have already, as
						 * fetched; "": nothing */
	uint64_t max_bytes;	/* more than that is too large */
	uint64_t timeout, connect_timeout;	/* milliseconds; 0: none */
	unsigned slow, slow_seconds;	/* given up when slower than so many
					 * bytes a second for so long */
	/* Called now and then, or NULL; total 0: unknown. */
	void (*progress)(void *arg, uint64_t done, uint64_t total);
	void *arg;
};

/* What the server said of it; empty or 0 where it said nothing. */
enum { FETCH_HEADER_MAX = 256 };
struct fetched {
	char etag[FETCH_HEADER_MAX], last_modified[FETCH_HEADER_MAX];
	uint64_t bytes;
	int64_t changed;	/* seconds since the epoch */
	uint64_t retry_after;	/* seconds, with 429 and 503 */
};

/* Writes to fd, at its offset.  NEW: it is there, as long as the server said.
 * SAME: what we have is what the server has; nothing was written.  FAILED: e
 * says why, and fd may hold anything; EX_TEMPFAIL if trying again may help,
 * EX_CANTCREAT if fd cannot be written, EX_UNAVAILABLE for the rest.
 *
 * A body that ends early although no length was said cannot be told from a
 * whole one: who reads it must see its end. */
enum fetch_result { FETCH_NEW, FETCH_SAME, FETCH_FAILED };
enum fetch_result fetch_url(const struct fetch *f, int fd,
	struct fetched *got, struct err *e);

/* A URL as it may be shown: without user, password and query, which may be
 * secrets, and not too long. */
enum { FETCH_SHOWN_MAX = 256 };
void fetch_show(const char *url, char shown[FETCH_SHOWN_MAX]);

#endif
