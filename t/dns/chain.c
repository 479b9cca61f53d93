/* SPDX-License-Identifier: ISC */
/* CNAME records. */
#include "chain.h"

void
chain_range(struct reply *r)
{
	struct name target;
	size_t at;

	address_range(&r->q->place.address, &target);
	reply_begin(r, 0);
	message_learn(r->m, HEADER);
	at = reply_name(r, HEADER, TYPE_CNAME, &target);
	reply_name(r, at, TYPE_PTR, &r->own);
	reply_end(r);
}

/* A chain from the link that is asked for, 0 being the address itself. */
static void
chain(struct reply *r, unsigned link)
{
	char prefix[PLACE_PREFIX] = "c0.";
	struct name target;
	size_t at = HEADER;

	reply_begin(r, 0);
	while (link++ < 8) {
		prefix[1] = (char)('0' + link);
		address_host(&r->q->place.address, prefix, &target);
		at = reply_name(r, at, TYPE_CNAME, &target);
	}
	reply_name(r, at, TYPE_PTR, &r->own);
	reply_end(r);
}

void
chain_long(struct reply *r)
{
	chain(r, 0);
}

/* The address leads to its host, the host back to the address. */
void
chain_loop(struct reply *r)
{
	const struct address *a = &r->q->place.address;
	struct name host, back;
	size_t at;

	address_host(a, "loop.", &host);
	address_reverse(a, &back);
	reply_begin(r, 0);
	message_learn(r->m, HEADER);
	if (r->q->place.kind == PLACE_HOST) {
		at = reply_name(r, HEADER, TYPE_CNAME, &back);
		reply_name(r, at, TYPE_CNAME, &host);
	} else {
		at = reply_name(r, HEADER, TYPE_CNAME, &host);
		reply_name(r, at, TYPE_CNAME, &back);
	}
	reply_end(r);
}

void
chain_only(struct reply *r)
{
	struct name target;

	address_host(&r->q->place.address, "only.", &target);
	reply_begin(r, 0);
	reply_name(r, HEADER, TYPE_CNAME, &target);
	reply_end(r);
}

void
chain_target(struct reply *r)
{
	unsigned link = (unsigned)(r->q->place.prefix[1] - '0');

	if (r->q->type != TYPE_PTR)
		reply_nodata(r);
	else if (r->q->code == CNAME8)
		chain(r, link);
	else if (r->q->code == CNAMELOOP)
		chain_loop(r);
	else
		reply_plain(r);
}
