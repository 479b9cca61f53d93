/* SPDX-License-Identifier: ISC */
/* Questions and what was answered. */
#include "enrich/cache.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"

enum { SIZE_FIRST = 1024, LINES = 128 };

/* An entry is two lines of the processor's memory, which come together. */
_Static_assert(sizeof(struct cached) == LINES, "entries fill their lines");

struct cache {
	struct siphash_key key;
	void *memory;
	struct cached *entries;		/* in it; entry 0 is unused */
	/* Open addressing, at most half full.  A place is 0 or an id, and above
	 * the bits of ids as much of its hash as there is room for, so that a
	 * step past another key need not look at its entry. */
	uint32_t *index;
	size_t size;			/* of index, a power of two */
	uint32_t ids;			/* mask: the bits of ids */
	size_t max, used;		/* entries: at most, and ever taken */
	size_t bytes, bytes_max, count;
	cache_id newest, oldest, hand, vacant;
};

struct cache *
cache_new(size_t entries, size_t bytes)
{
	struct cache *c = mem_new(sizeof *c);

	c->key = siphash_random_key();
	c->max = entries;
	c->bytes_max = bytes;
	c->size = SIZE_FIRST;
	while (c->ids < entries)
		c->ids = c->ids << 1 | 1;
	/* calloc: pages are taken as they are used. */
	c->memory = mem_array(entries + 2, sizeof *c->entries);
	c->entries = (void *)((char *)c->memory + (LINES -
	    (uintptr_t)c->memory % LINES) % LINES);
	c->index = mem_array(c->size, sizeof *c->index);
	return c;
}

static void
drop_bytes(struct cached *one)
{
	if (one->bytes != one->near)
		free(one->bytes);
}

/* Room for n bytes of key and value; the key stays. */
static void
move_bytes(struct cached *one, size_t n)
{
	char *old = one->bytes;

	if (n <= CACHED_NEAR && old == one->near)
		return;
	if (n > CACHED_NEAR && old != one->near) {
		one->bytes = mem_resize(old, n, 1);
		return;
	}
	one->bytes = n > CACHED_NEAR ? mem_array(n, 1) : one->near;
	memcpy(one->bytes, old, one->key_n);
	if (old != one->near)
		free(old);
}

void
cache_free(struct cache *c)
{
	if (!c)
		return;
	for (size_t i = 1; i <= c->used; i++)
		drop_bytes(&c->entries[i]);
	free(c->memory);
	free(c->index);
	free(c);
}

struct slice
cached_key(const struct cached *one)
{
	return (struct slice){ one->bytes, one->key_n };
}

struct slice
cached_value(const struct cached *one)
{
	return (struct slice){ one->bytes + one->key_n, one->value_n };
}

struct cached *
cache_at(struct cache *c, cache_id id)
{
	return &c->entries[id];
}

size_t
cache_count(const struct cache *c)
{
	return c->count;
}

cache_id
cache_find(struct cache *c, struct slice key)
{
	uint32_t hash = (uint32_t)siphash(&c->key, key), place;
	size_t i = hash & (c->size - 1);

	for (; (place = c->index[i]); i = (i + 1) & (c->size - 1)) {
		cache_id id = place & c->ids;
		struct cached *one = &c->entries[id];

		if ((place ^ hash) & ~c->ids)
			continue;
		/* Both of its lines at once. */
		__builtin_prefetch(&one->near[CACHED_NEAR - 1]);
		if (one->hash == hash && slice_is(key, cached_key(one))) {
			one->was_used = true;
			return id;
		}
	}
	return 0;
}

void
cache_expect(struct cache *c, const struct slice *keys, size_t n)
{
	uint32_t hashes[CACHE_EXPECTED];

	for (size_t i = 0; i < n; i++) {
		hashes[i] = (uint32_t)siphash(&c->key, keys[i]);
		__builtin_prefetch(&c->index[hashes[i] & (c->size - 1)]);
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t place = c->index[hashes[i] & (c->size - 1)];
		const struct cached *one = &c->entries[place & c->ids];

		if (place) {
			__builtin_prefetch(one);
			__builtin_prefetch(&one->near[CACHED_NEAR - 1]);
		}
	}
}

static void
enter(struct cache *c, cache_id id)
{
	uint32_t hash = c->entries[id].hash;
	size_t i = hash & (c->size - 1);

	while (c->index[i])
		i = (i + 1) & (c->size - 1);
	c->index[i] = (hash & ~c->ids) | id;
}

/* An index that is no larger than it has to be stays in the processor's own
 * memory. */
static void
grow_index(struct cache *c)
{
	uint32_t *old = c->index;
	size_t size = c->size;

	c->size *= 2;
	c->index = mem_array(c->size, sizeof *c->index);
	for (size_t i = 0; i < size; i++)
		if (old[i])
			enter(c, old[i] & c->ids);
	free(old);
}

/* Takes an id out of the index; those behind it that its place kept from their
 * own move up. */
static void
remove_from_index(struct cache *c, cache_id id)
{
	size_t mask = c->size - 1, hole = c->entries[id].hash & mask;

	while ((c->index[hole] & c->ids) != id)
		hole = (hole + 1) & mask;
	for (size_t i = (hole + 1) & mask; c->index[i]; i = (i + 1) & mask) {
		size_t home = c->entries[c->index[i] & c->ids].hash & mask;

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		c->index[hole] = c->index[i];
		hole = i;
	}
	c->index[hole] = 0;
}

static void
remove_from_ages(struct cache *c, cache_id id)
{
	struct cached *one = &c->entries[id];

	if (one->newer)
		c->entries[one->newer].older = one->older;
	else
		c->newest = one->older;
	if (one->older)
		c->entries[one->older].newer = one->newer;
	else
		c->oldest = one->newer;
}

static void
evict(struct cache *c, cache_id id)
{
	struct cached *one = &c->entries[id];

	c->hand = one->newer;
	remove_from_index(c, id);
	remove_from_ages(c, id);
	c->bytes -= one->key_n + one->value_n;
	drop_bytes(one);
	*one = (struct cached){ .next = c->vacant };
	c->vacant = id;
	c->count--;
}

/* The hand goes from old to new, and again: who was used since it came by last
 * may stay once more.  False: everybody is pinned. */
static bool
make_room(struct cache *c)
{
	cache_id id = c->hand ? c->hand : c->oldest;

	for (size_t steps = 2 * c->count; steps; steps--) {
		struct cached *one = &c->entries[id];

		if (!one->pins && !one->was_used) {
			evict(c, id);
			return true;
		}
		one->was_used = false;
		id = one->newer ? one->newer : c->oldest;
	}
	return false;
}

/* An entry nobody uses. */
static cache_id
take_vacant(struct cache *c)
{
	cache_id id;

	if (!c->vacant && c->used < c->max)
		return (cache_id)++c->used;
	if (!c->vacant && !make_room(c))
		return 0;
	id = c->vacant;
	c->vacant = c->entries[id].next;
	return id;
}

cache_id
cache_add(struct cache *c, struct slice key)
{
	uint32_t hash = (uint32_t)siphash(&c->key, key);
	cache_id id = take_vacant(c);
	struct cached *one = &c->entries[id];

	if (!id)
		return 0;
	*one = (struct cached){ .bytes = one->near, .hash = hash,
		.older = c->newest, .pins = 1 };
	move_bytes(one, key.n);
	one->key_n = (uint32_t)key.n;
	memcpy(one->bytes, key.p, key.n);
	if (c->newest)
		c->entries[c->newest].newer = id;
	else
		c->oldest = id;
	c->newest = id;
	c->bytes += key.n;
	if (2 * ++c->count > c->size)
		grow_index(c);
	enter(c, id);
	return id;
}

void
cache_set(struct cache *c, cache_id id, struct slice value)
{
	struct cached *one = &c->entries[id];

	move_bytes(one, one->key_n + value.n);
	if (value.n)
		memcpy(one->bytes + one->key_n, value.p, value.n);
	c->bytes += value.n;
	c->bytes -= one->value_n;
	one->value_n = (uint32_t)value.n;
	one->pins++;
	while (c->bytes > c->bytes_max && make_room(c))
		;
	one->pins--;
}
