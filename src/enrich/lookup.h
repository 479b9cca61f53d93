/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_LOOKUP_H
#define ENRICH_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "enrich/nameserver.h"
#include "enrich/stream.h"
#include "enrich/wire.h"
#include "schema/column.h"

/* Questions that are out, in slots of a fixed table.  Each slot stands in one
 * list; in a list with a delay everybody waits equally long, so its head is
 * always due first and no heap is needed. */
enum lookup_list {
	LOOKUP_FREE,
	LOOKUP_READY,		/* to be sent as soon as the window lets it */
	LOOKUP_FRESH,		/* sent once, not long ago */
	LOOKUP_FIRST, LOOKUP_SECOND, LOOKUP_LAST,	/* sent so often */
	LOOKUP_PAUSE,		/* refused: asked again a little later */
	LOOKUP_TCP,
	LOOKUP_LISTS
};

enum { LOOKUP_SERVERS = 3 };

struct lookup {
	uint64_t who;		/* the asker's own number */
	struct wire_query q;
	uint8_t list, server, sent, refused, failed, hops, pauses;
	bool plain;		/* without EDNS */
	bool wants_tcp;
	bool is_second_round;	/* of repetitions */
	bool was_silent;	/* once sent to a server that did not say that
				 * it is unreachable, and did not answer */
	bool is_probe;		/* of a resolver that seems to be gone */
	enum rdns_status status;	/* if no better answer comes */
	int64_t first_sent, sent_at, sent_before, due;	/* microseconds,
				 * monotonic */
	uint8_t has_ticket;		/* set of 1 << server */
	nameserver_ticket tickets[LOOKUP_SERVERS];
	struct stream *stream;		/* NULL: by UDP */
	uint16_t stream_id;
	uint16_t before, after;		/* in the list, slot + 1 */
};

struct lookups {
	struct lookup *slots;
	unsigned n, in_use;
	int64_t delays[LOOKUP_LISTS];
	struct {
		uint16_t first, last;	/* slot + 1; 0: empty */
		unsigned n;
	} lists[LOOKUP_LISTS];
};

void lookups_init(struct lookups *t, unsigned n);
void lookups_release(struct lookups *t);

/* A slot that is free, cleared, in no list that matters; NULL: none. */
struct lookup *lookups_take(struct lookups *t);
void lookups_give_back(struct lookups *t, struct lookup *l);

/* To the end of a list, due after its delay. */
void lookups_move(struct lookups *t, struct lookup *l, enum lookup_list list,
	int64_t now);

/* The head of a list, or NULL; the head if it is due, or NULL. */
struct lookup *lookups_head(const struct lookups *t, enum lookup_list list);
struct lookup *lookups_due(const struct lookups *t, enum lookup_list list,
	int64_t now);

/* When the next one is due; INT64_MAX: none. */
int64_t lookups_next_due(const struct lookups *t);

static inline unsigned
lookups_slot(const struct lookups *t, const struct lookup *l)
{
	return (unsigned)(l - t->slots);
}

#endif
