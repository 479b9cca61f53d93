/* SPDX-License-Identifier: ISC */
/* Fuzz target: an answer to one of a few questions, any bytes behind the
 * question; or any bytes, of which few are an answer.  What is read by hand is
 * what ldns reads, or it is left to ldns; and what is read is fit for a row. */
#include <ldns/ldns.h>
#include <stdlib.h>

#include "enrich/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ID = 0x1234, MESSAGE_MAX = 16 * 1024 };

static void
must(bool good)
{
	if (!good)
		abort();
}

/* The first byte chooses what was asked. */
static void
ask(uint8_t which, struct wire_query *q)
{
	struct ip v4 = { IP_V4, 0, 0xc6120001 };
	struct ip v6 = { IP_V6, 0x2001000200000000, 1 };
	struct wire_name name;

	if (which & 2) {
		must(wire_name_parse(&name, SLICE("host.example.net")));
		wire_query_init(q, &name, which & 1 ? WIRE_A : WIRE_AAAA,
		    which & 4);
	} else {
		wire_reverse(&name, which & 1 ? &v4 : &v6);
		wire_query_init(q, &name, WIRE_PTR, which & 4);
	}
	wire_query_set_id(q, ID);
}

static void
check_name(struct slice name)
{
	must(name.n > 0 && name.n <= WIRE_TEXT_MAX);
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		must((c >= 'a' && c <= 'z') || byte_is_digit(c) || c == '-' ||
		    c == '_' || c == '.' || c == '\\');
	}
}

static void
check(const struct reply *r)
{
	must(r->kind != REPLY_NAMES || r->n <= WIRE_NAMES_MAX);
	must(r->n <= WIRE_ADDRESSES_MAX && r->hops <= WIRE_HOPS_MAX + 1);
	for (size_t i = 0; r->kind == REPLY_NAMES && i < r->n; i++)
		check_name(r->names[i]);
}

static void
compare(const struct reply *a, const struct reply *b)
{
	must(a->kind == b->kind);
	if (a->kind != REPLY_NAMES && a->kind != REPLY_ADDRESSES)
		return;
	must(a->n == b->n && a->ttl == b->ttl && a->hops == b->hops);
	for (size_t i = 0; i < a->n; i++)
		must(a->kind == REPLY_NAMES ?
		    slice_is(a->names[i], b->names[i]) :
		    ip_equal(&a->addresses[i], &b->addresses[i]));
}

/* What ldns alone makes of the first record's owner and type: a name that was
 * taken must stand in the message with the question as its origin. */
static void
check_origin(const uint8_t *m, size_t n, const struct reply *r)
{
	ldns_pkt *packet = NULL;

	must(ldns_wire2pkt(&packet, m, n) == LDNS_STATUS_OK);
	must(ldns_rr_list_rr_count(ldns_pkt_answer(packet)) > r->hops);
	ldns_pkt_free(packet);
}

/* What is let through has the id and the question asked, as ldns sees it. */
static void
check_question(const struct wire_query *q, const uint8_t *m, size_t n)
{
	struct wire_name asked, name;
	ldns_pkt *packet = NULL;
	const ldns_rr *rr;

	if (ldns_wire2pkt(&packet, m, n) != LDNS_STATUS_OK)
		return;
	must(ldns_pkt_id(packet) == ID && ldns_pkt_qr(packet));
	must(ldns_pkt_get_opcode(packet) == LDNS_PACKET_QUERY);
	must(ldns_rr_list_rr_count(ldns_pkt_question(packet)) == 1);
	rr = ldns_rr_list_rr(ldns_pkt_question(packet), 0);
	must((unsigned)ldns_rr_get_type(rr) == wire_query_type(q));
	must(ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN);
	name.n = (uint8_t)ldns_rdf_size(ldns_rr_owner(rr));
	memcpy(name.bytes, ldns_rdf_data(ldns_rr_owner(rr)), name.n);
	wire_query_name(q, &asked);
	must(wire_name_equal(&asked, &name));
	ldns_pkt_free(packet);
}

/* Flags, counts and what is behind the question from the input, all else as it
 * was asked; NULL: too much. */
static uint8_t *
answer(const struct wire_query *q, const uint8_t *data, size_t size, size_t *n)
{
	size_t head = WIRE_HEADER + (size_t)q->question;
	uint8_t *m;

	if (size < 8 || size - 8 > MESSAGE_MAX - head)
		return NULL;
	*n = head + size - 8;
	m = malloc(*n);
	memcpy(m, q->message, head);
	memcpy(m + 2, data, 2);
	memcpy(m + 6, data + 2, 6);
	m[2] = (m[2] | 0x80) & 0x87;
	memcpy(m + head, data + 8, size - 8);
	must(wire_is_answer(q, ID, m, *n));
	must(!wire_is_answer(q, ID + 1, m, *n));
	return m;
}

/* Any message at all; NULL: it is no answer. */
static uint8_t *
anything(const struct wire_query *q, const uint8_t *data, size_t size,
    size_t *n)
{
	uint8_t *m = malloc(size ? size : 1);

	memcpy(m, data, size);
	*n = size;
	(void)wire_is_refusal_of_form(ID, m, size);
	if (size <= MESSAGE_MAX && wire_is_answer(q, ID, m, size)) {
		check_question(q, m, size);
		return m;
	}
	free(m);
	return NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct reply hand, thorough;
	struct wire_query q;
	uint8_t *m;
	size_t n;

	if (!hand.text.max) {
		struct err e;

		must(answer_start(&e) == 0);
		reply_init(&hand);
		reply_init(&thorough);
	}
	if (size < 1)
		return 0;
	ask(data[0], &q);
	/* Of its own size, so that a step too far shows. */
	m = data[0] & 8 ? anything(&q, data + 1, size - 1, &n) :
	    answer(&q, data + 1, size - 1, &n);
	if (!m)
		return 0;
	answer_read_thoroughly(&q, m, n, &thorough);
	check(&thorough);
	if (wire_read(&q, m, n, &hand)) {
		check(&hand);
		if (hand.kind == REPLY_NAMES || hand.kind == REPLY_ADDRESSES) {
			compare(&hand, &thorough);
			check_origin(m, n, &hand);
		}
	}
	free(m);
	return 0;
}
