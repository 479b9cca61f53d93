/* SPDX-License-Identifier: ISC */
/* Fuzz target: an answer to one of a few questions, any bytes behind the
 * question.  What is read by hand is what ldns reads, or it is left to ldns;
 * and what is read is fit for a row. */
#include <ldns/ldns.h>
#include <stdlib.h>

#include "enrich/resolver.h"

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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct reply hand, thorough;
	static uint8_t message[MESSAGE_MAX];
	struct wire_query q;
	size_t n, head;

	if (!hand.text.max) {
		reply_init(&hand);
		reply_init(&thorough);
	}
	if (size < 9)
		return 0;
	ask(data[0], &q);
	head = WIRE_HEADER + (size_t)q.question;
	if (size - 9 > sizeof message - head)
		return 0;
	/* Flags and counts from the input, all else as it was asked. */
	memcpy(message, q.message, head);
	memcpy(message + 2, data + 1, 2);
	memcpy(message + 6, data + 3, 6);
	message[2] |= 0x80;
	message[2] &= 0x87;
	memcpy(message + head, data + 9, size - 9);
	n = head + size - 9;
	must(wire_is_answer(&q, ID, message, n));
	must(!wire_is_answer(&q, ID + 1, message, n));
	resolver_read_thoroughly(&q, message, n, &thorough);
	check(&thorough);
	if (!wire_read(&q, message, n, &hand))
		return 0;
	check(&hand);
	if (hand.kind == REPLY_NAMES || hand.kind == REPLY_ADDRESSES) {
		compare(&hand, &thorough);
		check_origin(message, n, &hand);
	}
	return 0;
}
