/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_CACHE_H
#define ENRICH_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* Questions and what was answered, with a ceiling in entries and one in bytes
 * of keys and answers.  Who has to go is chosen by SIEVE (Zhang and others,
 * NSDI 2024): a scan over many addresses that come once pushes out its own
 * kind, not those that keep coming back. */
struct cache;

typedef uint32_t cache_id;	/* 0: none */

/* The fields from state to expires belong to the user. */
enum { CACHED_NEAR = 72 };
struct cached {
	char *bytes;		/* key, then value */
	uint32_t key_n, value_n;
	uint32_t hash;
	cache_id newer, older;	/* by age */
	uint32_t pins;		/* must stay: how often */
	bool was_used;		/* since the hand last came by */
	uint8_t state, status, forward, failed, chosen, failures;
	cache_id next, chosen_by;	/* chains */
	int64_t expires;	/* milliseconds, monotonic */
	char near[CACHED_NEAR];	/* where bytes are, if they fit */
};

struct cache *cache_new(size_t entries, size_t bytes);
void cache_free(struct cache *c);

/* The entry of a key, or 0. */
cache_id cache_find(struct cache *c, struct slice key);

/* What will be looked for next, CACHE_EXPECTED keys at most: the memory of all
 * of them is fetched at the same time, not of one after the other. */
enum { CACHE_EXPECTED = 64 };
void cache_expect(struct cache *c, const struct slice *keys, size_t n);

/* A new entry for a key that is not there, without a value, pinned once.  0:
 * everything that is there is pinned. */
cache_id cache_add(struct cache *c, struct slice key);

/* Valid until the next cache_add(); never NULL for an id in use. */
struct cached *cache_at(struct cache *c, cache_id id);

/* Sets the value; a copy is kept. */
void cache_set(struct cache *c, cache_id id, struct slice value);
struct slice cached_key(const struct cached *one);
struct slice cached_value(const struct cached *one);

size_t cache_count(const struct cache *c);

#endif
