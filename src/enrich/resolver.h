/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_RESOLVER_H
#define ENRICH_RESOLVER_H

#include <stdbool.h>
#include <stdint.h>

#include "enrich/resolvconf.h"
#include "enrich/wire.h"
#include "schema/column.h"

/* Questions to DNS resolvers, many at once, never waiting.  What is sent is
 * sent again after 0.5 and 1.5 seconds and given up after 3.5; a server that
 * fails is left for the next; truncated answers are fetched over TCP; CNAMEs
 * are followed.  How many questions are out follows what the servers can take
 * (enrich/window.h). */
struct resolver;

enum { RESOLVER_IN_FLIGHT_MAX = 20000 };

/* The end of a question.  status OK: names or addresses are in *reply; NODATA
 * and NXDOMAIN: its ttl; else *reply has nothing.  given_up: it was not even
 * sent, because no server has answered for a while.  The reply is borrowed. */
typedef void resolver_done(void *owner, uint64_t who,
	enum rdns_status status, const struct reply *reply, bool given_up);

/* in_flight: at most so many questions out, at least 1; rate: so many a second
 * sent, 0 for no limit.  Before resolver_set_servers() nothing may be asked.
 * NULL: as answer_start(). */
struct resolver *resolver_new(unsigned in_flight, unsigned rate,
	resolver_done *done, void *owner, struct err *e);
void resolver_free(struct resolver *r);

/* Whom to ask, at least one; what is out is asked again there. */
void resolver_set_servers(struct resolver *r, const struct resolvconf *conf);

/* How many questions it would take now. */
unsigned resolver_room(const struct resolver *r);

/* Asks; done() is called from resolver_receive(), or from here when no server
 * has answered for a while. */
void resolver_ask(struct resolver *r, uint64_t who,
	const struct wire_name *name, enum wire_type type);

/* Reads what has come and does what time has come for; then sends what may
 * be sent.  Neither waits. */
void resolver_receive(struct resolver *r);
void resolver_send(struct resolver *r);

/* Readable when resolver_receive() has something to read. */
int resolver_fd(const struct resolver *r);

/* Microseconds until both should be called even so; -1: never. */
int64_t resolver_pause(const struct resolver *r);

/* Counters for the administrator: ", NAME NUMBER" each. */
void resolver_add_counters(const struct resolver *r, struct buf *out);

#endif
