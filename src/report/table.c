/* SPDX-License-Identifier: ISC */
/* How often each of many texts came. */
#include "report/table.h"

#include <stdlib.h>

#include "base/mem.h"

enum { FIRST = 64 };

struct key {
	uint64_t hash, count, error;
	char *text;
	size_t length;		/* of all of it */
};

/* A slot of the index: the low half of the hash, and the place + 1; 0: free. */
struct slot {
	uint32_t low, place;
};

struct table {
	struct key *keys;
	unsigned char *extras;
	size_t n, room, max, extra;
	struct slot *slots;
	size_t mask;
	bool is_exact;
	/* The search for the rarest goes round: places before next have counts
	 * above rarest, the lowest of them was higher. */
	uint64_t rarest, higher;
	uint32_t next;
	uint64_t lost;		/* no key that is not here came more often */
};

struct table *
table_new(size_t max, size_t extra)
{
	struct table *t = mem_new(sizeof *t);

	t->max = max;
	t->extra = (extra + 7) & ~(size_t)7;
	t->room = FIRST;
	t->keys = mem_array(t->room, sizeof *t->keys);
	t->extras = mem_array(t->room, t->extra);
	t->mask = 2 * FIRST - 1;
	t->slots = mem_array(t->mask + 1, sizeof *t->slots);
	t->is_exact = true;
	t->higher = UINT64_MAX;
	return t;
}

void
table_free(struct table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++)
		free(t->keys[i].text);
	free(t->keys);
	free(t->extras);
	free(t->slots);
	free(t);
}

static size_t
stored(size_t length)
{
	return length < TABLE_TEXT ? length : TABLE_TEXT;
}

static bool
is_key(const struct key *k, struct slice key, uint64_t hash)
{
	return k->hash == hash && k->length == key.n;
}

/* The slot of a key, or the free one where it would go. */
static size_t
find_slot(const struct table *t, struct slice key, uint64_t hash)
{
	size_t i = (size_t)hash & t->mask;

	while (t->slots[i].place && !(t->slots[i].low == (uint32_t)hash &&
	    is_key(&t->keys[t->slots[i].place - 1], key, hash)))
		i = (i + 1) & t->mask;
	return i;
}

static void
place_again(struct table *t, struct slot slot)
{
	size_t i = slot.low & t->mask;

	while (t->slots[i].place)
		i = (i + 1) & t->mask;
	t->slots[i] = slot;
}

static void
grow(struct table *t)
{
	struct slot *old = t->slots;
	size_t n = t->mask + 1, room = t->room * 2;

	t->keys = mem_resize(t->keys, room, sizeof *t->keys);
	t->extras = mem_resize(t->extras, room, t->extra);
	t->room = room;
	t->mask = 2 * n - 1;
	t->slots = mem_array(2 * n, sizeof *t->slots);
	for (size_t i = 0; i < n; i++)
		if (old[i].place)
			place_again(t, old[i]);
	free(old);
}

/* Takes a slot out; those behind it that it kept from their place move up. */
static void
remove_slot(struct table *t, size_t hole)
{
	size_t i = hole;

	for (;;) {
		size_t home;

		i = (i + 1) & t->mask;
		if (!t->slots[i].place)
			break;
		home = t->slots[i].low & t->mask;
		if (((i - home) & t->mask) < ((i - hole) & t->mask))
			continue;
		t->slots[hole] = t->slots[i];
		hole = i;
	}
	t->slots[hole].place = 0;
}

static size_t
slot_of_place(const struct table *t, uint32_t place)
{
	size_t i = (size_t)t->keys[place].hash & t->mask;

	while (t->slots[i].place != place + 1)
		i = (i + 1) & t->mask;
	return i;
}

/* The place of the rarest key.  Counts only grow, and a key that takes a place
 * over has a count above the rarest: so one round over all places finds every
 * key of that count, and a next round those of the next higher one.  There are
 * no more rounds than the rarest has counts: a step for each key that came, in
 * the long run. */
static uint32_t
find_rarest(struct table *t)
{
	for (;;) {
		while (t->next < t->n) {
			uint64_t count = t->keys[t->next].count;

			if (count <= t->rarest)
				return t->next++;
			if (count < t->higher)
				t->higher = count;
			t->next++;
		}
		t->next = 0;
		t->rarest = t->higher;
		t->higher = UINT64_MAX;
	}
}

static void
set_key(struct table *t, uint32_t place, struct slice key, uint64_t hash,
    uint64_t count)
{
	t->keys[place] = (struct key){ .hash = hash, .count = count,
		.text = mem_text(key.p ? key.p : "", stored(key.n)),
		.length = key.n };
	memset(t->extras + place * t->extra, 0, t->extra);
}

/* Gives the place of the rarest key to another. */
static uint32_t
take_over(struct table *t, struct slice key, uint64_t hash, uint64_t count)
{
	uint32_t place = find_rarest(t);
	struct key old = t->keys[place];

	if (old.count > t->lost)
		t->lost = old.count;
	remove_slot(t, slot_of_place(t, place));
	free(old.text);
	set_key(t, place, key, hash, t->lost + count);
	t->keys[place].error = t->lost;
	if (t->lost + count < t->higher)
		t->higher = t->lost + count;
	place_again(t, (struct slot){ (uint32_t)hash, place + 1 });
	return place;
}

uint32_t
table_add(struct table *t, struct slice key, uint64_t hash, uint64_t count)
{
	size_t i = find_slot(t, key, hash);
	uint32_t place = t->slots[i].place;

	if (place) {
		t->keys[place - 1].count += count;
		return place - 1;
	}
	if (t->n == t->max) {
		t->is_exact = false;
		return count ? take_over(t, key, hash, count) : TABLE_NONE;
	}
	if (t->n == t->room) {
		grow(t);
		i = find_slot(t, key, hash);
	}
	place = (uint32_t)t->n++;
	set_key(t, place, key, hash, count);
	t->slots[i] = (struct slot){ (uint32_t)hash, place + 1 };
	return place;
}

void
table_expect(const struct table *t, uint64_t hash)
{
	__builtin_prefetch(&t->slots[hash & t->mask]);
}

void
table_expect_key(const struct table *t, uint64_t hash)
{
	uint32_t place = t->slots[hash & t->mask].place;

	if (place)
		__builtin_prefetch(&t->keys[place - 1], 1);
}

uint32_t
table_find(const struct table *t, uint64_t hash)
{
	size_t i = (size_t)hash & t->mask;

	for (; t->slots[i].place; i = (i + 1) & t->mask)
		if (t->keys[t->slots[i].place - 1].hash == hash)
			return t->slots[i].place - 1;
	return TABLE_NONE;
}

void
table_more(struct table *t, uint32_t place, uint64_t count)
{
	t->keys[place].count += count;
}

size_t
table_size(const struct table *t)
{
	return t->n;
}

/* What is kept of a long key may end within a character. */
static size_t
whole_characters(const struct key *k)
{
	size_t n = stored(k->length);

	if (k->length <= TABLE_TEXT)
		return n;
	while (n && (k->text[n - 1] & 0xc0) == 0x80)
		n--;
	return n && (unsigned char)k->text[n - 1] >= 0xc0 ? n - 1 : n;
}

struct table_key
table_at(const struct table *t, uint32_t place)
{
	const struct key *k = &t->keys[place];

	return (struct table_key){
		.text = { k->text, whole_characters(k) },
		.count = k->count, .error = k->error, .hash = k->hash,
		.is_cut = k->length > TABLE_TEXT,
	};
}

void *
table_extra(const struct table *t, uint32_t place)
{
	return t->extras + place * t->extra;
}

bool
table_is_exact(const struct table *t)
{
	return t->is_exact;
}
