/* SPDX-License-Identifier: ISC */
#ifndef REPORT_CLIENTS_H
#define REPORT_CLIENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/texthash.h"
#include "report/batch.h"

/* What rows say about an address (its name, country, network, ...) is the same
 * in all rows of a day or longer.  So attempts are counted here, by all these
 * cells together, and only now and then poured into the tables of each: when
 * this is full, and at the end.  Known by their keyed hash alone: see
 * report/pairs.h. */
struct client {
	uint64_t hash;
	uint64_t ip_hash;	/* of the canonical text; 0: none */
	uint64_t network_hash;	/* of its network's; 0: none */
	uint64_t country_hash;	/* of the cell; 0: none */
	uint64_t attempts;	/* in the period */
	uint32_t text;		/* in clients.texts: its cells, a newline
				 * behind each */
	uint16_t ends[CLIENT_CELLS];
	uint32_t users;		/* tried for the first time, from there */
	bool is_ours;		/* as in struct record */
	bool was_before;	/* seen before the period */
};

struct clients {
	struct texthash_key key;
	struct client *items;
	struct client_slot *slots;
	size_t n, room;
	struct buf texts;
};

void clients_init(struct clients *c, const struct texthash_key *key);
void clients_release(struct clients *c);

/* Makes room for so many more, with so many bytes of text.  False: they would be
 * too many, unless clients_reset() comes first. */
bool clients_make_room(struct clients *c, size_t n, size_t bytes);

/* Empty again. */
void clients_reset(struct clients *c);

/* The client of this hash will be asked for: as table_expect(). */
void clients_expect(const struct clients *c, uint64_t hash);
void clients_expect_item(const struct clients *c, uint64_t hash);

/* The client of a row of a batch that is prepared, added if need be; valid until
 * clients_make_room(). */
struct client *clients_find(struct clients *c, const struct batch *b,
	const struct login *login);

/* A cell of a client as a record has it. */
struct slice client_cell(const struct clients *c, const struct client *client,
	enum login_cell cell);

/* Its text: as record_text(). */
struct slice client_text(const struct clients *c, const struct client *client,
	enum login_cell cell, struct buf *scratch);

#endif
