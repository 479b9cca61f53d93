/* SPDX-License-Identifier: ISC */
/* Counting with a ceiling: exact below it; above it what each promises,
 * whatever comes. */
#include <stdlib.h>

#include "base/map.h"
#include "report/pairs.h"
#include "report/ranking.h"
#include "report/seen.h"
#include "report/table.h"
#include "chance.h"
#include "tap.h"

enum { NAMES = 5000, KEYS = 200, ROUNDS = 60000 };

static struct siphash_key sip;
static uint64_t truth[NAMES];
static struct budget ample = { .left = SIZE_MAX };

static struct slice
name(unsigned i, char text[16])
{
	return (struct slice){ text, (size_t)snprintf(text, 16, "name%u", i) };
}

static unsigned
number_of(struct slice text)
{
	uint64_t n = 0;

	return slice_number(slice_from(text, 4), NAMES, &n) ? (unsigned)n :
	    NAMES - 1;
}

static uint32_t
add(struct table *t, unsigned i, uint64_t count)
{
	char text[16];
	struct slice key = name(i, text);

	return table_add(t, key, siphash(&sip, key), count);
}

/* How often names come: each a few times, some often; or none twice in a
 * while. */
static unsigned
pick(unsigned round, int style)
{
	if (style == 0)
		return chance(chance(NAMES) + 1);
	if (style == 1)
		return round % 3 ? round % NAMES : 7;
	return round % NAMES;
}

static void
test_exact(void)
{
	struct table *t = table_new(NAMES, sizeof(uint64_t), &ample);
	bool good = true;

	memset(truth, 0, sizeof truth);
	for (unsigned r = 0; r < ROUNDS; r++) {
		unsigned i = pick(r, 0);
		uint64_t *extra = table_extra(t, add(t, i, 1));

		truth[i]++;
		*extra += 2;
	}
	for (uint32_t p = 0; p < table_size(t); p++) {
		struct table_key key = table_at(t, p);
		unsigned i = number_of(key.text);

		good &= key.count == truth[i] && key.error == 0 &&
		    *(uint64_t *)table_extra(t, p) == 2 * key.count &&
		    table_find(t, key.hash) == p;
		truth[i] = 0;
	}
	for (unsigned i = 0; i < NAMES; i++)
		good &= truth[i] == 0;
	ok(good, "exact below the ceiling, with what belongs to a key");
	ok(table_is_exact(t), "and it says so");
	ok(table_find(t, 12345) == TABLE_NONE, "a hash that is not there");
	table_free(t);
}

/* The promise: no key's count is too low, none too high by more than its
 * error, nobody who came more often than a share of all is missing. */
static void
test_full(int style, const char *about)
{
	struct table *t = table_new(KEYS, 0, &ample);
	bool good = true, none_lost = true;
	char text[16];

	memset(truth, 0, sizeof truth);
	for (unsigned r = 0; r < ROUNDS; r++) {
		unsigned i = pick(r, style);

		truth[i]++;
		(void)add(t, i, 1);
	}
	for (uint32_t p = 0; p < table_size(t); p++) {
		struct table_key key = table_at(t, p);
		unsigned i = number_of(key.text);

		good &= key.count >= truth[i] &&
		    key.count - key.error <= truth[i] &&
		    table_find(t, key.hash) == p;
	}
	for (unsigned i = 0; i < NAMES; i++)
		if (truth[i] > ROUNDS / KEYS)
			none_lost &= table_find(t, siphash(&sip,
			    name(i, text))) != TABLE_NONE;
	ok(table_size(t) == KEYS && !table_is_exact(t), "%s: full", about);
	ok(good, "%s: every count within its bounds", about);
	ok(none_lost, "%s: what came often is there", about);
	table_free(t);
}

static void
test_marks(void)
{
	struct table *t = table_new(2, 0, &ample);

	ok(add(t, 1, 0) == 0 && add(t, 2, 5) == 1, "a key without a count");
	ok(add(t, 3, 0) == TABLE_NONE, "takes nobody's place");
	ok(add(t, 4, 1) == 0, "but makes room first");
	ok(table_at(t, 0).count == 1 && table_at(t, 0).error == 0,
	    "and leaves no error");
	table_free(t);
}

/* It is the rarest that makes room, however often the same place does. */
static void
test_rarest(void)
{
	struct table *t = table_new(KEYS, 0, &ample);
	char text[16];
	bool are_there = true;

	for (unsigned i = 0; i < KEYS + 10; i++)
		(void)add(t, i, i + 1 < KEYS ? 100 : 1);
	for (unsigned i = 0; i + 1 < KEYS; i++)
		are_there &= table_find(t, siphash(&sip, name(i, text))) !=
		    TABLE_NONE;
	ok(are_there, "only the rarest makes room");
	table_free(t);
}

static void
test_long(void)
{
	struct table *t = table_new(10, 0, &ample);
	char text[300];
	struct slice key = { text, sizeof text };
	uint32_t first, second;

	memset(text, 'x', sizeof text);
	first = table_add(t, key, siphash(&sip, key), 1);
	text[299] = 'y';
	second = table_add(t, key, siphash(&sip, key), 1);
	ok(first != second, "long keys that end differently are two");
	ok(table_at(t, first).is_cut &&
	    table_at(t, first).text.n == TABLE_TEXT, "of which a part is kept");
	memcpy(text + TABLE_TEXT - 1, "\xc3\xa9", 2);
	ok(table_at(t, table_add(t, key, siphash(&sip, key), 1)).text.n ==
	    TABLE_TEXT - 1, "whole characters of it");
	table_free(t);
}

static void
test_pairs(size_t max)
{
	static uint64_t counts[64][64];
	struct pairs *p = pairs_new(max);
	const struct pair *slots;
	bool good = true, news_are_new = true;
	size_t n, there = 0;
	uint64_t missing = 0;

	memset(counts, 0, sizeof counts);
	for (unsigned r = 0; r < ROUNDS; r++) {
		unsigned u = chance(chance(64) + 1), i = chance(64);
		uint64_t user = (u + 1) * 0x9e3779b97f4a7c15;
		uint64_t ip = (i + 1) * 0xbf58476d1ce4e5b9;
		bool is_new = pairs_add(p, user, ip);

		news_are_new &= is_new == (counts[u][i] == 0) ||
		    (!is_new && !pairs_are_exact(p));
		counts[u][i]++;
	}
	pairs_end(p);
	slots = pairs_slots(p, &n);
	for (size_t k = 0; k < n; k++) {
		uint64_t *truly = NULL;

		if (slots[k].count == 0)
			continue;
		there++;
		for (unsigned u = 0; u < 64; u++)
			for (unsigned i = 0; i < 64; i++)
				if (slots[k].user == (u + 1) *
				    0x9e3779b97f4a7c15 && slots[k].ip ==
				    (i + 1) * 0xbf58476d1ce4e5b9)
					truly = &counts[u][i];
		good &= truly && slots[k].count >= *truly &&
		    slots[k].count - slots[k].error <= *truly && *truly > 0;
		if (truly)
			*truly = 0;
	}
	for (unsigned u = 0; u < 64; u++)
		for (unsigned i = 0; i < 64; i++)
			missing = counts[u][i] > missing ? counts[u][i] :
			    missing;
	ok(good, "pairs, at most %zu: each once, counts within their bounds",
	    max);
	ok(news_are_new, "what is seen for the first time");
	ok(there <= max && pairs_are_exact(p) == (max > 64 * 64),
	    "not more than there may be");
	/* 3/4 of them stay when room is made. */
	ok(missing * max <= (pairs_are_exact(p) ? 0 : ROUNDS * 3 / 2),
	    "what came often is there: of the others none more than %llu "
	    "times", (unsigned long long)missing);
	pairs_free(p);
}

/* What is promised, done plainly: who makes room is gone at once. */
struct plain {
	uint32_t counts[64 * 64], errors[64 * 64], lost;
	size_t n, max;
};

static void
plain_add(struct plain *p, unsigned i)
{
	uint32_t rare;
	size_t n;

	if (p->counts[i]) {
		p->counts[i]++;
		return;
	}
	for (rare = p->lost, n = 0; p->n == p->max && n <= p->n / 4; rare++)
		for (unsigned k = 0; k < 64 * 64; k++)
			n += p->counts[k] == rare + 1;
	for (unsigned k = 0; n && k < 64 * 64; k++)
		if (p->counts[k] && p->counts[k] <= rare) {
			p->counts[k] = 0;
			p->n--;
		}
	p->lost = rare;
	p->counts[i] = rare + 1;
	p->errors[i] = rare;
	p->n++;
}

/* Whether just those pairs are there that must be. */
static bool
are_as_plain(struct pairs *p, const struct plain *plain)
{
	const struct pair *slots;
	size_t n, there = 0;

	pairs_end(p);
	slots = pairs_slots(p, &n);
	for (size_t k = 0; k < n; k++) {
		/* The test's own "hash" of an address says which it is. */
		uint64_t i = slots[k].ip;

		if (slots[k].count == 0)
			continue;
		there++;
		if (slots[k].user != chance_mix(i) ||
		    slots[k].count != plain->counts[i] ||
		    slots[k].error != plain->errors[i])
			return false;
	}
	return there == plain->n;
}

/* All are found at any time, whether who is gone was taken out or not. */
static void
test_gone_pairs(size_t max)
{
	struct plain *plain = calloc(1, sizeof *plain);
	bool good = true;
	size_t rooms = 0;

	for (unsigned run = 0; run < 200; run++) {
		struct pairs *p = pairs_new(max);
		unsigned rounds = chance(ROUNDS / 4);

		*plain = (struct plain){ .max = max };
		for (unsigned r = 0; r < rounds; r++) {
			unsigned i = chance(run % 2 ? 64 * 64 :
			    chance(64 * 64) + 1);
			uint32_t lost = plain->lost;

			plain_add(plain, i);
			(void)pairs_add(p, chance_mix(i), i);
			rooms += plain->lost > lost;
		}
		good &= are_as_plain(p, plain);
		pairs_free(p);
	}
	ok(good && rooms > 5, "%zu pairs at most: made room %zu times, as if "
	    "that were done at once", max, rooms);
	free(plain);
}

/* So many of 4000 pairs came once, the others more often; then comes one more.
 * Wherever they stand, the same make room. */
static void
test_rare_pairs(size_t once, uint32_t often)
{
	uint32_t rarest = once > 4000 / 4 ? 1 : often;
	size_t left = once > 4000 / 4 ? 4000 - once + 1 : 1;
	bool good = true;

	for (unsigned r = 0; r < 10; r++) {
		struct pairs *p = pairs_new(4000);
		uint64_t first = chance_bits();
		const struct pair *slots;
		size_t n, there = 0;

		for (size_t i = 0; i < 4000; i++)
			for (uint32_t k = 0; k < (i < once ? 1 : often); k++)
				pairs_add(p, chance_mix(first + i), r);
		pairs_add(p, chance_mix(first - 1), r);
		pairs_end(p);
		slots = pairs_slots(p, &n);
		for (size_t k = 0; k < n; k++) {
			if (slots[k].count == 0)
				continue;
			there++;
			good &= slots[k].error == 0 ||
			    (slots[k].error == rarest &&
			    slots[k].count == rarest + 1);
		}
		good &= there == left;
		pairs_free(p);
	}
	ok(good, "%zu came once, others %u times: those of %u make room", once,
	    often, rarest);
}

/* Long names, as many as the budget has room for; short ones in a table that
 * has a share of its own. */
static void
test_budget(void)
{
	enum { LONG = 100, TOTAL = 400 * 1000 };
	struct budget budget = { .left = TOTAL, .share = TOTAL / 8 };
	struct table *big = table_new(NAMES, 16, &budget);
	struct table *small = table_new(NAMES, 0, &budget);
	char text[LONG + 1];
	bool good = true;

	for (unsigned i = 0; i < NAMES; i++) {
		int n = snprintf(text, sizeof text, "name%u-", i);
		struct slice key = { text, LONG };

		memset(text + n, 'x', LONG - (size_t)n);
		(void)table_add(big, key, siphash(&sip, key), 1);
	}
	ok(!table_is_exact(big) && table_size(big) >= TOTAL / 400 &&
	    table_size(big) * (LONG + 16 + 40) <= TOTAL,
	    "as many keys as the budget has room for: %zu", table_size(big));
	for (uint32_t p = 0; p < table_size(big); p++)
		good &= table_at(big, p).text.n == LONG;
	ok(good, "with all of their texts");
	ok(table_at(big, table_add(big, SLICE("x"), siphash(&sip,
	    SLICE("x")), 1)).error > 0, "nor is there room for a short one");
	for (unsigned i = 0; i < 300; i++)
		(void)add(small, i, 1);
	ok(table_is_exact(small) && table_size(small) == 300,
	    "another has its share");
	for (unsigned i = 0; i < NAMES; i++)
		(void)add(small, i, 1);
	for (unsigned r = 0; r < 2 * NAMES; r++) {
		struct slice key = { text, LONG };

		snprintf(text, sizeof text, "%u", r);
		(void)table_add(small, key, siphash(&sip, key), 1);
	}
	ok(table_at(small, 1).is_cut && table_at(small, 1).text.n > 0,
	    "what takes the place of a short text is cut");
	ok(budget.left <= TOTAL, "the budget is not overdrawn");
	table_free(big);
	table_free(small);
}

static void
test_seen(void)
{
	struct seen *s = seen_new(NAMES);
	char text[16];
	bool good = true;

	for (unsigned r = 0; r < 2; r++)
		for (unsigned i = 0; i < NAMES; i++)
			good &= seen_add(s, siphash(&sip, name(i, text))) ==
			    (r == 0);
	ok(good && seen_is_exact(s), "the first time, and not again");
	ok(!seen_add(s, siphash(&sip, SLICE("more"))) && !seen_is_exact(s),
	    "one more is not known to be new");
	seen_free(s);
}

static void
test_ranking(void)
{
	static const struct ranked all[] = {
		{ .count = 5, .text = SLICE("b") },
		{ .count = 5, .text = SLICE("a"), .second = SLICE("2") },
		{ .count = 9, .text = SLICE("z") },
		{ .count = 5, .text = SLICE("a"), .second = SLICE("1") },
		{ .count = 1, .text = SLICE("c") },
		{ .count = 5, .text = SLICE("ab") },
	};
	struct ranking r;

	ranking_init(&r, 4);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (ranking_wants(&r, all[i].count))
			ranking_offer(&r, &all[i]);
	ok(r.n == 4 && r.items[0].count == 9, "the most first");
	is(r.items[1].second, "1", "then by text, and the second one");
	is(r.items[2].second, "2", "which breaks ties");
	is(r.items[3].text, "ab", "the last that gets in");
	ok(!ranking_wants(&r, 4) && ranking_wants(&r, 5), "who may come");
	ranking_release(&r);
}

/* Hashes of which many lead to the last slots, and so on to the first: however
 * often it grew, all are there. */
static void
test_crowds(void)
{
	enum { CROWD = 40000 };
	static uint64_t hashes[CROWD];
	unsigned wrong = 0;

	for (int round = 0; round < 20; round++) {
		struct seen *s = seen_new(2 * CROWD);
		struct pairs *p = pairs_new(2 * CROWD);
		unsigned crowded = 2 + (unsigned)round % 12;

		for (unsigned i = 0; i < CROWD; i++) {
			/* Low bits are the same in some, and the number is
			 * in the high ones. */
			uint64_t low = chance(crowded) ? chance_bits() &
			    0xffffff : 0xffffff - chance(8);

			if (chance(crowded) && i > CROWD / 20)
				low = chance_bits() & 0xffffff;
			hashes[i] = (uint64_t)(i + 1) << 24 | low;
			wrong += !seen_add(s, hashes[i]);
			wrong += !pairs_add(p, 0, hashes[i]);
			/* One that came before. */
			low = hashes[chance(i + 1)];
			wrong += seen_add(s, low);
			wrong += pairs_add(p, 0, low);
		}
		for (unsigned i = 0; i < CROWD; i++)
			wrong += seen_add(s, hashes[i]) ||
			    pairs_add(p, 0, hashes[i]);
		seen_free(s);
		pairs_free(p);
	}
	ok(wrong == 0, "crowds at the end of the slots: %u wrong", wrong);
}

int
main(void)
{
	sip = siphash_random_key();
	test_exact();
	test_full(0, "a few come often");
	test_full(1, "one comes often, the others in turn");
	test_full(2, "all in turn");
	test_marks();
	test_rarest();
	test_long();
	test_pairs(64 * 64 + 1);
	test_pairs(100);
	test_pairs(1000);
	test_gone_pairs(100);
	test_gone_pairs(1000);
	test_gone_pairs(3000);
	test_rare_pairs(1000, 300);
	test_rare_pairs(1001, 300);
	test_budget();
	test_seen();
	test_crowds();
	test_ranking();
	return done();
}
