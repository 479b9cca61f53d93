/* SPDX-License-Identifier: ISC */
/* Rows counted. */
#include "report/tally.h"

#include <limits.h>
#include <stdlib.h>

#include "base/input.h"
#include "base/mem.h"
#include "report/pour.h"
#include "schema/ip.h"

enum {
	/* A cell restored and escaped again: report/reader.h. */
	SCRATCH_MAX = 6 * INPUT_LINE_MAX,
	THURSDAY = 3,		/* 1970-01-01 */
	RECENT = 4,
	SHARES = 64,		/* of the budget, one for each table */
	TRAIL_SLOTS = 2,	/* a day before the period, in whatever zone */
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
	t->key = siphash_random_key();
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
	buf_init(&t->scratch, SCRATCH_MAX);
	buf_init(&t->name, SCRATCH_MAX);
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
	free(t);
}

uint64_t
tally_hash(const struct tally *t, struct slice key)
{
	return siphash(&t->key, key);
}

uint32_t
tally_count_hashed(struct tally *t, enum model_table table, struct slice value,
    uint64_t hash, uint64_t attempts)
{
	if (value.n == 0)
		return TABLE_NONE;
	t->valued[table] += attempts;
	return table_add(t->tables[table], value, hash, attempts);
}

uint32_t
tally_count(struct tally *t, enum model_table table, struct slice value,
    uint64_t attempts)
{
	return tally_count_hashed(t, table, value, tally_hash(t, value),
	    attempts);
}

/* The same for a column of few values: those that came last are known. */
static void
count_recent(struct tally *t, enum model_table table,
    const struct record *row, enum column c)
{
	struct recent *recent = &t->recent[table];
	struct slice cell = row->cells[c];

	if (cell.n == 0)
		return;
	for (unsigned i = 0; i < RECENT; i++) {
		if (!table_is_exact(t->tables[table]))
			break;	/* places change hands */
		if (recent->texts[i].n && slice_is(recent->texts[i], cell)) {
			t->valued[table]++;
			table_more(t->tables[table], recent->places[i], 1);
			return;
		}
	}
	recent->places[recent->next] = tally_count(t, table,
	    record_text(row, c, &t->scratch), 1);
	recent->texts[recent->next] = cell;
	recent->next = (recent->next + 1) % RECENT;
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

static bool
is_of_period(const struct tally *t, const struct record *row)
{
	return t->period->is_all || row->slot >= t->period->from;
}

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
count_clock(struct tally *t, const struct record *row)
{
	int hour = row->stamp.second / 3600;
	int weekday = (row->stamp.day % 7 + 7 + THURSDAY) % 7;

	t->heat[weekday][hour < 24 ? hour : 23]++;
}

static void
count_failure(struct tally *t, size_t i)
{
	const struct record *row = &t->batch[i];
	struct client *client = t->found[i];
	struct slice user;
	uint32_t place;

	if (client->network_hash && (t->period->is_all ||
	    row->slot >= t->period->from - TRAIL_SLOTS))
		trail_add_failure(t->trail, client->network_hash,
		    stamp_seconds(&row->stamp));
	if (!is_of_period(t, row)) {
		client->was_before |= row->slot >= t->period->baseline;
		return;
	}
	client->attempts++;
	count_clock(t, row);
	count_recent(t, MODEL_SERVER, row, COLUMN_SERVER);
	count_recent(t, MODEL_SERVICE, row, COLUMN_SERVICE);
	count_recent(t, MODEL_MECHANISM, row, COLUMN_MECHANISM);
	user = record_text(row, COLUMN_USER, &t->scratch);
	if (user.n == 0)
		return;
	t->valued[MODEL_USER]++;
	place = table_add(t->tables[MODEL_USER], user, t->user_hashes[i], 1);
	count_pairs(t, client, place, t->user_hashes[i]);
}

/* Returns the hash of the key. */
static uint64_t
note_success(struct tally *t, struct table *successes, struct slice head,
    const struct record *row)
{
	struct success_facts *facts;
	uint64_t hash;
	uint32_t place;
	bool is_now = is_of_period(t, row);

	buf_reset(&t->name);
	buf_add(&t->name, head);
	buf_add_byte(&t->name, '\n');
	buf_add(&t->name, record_text(row, COLUMN_USER, &t->scratch));
	hash = tally_hash(t, buf_slice(&t->name));
	place = table_add(successes, buf_slice(&t->name), hash, is_now);
	if (place == TABLE_NONE)
		return hash;
	facts = table_extra(successes, place);
	facts->was_before |= !is_now;
	if (is_now && (!facts->is_now ||
	    stamp_seconds(&row->stamp) > stamp_seconds(&facts->last)))
		facts->last = row->stamp;
	facts->is_now |= is_now;
	return hash;
}

static void
count_success(struct tally *t, const struct record *row)
{
	struct moment moment = { .stamp = row->stamp };
	char text[64], country_text[64];
	struct buf b = { .p = text, .cap = sizeof text, .max = sizeof text };
	struct slice country;
	struct ip ip;

	if (row->cells[COLUMN_USER].n == 0 ||
	    !ip_parse(row->cells[COLUMN_IP], &ip))
		return;
	ip_add_network(&b, &ip);
	moment.network = tally_hash(t, buf_slice(&b));
	buf_reset(&b);
	ip_add(&b, &ip);
	moment.key = note_success(t, t->successes, buf_slice(&b), row);
	if (is_of_period(t, row))
		trail_add_success(t->trail, &moment);
	country = slice_to(record_text(row, COLUMN_COUNTRY, &t->scratch),
	    sizeof country_text);
	if (country.n == 0)
		return;
	memcpy(country_text, country.p, country.n);
	country.p = country_text;
	note_success(t, t->success_countries, country, row);
	note_success(t, t->success_countries, SLICE(""), row);
}

static void
count_row(struct tally *t, size_t i)
{
	const struct record *row = &t->batch[i];

	if (row->slot < t->oldest)
		t->oldest = row->slot;
	if (row->event == EVENT_AUTH_FAILURE)
		t->days[row->slot - TALLY_FIRST_DAY]++;
	if (is_of_period(t, row)) {
		t->events[row->event]++;
		if (row->slot < t->first)
			t->first = row->slot;
		if (row->slot > t->last)
			t->last = row->slot;
	}
	if (row->event == EVENT_AUTH_FAILURE)
		count_failure(t, i);
	else if (row->event == EVENT_AUTH_SUCCESS)
		count_success(t, row);
}

void
tally_add(struct tally *t)
{
	const struct record *row = &t->batch[t->n];
	struct slice user;

	t->client_hashes[t->n] = clients_hash(&t->clients, row);
	clients_expect(&t->clients, t->client_hashes[t->n]);
	t->user_hashes[t->n] = 0;
	if (is_of_period(t, row)) {
		user = record_text(row, COLUMN_USER, &t->scratch);
		t->user_hashes[t->n] = tally_hash(t, user);
		table_expect(t->tables[MODEL_USER], t->user_hashes[t->n]);
	}
	if (++t->n == TALLY_BATCH)
		tally_flush(t);
}

/* Looks up the clients of the batch. */
static void
find_clients(struct tally *t)
{
	for (size_t i = 0; i < t->n; i++) {
		clients_expect_item(&t->clients, t->client_hashes[i]);
		table_expect_key(t->tables[MODEL_USER], t->user_hashes[i]);
	}
	for (size_t i = 0; i < t->n; i++) {
		t->found[i] = clients_find(&t->clients, &t->batch[i],
		    t->client_hashes[i]);
		pairs_expect(t->pairs, t->user_hashes[i],
		    t->found[i]->ip_hash);
		seen_expect(t->user_countries, user_country(
		    t->user_hashes[i], t->found[i]));
	}
}

void
tally_flush(struct tally *t)
{
	if (!clients_have_room(&t->clients, TALLY_BATCH))
		pour_clients(t);
	find_clients(t);
	for (size_t i = 0; i < t->n; i++)
		count_row(t, i);
	t->n = 0;
	/* Their texts are about to go. */
	memset(t->recent, 0, sizeof t->recent);
}

void
tally_end(struct tally *t)
{
	tally_flush(t);
	pour_clients(t);
	trail_end(t->trail);
}

uint64_t
tally_day(const struct tally *t, int slot)
{
	if (slot < TALLY_FIRST_DAY || slot > TALLY_LAST_DAY)
		return 0;
	return t->days[slot - TALLY_FIRST_DAY];
}
