/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_EXCHANGE_H
#define ENRICH_EXCHANGE_H

#include "enrich/breaker.h"
#include "enrich/lookup.h"
#include "enrich/resolvconf.h"
#include "enrich/servers.h"
#include "enrich/window.h"

/* What goes on between us and the servers: the questions that are out, by
 * which sockets and connections, to whom next, how many at once.  It carries;
 * what an answer or the lack of one means is the resolver's to say. */
struct exchange {
	struct servers servers;
	struct lookups lookups;
	struct window window;
	struct breaker breaker;
	int epoll;
	bool use_tcp, is_blocked;
	unsigned tries, streams;
	int64_t now;		/* microseconds, monotonic */
	double refused_share;	/* of answers to first questions, lately */
	struct exchange_counters {
		uint64_t sent, repeats, answered, tcp, strays;
		int64_t slowest;	/* answer, microseconds */
	} count;
};

void exchange_init(struct exchange *x, unsigned in_flight, unsigned rate);
void exchange_release(struct exchange *x);
void exchange_look_at_clock(struct exchange *x);

/* What is out is asked again of these servers. */
void exchange_set_servers(struct exchange *x, const struct resolvconf *conf);

/* How many questions it would take now; how many wait to be sent. */
unsigned exchange_room(const struct exchange *x);
unsigned exchange_ready(const struct exchange *x);

/* Another question for l; answers to what it sent before no longer count. */
void exchange_set_query(struct exchange *x, struct lookup *l,
	const struct wire_name *name, enum wire_type type);

/* The same question without EDNS. */
void exchange_set_plain(struct exchange *x, struct lookup *l);

/* To be sent, at once or after n pauses of a quarter of a second. */
void exchange_line_up(struct exchange *x, struct lookup *l, unsigned pauses);

/* l is to be sent now: chooses whom to, and counts. */
void exchange_begin(struct exchange *x, struct lookup *l);

/* By UDP: to the outbox, see exchange_flush(). */
void exchange_post(struct exchange *x, struct lookup *l);

/* By TCP.  1: begun; 0: too many are connected; -1: it cannot be. */
int exchange_connect(struct exchange *x, struct lookup *l);
void exchange_hang_up(struct exchange *x, struct lookup *l);

void exchange_flush(struct exchange *x);

/* l is over; its slot is free. */
void exchange_end(struct exchange *x, struct lookup *l);

/* Reads what has come: what answers by its sender and id, cut says that it was
 * longer than we take; and connections that are ready. */
struct exchange_hears {
	void (*datagram)(void *owner, struct lookup *l, unsigned server,
		uint16_t id, const uint8_t *m, size_t n, bool cut);
	void (*stream)(void *owner, struct lookup *l);
};
void exchange_receive(struct exchange *x, const struct exchange_hears *hears,
	void *owner);

/* How the way there is doing: l got an answer, perhaps a refusal. */
void exchange_answered(struct exchange *x, const struct lookup *l,
	bool is_refusal, bool by_tcp);

/* Microseconds until there is something to do; -1: never. */
int64_t exchange_pause(const struct exchange *x);

uint64_t exchange_strays(const struct exchange *x);

#endif
