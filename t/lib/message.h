/* SPDX-License-Identifier: ISC */
/* DNS messages for tests: names, questions and answers written as text, and
 * what is read in them written as text again. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdio.h>
#include <stdlib.h>

#include "enrich/answer.h"
#include "enrich/wire.h"
#include "tap.h"

enum { MESSAGE_MAX = 65535, ID = 0x1234, ANSWERS_AT = 40 };

static inline struct wire_name
name_of(const char *text)
{
	struct wire_name name = { 0 };

	if (!wire_name_parse(&name, slice_text(text)))
		printf("# %s is no name\n", text);
	return name;
}

static inline struct slice
bytes_of(const struct wire_name *name)
{
	return (struct slice){ (const char *)name->bytes, name->n };
}

static inline struct wire_query
ask(const char *text, enum wire_type type)
{
	struct wire_query q;
	struct wire_name name = name_of(text);

	wire_query_init(&q, &name, type, true);
	wire_query_set_id(&q, ID);
	return q;
}

static inline struct wire_query
ask_reverse(void)
{
	return ask("1.2.0.192.in-addr.arpa", WIRE_PTR);
}

static inline struct wire_query
ask_for(enum wire_type type)
{
	return type == WIRE_PTR ? ask_reverse() : ask("host.example", type);
}

/*
 * Answers, written as text: the records of a section follow each other behind
 * semicolons, sections behind bars.  A record is "owner TTL type data"; @ is
 * a pointer to the question.
 */

struct message {
	uint8_t p[MESSAGE_MAX];
	size_t n;
};

static inline void
put(struct message *m, const void *bytes, size_t n)
{
	memcpy(m->p + m->n, bytes, n);
	m->n += n;
}

static inline void
put_number(struct message *m, uint32_t value, size_t n)
{
	while (n--)
		m->p[m->n++] = (uint8_t)(value >> 8 * n);
}

static inline void
put_name(struct message *m, const char *text)
{
	if (strcmp(text, "@") == 0) {
		put(m, "\300\14", 2);
	} else if (strcmp(text, ".") == 0) {
		put(m, "", 1);
	} else {
		struct wire_name name = name_of(text);

		put(m, name.bytes, name.n);
	}
}

static inline void
put_address(struct message *m, const char *text)
{
	struct ip ip = { .family = IP_NONE };

	if (!ip_parse(slice_text(text), &ip))
		printf("# %s is no address\n", text);
	if (ip.family == IP_V6) {
		put_number(m, (uint32_t)(ip.high >> 32), 4);
		put_number(m, (uint32_t)ip.high, 4);
		put_number(m, (uint32_t)(ip.low >> 32), 4);
	}
	put_number(m, (uint32_t)ip.low, 4);
}

static inline void
put_soa(struct message *m, const char *minimum)
{
	put(m, "\2ns\0\1h\0" "\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4", 23);
	put_number(m, (uint32_t)strtoul(minimum, NULL, 10), 4);
}

static inline void
put_txt(struct message *m, const char *text)
{
	put_number(m, (uint32_t)strlen(text), 1);
	put(m, text, strlen(text));
}

static const struct {
	const char *name;
	unsigned type;
	void (*put)(struct message *m, const char *text);
} types[] = {
	{ "PTR", 12, put_name }, { "CNAME", 5, put_name },
	{ "A", 1, put_address }, { "AAAA", 28, put_address },
	{ "SOA", 6, put_soa }, { "TXT", 16, put_txt }, { "NS", 2, put_name },
	{ "DNAME", 39, put_name }, { "EMPTY", 12, NULL },
};

/* OPT records by name: nothing in them; extended rcode 16; version 1; an
 * option; not at the root. */
static const struct {
	const char *name;
	struct slice bytes;
} opts[] = {
	{ "OPT", SLICE("\0\0\51\4\320\0\0\0\0\0\0") },
	{ "DO", SLICE("\0\0\51\20\0\0\0\200\0\0\0") },
	{ "OPT-BADVERS", SLICE("\0\0\51\4\320\1\0\0\0\0\0") },
	{ "OPT-VERSION1", SLICE("\0\0\51\4\320\0\1\0\0\0\0") },
	/* EDE, RFC 8914 */
	{ "OPT-EDE", SLICE("\0\0\51\4\320\0\0\0\0\0\6\0\17\0\2\0\26") },
	{ "OPT-OWNED", SLICE("\1x\0\0\51\4\320\0\0\0\0\0\0") },
};

static inline void
put_record(struct message *m, const char *text)
{
	char owner[300], type[20], data[300];
	uint32_t ttl;
	size_t length_at;

	for (size_t i = 0; i < sizeof opts / sizeof *opts; i++) {
		if (strcmp(text, opts[i].name))
			continue;
		put(m, opts[i].bytes.p, opts[i].bytes.n);
		return;
	}
	if (sscanf(text, "%299s %u %19s %299s", owner, &ttl, type, data) != 4)
		printf("# '%s' is no record\n", text);
	put_name(m, owner);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (strcmp(type, types[i].name))
			continue;
		put_number(m, types[i].type, 2);
		put_number(m, 1, 2);
		put_number(m, ttl, 4);
		length_at = m->n;
		m->n += 2;
		if (types[i].put)
			types[i].put(m, data);
		m->p[length_at] = (uint8_t)((m->n - length_at - 2) >> 8);
		m->p[length_at + 1] = (uint8_t)(m->n - length_at - 2);
		return;
	}
	printf("# '%s' is of no type\n", text);
}

/* The answer to q; flags: RD, RA and QR are set. */
static inline void
compose(struct message *m, const struct wire_query *q, unsigned flags,
    const char *text)
{
	unsigned section = 0, counts[4] = { 0 };

	m->n = 0;
	put(m, q->message, WIRE_HEADER + (size_t)q->question);
	m->p[2] = (uint8_t)(0x81 | flags >> 8);
	m->p[3] = (uint8_t)(0x80 | flags);
	while (*text) {
		char record[700];
		size_t n = strcspn(text, ";|");

		snprintf(record, sizeof record, "%.*s", (int)n, text);
		if (record[strspn(record, " ")]) {
			counts[section]++;
			put_record(m, record + strspn(record, " "));
		}
		text += n;
		section += *text == '|';
		text += *text != '\0';
	}
	for (unsigned i = 0; i < 3; i++) {
		m->p[6 + 2 * i] = (uint8_t)(counts[i] >> 8);
		m->p[7 + 2 * i] = (uint8_t)counts[i];
	}
}

/* What a reply says, as text: kind, TTL, CNAMEs, and what there is. */
static inline void
describe(struct buf *out, const struct reply *r)
{
	static const char *const kinds[] = {
		[REPLY_NAMES] = "names", [REPLY_ADDRESSES] = "addresses",
		[REPLY_ALIAS] = "alias", [REPLY_NODATA] = "nodata",
		[REPLY_NXDOMAIN] = "nxdomain",
		[REPLY_TRUNCATED] = "truncated",
		[REPLY_FAILURE] = "failure", [REPLY_BAD] = "bad",
	};

	buf_reset(out);
	buf_addf(out, "%s", kinds[r->kind]);
	if (r->kind == REPLY_FAILURE)
		buf_addf(out, " %u", r->rcode);
	if (r->kind > REPLY_NXDOMAIN)
		return;
	buf_addf(out, " %u%s", r->ttl, r->has_ttl ? "" : "?");
	if (r->hops)
		buf_addf(out, " via %u", r->hops);
	for (size_t i = 0; i < r->n; i++) {
		buf_add_byte(out, ' ');
		if (r->kind == REPLY_NAMES)
			buf_add(out, r->names[i]);
		else
			ip_add(out, &r->addresses[i]);
	}
	if (r->kind == REPLY_ALIAS) {
		buf_add_byte(out, ' ');
		wire_name_add(out, &r->alias);
	}
}

static inline void
test_start(void)
{
	struct err e = { 0 };

	ok(answer_start(&e) == 0, "ldns is there%s", e.text);
}

/* Read from memory that ends with the message, so that a byte too far shows. */
static inline bool
read_copy(const struct wire_query *q, const struct message *m, bool by_hand,
    struct reply *r, struct buf *text)
{
	uint8_t *copy = malloc(m->n);
	bool taken = true;

	memcpy(copy, m->p, m->n);
	reply_reset(r);
	if (by_hand)
		taken = wire_read(q, copy, m->n, r);
	else
		answer_read_thoroughly(q, copy, m->n, r);
	describe(text, r);
	if (!taken)
		buf_reset(text);
	free(copy);
	return taken;
}

#endif
