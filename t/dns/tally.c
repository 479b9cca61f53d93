/* SPDX-License-Identifier: ISC */
/* Statistics of the questions that came in. */
#include "tally.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "asked.h"
#include "chance.h"

/* A second in slices, the rate being the sum of the last ten. */
enum { SLICES = 10, SLICE_MS = 100, REPEAT_MS = 10000, ASKED_BITS = 20 };

struct tally {
	uint64_t queries, repeats, edns, tcp, forward, sequential, ports;
	uint64_t peak_qps, peak_pending;
	uint64_t slices[SLICES], rate;
	uint32_t slice;		/* the current one, counted from the start */
	uint16_t id;
	bool any;		/* id is of a query */
	bool port[65536];
	struct asked *asked;
};

struct tally *
tally_new(void)
{
	struct tally *t = calloc(1, sizeof(*t));

	if (!t)
		err(71, "memory");
	t->asked = asked_new(ASKED_BITS);
	return t;
}

static void
add_rate(struct tally *t, uint32_t now)
{
	uint32_t slice = now / SLICE_MS;

	for (int i = 0; i < SLICES && t->slice != slice; i++) {
		uint64_t *old = &t->slices[++t->slice % SLICES];

		t->rate -= *old;
		*old = 0;
	}
	t->slice = slice;
	t->slices[slice % SLICES]++;
	t->rate++;
	if (t->rate > t->peak_qps)
		t->peak_qps = t->rate;
}

/* The address without the port, which a client may change. */
static uint64_t
client_hash(const struct peer *peer)
{
	struct address a = { .v6 = peer->from.any.sa_family == AF_INET6 };

	for (size_t i = 0; i < (a.v6 ? 16 : 4); i++)
		a.b[i] = a.v6 ? peer->from.v6.sin6_addr.s6_addr[i] :
		    ((const uint8_t *)&peer->from.v4.sin_addr)[i];
	return address_hash(&a, 0);
}

/* What only datagrams show: a question asked again, ports, ids.  By TCP a
 * question is asked again because it must be. */
static void
add_datagram(struct tally *t, const struct query *q, const struct peer *peer,
    uint32_t now)
{
	/* At the same place in both kinds of address. */
	uint16_t port = ntohs(peer->from.v4.sin_port);
	uint64_t hash = chance_mix(q->hash ^ client_hash(peer));

	t->repeats += asked_add(t->asked, hash, now, REPEAT_MS) > 0;
	t->ports += !t->port[port];
	t->port[port] = true;
	t->sequential += t->any &&
	    (q->id == t->id || q->id == (uint16_t)(t->id + 1));
	t->id = q->id;
	t->any = true;
}

void
tally_add(struct tally *t, const struct query *q, const struct peer *peer,
    uint32_t now)
{
	t->queries++;
	t->edns += q->edns;
	t->forward += q->type == TYPE_A || q->type == TYPE_AAAA;
	add_rate(t, now);
	if (peer->connection >= 0)
		t->tcp++;
	else
		add_datagram(t, q, peer, now);
}

void
tally_pending(struct tally *t, size_t n)
{
	if (n > t->peak_pending)
		t->peak_pending = n;
}

void
tally_print(const struct tally *t, uint64_t forged, int fd)
{
	dprintf(fd, "queries=%ju repeats=%ju edns=%ju tcp=%ju forward=%ju "
	    "peak_qps=%ju peak_pending=%ju source_ports=%ju "
	    "ids_sequential=%ju forged=%ju\n", (uintmax_t)t->queries,
	    (uintmax_t)t->repeats, (uintmax_t)t->edns, (uintmax_t)t->tcp,
	    (uintmax_t)t->forward, (uintmax_t)t->peak_qps,
	    (uintmax_t)t->peak_pending, (uintmax_t)t->ports,
	    (uintmax_t)t->sequential, (uintmax_t)forged);
}
