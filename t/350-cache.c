/* SPDX-License-Identifier: ISC */
/* The cache, against one that is a plain array, and against scans. */
#include <stdlib.h>

#include "enrich/cache.h"
#include "chance.h"
#include "tap.h"

/* Keys of several lengths, some with NUL bytes. */
static struct slice
key_of(uint32_t number, char text[40])
{
	memset(text, '.', 40);
	memcpy(text, &number, sizeof number);
	return (struct slice){ text, 4 + number % 7 * 5 };
}

static void
test_one(void)
{
	struct cache *c = cache_new(10, 10000);
	struct slice key = SLICE("key\0\xff"), other = SLICE("key");
	cache_id id, second;
	struct cached *one;

	ok(cache_count(c) == 0 && cache_find(c, key) == 0, "empty");
	id = cache_add(c, key);
	ok(id != 0 && cache_count(c) == 1 && cache_find(c, key) == id &&
	    cache_find(c, other) == 0, "a key is found, its beginning not");
	one = cache_at(c, id);
	ok(slice_is(cached_key(one), key) && cached_value(one).n == 0 &&
	    one->pins == 1, "it has no value, and is pinned once");
	ok(one->state == 0 && one->status == 0 && one->forward == 0 &&
	    one->failed == 0 && one->chosen == 0 && one->failures == 0 &&
	    one->next == 0 && one->chosen_by == 0 && one->expires == 0,
	    "the user's fields are zero");
	cache_set(c, id, SLICE("value\0."));
	ok(slice_is(cached_value(cache_at(c, id)), SLICE("value\0.")) &&
	    slice_is(cached_key(cache_at(c, id)), key), "a value");
	cache_set(c, id, SLICE("v"));
	ok(slice_is(cached_value(cache_at(c, id)), SLICE("v")),
	    "a shorter one in its place");
	cache_set(c, id, (struct slice){ NULL, 0 });
	ok(cached_value(cache_at(c, id)).n == 0 &&
	    slice_is(cached_key(cache_at(c, id)), key), "none again");
	second = cache_add(c, other);
	ok(second && second != id && cache_find(c, key) == id &&
	    cache_find(c, other) == second && cache_count(c) == 2,
	    "two keys");
	ok(cache_at(c, id)->pins == 1, "pins are the user's");
	cache_free(c);
	cache_free(NULL);
}

/* How many of the numbers below n are there, and their bytes. */
static size_t
count_kept(struct cache *c, uint32_t n, size_t *bytes)
{
	size_t kept = 0;
	char text[40];

	*bytes = 0;
	for (uint32_t i = 0; i < n; i++) {
		cache_id id = cache_find(c, key_of(i, text));
		const struct cached *one = cache_at(c, id);

		if (!id)
			continue;
		kept++;
		*bytes += cached_key(one).n + cached_value(one).n;
	}
	return kept;
}

static void
test_ceilings(void)
{
	enum { ENTRIES = 1000, BYTES = 100000 };
	char text[40], value[400] = { 0 };
	struct cache *c = cache_new(ENTRIES, 1 << 30);
	bool good = true;
	size_t bytes;

	for (uint32_t i = 0; i < 10 * ENTRIES; i++) {
		cache_id id = cache_add(c, key_of(i, text));

		good = good && id && id <= ENTRIES &&
		    cache_count(c) == (i < ENTRIES ? i + 1 : ENTRIES);
		cache_at(c, id)->pins--;
	}
	ok(good, "ten times as many as fit: never more than fit");
	ok(count_kept(c, 10 * ENTRIES, &bytes) == ENTRIES,
	    "as many can be found");
	cache_free(c);

	c = cache_new(10 * ENTRIES, BYTES);
	for (uint32_t i = 0; i < 10 * ENTRIES; i++) {
		cache_id id = cache_add(c, key_of(i, text));

		cache_set(c, id, (struct slice){ value, i % 200 });
		cache_at(c, id)->pins--;
	}
	good = count_kept(c, 10 * ENTRIES, &bytes) == cache_count(c);
	ok(good && bytes <= BYTES && bytes > BYTES - 400,
	    "ten times as many bytes as fit: %zu of %d", bytes, BYTES);
	cache_free(c);

	/* One that grows pushes out others, not itself. */
	c = cache_new(100, 1000);
	for (uint32_t i = 0; i < 10; i++) {
		cache_id id = cache_add(c, key_of(7 * i, text));

		cache_set(c, id, (struct slice){ value, 90 });
		cache_at(c, id)->pins--;
	}
	cache_set(c, cache_find(c, key_of(14, text)),
	    (struct slice){ value, 400 });
	ok(cache_find(c, key_of(14, text)) &&
	    count_kept(c, 100, &bytes) == 7 && bytes <= 1000,
	    "a value that grows pushes out others");
	cache_set(c, cache_find(c, key_of(14, text)),
	    (struct slice){ value, 400 });
	ok(count_kept(c, 100, &bytes) == 7, "the same again changes nothing");
	cache_free(c);
}

/* So many keys that some have the same hash: none is taken for another. */
static void
test_same_hash(void)
{
	enum { ENTRIES = 400000 };
	struct cache *c = cache_new(ENTRIES, 1 << 30);
	bool good = true;
	char text[40];

	for (uint32_t i = 0; i < ENTRIES && good; i++)
		good = !cache_find(c, key_of(i, text)) &&
		    cache_add(c, key_of(i, text));
	ok(good, "%d keys, each new", ENTRIES);
	cache_free(c);
}

static void
test_pins(void)
{
	enum { ENTRIES = 100 };
	struct cache *c = cache_new(ENTRIES, 1 << 20);
	cache_id ids[ENTRIES], id;
	bool good = true;
	char text[40];

	for (uint32_t i = 0; i < ENTRIES; i++)
		ids[i] = cache_add(c, key_of(i, text));
	ok(cache_add(c, key_of(ENTRIES, text)) == 0 &&
	    cache_count(c) == ENTRIES, "all are pinned: no room");
	ok(cache_add(c, key_of(ENTRIES, text)) == 0, "and still not");
	for (uint32_t i = 0; i < ENTRIES; i++)
		good = good && cache_find(c, key_of(i, text)) == ids[i];
	ok(good, "all are there");
	/* Only one may go, however often it is used. */
	cache_at(c, ids[42])->pins--;
	(void)cache_find(c, key_of(42, text));
	id = cache_add(c, key_of(ENTRIES, text));
	ok(id == ids[42] && !cache_find(c, key_of(42, text)) &&
	    cache_find(c, key_of(ENTRIES, text)) == id,
	    "the only one that may go goes");
	ok(slice_is(cached_key(cache_at(c, id)), key_of(ENTRIES, text)) &&
	    cache_at(c, id)->pins == 1, "its place is the new one's");
	ok(cache_add(c, key_of(ENTRIES + 1, text)) == 0, "no room again");
	cache_at(c, ids[7])->pins = 3;
	cache_at(c, ids[7])->pins--;
	ok(cache_add(c, key_of(ENTRIES + 1, text)) == 0,
	    "two pins hold as one");
	/* No room in bytes, and nobody to go: it is kept all the same. */
	cache_free(c);
	c = cache_new(10, 50);
	for (uint32_t i = 0; i < 5; i++)
		cache_set(c, cache_add(c, key_of(i, text)),
		    SLICE("0123456789"));
	ok(cache_count(c) == 5, "what is pinned stays above the ceiling");
	cache_at(c, 1)->pins--;
	cache_at(c, 2)->pins--;
	cache_set(c, 5, SLICE("0123456789"));
	ok(cache_count(c) == 3, "until it may go");
	cache_free(c);
}

/* Hot keys between keys that come once. */
static void
test_scan(void)
{
	enum { ENTRIES = 10000, HOT = 1000, ONCE = 1000000 };
	struct cache *c = cache_new(ENTRIES, 1 << 30);
	unsigned hits = 0, uses = 0, kept = 0;
	char text[40];

	for (uint32_t i = 0; i < ONCE; i++) {
		uint32_t number = i % 2 ? chance(HOT) : HOT + i;
		cache_id id = cache_find(c, key_of(number, text));

		if (i % 2 && i > 4 * HOT) {
			uses++;
			hits += id != 0;
		}
		if (id)
			continue;
		id = cache_add(c, key_of(number, text));
		cache_at(c, id)->pins--;
	}
	ok(hits > uses / 100 * 95, "a scan over many that come once: "
	    "%u of %u others hit", hits, uses);

	/* Used, then idle while a scan passes that is 3 times as large. */
	for (uint32_t i = 0; i < HOT; i++)
		(void)cache_find(c, key_of(i, text));
	for (uint32_t i = 0; i < 3 * ENTRIES; i++)
		cache_at(c, cache_add(c, key_of(2 * ONCE + i, text)))->pins--;
	for (uint32_t i = 0; i < HOT; i++)
		kept += cache_find(c, key_of(i, text)) != 0;
	ok(kept > HOT * 3 / 4, "of %u that were idle meanwhile %u stay", HOT,
	    kept);
	cache_free(c);
}

/*
 * The same in an array: from old to new, with a hand (SIEVE as its authors
 * write it).
 */

enum { MODEL = 60, KEYS = 200, MODEL_BYTES = 2000, VALUE_MAX = 120 };

static struct {
	struct model {
		uint32_t number;
		bool was_used;
		unsigned pins;
		size_t value_n;
		char fill;
	} list[MODEL];
	size_t n, bytes;
	int hand;		/* -1: at the oldest next */
} model;

static struct model *
model_find(uint32_t number)
{
	for (size_t i = 0; i < model.n; i++)
		if (model.list[i].number == number)
			return &model.list[i];
	return NULL;
}

static void
model_remove(size_t at)
{
	char text[40];

	model.bytes -= model.list[at].value_n +
	    key_of(model.list[at].number, text).n;
	model.n--;
	memmove(&model.list[at], &model.list[at + 1],
	    (model.n - at) * sizeof *model.list);
	model.hand = at < model.n ? (int)at : -1;
}

static bool
model_evict(void)
{
	size_t at = model.hand < 0 ? 0 : (size_t)model.hand;

	for (size_t steps = 2 * model.n; steps; steps--) {
		struct model *one = &model.list[at];

		if (!one->pins && !one->was_used) {
			model_remove(at);
			return true;
		}
		one->was_used = false;
		at = (at + 1) % model.n;
	}
	return false;
}

static bool
model_add(uint32_t number)
{
	char text[40];

	if (model.n == MODEL && !model_evict())
		return false;
	model.list[model.n++] = (struct model){ .number = number, .pins = 1 };
	model.bytes += key_of(number, text).n;
	return true;
}

static void
model_set(uint32_t number, size_t n, char fill)
{
	struct model *one = model_find(number);

	model.bytes += n - one->value_n;
	one->value_n = n;
	one->fill = fill;
	one->pins++;
	while (model.bytes > MODEL_BYTES && model_evict())
		;
	model_find(number)->pins--;
}

static bool
has_value(const struct cached *one, const struct model *m)
{
	struct slice value = cached_value(one);
	bool good = value.n == m->value_n;

	for (size_t i = 0; good && i < value.n; i++)
		good = value.p[i] == m->fill;
	return good;
}

/* As many keys as may be expected, some of them not there. */
static void
expect_some(struct cache *c)
{
	char texts[CACHE_EXPECTED][40];
	struct slice keys[CACHE_EXPECTED];
	size_t n = chance(CACHE_EXPECTED + 1);

	for (size_t i = 0; i < n; i++)
		keys[i] = key_of(chance(2 * KEYS), texts[i]);
	cache_expect(c, keys, n);
}

/* One operation on both.  False: they differ. */
static bool
step(struct cache *c)
{
	uint32_t number = chance(KEYS);
	struct model *m = model_find(number);
	struct slice key;
	char text[40], value[VALUE_MAX];
	cache_id id;

	key = key_of(number, text);
	/* This must change nothing, and is no use. */
	if (chance(2))
		expect_some(c);
	id = cache_find(c, key);
	if ((id != 0) != (m != NULL))
		return false;
	if (!id) {
		id = cache_add(c, key);
		return (id != 0) == model_add(number);
	}
	m->was_used = true;
	if (!slice_is(cached_key(cache_at(c, id)), key) ||
	    !has_value(cache_at(c, id), m) ||
	    cache_at(c, id)->pins != m->pins)
		return false;
	switch (chance(4)) {
	case 0:
		/* Seldom: most have to be without. */
		if (m->pins < 2 && chance(3) == 0) {
			m->pins++;
			cache_at(c, id)->pins++;
		}
		return true;
	case 1:
		memset(value, 'a' + (int)number % 26, sizeof value);
		model_set(number, chance(VALUE_MAX), *value);
		m = model_find(number);
		cache_set(c, id, (struct slice){ value, m->value_n });
		return has_value(cache_at(c, id), m);
	default:
		if (m->pins) {
			m->pins--;
			cache_at(c, id)->pins--;
		}
		return true;
	}
}

static bool
has_same_keys(struct cache *c)
{
	char text[40];

	for (uint32_t i = 0; i < KEYS; i++) {
		struct model *m = model_find(i);

		if ((cache_find(c, key_of(i, text)) != 0) != (m != NULL))
			return false;
		if (m)
			m->was_used = true;
	}
	return true;
}

static void
test_model(void)
{
	enum { STEPS = 1000000 };
	struct cache *c = cache_new(MODEL, MODEL_BYTES);
	size_t full = 0, heavy = 0;
	bool good = true;
	int i;

	model.hand = -1;
	for (i = 0; i < STEPS && good; i++) {
		good = step(c) && cache_count(c) == model.n &&
		    (i % 1000 || has_same_keys(c));
		full += model.n == MODEL;
		heavy += model.bytes > MODEL_BYTES - VALUE_MAX;
	}
	ok(good && full > STEPS / 100 && heavy > STEPS / 100,
	    "%d random operations, as in an array", STEPS);
	if (!good)
		printf("# step %d: %zu of %zu\n", i, cache_count(c), model.n);
	cache_free(c);
}

int
main(void)
{
	test_one();
	test_ceilings();
	test_same_hash();
	test_pins();
	test_scan();
	test_model();
	return done();
}
