/* SPDX-License-Identifier: ISC */
/* What rows say about an address. */
#include "report/clients.h"

#include <stdlib.h>

#include "base/input.h"
#include "base/mem.h"
#include "schema/ip.h"

enum {
	CLIENTS = 1 << 18,
	SLOTS = 1 << 19,
	TEXTS_MAX = 24 * 1024 * 1024,
};

const enum column client_columns[CLIENT_CELLS] = {
	COLUMN_IP, COLUMN_HOSTNAME, COLUMN_STATUS, COLUMN_COUNTRY, COLUMN_ASN,
	COLUMN_ASO,
};

void
clients_init(struct clients *c, const struct siphash_key *key)
{
	*c = (struct clients){ .key = *key };
	c->items = mem_large(CLIENTS, sizeof *c->items);
	c->slots = mem_large(SLOTS, sizeof *c->slots);
	/* Taken at once, it is never copied; what is not used costs nothing. */
	buf_init(&c->texts, TEXTS_MAX);
	(void)buf_room(&c->texts, TEXTS_MAX);
	buf_init(&c->scratch, INPUT_LINE_MAX + CLIENT_CELLS);
	(void)buf_room(&c->scratch, INPUT_LINE_MAX + CLIENT_CELLS);
}

void
clients_reset(struct clients *c)
{
	memset(c->slots, 0, SLOTS * sizeof *c->slots);
	buf_reset(&c->texts);
	c->n = 0;
}

void
clients_release(struct clients *c)
{
	mem_large_free(c->items, CLIENTS, sizeof *c->items);
	mem_large_free(c->slots, SLOTS, sizeof *c->slots);
	buf_release(&c->texts);
	buf_release(&c->scratch);
}

bool
clients_have_room(const struct clients *c, size_t n)
{
	return c->n + n <= CLIENTS &&
	    c->texts.n + n * INPUT_LINE_MAX <= TEXTS_MAX;
}

uint64_t
clients_hash(struct clients *c, const struct record *row)
{
	/* Ends of cells are part of the key: no cell holds a newline. */
	buf_reset(&c->scratch);
	for (int i = 0; i < CLIENT_CELLS; i++) {
		buf_add(&c->scratch, row->cells[client_columns[i]]);
		buf_add_byte(&c->scratch, '\n');
	}
	return siphash(&c->key, buf_slice(&c->scratch)) ^ row->is_ours;
}

void
clients_expect(const struct clients *c, uint64_t hash)
{
	__builtin_prefetch(&c->slots[hash & (SLOTS - 1)]);
}

void
clients_expect_item(const struct clients *c, uint64_t hash)
{
	uint32_t place = c->slots[hash & (SLOTS - 1)];

	if (place)
		__builtin_prefetch(&c->items[place - 1], 1);
}

static void
set_hashes(const struct clients *c, struct client *client, struct slice cell)
{
	char text[64];
	struct buf canonical = { .p = text, .cap = sizeof text,
		.max = sizeof text };
	struct ip ip;

	if (!ip_parse(cell, &ip))
		return;
	ip_add(&canonical, &ip);
	client->ip_hash = siphash(&c->key, buf_slice(&canonical));
	buf_reset(&canonical);
	ip_add_network(&canonical, &ip);
	client->network_hash = siphash(&c->key, buf_slice(&canonical));
}

static struct client *
add(struct clients *c, const struct record *row, uint64_t hash)
{
	struct client *client = &c->items[c->n++];
	struct slice country = row->cells[COLUMN_COUNTRY];
	size_t n = 0;

	*client = (struct client){ .hash = hash,
		.is_ours = row->is_ours,
		.country_hash = country.n ? siphash(&c->key, country) : 0 };
	for (int i = 0; i < CLIENT_CELLS; i++) {
		n += row->cells[client_columns[i]].n;
		client->ends[i] = (uint16_t)n;
	}
	set_hashes(c, client, row->cells[COLUMN_IP]);
	client->text = (uint32_t)c->texts.n;
	for (int i = 0; i < CLIENT_CELLS; i++)
		buf_add(&c->texts, row->cells[client_columns[i]]);
	return client;
}

struct client *
clients_find(struct clients *c, const struct record *row, uint64_t hash)
{
	size_t i = hash & (SLOTS - 1);
	struct client *client;

	for (; c->slots[i]; i = (i + 1) & (SLOTS - 1)) {
		client = &c->items[c->slots[i] - 1];
		if (client->hash == hash)
			return client;
	}
	client = add(c, row, hash);
	c->slots[i] = (uint32_t)c->n;
	return client;
}

struct slice
client_cell(const struct clients *c, const struct client *client, int cell)
{
	size_t from = cell ? client->ends[cell - 1] : 0;

	return (struct slice){ c->texts.p + client->text + from,
		client->ends[cell] - from };
}
