/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_LINE_H
#define ENRICH_LINE_H

#include "enrich/cache.h"

/* Entries of a cache one behind the other by their next, waiting to be asked
 * for.  All zero: nobody. */
struct line {
	cache_id first, last;
	size_t n;
};

void line_add(struct line *line, struct cache *c, cache_id id, bool in_front);

/* The first leaves; there must be one. */
cache_id line_take(struct line *line, struct cache *c);

#endif
