/* SPDX-License-Identifier: ISC */
/* Messages of an answer, record by record. */
#include "reply.h"

#include <stdio.h>
#include <string.h>

enum { EDNS_SIZE = 1232, OPTION_EDE = 15 };

void
reply_count(struct reply *r, enum section which)
{
	r->m->b[HEADER - 7 + 2 * which]++;
}

void
reply_begin_with(struct reply *r, unsigned flags, const struct name *name,
    unsigned type)
{
	static const uint8_t counts[8];

	r->m = &r->answer->messages[r->answer->n++];
	message_reset(r->m);
	message_u16(r->m, r->q->id);
	message_u16(r->m, QR | RA | (r->q->flags & RD) | flags);
	message_bytes(r->m, counts, sizeof(counts));
	message_name(r->m, name);
	message_u16(r->m, type);
	message_u16(r->m, r->q->class);
	reply_count(r, QD);
}

void
reply_begin(struct reply *r, unsigned flags)
{
	reply_begin_with(r, flags, &r->q->name, r->q->type);
}

size_t
reply_rdata(struct reply *r, unsigned type, uint32_t ttl)
{
	message_u16(r->m, type);
	message_u16(r->m, CLASS_IN);
	message_u32(r->m, ttl);
	message_u16(r->m, 0);
	return r->m->n;
}

void
reply_rdata_end(struct reply *r, size_t start, enum section which)
{
	message_set(r->m, start - 2, (unsigned)(r->m->n - start));
	reply_count(r, which);
}

size_t
reply_name(struct reply *r, size_t owner, unsigned type,
    const struct name *name)
{
	size_t start;

	message_u16(r->m, POINTER | (unsigned)owner);
	start = reply_rdata(r, type, r->ttl);
	message_packed(r->m, name);
	reply_rdata_end(r, start, AN);
	return start;
}

void
reply_bytes(struct reply *r, unsigned type, const void *bytes, size_t n)
{
	size_t start;

	message_u16(r->m, POINTER | HEADER);
	start = reply_rdata(r, type, r->ttl);
	message_bytes(r->m, bytes, n);
	reply_rdata_end(r, start, AN);
}

void
reply_own(struct reply *r)
{
	reply_name(r, HEADER, TYPE_PTR, &r->own);
}

void
reply_evil(struct reply *r, const char *what)
{
	struct name name = { 0 };
	char text[64];

	snprintf(text, sizeof(text), "evil-%s.example.net", what);
	name_text(&name, text);
	reply_name(r, HEADER, TYPE_PTR, &name);
}

void
reply_soa(struct reply *r)
{
	static const uint32_t times[4] = { 1, 3600, 600, 86400 };
	struct name name = { 0 };
	size_t start;

	if (r->q->name.n > 0)
		message_u16(r->m, POINTER |
		    (HEADER + 1U + r->q->name.b[0]));
	else
		message_u8(r->m, 0);
	start = reply_rdata(r, TYPE_SOA, r->by->negative_ttl);
	name_text(&name, "ns.example.net");
	message_packed(r->m, &name);
	name.n = 0;
	name_text(&name, "hostmaster.example.net");
	message_packed(r->m, &name);
	for (size_t i = 0; i < 4; i++)
		message_u32(r->m, times[i]);
	message_u32(r->m, r->by->negative_ttl);
	reply_rdata_end(r, start, NS);
}

void
reply_opt(struct reply *r, unsigned error, const char *text)
{
	size_t start;

	message_u8(r->m, 0);
	message_u16(r->m, TYPE_OPT);
	message_u16(r->m, EDNS_SIZE);
	message_u32(r->m, 0);
	message_u16(r->m, 0);
	start = r->m->n;
	if (text) {
		message_u16(r->m, OPTION_EDE);
		message_u16(r->m, (unsigned)strlen(text) + 2);
		message_u16(r->m, error);
		message_bytes(r->m, text, strlen(text));
	}
	reply_rdata_end(r, start, AR);
}

/* What does not fit into a datagram is left out, and said so. */
static void
fit(struct reply *r)
{
	if (r->tcp || r->m->n <= r->q->size)
		return;
	r->answer->n--;
	reply_begin(r, TC);
	if (r->q->edns)
		reply_opt(r, 0, NULL);
}

void
reply_end(struct reply *r)
{
	if (r->q->edns)
		reply_opt(r, 0, NULL);
	fit(r);
}

void
reply_plain(struct reply *r)
{
	reply_begin(r, 0);
	reply_own(r);
	reply_end(r);
}

static void
negative(struct reply *r, unsigned rcode)
{
	reply_begin(r, rcode);
	reply_soa(r);
	reply_end(r);
}

void
reply_fault(struct reply *r, unsigned rcode)
{
	reply_begin(r, rcode);
	reply_end(r);
}

void
reply_nxdomain(struct reply *r)
{
	negative(r, RCODE_NXDOMAIN);
}

void
reply_nodata(struct reply *r)
{
	negative(r, 0);
}

void
reply_servfail(struct reply *r)
{
	reply_fault(r, RCODE_SERVFAIL);
}
