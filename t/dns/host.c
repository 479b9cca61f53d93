/* SPDX-License-Identifier: ISC */
/* Hosts: the forward names, and where aliases lead. */
#include "host.h"

#include "chain.h"

static const struct address other4 = { .b = { 192, 0, 2, 1 } };
static const struct address other6 = {
	.v6 = true, .b = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 }
};

static void
put_address(struct reply *r, const struct address *a)
{
	reply_bytes(r, a->v6 ? TYPE_AAAA : TYPE_A, a->b, a->v6 ? 16 : 4);
}

static void
forward(struct reply *r)
{
	reply_begin(r, 0);
	put_address(r, &r->q->place.address);
	reply_end(r);
}

static void
forward_mismatch(struct reply *r)
{
	reply_begin(r, 0);
	put_address(r, r->q->place.address.v6 ? &other6 : &other4);
	reply_end(r);
}

static void
forward_multi(struct reply *r)
{
	struct address other = r->q->place.address.v6 ? other6 : other4;

	reply_begin(r, 0);
	for (int i = 0; i < 4; i++) {
		put_address(r, &other);
		other.b[other.v6 ? 15 : 3]++;
	}
	put_address(r, &r->q->place.address);
	reply_end(r);
}

static void
forward_cname(struct reply *r)
{
	const struct address *a = &r->q->place.address;
	struct name real;
	size_t at, start;

	address_host(a, "real.", &real);
	reply_begin(r, 0);
	at = reply_name(r, HEADER, TYPE_CNAME, &real);
	if (r->q->type != (a->v6 ? TYPE_AAAA : TYPE_A)) {
		reply_soa(r);
		reply_end(r);
		return;
	}
	message_u16(r->m, POINTER | (unsigned)at);
	start = reply_rdata(r, r->q->type, r->ttl);
	message_bytes(r->m, a->b, a->v6 ? 16 : 4);
	reply_rdata_end(r, start, AN);
	reply_end(r);
}

/* The hosts there are, beside the plain one of each address, and the plain
 * ones that are special; '#' is a digit.  The first that fits is it. */
static const struct host {
	enum code code;
	const char *prefix;
	void (*reply)(struct reply *);
	bool any;		/* answers all types itself */
} hosts[] = {
	{ MULTI3, "", reply_nxdomain, true },
	{ MULTI3, "b-", forward, false },
	{ MULTI30, "n##-", forward, false },
	{ CNAME8, "c#.", chain_target, true },
	{ CNAMELOOP, "loop.", chain_target, true },
	{ CNAMEONLY, "only.", chain_target, true },
	{ FWDMISMATCH, "", forward_mismatch, false },
	{ FWDNX, "", reply_nxdomain, true },
	{ FWDMULTI, "", forward_multi, false },
	{ FWDSERVFAIL, "", reply_servfail, true },
	{ FWDCNAME, "", forward_cname, true },
	{ FWDCNAME, "real.", forward, false },
	{ CODES, "", forward, false },
};

static bool
fits(const char *pattern, const char *prefix)
{
	for (; *pattern; pattern++, prefix++)
		if (*pattern == '#' ? *prefix < '0' || *prefix > '9' :
		    *prefix != *pattern)
			return false;
	return *prefix == '\0';
}

void
host_reply(struct reply *r)
{
	const struct place *place = &r->q->place;
	unsigned type = place->address.v6 ? TYPE_AAAA : TYPE_A;

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		const struct host *h = &hosts[i];

		if ((h->code != CODES && h->code != r->q->code) ||
		    !fits(h->prefix, place->prefix))
			continue;
		if (h->any || r->q->type == type)
			h->reply(r);
		else
			reply_nodata(r);
		return;
	}
	reply_nxdomain(r);
}
