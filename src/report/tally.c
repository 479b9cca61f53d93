/* SPDX-License-Identifier: ISC */
/* Rows counted. */
#include "report/tally.h"

#include <limits.h>
#include <stdlib.h>

#include "base/mem.h"
#include "report/pour.h"
#include "schema/ip.h"

enum {
	THURSDAY = 3,		/* 1970-01-01 */
	GROUP = 16,		/* rows */
	SHARES = 64,		/* of the budget, one for each table */
	TRAIL_SLOTS = 2,	/* a day before the period, in whatever zone */
	COUNTRY_MAX = 64,	/* of a success: leaves room for the user */
};

static const size_t extras[MODEL_TABLES] = {
	[MODEL_USER] = sizeof(struct user_facts),
	[MODEL_IP] = sizeof(struct ip_facts),
	[MODEL_NETWORK] = sizeof(struct network_facts),
	[MODEL_ASN] = sizeof(struct asn_facts),
};

static void
settle(void *context, const struct moment *moment, uint64_t failures)
{
	struct tally *t = context;
	uint32_t place = table_find(t->successes, moment->key);
	struct success_facts *facts;

	if (place == TABLE_NONE)
		return;
	facts = table_extra(t->successes, place);
	if (failures < facts->failures || (failures == facts->failures &&
	    stamp_seconds(&moment->stamp) < stamp_seconds(&facts->suspicious)))
		return;
	facts->failures = failures;
	facts->suspicious = moment->stamp;
}

struct tally *
tally_new(const struct period *period, size_t max_keys)
{
	struct tally *t = mem_new(sizeof *t);

	t->period = period;
	t->key = texthash_random_key();
	t->budget.left = TALLY_LEAST + max_keys * TALLY_KEY;
	t->budget.share = t->budget.left / SHARES;
	for (int i = 0; i < MODEL_TABLES; i++)
		t->tables[i] = table_new(max_keys, extras[i], &t->budget);
	t->pairs = pairs_new(max_keys);
	t->user_countries = seen_new(max_keys);
	t->successes = table_new(max_keys, sizeof(struct success_facts),
	    &t->budget);
	t->success_countries = table_new(max_keys,
	    sizeof(struct success_facts), &t->budget);
	t->trail = trail_new(max_keys, settle, t);
	/* Nearly all of it is never touched. */
	t->days = mem_array(TALLY_LAST_DAY - TALLY_FIRST_DAY + 1,
	    sizeof *t->days);
	t->first = t->oldest = INT_MAX;
	t->last = INT_MIN;
	clients_init(&t->clients, &t->key);
	buf_init(&t->scratch, RECORD_TEXT_MAX);
	buf_init(&t->name, RECORD_TEXT_MAX);
	buf_init(&t->user, RECORD_TEXT_MAX);
	return t;
}

void
tally_free(struct tally *t)
{
	if (!t)
		return;
	for (int i = 0; i < MODEL_TABLES; i++)
		table_free(t->tables[i]);
	pairs_free(t->pairs);
	seen_free(t->user_countries);
	table_free(t->successes);
	table_free(t->success_countries);
	trail_free(t->trail);
	free(t->days);
	clients_release(&t->clients);
	buf_release(&t->scratch);
	buf_release(&t->name);
	buf_release(&t->user);
	free(t);
}

uint64_t
tally_hash(const struct tally *t, struct slice key)
{
	return texthash(&t->key, key);
}

uint32_t
tally_add_hashed(struct tally *t, enum model_table table, struct slice value,
    uint64_t hash, uint64_t attempts)
{
	if (value.n == 0)
		return TABLE_NONE;
	t->valued[table] += attempts;
	return table_add(t->tables[table], value, hash, attempts);
}

uint32_t
tally_add(struct tally *t, enum model_table table, struct slice value,
    uint64_t attempts)
{
	return tally_add_hashed(t, table, value, tally_hash(t, value),
	    attempts);
}

bool
tally_follow(const struct tally *t, enum model_table table,
    const struct place_ref *ref, struct table_key *key)
{
	if (ref->place == TABLE_NONE ||
	    ref->place >= table_size(t->tables[table]))
		return false;
	*key = table_at(t->tables[table], ref->place);
	return (uint32_t)key->hash == ref->hash;
}

bool
tally_knows_pairs(const struct tally *t, enum model_table table)
{
	return table_is_exact(t->tables[table]) && pairs_are_exact(t->pairs) &&
	    seen_is_exact(t->user_countries);
}

/*
 * Rows.
 */

static uint64_t
user_country(uint64_t user, const struct client *client)
{
	/* Hashes are random already. */
	return user * 0x9e3779b97f4a7c15 ^ client->country_hash;
}

/* Whether a user was tried from this address, or country, for the first time.
 * The country of an address may change, or become known. */
static void
count_pairs(struct tally *t, struct client *client, uint32_t place,
    uint64_t user)
{
	struct user_facts *facts = table_extra(t->tables[MODEL_USER], place);

	if (client->ip_hash && pairs_add(t->pairs, user, client->ip_hash)) {
		client->users++;
		facts->addresses++;
	}
	if (client->country_hash && seen_add(t->user_countries,
	    user_country(user, client)))
		facts->countries++;
}

static void
count_clock(struct tally *t, const struct stamp *stamp)
{
	int hour = stamp->second / 3600;
	int weekday = (stamp->day % 7 + 7 + THURSDAY) % 7;

	t->heat[weekday][hour < 24 ? hour : 23]++;
}

static void
count_failure(struct tally *t, const struct batch *b, const struct login *l,
    struct client *client)
{
	uint32_t place;

	if (client->network_hash && (t->period->is_all ||
	    l->slot >= t->period->from - TRAIL_SLOTS))
		trail_add_failure(t->trail, client->network_hash,
		    stamp_seconds(&l->stamp));
	if (!period_has(t->period, l->slot)) {
		client->was_before |= l->slot >= t->period->baseline;
		return;
	}
	client->attempts++;
	count_clock(t, &l->stamp);
	if (batch_cell(b, l, LOGIN_USER).n == 0)
		return;
	place = tally_add_hashed(t, MODEL_USER, batch_user(b, l, &t->user),
	    l->user, 1);
	count_pairs(t, client, place, l->user);
}

/* Returns the hash of the key. */
static uint64_t
note_success(struct tally *t, struct table *successes, struct slice head,
    struct slice user, const struct login *l)
{
	bool is_now = period_has(t->period, l->slot);
	struct success_facts *facts;
	uint64_t hash;
	uint32_t place;

	buf_reset(&t->name);
	buf_add(&t->name, head);
	buf_add_byte(&t->name, '\n');
	buf_add(&t->name, user);
	hash = tally_hash(t, buf_slice(&t->name));
	place = table_add(successes, buf_slice(&t->name), hash, is_now);
	if (place == TABLE_NONE)
		return hash;
	facts = table_extra(successes, place);
	facts->was_before |= !is_now;
	if (is_now && (!facts->is_now ||
	    stamp_seconds(&l->stamp) > stamp_seconds(&facts->last)))
		facts->last = l->stamp;
	facts->is_now |= is_now;
	return hash;
}

static void
count_success(struct tally *t, const struct batch *b, const struct login *l,
    const struct client *client)
{
	struct moment moment = { .stamp = l->stamp };
	struct slice user = batch_user(b, l, &t->user), country;
	char text[64];
	struct buf canonical = { .p = text, .cap = sizeof text,
		.max = sizeof text };
	struct ip ip;

	if (user.n == 0 ||
	    !ip_parse(client_cell(&t->clients, client, CLIENT_IP), &ip))
		return;
	moment.network = client->network_hash;
	ip_add(&canonical, &ip);
	moment.key = note_success(t, t->successes, buf_slice(&canonical), user,
	    l);
	if (period_has(t->period, l->slot))
		trail_add_success(t->trail, &moment);
	country = slice_to(client_text(&t->clients, client, CLIENT_COUNTRY,
	    &t->scratch), COUNTRY_MAX);
	if (country.n == 0)
		return;
	note_success(t, t->success_countries, country, user, l);
	note_success(t, t->success_countries, SLICE(""), user, l);
}

static void
count_login(struct tally *t, const struct batch *b, const struct login *l,
    struct client *client)
{
	if (l->slot < t->oldest)
		t->oldest = l->slot;
	if (l->event == EVENT_AUTH_FAILURE)
		t->days[l->slot - TALLY_FIRST_DAY]++;
	if (period_has(t->period, l->slot)) {
		t->events[l->event]++;
		if (l->slot < t->first)
			t->first = l->slot;
		if (l->slot > t->last)
			t->last = l->slot;
	}
	if (l->event == EVENT_AUTH_FAILURE)
		count_failure(t, b, l, client);
	else if (l->event == EVENT_AUTH_SUCCESS)
		count_success(t, b, l, client);
}

/* How many rows of a batch a group that begins there has. */
static size_t
group_at(const struct batch *b, size_t from)
{
	size_t n = from < b->n ? b->n - from : 0;

	return n < GROUP ? n : GROUP;
}

/* What leads to the keys of a group will be looked at. */
static void
expect_slots(const struct tally *t, const struct batch *b, size_t from)
{
	size_t n = group_at(b, from);

	for (size_t i = 0; i < n; i++) {
		const struct login *l = &b->logins[from + i];

		clients_expect(&t->clients, l->client);
		table_expect(t->tables[MODEL_USER], l->user);
	}
}

/* And these are looked up. */
static void
expect_keys(const struct tally *t, const struct batch *b, size_t from)
{
	size_t n = group_at(b, from);

	for (size_t i = 0; i < n; i++) {
		const struct login *l = &b->logins[from + i];

		clients_expect_item(&t->clients, l->client);
		table_expect_key(t->tables[MODEL_USER], l->user);
	}
}

/* Its clients: what is known of them together with users is on its way. */
static void
find_clients(struct tally *t, const struct batch *b, size_t from,
    struct client **found)
{
	size_t n = group_at(b, from);

	for (size_t i = 0; i < n; i++) {
		const struct login *l = &b->logins[from + i];

		found[i] = clients_find(&t->clients, b, l);
		pairs_expect(t->pairs, l->user, found[i]->ip_hash);
		seen_expect(t->user_countries, user_country(l->user,
		    found[i]));
	}
}

/* A group takes four steps: while one is counted, the memory for the next step of
 * the three behind it is on its way. */
static void
count_logins(struct tally *t, const struct batch *b)
{
	struct client *found[2][GROUP];

	for (size_t i = 0; i < 3; i++)
		expect_slots(t, b, i * GROUP);
	for (size_t i = 0; i < 2; i++)
		expect_keys(t, b, i * GROUP);
	find_clients(t, b, 0, found[0]);
	for (size_t i = 0; i < b->n; i += GROUP) {
		size_t turn = i / GROUP % 2, n = group_at(b, i);

		expect_slots(t, b, i + 3 * GROUP);
		expect_keys(t, b, i + 2 * GROUP);
		find_clients(t, b, i + GROUP, found[!turn]);
		for (size_t k = 0; k < n; k++)
			count_login(t, b, &b->logins[i + k], found[turn][k]);
	}
}

static void
count_commons(struct tally *t, const struct batch *b)
{
	static const enum model_table tables[] = {
		[LOGIN_SERVER] = MODEL_SERVER,
		[LOGIN_SERVICE] = MODEL_SERVICE,
		[LOGIN_MECHANISM] = MODEL_MECHANISM,
	};

	for (size_t i = 0; i < b->n_commons; i++) {
		const struct common *c = &b->commons[i];

		(void)tally_add(t, tables[c->cell], batch_text(b,
		    &b->logins[c->login], c->cell, &t->scratch),
		    c->attempts);
	}
}

void
tally_count(struct tally *t, const struct batch *b)
{
	if (!clients_make_room(&t->clients, b->n, b->bytes)) {
		pour_clients(t);
		(void)clients_make_room(&t->clients, b->n, b->bytes);
	}
	count_logins(t, b);
	count_commons(t, b);
}

void
tally_end(struct tally *t)
{
	/* Its memory is for the tables. */
	trail_end(t->trail);
	pour_clients(t);
	pairs_end(t->pairs);
}

uint64_t
tally_day(const struct tally *t, int slot)
{
	if (slot < TALLY_FIRST_DAY || slot > TALLY_LAST_DAY)
		return 0;
	return t->days[slot - TALLY_FIRST_DAY];
}
