/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_RANGES_H
#define ENRICH_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/ip.h"

/* Address to number, by ranges.  Filled in any order, then finished, then
 * walked.  Where ranges overlap or nest, the smallest wins; of two as large,
 * the one added later. */
struct ranges;

/* So many ranges of a family are taken: several times what the largest
 * published databases of countries and networks have. */
enum { RANGES_MAX_V4 = 8 << 20, RANGES_MAX_V6 = 4 << 20 };

/* Both ends belong to it, are of one family, and first is not behind last. */
struct ip_range {
	struct ip first, last;
};

struct ranges *ranges_new(void);
void ranges_free(struct ranges *r);

/* Value 0 stands for "nothing is known here" and hides what is around it.
 * False: no room for another one. */
bool ranges_add(struct ranges *r, const struct ip_range *range,
	uint32_t value);

/* Once, behind the last ranges_add() and before the first ranges_next().
 * Ranges that came sorted and apart cost one look at each, others a sort. */
void ranges_finish(struct ranges *r);

/* A walk over all addresses of a family, after ranges_finish(): from *first on
 * the value is *value, until the next; the first is 0.0.0.0 or ::.  *at is 0
 * before it.  False: that was all. */
bool ranges_next(const struct ranges *r, enum ip_family family, size_t *at,
	struct ip *first, uint32_t *value);

/* How many there are; after ranges_finish() without overlaps and value 0, and
 * with neighbours of the same value joined. */
size_t ranges_count(const struct ranges *r, enum ip_family family);

#endif
