/* SPDX-License-Identifier: ISC */
/* How often each of many texts came. */
#include "report/table.h"

#include <stdlib.h>

#include "base/mem.h"
#include "report/texts.h"

enum { FIRST = 64 };

struct key {
	uint64_t hash, count, error;
	uint32_t text;
	uint32_t length : 24;	/* of all of it */
	uint32_t units : 8;	/* of what is kept */
};
_Static_assert(TABLE_TEXT == TEXTS_UNIT * TEXTS_UNITS_MAX, "all of it fits");

/* A slot of the index: the low half of the hash, and the place + 1; 0: free. */
struct slot {
	uint32_t low, place;
};

struct table {
	struct key *keys;
	unsigned char *extras;
	struct texts *texts;
	size_t n, room, max, extra;
	struct budget *budget;
	size_t own;		/* bytes of it that are ours */
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
table_new(size_t max, size_t extra, struct budget *budget)
{
	struct table *t = mem_new(sizeof *t);

	t->texts = texts_new();
	t->budget = budget;
	t->own = budget->share < budget->left ? budget->share : budget->left;
	budget->left -= t->own;
	t->max = max;
	t->extra = (extra + 7) & ~(size_t)7;
	t->room = FIRST;
	t->keys = mem_large(t->room, sizeof *t->keys);
	t->extras = mem_large(t->room, t->extra);
	t->mask = 2 * FIRST - 1;
	t->slots = mem_large(t->mask + 1, sizeof *t->slots);
	t->is_exact = true;
	t->higher = UINT64_MAX;
	return t;
}

void
table_free(struct table *t)
{
	if (!t)
		return;
	texts_free(t->texts);
	mem_large_free(t->keys, t->room, sizeof *t->keys);
	mem_large_free(t->extras, t->room, t->extra);
	mem_large_free(t->slots, t->mask + 1, sizeof *t->slots);
	free(t);
}

/* Bytes that are kept of a text. */
static size_t
stored(const struct key *k)
{
	size_t room = (size_t)k->units * TEXTS_UNIT;

	return k->length < room ? k->length : room;
}

static unsigned
units_for(size_t length)
{
	size_t units = (length + TEXTS_UNIT - 1) / TEXTS_UNIT;

	return units < TEXTS_UNITS_MAX ? (unsigned)units : TEXTS_UNITS_MAX;
}

static bool
pay(struct table *t, size_t bytes)
{
	if (bytes > t->own + t->budget->left)
		return false;
	if (bytes > t->own) {
		t->budget->left -= bytes - t->own;
		bytes = t->own;
	}
	t->own -= bytes;
	return true;
}

/* Room for a text; less, if the budget is spent: as much as was given back. */
static unsigned
affordable(struct table *t, unsigned units)
{
	if (units == 0 || texts_has(t->texts, units) ||
	    pay(t, units * TEXTS_UNIT))
		return units;
	while (units && !texts_has(t->texts, units))
		units--;
	return units;
}

static bool
can_pay(const struct table *t, unsigned units)
{
	return units == 0 || texts_has(t->texts, units) ||
	    units * TEXTS_UNIT <= t->own + t->budget->left;
}

static bool
is_key(const struct key *k, struct slice key, uint64_t hash)
{
	return k->hash == hash && k->length == (key.n & 0xffffff);
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

/* False: there is no budget for it. */
static bool
grow(struct table *t)
{
	size_t n = t->mask + 1, room = t->room * 2, first = n;

	if (!pay(t, t->room * (sizeof *t->keys + t->extra) +
	    n * sizeof *t->slots))
		return false;
	t->keys = mem_large_more(t->keys, t->room, room, sizeof *t->keys);
	t->extras = mem_large_more(t->extras, t->room, room, t->extra);
	t->room = room;
	t->mask = 2 * n - 1;
	t->slots = mem_large_twice(t->slots, n, sizeof *t->slots);
	/* In place: report/pairs.c says why that is right. */
	while (t->slots[first - 1].place)
		first--;
	for (size_t i = first; i < first + n; i++) {
		struct slot *slot = &t->slots[i & (n - 1)], moved = *slot;

		slot->place = 0;
		if (moved.place)
			place_again(t, moved);
	}
	return true;
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
	struct key *k = &t->keys[place];
	unsigned units = affordable(t, units_for(key.n));

	*k = (struct key){ .hash = hash, .count = count,
		.length = key.n & 0xffffff, .units = units & 0xff };
	if (units) {
		k->text = texts_take(t->texts, units);
		memcpy(texts_at(t->texts, k->text), key.p, stored(k));
	}
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
	if (old.units)
		texts_give(t->texts, old.text, old.units);
	set_key(t, place, key, hash, t->lost + count);
	t->keys[place].error = t->lost;
	if (t->lost + count < t->higher)
		t->higher = t->lost + count;
	place_again(t, (struct slot){ (uint32_t)hash, place + 1 });
	return place;
}

/* For one key more, with a text so long. */
static bool
has_room(struct table *t, size_t length)
{
	if (t->n == t->max || (t->n == t->room && !grow(t)))
		return false;
	return t->n < FIRST || can_pay(t, units_for(length));
}

uint32_t
table_add(struct table *t, struct slice key, uint64_t hash, uint64_t count)
{
	size_t i = find_slot(t, key, hash), room = t->room;
	uint32_t place = t->slots[i].place;

	if (place) {
		t->keys[place - 1].count += count;
		return place - 1;
	}
	if (!has_room(t, key.n)) {
		t->max = t->n;
		t->is_exact = false;
		return count ? take_over(t, key, hash, count) : TABLE_NONE;
	}
	if (t->room != room)
		i = find_slot(t, key, hash);
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
	size_t i = (size_t)hash & t->mask;

	while (t->slots[i].place && t->slots[i].low != (uint32_t)hash)
		i = (i + 1) & t->mask;
	if (t->slots[i].place)
		__builtin_prefetch(&t->keys[t->slots[i].place - 1], 1);
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

size_t
table_size(const struct table *t)
{
	return t->n;
}

/* What is kept of a long key may end within a character. */
static size_t
whole_characters(const struct key *k, const char *text)
{
	size_t n = stored(k);

	if (k->length == n)
		return n;
	while (n && (text[n - 1] & 0xc0) == 0x80)
		n--;
	return n && (unsigned char)text[n - 1] >= 0xc0 ? n - 1 : n;
}

struct table_key
table_at(const struct table *t, uint32_t place)
{
	const struct key *k = &t->keys[place];
	const char *text = k->units ? texts_at(t->texts, k->text) : "";

	return (struct table_key){
		.text = { text, whole_characters(k, text) },
		.count = k->count, .error = k->error, .hash = k->hash,
		.is_cut = k->length > stored(k),
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
