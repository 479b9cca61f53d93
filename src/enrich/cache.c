/* SPDX-License-Identifier: ISC */
/* Questions and what was answered. */
#include "enrich/cache.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"

struct cache {
	struct siphash_key key;
	struct cached *entries;		/* entry 0 is unused */
	uint32_t *index;		/* open addressing, ids */
	size_t size;			/* of index, a power of two */
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
	c->size = 16;
	while (c->size < 2 * entries)
		c->size *= 2;
	/* calloc: pages are taken as they are used. */
	c->entries = mem_array(entries + 1, sizeof *c->entries);
	c->index = mem_array(c->size, sizeof *c->index);
	return c;
}

void
cache_free(struct cache *c)
{
	if (!c)
		return;
	for (size_t i = 1; i <= c->used; i++)
		free(c->entries[i].bytes);
	free(c->entries);
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

/* Where a key's id stands in the index, or would. */
static size_t
place_of(const struct cache *c, uint32_t hash, struct slice key)
{
	size_t i = hash & (c->size - 1);

	while (c->index[i]) {
		const struct cached *one = &c->entries[c->index[i]];

		if (one->hash == hash && slice_is(cached_key(one), key))
			break;
		i = (i + 1) & (c->size - 1);
	}
	return i;
}

cache_id
cache_find(struct cache *c, struct slice key)
{
	cache_id id = c->index[place_of(c, (uint32_t)siphash(&c->key, key),
	    key)];

	if (id)
		c->entries[id].was_used = true;
	return id;
}

/* Takes an id out of the index; those behind it that its place kept from their
 * own move up. */
static void
remove_from_index(struct cache *c, cache_id id)
{
	size_t mask = c->size - 1, hole = c->entries[id].hash & mask;

	while (c->index[hole] != id)
		hole = (hole + 1) & mask;
	for (size_t i = (hole + 1) & mask; c->index[i]; i = (i + 1) & mask) {
		size_t home = c->entries[c->index[i]].hash & mask;

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
	free(one->bytes);
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

	if (!id)
		return 0;
	c->entries[id] = (struct cached){
		.bytes = mem_text(key.p, key.n), .key_n = (uint32_t)key.n,
		.hash = hash, .older = c->newest, .pins = 1,
	};
	if (c->newest)
		c->entries[c->newest].newer = id;
	else
		c->oldest = id;
	c->newest = id;
	c->index[place_of(c, hash, key)] = id;
	c->bytes += key.n;
	c->count++;
	return id;
}

void
cache_set(struct cache *c, cache_id id, struct slice value)
{
	struct cached *one = &c->entries[id];

	one->bytes = mem_resize(one->bytes, one->key_n + value.n, 1);
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
