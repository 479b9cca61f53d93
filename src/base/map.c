/* SPDX-License-Identifier: ISC */
/* A hash map that cannot be flooded. */
#include "base/map.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/mem.h"
#include "base/word.h"

enum { MAP_FIRST = 64 };

struct entry {
	uint64_t hash;
	struct slice key;
	uint64_t value;
	bool used;
};

struct map {
	struct siphash_key key;
	struct entry *entries;
	size_t count, size, max;	/* size is a power of two */
};

static inline uint64_t
rotate(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static inline void
sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

/* What stands behind the last whole word, less than eight bytes. */
static inline uint64_t
tail_of(struct slice s)
{
	size_t n = s.n % sizeof(uint64_t);
	uint64_t x = 0;

	if (n && s.n > n)
		return word_load(s.p + s.n - sizeof x) >>
		    8 * (sizeof x - n);
	for (size_t i = n; i-- > 0;)
		x = x << 8 | (unsigned char)s.p[i];
	return x;
}

uint64_t
siphash(const struct siphash_key *key, struct slice s)
{
	uint64_t v[4] = {
		key->k0 ^ 0x736f6d6570736575, key->k1 ^ 0x646f72616e646f6d,
		key->k0 ^ 0x6c7967656e657261, key->k1 ^ 0x7465646279746573,
	};
	uint64_t last = (uint64_t)s.n << 56 | tail_of(s);

	for (size_t i = 0; s.n - i >= sizeof(uint64_t);
	    i += sizeof(uint64_t)) {
		uint64_t word = word_load(s.p + i);

		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	v[3] ^= last;
	sip_round(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

struct siphash_key
siphash_random_key(void)
{
	struct siphash_key key;

	/* Early in boot there may be no randomness yet; a clock is better than
	 * waiting for it. */
	if (getrandom(&key, sizeof key, GRND_NONBLOCK) != sizeof key) {
		struct timespec t;

		clock_gettime(CLOCK_MONOTONIC, &t);
		key.k0 = (uint64_t)t.tv_nsec * 0x9e3779b97f4a7c15;
		key.k1 = (uint64_t)(uintptr_t)&t ^ (uint64_t)t.tv_sec << 32;
	}
	return key;
}

struct map *
map_new(size_t max)
{
	struct map *m = mem_new(sizeof *m);

	m->key = siphash_random_key();
	m->size = MAP_FIRST;
	m->entries = mem_array(m->size, sizeof *m->entries);
	m->max = max;
	return m;
}

void
map_free(struct map *m)
{
	if (!m)
		return;
	free(m->entries);
	free(m);
}

size_t
map_count(const struct map *m)
{
	return m->count;
}

/* Where the key is, or the free place where it would go. */
static struct entry *
map_place(const struct map *m, uint64_t hash, struct slice key)
{
	size_t i = (size_t)hash & (m->size - 1);

	while (m->entries[i].used && !(m->entries[i].hash == hash &&
	    slice_is(m->entries[i].key, key)))
		i = (i + 1) & (m->size - 1);
	return &m->entries[i];
}

uint64_t *
map_find(const struct map *m, struct slice key)
{
	struct entry *e = map_place(m, siphash(&m->key, key), key);

	return e->used ? &e->value : NULL;
}

static void
map_grow(struct map *m)
{
	struct entry *old = m->entries;
	size_t old_size = m->size;

	m->size *= 2;
	m->entries = mem_array(m->size, sizeof *m->entries);
	for (size_t i = 0; i < old_size; i++)
		if (old[i].used)
			*map_place(m, old[i].hash, old[i].key) = old[i];
	free(old);
}

bool
map_add(struct map *m, struct slice key, uint64_t value)
{
	uint64_t hash = siphash(&m->key, key);

	if (m->count == m->max)
		return false;
	if (m->count + 1 > m->size / 4 * 3)
		map_grow(m);
	*map_place(m, hash, key) = (struct entry){
		.hash = hash, .key = key, .value = value, .used = true,
	};
	m->count++;
	return true;
}
