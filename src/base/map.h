/* SPDX-License-Identifier: ISC */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* Bytes to number.  Keyed with SipHash-1-3 and a random key of its own, so that
 * whoever chooses the keys cannot choose collisions.  Keys are borrowed: they
 * must live as long as the map. */
struct map;

struct map *map_new(size_t max);	/* at most max entries */
void map_free(struct map *m);
size_t map_count(const struct map *m);

/* The value of a key, or NULL; valid until the next map_add(). */
uint64_t *map_find(const struct map *m, struct slice key);

/* Adds a key that is not there yet.  False: the map is full. */
bool map_add(struct map *m, struct slice key, uint64_t value);

/* SipHash-1-3 of s (Aumasson, Bernstein: "SipHash: a fast short-input PRF"). */
struct siphash_key {
	uint64_t k0, k1;
};
uint64_t siphash(const struct siphash_key *key, struct slice s);
struct siphash_key siphash_random_key(void);

#endif
