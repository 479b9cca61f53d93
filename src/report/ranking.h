/* SPDX-License-Identifier: ISC */
#ifndef REPORT_RANKING_H
#define REPORT_RANKING_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* The first of many: by count, most first; then by text, byte by byte, and by
 * the second text. */
struct ranked {
	uint64_t count, error;
	struct slice text, second;
	uint32_t place;		/* the caller's */
};

struct ranking {
	struct ranked *items;	/* sorted */
	size_t n, max;
};

void ranking_init(struct ranking *r, size_t max);
void ranking_release(struct ranking *r);

/* Whether one with this count might get in: worth finding out its texts. */
static inline int
ranking_wants(const struct ranking *r, uint64_t count)
{
	return r->n < r->max || (r->n && count >= r->items[r->n - 1].count);
}

void ranking_offer(struct ranking *r, const struct ranked *one);

/* Below, at or above 0 as a comes before, with or behind b. */
int slice_order(struct slice a, struct slice b);

#endif
