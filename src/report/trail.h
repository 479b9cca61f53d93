/* SPDX-License-Identifier: ISC */
#ifndef REPORT_TRAIL_H
#define REPORT_TRAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "report/stamp.h"

/* Failures and successes by network and time: how often logins failed from
 * where one succeeded, in the TRAIL_SECONDS until then.  A failure of the same
 * second counts: which came first is not written.
 *
 * Rows may come in any order while no more failures came than can be kept.
 * From then on the order must be that of time, more or less: what is older than
 * the newest by TRAIL_SECONDS is forgotten, and if that is not enough, the
 * older half.  Counts may be too low for it, then they are not exact. */
struct trail;
enum { TRAIL_SECONDS = 24 * 60 * 60 };

/* A login that succeeded. */
struct moment {
	uint64_t network;	/* hash */
	uint64_t key;		/* the caller's: what it belongs to */
	struct stamp stamp;
};

/* Keeps max failures, and a quarter as many moments.  settle is told of each moment
 * with failures before it, now and then and by trail_end(): of the same one
 * more than once, if so. */
struct trail *trail_new(size_t max, void (*settle)(void *context,
	const struct moment *moment, uint64_t failures), void *context);
void trail_free(struct trail *t);

void trail_add_failure(struct trail *t, uint64_t network, int64_t when);
void trail_add_success(struct trail *t, const struct moment *moment);

/* All rows were added: no more may come. */
void trail_end(struct trail *t);

/* Whether nothing was forgotten that a success would have needed. */
bool trail_is_exact(const struct trail *t);

#endif
