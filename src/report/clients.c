/* SPDX-License-Identifier: ISC */
/* What rows say about an address. */
#include "report/clients.h"

#include <stdlib.h>

#include "base/mem.h"
#include "schema/ip.h"

enum {
	CLIENTS = 1 << 18,
	CLIENTS_FIRST = 1 << 10,
	SLOTS = 1 << 19,
	TEXTS = 24 * 1024 * 1024,
	TEXTS_FIRST = 64 * 1024,
};

/* The high half of a hash, whose low half leads here, and the place + 1; 0:
 * free. */
struct client_slot {
	uint32_t high, place;
};

void
clients_init(struct clients *c, const struct texthash_key *key)
{
	*c = (struct clients){ .key = *key };
	c->room = CLIENTS_FIRST;
	c->items = mem_large(c->room, sizeof *c->items);
	c->slots = mem_large(SLOTS, sizeof *c->slots);
	buf_init_in(&c->texts, mem_large(TEXTS_FIRST, 1), TEXTS_FIRST);
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
	mem_large_free(c->items, c->room, sizeof *c->items);
	mem_large_free(c->slots, SLOTS, sizeof *c->slots);
	mem_large_free(c->texts.p, c->texts.max, 1);
}

/* What there should be room for, if there was room for so many. */
static size_t
room_for(size_t n, size_t room, size_t max)
{
	while (room < n)
		room *= 2;
	return room < max ? room : max;
}

bool
clients_make_room(struct clients *c, size_t n, size_t bytes)
{
	size_t room = room_for(c->n + n, c->room, CLIENTS);
	size_t texts = room_for(c->texts.n + bytes, c->texts.max, TEXTS);

	if (c->n + n > CLIENTS || c->texts.n + bytes > TEXTS)
		return false;
	if (room > c->room)
		c->items = mem_large_more(c->items, c->room, room,
		    sizeof *c->items);
	if (texts > c->texts.max)
		c->texts.p = mem_large_more(c->texts.p, c->texts.max, texts,
		    1);
	c->room = room;
	c->texts.max = c->texts.cap = texts;
	return true;
}

void
clients_expect(const struct clients *c, uint64_t hash)
{
	__builtin_prefetch(&c->slots[hash & (SLOTS - 1)]);
}

/* The slot of a client, or of another that is hardly ever taken for it, or the
 * free one where it would go. */
static size_t
find_slot(const struct clients *c, uint64_t hash, size_t i)
{
	while (c->slots[i & (SLOTS - 1)].place &&
	    c->slots[i & (SLOTS - 1)].high != hash >> 32)
		i++;
	return i & (SLOTS - 1);
}

void
clients_expect_item(const struct clients *c, uint64_t hash)
{
	uint32_t place = c->slots[find_slot(c, hash, (size_t)hash)].place;

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
	client->ip_hash = texthash(&c->key, buf_slice(&canonical));
	buf_reset(&canonical);
	ip_add_network(&canonical, &ip);
	client->network_hash = texthash(&c->key, buf_slice(&canonical));
}

static struct client *
add(struct clients *c, const struct batch *b, const struct login *login)
{
	struct client *client = &c->items[c->n++];
	struct slice country;

	*client = (struct client){ .hash = login->client,
		.is_ours = login->is_ours, .text = (uint32_t)c->texts.n };
	for (int i = 0; i < CLIENT_CELLS; i++) {
		buf_add(&c->texts, batch_cell(b, login, (enum login_cell)i));
		buf_add_byte(&c->texts, '\n');
		client->ends[i] = (uint16_t)(c->texts.n - client->text);
	}
	country = client_cell(c, client, CLIENT_COUNTRY);
	if (country.n)
		client->country_hash = texthash(&c->key, country);
	set_hashes(c, client, client_cell(c, client, CLIENT_IP));
	return client;
}

struct client *
clients_find(struct clients *c, const struct batch *b,
    const struct login *login)
{
	uint64_t hash = login->client;
	size_t i = find_slot(c, hash, (size_t)hash);
	struct client *client;

	for (; c->slots[i].place; i = find_slot(c, hash, i + 1)) {
		client = &c->items[c->slots[i].place - 1];
		if (client->hash == hash)
			return client;
	}
	client = add(c, b, login);
	c->slots[i] = (struct client_slot){ (uint32_t)(hash >> 32),
		(uint32_t)c->n };
	return client;
}

struct slice
client_cell(const struct clients *c, const struct client *client,
    enum login_cell cell)
{
	size_t from = cell ? client->ends[cell - 1] : 0;

	return (struct slice){ c->texts.p + client->text + from,
		client->ends[cell] - from - 1 };
}

struct slice
client_text(const struct clients *c, const struct client *client,
    enum login_cell cell, struct buf *scratch)
{
	struct record row = { .is_ours = client->is_ours };

	row.cells[0] = client_cell(c, client, cell);
	return record_text(&row, 0, scratch);
}
