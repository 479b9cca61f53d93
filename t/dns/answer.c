/* SPDX-License-Identifier: ISC */
/* Answers: what each behaviour puts on the wire. */
#include "answer.h"

#include "chain.h"
#include "chance.h"
#include "host.h"
#include "reply.h"

uint64_t
answer_random(struct answerer *by)
{
	by->random += 0x9e3779b97f4a7c15;
	return chance_mix(by->random);
}

static void
refused(struct reply *r)
{
	reply_fault(r, RCODE_REFUSED);
}

static void
formerr(struct reply *r)
{
	reply_fault(r, RCODE_FORMERR);
}

static void
notimp(struct reply *r)
{
	reply_fault(r, RCODE_NOTIMP);
}

static void
notauth(struct reply *r)
{
	reply_fault(r, RCODE_NOTAUTH);
}

static void
drop(struct reply *r)
{
	(void)r;
}

/* How often the question has been asked before. */
static unsigned
before(struct reply *r)
{
	return asked_add(r->by->asked, r->q->hash, r->now, UINT32_MAX);
}

static void
drop1(struct reply *r)
{
	if (before(r) >= 1)
		reply_plain(r);
}

static void
drop2(struct reply *r)
{
	if (before(r) >= 2)
		reply_plain(r);
}

static void
servfail1(struct reply *r)
{
	if (before(r) >= 1)
		reply_plain(r);
	else
		reply_servfail(r);
}

static void
truncated(struct reply *r)
{
	if (r->tcp)
		reply_plain(r);
	else
		reply_fault(r, TC);
}

static void
truncated_notcp(struct reply *r)
{
	if (r->tcp)
		r->answer->hangup = true;
	else
		reply_fault(r, TC);
}

static void
put_junk(struct reply *r, size_t n)
{
	while (n-- > 0)
		message_u8(r->m, (unsigned)answer_random(r->by) & 0xff);
}

/* A label of the reserved type 10 comes first, so that no chance makes a
 * record of it. */
static void
garbage(struct reply *r)
{
	reply_begin(r, 0);
	reply_count(r, AN);
	message_u8(r->m, 0x80 | (answer_random(r->by) & 0x3f));
	put_junk(r, 40);
}

static void
wrongid(struct reply *r)
{
	reply_begin(r, 0);
	reply_evil(r, "wrongid");
	reply_end(r);
	message_set(r->m, 0, r->q->id ^ 0x5555);
}

static void
wrongid_then_ok(struct reply *r)
{
	wrongid(r);
	reply_plain(r);
}

static void
spoofsrc_then_ok(struct reply *r)
{
	if (!r->tcp) {
		r->answer->stranger = true;
		reply_begin(r, 0);
		reply_evil(r, "spoofsrc");
		reply_end(r);
	}
	reply_plain(r);
}

static void
wrongq_then_ok(struct reply *r)
{
	struct name other = { 0 };

	name_text(&other, "other-question.example.net");
	reply_begin_with(r, 0, &other, r->q->type);
	reply_evil(r, "wrongq");
	reply_end(r);
	reply_plain(r);
}

static void
qtypemismatch_then_ok(struct reply *r)
{
	reply_begin_with(r, 0, &r->q->name, TYPE_A);
	reply_evil(r, "qtype");
	reply_end(r);
	reply_plain(r);
}

static void
several(struct reply *r)
{
	unsigned n = behaviour_names(r->q->code), turn = r->by->turn++;
	struct name name;

	reply_begin(r, 0);
	for (unsigned i = 0; i < n; i++) {
		behaviour_name(r->q->code, &r->q->place.address,
		    (i + turn) % n, &name);
		reply_name(r, HEADER, TYPE_PTR, &name);
	}
	reply_end(r);
}

static void
rdlen0(struct reply *r)
{
	reply_begin(r, 0);
	reply_bytes(r, TYPE_PTR, "", 0);
	reply_end(r);
}

static void
ptrloop(struct reply *r)
{
	size_t start;

	reply_begin(r, 0);
	message_u16(r->m, POINTER | HEADER);
	start = reply_rdata(r, TYPE_PTR, r->ttl);
	message_u16(r->m, POINTER | (unsigned)start);
	reply_rdata_end(r, start, AN);
	reply_end(r);
}

static void
rdlenshort(struct reply *r)
{
	size_t start;

	reply_begin(r, 0);
	start = reply_name(r, HEADER, TYPE_PTR, &r->own);
	message_set(r->m, start - 2, 3);
}

static void
trailing(struct reply *r)
{
	reply_plain(r);
	put_junk(r, 20);
}

static void
ancountlie(struct reply *r)
{
	reply_begin(r, 0);
	reply_own(r);
	reply_count(r, AN);
}

/* The owner is a pointer to nothing but itself when there is no question, so
 * it is written in full. */
static void
emptyq(struct reply *r)
{
	struct name evil = { 0 };
	size_t start;

	reply_begin(r, 0);
	r->m->n = HEADER;
	message_set(r->m, 4, 0);
	message_name(r->m, &r->q->name);
	start = reply_rdata(r, TYPE_PTR, r->ttl);
	name_text(&evil, "evil-emptyq.example.net");
	message_name(r->m, &evil);
	reply_rdata_end(r, start, AN);
	reply_end(r);
}

static void
cut_short(struct reply *r)
{
	reply_begin(r, 0);
	r->m->n = HEADER / 2;
}

static void
qr0(struct reply *r)
{
	reply_begin(r, 0);
	reply_evil(r, "qr0");
	reply_end(r);
	r->m->b[2] &= 0x7f;
}

static void
opcode(struct reply *r)
{
	reply_begin(r, OPCODE_STATUS);
	reply_evil(r, "opcode");
	reply_end(r);
}

static void
lowerq(struct reply *r)
{
	struct name upper = r->q->name;

	name_upper(&upper);
	reply_begin_with(r, 0, &upper, r->q->type);
	reply_own(r);
	reply_end(r);
}

static void
ednsformerr(struct reply *r)
{
	if (r->q->edns)
		reply_begin(r, RCODE_FORMERR);
	else
		reply_plain(r);
}

static void
dup(struct reply *r)
{
	reply_plain(r);
	reply_plain(r);
}

static void
wrongtype(struct reply *r)
{
	reply_begin(r, 0);
	reply_bytes(r, TYPE_TXT, "\4evil", 5);
	reply_end(r);
}

static void
hinfo(struct reply *r)
{
	reply_begin(r, 0);
	reply_bytes(r, TYPE_UNKNOWN, "\300\14\377\0evil", 8);
	reply_own(r);
	reply_end(r);
}

static void
wrongowner(struct reply *r)
{
	struct name owner = { 0 }, evil = { 0 };
	size_t start;

	name_text(&owner, "other-owner.example.net");
	name_text(&evil, "evil-wrongowner.example.net");
	reply_begin(r, 0);
	message_packed(r->m, &owner);
	start = reply_rdata(r, TYPE_PTR, r->ttl);
	message_packed(r->m, &evil);
	reply_rdata_end(r, start, AN);
	reply_end(r);
}

static void
anyclass(struct reply *r)
{
	size_t start;

	reply_begin(r, 0);
	start = reply_name(r, HEADER, TYPE_PTR, &r->own);
	message_set(r->m, start - 8, CLASS_CH);
	reply_end(r);
}

static void
ttl0(struct reply *r)
{
	r->ttl = 0;
	reply_plain(r);
}

/* The top bit set: to be taken for 0 (RFC 2181, 8). */
static void
ttlneg(struct reply *r)
{
	r->ttl = 0x80000001;
	reply_plain(r);
}

static void
servfail_ede(struct reply *r)
{
	reply_begin(r, RCODE_SERVFAIL);
	if (r->q->edns)
		reply_opt(r, EDE_NO_REACHABLE_AUTHORITY,
		    "<b>no authority</b> answers\nat \"delegation\" &c");
}

static void
ad(struct reply *r)
{
	reply_begin(r, AD_BIT);
	reply_own(r);
	reply_end(r);
}

/* The rdata points forward, to the owner of a TXT record behind it. */
static void
forwardptr(struct reply *r)
{
	size_t start, at;

	reply_begin(r, 0);
	message_u16(r->m, POINTER | HEADER);
	start = reply_rdata(r, TYPE_PTR, r->ttl);
	message_u16(r->m, 0);
	reply_rdata_end(r, start, AN);
	message_set(r->m, start, POINTER | (unsigned)r->m->n);
	message_name(r->m, &r->own);
	at = reply_rdata(r, TYPE_TXT, r->ttl);
	message_bytes(r->m, "\7forward", 8);
	reply_rdata_end(r, at, AR);
	reply_end(r);
}

/* Who is not here gives a plain PTR. */
static void (*const reverses[CODES])(struct reply *) = {
	[NXDOMAIN] = reply_nxdomain,
	[NODATA] = reply_nodata,
	[SERVFAIL] = reply_servfail,
	[REFUSED] = refused,
	[DROP] = drop,
	[DROP1] = drop1,
	[DROP2] = drop2,
	[TRUNC] = truncated,
	[TRUNC_NOTCP] = truncated_notcp,
	[GARBAGE] = garbage,
	[WRONGID] = wrongid,
	[WRONGID_THEN_OK] = wrongid_then_ok,
	[SPOOFSRC_THEN_OK] = spoofsrc_then_ok,
	[WRONGQ_THEN_OK] = wrongq_then_ok,
	[CNAME2317] = chain_range,
	[CNAME8] = chain_long,
	[CNAMELOOP] = chain_loop,
	[CNAMEONLY] = chain_only,
	[MULTI3] = several,
	[MULTI30] = several,
	[RDLEN0] = rdlen0,
	[PTRLOOP] = ptrloop,
	[RDLENSHORT] = rdlenshort,
	[TRAILING] = trailing,
	[ANCOUNTLIE] = ancountlie,
	[EMPTYQ] = emptyq,
	[SHORT] = cut_short,
	[QR0] = qr0,
	[LOWERQ] = lowerq,
	[EDNSFORMERR] = ednsformerr,
	[FORMERR] = formerr,
	[NOTIMP] = notimp,
	[NOTAUTH] = notauth,
	[DUP] = dup,
	[WRONGTYPE] = wrongtype,
	[WRONGOWNER] = wrongowner,
	[TTL0] = ttl0,
	[TTLNEG] = ttlneg,
	[SERVFAIL1] = servfail1,
	[SERVFAIL_EDE] = servfail_ede,
	[AD] = ad,
	[HINFO] = hinfo,
	[ANYCLASS] = anyclass,
	[QTYPEMISMATCH_THEN_OK] = qtypemismatch_then_ok,
	[OPCODE] = opcode,
	[FORWARDPTR] = forwardptr,
};

static void
reverse(struct reply *r)
{
	void (*reply)(struct reply *) = reverses[r->q->code];

	if (r->q->place.kind == PLACE_RANGE)
		reply = r->q->code == CNAME2317 ? NULL :
		    reply_nxdomain;
	if (r->q->type != TYPE_PTR)
		reply_nodata(r);
	else if (reply)
		reply(r);
	else
		reply_plain(r);
}

void
answer_make(struct answer *answer, const struct query *q, bool tcp,
    uint32_t now, struct answerer *by)
{
	struct reply r = { .q = q, .by = by, .answer = answer, .tcp = tcp,
		.ttl = by->ttl, .now = now };

	answer->n = 0;
	answer->stranger = answer->hangup = false;
	if (q->class != CLASS_IN) {
		refused(&r);
		return;
	}
	if (q->place.kind != PLACE_NOWHERE)
		behaviour_name(q->code, &q->place.address, 0, &r.own);
	if (q->place.kind == PLACE_NOWHERE)
		reply_nxdomain(&r);
	else if (q->place.kind == PLACE_HOST)
		host_reply(&r);
	else
		reverse(&r);
}

void
answer_refuse(struct answer *answer, const struct query *q, bool tcp,
    struct answerer *by)
{
	struct reply r = { .q = q, .by = by, .answer = answer, .tcp = tcp };

	answer->n = 0;
	answer->stranger = answer->hangup = false;
	refused(&r);
}
