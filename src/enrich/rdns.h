/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_RDNS_H
#define ENRICH_RDNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "enrich/resolver.h"
#include "schema/column.h"
#include "schema/ip.h"

/* The names of addresses: what is known, what is asked for, what not.
 *
 * The hosts file comes first.  Loopback, link-local, multicast and
 * documentation networks are answered here (RFC 6303); private ones are asked
 * about, sites have zones for them.  Identical questions are asked once.
 * Answers are kept for their TTL, at least a minute and at most a day; negative
 * ones by RFC 2308, at most three hours; failures for 30 seconds, growing to
 * 5 minutes while they go on (RFC 9520).  Of several PTR names the one that
 * comes first in byte order is shown, or the first that is confirmed. */
struct rdns;

struct rdns_settings {
	const struct resolvconf *servers;	/* NULL: resolv.conf's, read
						 * again when it changes */
	const char *resolv_conf, *hosts;	/* their files */
	unsigned in_flight, rate;	/* as resolver_new() */
	size_t cache;		/* entries kept */
	bool confirm;		/* ask for each name's addresses too */
	bool mismatch;		/* and let that decide the status */
};

/* Complaints about resolv.conf are added.  NULL: e says why, EX_UNAVAILABLE. */
struct rdns *rdns_new(const struct rdns_settings *settings,
	struct err_list *complaints, struct err *e);
void rdns_free(struct rdns *r);

/* Within one run over files an address keeps its name, whatever its TTL. */
void rdns_set_lasting(struct rdns *r, bool lasting);

/* Asks for the name of an address, which must have a family.  0: there is no
 * room now, until tickets are released and rdns_step() has been called; or,
 * if the caller may wait, it had better, since the line of those to be asked
 * is long already. */
typedef uint32_t rdns_ticket;
rdns_ticket rdns_ask(struct rdns *r, const struct ip *ip, bool may_wait);

/* What will be asked for next, RDNS_EXPECTED addresses at most: asking for many
 * that are known costs less then. */
enum { RDNS_EXPECTED = 64 };
void rdns_expect(struct rdns *r, const struct ip *ips, size_t n);

/* What has been found; false: nothing yet.  The name lives until the ticket is
 * released. */
struct rdns_name {
	enum rdns_status status;
	struct slice hostname;		/* empty: none */
	enum forward forward;
};
bool rdns_answer(struct rdns *r, rdns_ticket ticket, struct rdns_name *name);

/* Each ticket once.  If it is still being asked for, that goes on. */
void rdns_release(struct rdns *r, rdns_ticket ticket);

/* Sends and reads; never waits.  See resolver.h for the other two. */
void rdns_step(struct rdns *r);
int rdns_fd(const struct rdns *r);
int64_t rdns_pause(const struct rdns *r);

/* One line of counters for the administrator. */
void rdns_add_counters(const struct rdns *r, struct buf *out);

#endif
