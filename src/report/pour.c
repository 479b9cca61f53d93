/* SPDX-License-Identifier: ISC */
/* What is known of clients goes into the tables. */
#include "report/pour.h"

#include "schema/ip.h"

enum { AHEAD = 16 };		/* clients */

static struct place_ref
refer(const struct tally *t, enum model_table table, uint32_t place)
{
	if (place == TABLE_NONE)
		return (struct place_ref){ .place = TABLE_NONE };
	return (struct place_ref){ place,
		(uint32_t)table_at(t->tables[table], place).hash };
}

static struct slice
text_of(struct tally *t, const struct client *client, enum login_cell cell)
{
	return client_text(&t->clients, client, cell, &t->scratch);
}

/* Reverse look-ups that went wrong: neither a name nor none asked for. */
static bool
is_failure(struct slice status)
{
	return !slice_is(status, rdns_status_name(RDNS_OK)) &&
	    !slice_is(status, rdns_status_name(RDNS_LOCAL)) &&
	    !slice_is(status, rdns_status_name(RDNS_SKIPPED));
}

static uint32_t
pour_asn(struct tally *t, const struct client *client)
{
	uint32_t aso = client->attempts ? tally_add(t, MODEL_ASO,
	    text_of(t, client, CLIENT_ASO), client->attempts) : TABLE_NONE;
	uint32_t asn = tally_add(t, MODEL_ASN, text_of(t, client, CLIENT_ASN),
	    client->attempts);
	struct asn_facts *facts;

	if (asn == TABLE_NONE)
		return asn;
	facts = table_extra(t->tables[MODEL_ASN], asn);
	if (client->attempts)
		facts->aso = refer(t, MODEL_ASO, aso);
	facts->was_before |= client->was_before;
	return asn;
}

static void
pour_network(struct tally *t, const struct client *client, const struct ip *ip)
{
	struct network_facts *facts;
	uint32_t place;

	buf_reset(&t->name);
	ip_add_network(&t->name, ip);
	place = tally_add_hashed(t, MODEL_NETWORK, buf_slice(&t->name),
	    client->network_hash, client->attempts);
	if (place == TABLE_NONE)
		return;
	facts = table_extra(t->tables[MODEL_NETWORK], place);
	facts->was_before |= client->was_before;
}

static void
pour_ip(struct tally *t, const struct client *client, const struct ip *ip,
    const struct ip_facts *about)
{
	struct ip_facts *facts;
	uint32_t place;

	buf_reset(&t->name);
	ip_add(&t->name, ip);
	place = tally_add_hashed(t, MODEL_IP, buf_slice(&t->name),
	    client->ip_hash, client->attempts);
	if (place == TABLE_NONE)
		return;
	facts = table_extra(t->tables[MODEL_IP], place);
	if (!facts->is_set) {
		*facts = *about;
		return;
	}
	/* What rows say of one address may change: the last word counts. */
	if (about->hostname.place != TABLE_NONE)
		facts->hostname = about->hostname;
	if (about->country.place != TABLE_NONE)
		facts->country = about->country;
	if (about->asn.place != TABLE_NONE)
		facts->asn = about->asn;
	facts->users += about->users;
	facts->was_before |= about->was_before;
}

/* What is only of use where there are attempts.  name: the hash of the host's. */
static void
pour_about(struct tally *t, const struct client *client, uint64_t name,
    struct ip_facts *about)
{
	struct slice status = text_of(t, client, CLIENT_STATUS);

	if (is_failure(status))
		(void)tally_add(t, MODEL_STATUS, status, client->attempts);
	about->hostname = refer(t, MODEL_HOSTNAME, tally_add_hashed(t,
	    MODEL_HOSTNAME, text_of(t, client, CLIENT_HOSTNAME), name,
	    client->attempts));
	about->country = refer(t, MODEL_COUNTRY, tally_add(t, MODEL_COUNTRY,
	    text_of(t, client, CLIENT_COUNTRY), client->attempts));
}

static void
pour(struct tally *t, const struct client *client, uint64_t name)
{
	struct ip_facts about = { .is_set = true, .users = client->users,
		.was_before = client->was_before,
		.hostname.place = TABLE_NONE, .country.place = TABLE_NONE };
	struct ip ip;

	if (client->attempts == 0 && !client->was_before)
		return;
	if (client->attempts)
		pour_about(t, client, name, &about);
	about.asn = refer(t, MODEL_ASN, pour_asn(t, client));
	if (!ip_parse(client_cell(&t->clients, client, CLIENT_IP), &ip))
		return;
	pour_network(t, client, &ip);
	pour_ip(t, client, &ip, &about);
}

/* Where the keys of a client will be looked for. */
static void
expect_slots(const struct tally *t, const struct client *client, uint64_t name)
{
	table_expect(t->tables[MODEL_IP], client->ip_hash);
	table_expect(t->tables[MODEL_NETWORK], client->network_hash);
	table_expect(t->tables[MODEL_HOSTNAME], name);
}

static void
expect_keys(const struct tally *t, const struct client *client, uint64_t name)
{
	table_expect_key(t->tables[MODEL_IP], client->ip_hash);
	table_expect_key(t->tables[MODEL_NETWORK], client->network_hash);
	table_expect_key(t->tables[MODEL_HOSTNAME], name);
}

/* While one is poured, the memory of those behind it is on its way. */
void
pour_clients(struct tally *t)
{
	const struct client *items = t->clients.items;
	size_t n = t->clients.n;
	uint64_t names[AHEAD];

	for (size_t i = 0; i < n + AHEAD; i++) {
		uint64_t *name = &names[i % AHEAD];
		size_t half = i - AHEAD / 2;

		if (i >= AHEAD)
			pour(t, &items[i - AHEAD], *name);
		if (i < n) {
			*name = tally_hash(t, text_of(t, &items[i],
			    CLIENT_HOSTNAME));
			expect_slots(t, &items[i], *name);
		}
		if (i >= AHEAD / 2 && half < n)
			expect_keys(t, &items[half], names[half % AHEAD]);
	}
	clients_reset(&t->clients);
}
