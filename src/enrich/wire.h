/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_WIRE_H
#define ENRICH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "schema/ip.h"

/* DNS messages as they travel (RFC 1035 section 4, RFC 6891): questions are
 * written here, and the answer that nearly always comes is read here. */
enum wire_type { WIRE_A = 1, WIRE_CNAME = 5, WIRE_SOA = 6, WIRE_PTR = 12,
	WIRE_AAAA = 28, WIRE_OPT = 41 };
enum wire_rcode { WIRE_NOERROR, WIRE_FORMERR, WIRE_SERVFAIL, WIRE_NXDOMAIN,
	WIRE_NOTIMP, WIRE_REFUSED, WIRE_BADVERS = 16 };
enum {
	WIRE_HEADER = 12,
	WIRE_NAME_MAX = 255,	/* RFC 1035 section 2.3.4 */
	WIRE_TEXT_MAX = 1004,	/* the same, each byte as \DDD */
	WIRE_UDP_SIZE = 1232,	/* what we say we take: no fragments */
	WIRE_QUERY_MAX = WIRE_HEADER + WIRE_NAME_MAX + 4 + 11,
	WIRE_HOPS_MAX = 12,	/* CNAMEs followed */
	WIRE_NAMES_MAX = 10,	/* PTR names kept: RFC 7208 section 4.6.4 */
	WIRE_ADDRESSES_MAX = 32,
};

/* A name: labels with their lengths, the root at its end, not compressed. */
struct wire_name {
	uint8_t n;
	uint8_t bytes[WIRE_NAME_MAX];
};

/* A question as it is sent, kept so that the same bytes can go out again. */
struct wire_query {
	uint16_t n;		/* bytes of the message */
	uint16_t question;	/* bytes of name, type and class at 12 */
	uint8_t message[WIRE_QUERY_MAX];
};

/* 4.2.0.192.in-addr.arpa and so on; the address must have a family. */
void wire_reverse(struct wire_name *name, const struct ip *ip);

/* A host name as text (no escapes, no final dot).  False: it is none. */
bool wire_name_parse(struct wire_name *name, struct slice text);

/* Presentation form (RFC 4343), lower case, without the final dot; what is
 * neither a letter, a digit, - nor _ becomes \DDD, a dot inside a label too.
 * Nothing for the root. */
void wire_name_add(struct buf *out, const struct wire_name *name);
bool wire_name_equal(const struct wire_name *a, const struct wire_name *b);

/* A question in class IN, recursion desired; its id is set by
 * wire_query_set_id().  edns: with an OPT record. */
void wire_query_init(struct wire_query *q, const struct wire_name *name,
	enum wire_type type, bool edns);
void wire_query_set_id(struct wire_query *q, uint16_t id);
void wire_query_name(const struct wire_query *q, struct wire_name *name);
enum wire_type wire_query_type(const struct wire_query *q);

/* What an answer says.  Names are the WIRE_NAMES_MAX smallest, each once, in
 * byte order: the same however a server turns its records round. */
struct reply {
	enum reply_kind {
		REPLY_NAMES, REPLY_ADDRESSES,
		REPLY_ALIAS,		/* a CNAME; its target is not in it */
		REPLY_NODATA, REPLY_NXDOMAIN,
		REPLY_TRUNCATED,
		REPLY_FAILURE,		/* another rcode */
		REPLY_BAD		/* cannot be read, or CNAMEs in a loop */
	} kind;
	unsigned rcode;
	uint32_t ttl;		/* seconds, the least of the chain; of a
				 * negative answer by RFC 2308, 0 without SOA */
	bool has_ttl;
	unsigned hops;		/* CNAMEs in it */
	bool is_rooted;		/* a name was ".", which counts as none */
	struct wire_name alias;
	size_t n;		/* names or addresses */
	struct slice names[WIRE_NAMES_MAX];
	struct ip addresses[WIRE_ADDRESSES_MAX];
	struct buf text;	/* what the names are borrowed from */
};

void reply_init(struct reply *r);
void reply_release(struct reply *r);
void reply_reset(struct reply *r);
void reply_add_name(struct reply *r, const struct wire_name *name);
void reply_add_address(struct reply *r, enum wire_type type,
	const uint8_t *bytes);
void reply_add_ttl(struct reply *r, uint32_t ttl);

/* Whether a message answers q as it was sent with this id: QR, opcode, one
 * question, and that one (RFC 5452 section 9.1; letters may come back in the
 * other case). */
bool wire_is_answer(const struct wire_query *q, uint16_t id, const uint8_t *m,
	size_t n);

/* A bare header that refuses a question for its form (RFC 6891 section 7): a hint that
 * EDNS is not understood, never an answer. */
bool wire_is_refusal_of_form(uint16_t id, const uint8_t *m, size_t n);

/* Reads the answer to q, checked already.  True: *r is set.  False: it is not
 * the usual one and needs the thorough reader: negative answers, records in
 * another order, of other types, with other owners, or anything odd. */
bool wire_read(const struct wire_query *q, const uint8_t *m, size_t n,
	struct reply *r);

static inline unsigned
wire_16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static inline uint32_t
wire_32(const uint8_t *p)
{
	return (uint32_t)wire_16(p) << 16 | wire_16(p + 2);
}

#endif
