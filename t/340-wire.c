/* SPDX-License-Identifier: ISC */
/* DNS messages: what is sent, byte for byte, and what is made of what comes,
 * by hand and by the thorough reader. */
#include <stdlib.h>

#include "enrich/answer.h"
#include "enrich/wire.h"
#include "tap.h"

enum { MESSAGE_MAX = 65535, ID = 0x1234, ANSWERS_AT = 40 };

static uint64_t seed = 0x452821e638d01377;

static unsigned
chance(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % below;
}

/*
 * Names.
 */

static struct wire_name
name_of(const char *text)
{
	struct wire_name name = { 0 };

	if (!wire_name_parse(&name, slice_text(text)))
		printf("# %s is no name\n", text);
	return name;
}

static struct slice
bytes_of(const struct wire_name *name)
{
	return (struct slice){ (const char *)name->bytes, name->n };
}

static void
test_reverse(void)
{
	static const struct {
		const char *ip, *name;
	} names[] = {
		{ "192.0.2.1", "1.2.0.192.in-addr.arpa" },
		{ "0.0.0.0", "0.0.0.0.in-addr.arpa" },
		{ "255.254.100.99", "99.100.254.255.in-addr.arpa" },
		{ "10.20.9.109", "109.9.20.10.in-addr.arpa" },
		{ "::ffff:192.0.2.1", "1.2.0.192.in-addr.arpa" },
		/* RFC 3596 section 2.5 */
		{ "4321:0:1:2:3:4:567:89ab", "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0."
			"2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa" },
		{ "2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
			"0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa" },
		{ "fedc:ba98:7654:3210:123:4567:89ab:cdef",
			"f.e.d.c.b.a.9.8.7.6.5.4.3.2.1.0."
			"0.1.2.3.4.5.6.7.8.9.a.b.c.d.e.f.ip6.arpa" },
	};
	struct buf b;
	struct ip ip;

	buf_init(&b, WIRE_TEXT_MAX);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct wire_name name, same = name_of(names[i].name);

		buf_reset(&b);
		if (ip_parse(slice_text(names[i].ip), &ip)) {
			wire_reverse(&name, &ip);
			wire_name_add(&b, &name);
		}
		is(buf_slice(&b), names[i].name, names[i].ip);
		if (!slice_is(bytes_of(&name), bytes_of(&same)))
			ok(0, "%s: its bytes", names[i].ip);
	}
	buf_release(&b);
}

static const struct slice no_names[] = {
	SLICE(""), SLICE("."), SLICE(".."), SLICE("a."), SLICE(".a"),
	SLICE("a..b"), SLICE("a.b."), SLICE("a.b.."), SLICE("a\\.b"),
	SLICE("\\"), SLICE("a.\\098"),
	/* a label of 64 */
	SLICE("01234567890123456789012345678901"
	"23456789012345678901234567890123"),
};

/* n bytes of labels as long as they can be, as text. */
static struct slice
long_text(char text[300], size_t n)
{
	for (size_t i = 0; i < n; i++)
		text[i] = i % 64 == 63 ? '.' : 'x';
	return (struct slice){ text, n };
}

static void
test_parse(void)
{
	struct wire_name name;
	char text[300];
	bool good;

	ok(wire_name_parse(&name, SLICE("Mail.Example-1.a_b")) &&
	    slice_is(bytes_of(&name), SLICE("\4Mail\11Example-1\3a_b\0")),
	    "a name as bytes");
	ok(wire_name_parse(&name, SLICE("a")) &&
	    slice_is(bytes_of(&name), SLICE("\1a\0")), "one label");
	good = true;
	for (size_t i = 0; i < sizeof no_names / sizeof *no_names; i++) {
		if (!wire_name_parse(&name, no_names[i]))
			continue;
		good = false;
		printf("# '%s' passes\n", no_names[i].p);
	}
	ok(good, "what is no name");
	ok(wire_name_parse(&name, long_text(text, 63)) && name.n == 65,
	    "a label of 63");
	ok(wire_name_parse(&name, long_text(text, 253)) &&
	    name.n == WIRE_NAME_MAX && name.bytes[254] == 0,
	    "253 characters are 255 bytes");
	good = true;
	for (size_t n = 254; n < 300; n++)
		good = good && !wire_name_parse(&name, long_text(text, n));
	ok(good, "more are too long");
}

/* Lower case, and all but letters, digits, - and _ as three digits. */
static void
test_print(void)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	struct wire_name name = { .n = 3, .bytes = { 1 } };
	struct wire_name root = { .n = 1 };
	bool good = true;
	struct buf b;

	buf_init(&b, 2 * WIRE_TEXT_MAX);
	for (unsigned c = 0; c < 256; c++) {
		char expected[5];

		snprintf(expected, sizeof expected, "\\%03u", c);
		if (c >= 'A' && c <= 'Z')
			snprintf(expected, 2, "%c", (int)c + 'a' - 'A');
		else if (c && strchr(plain, (int)c))
			snprintf(expected, 2, "%c", (int)c);
		name.bytes[1] = (uint8_t)c;
		buf_reset(&b);
		wire_name_add(&b, &name);
		if (slice_is(buf_slice(&b), slice_text(expected)))
			continue;
		good = false;
		printf("# %u: %.*s\n", c, (int)b.n, b.p);
	}
	ok(good, "each of 256 bytes in a label");

	buf_reset(&b);
	wire_name_add(&b, &root);
	ok(b.n == 0, "nothing for the root");

	name = (struct wire_name){ .n = 12, .bytes = "\3a.B\1.\3\0\\c" };
	wire_name_add(&b, &name);
	is(buf_slice(&b), "a\\046b.\\046.\\000\\092c",
	    "dots within labels are not those between");
	wire_name_add(&b, &name);
	ok(b.n == 42, "it is added to what is there");

	/* As long as can be, and each byte four. */
	name.n = WIRE_NAME_MAX;
	memset(name.bytes, 0xff, sizeof name.bytes);
	name.bytes[0] = name.bytes[64] = name.bytes[128] = 63;
	name.bytes[192] = 61;
	name.bytes[254] = 0;
	buf_reset(&b);
	wire_name_add(&b, &name);
	good = b.n == 250 * 4 + 3 && b.n <= WIRE_TEXT_MAX;
	for (size_t i = 0; good && i < b.n; i++)
		good = b.p[i] == (i % 253 == 252 ? '.' : "\\255"[i % 253 % 4]);
	ok(good, "a name of 255 bytes in 1003");
	buf_release(&b);
}

static void
test_equal(void)
{
	struct wire_name a = name_of("mail.EXAMPLE");
	struct wire_name b = name_of("MAIL.example");
	struct wire_name c = name_of("mail.examplf");
	struct wire_name d = name_of("mail.exampl");
	struct wire_name e = { .n = 3, .bytes = "\1[" }, f = { .n = 3,
		.bytes = "\1{" };

	ok(wire_name_equal(&a, &b) && !wire_name_equal(&a, &c) &&
	    !wire_name_equal(&a, &d) && !wire_name_equal(&d, &a),
	    "names are equal in any case");
	ok(!wire_name_equal(&e, &f), "only letters have a case");
}

/*
 * Questions.
 */

static struct wire_query
ask(const char *text, enum wire_type type)
{
	struct wire_query q;
	struct wire_name name = name_of(text);

	wire_query_init(&q, &name, type, true);
	wire_query_set_id(&q, ID);
	return q;
}

static struct wire_query
ask_reverse(void)
{
	return ask("1.2.0.192.in-addr.arpa", WIRE_PTR);
}

static void
test_query(void)
{
	static const struct slice plain = SLICE(
	    "\x12\x34" "\1\0" "\0\1\0\0\0\0\0\0"
	    "\1" "1" "\1" "2" "\1" "0" "\3" "192" "\7in-addr\4arpa\0"
	    "\0\14" "\0\1"), edns = SLICE(
	    "\xfe\xdc" "\1\0" "\0\1\0\0\0\0\0\1"
	    "\1A\7example\0" "\0\34" "\0\1"
	    "\0" "\0\51" "\4\320" "\0\0\0\0" "\0\0");
	struct wire_name name = name_of("1.2.0.192.in-addr.arpa"), back;
	struct wire_query q;
	char text[300];

	memset(&q, 0xee, sizeof q);
	wire_query_init(&q, &name, WIRE_PTR, false);
	wire_query_set_id(&q, 0x1234);
	ok(slice_is((struct slice){ (char *)q.message, q.n }, plain) &&
	    q.question == 28, "a question without EDNS");
	wire_query_name(&q, &back);
	ok(slice_is(bytes_of(&back), bytes_of(&name)) &&
	    wire_query_type(&q) == WIRE_PTR, "its name and type again");

	name = name_of("A.example");
	memset(&q, 0xee, sizeof q);
	wire_query_init(&q, &name, WIRE_AAAA, true);
	wire_query_set_id(&q, 0xfedc);
	ok(slice_is((struct slice){ (char *)q.message, q.n }, edns) &&
	    q.question == 15, "a question with EDNS: 1232 bytes, no options");
	wire_query_name(&q, &back);
	ok(slice_is(bytes_of(&back), bytes_of(&name)) &&
	    wire_query_type(&q) == WIRE_AAAA, "its name and type again");

	(void)wire_name_parse(&name, long_text(text, 253));
	wire_query_init(&q, &name, WIRE_A, true);
	wire_query_name(&q, &back);
	ok(q.n == WIRE_QUERY_MAX && wire_name_equal(&name, &back),
	    "a question for the longest name");
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

static void
put(struct message *m, const void *bytes, size_t n)
{
	memcpy(m->p + m->n, bytes, n);
	m->n += n;
}

static void
put_number(struct message *m, uint32_t value, size_t n)
{
	while (n--)
		m->p[m->n++] = (uint8_t)(value >> 8 * n);
}

static void
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

static void
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

static void
put_soa(struct message *m, const char *minimum)
{
	put(m, "\2ns\0\1h\0" "\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4", 23);
	put_number(m, (uint32_t)strtoul(minimum, NULL, 10), 4);
}

static void
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

static void
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
static void
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
static void
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

/* Read from memory that ends with the message, so that a byte too far shows. */
static bool
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

#define TOP_BIT "@ 2147483648 PTR a; @ 60 PTR b"
#define CHAIN12 "@ 9 CNAME a; a 9 CNAME b; b 9 CNAME c; c 9 CNAME d;" \
	"d 9 CNAME e; e 9 CNAME f; f 9 CNAME g; g 9 CNAME h; h 9 CNAME i;" \
	"i 9 CNAME j; j 9 CNAME k; k 9 CNAME l;"

/* Usual: read by hand.  The thorough reader has to say the same. */
static const struct {
	const char *what;
	enum wire_type type;
	bool is_usual;
	unsigned flags;
	const char *answer, *reply;
} answers[] = {
	{ "a name", WIRE_PTR, true, 0,
		"@ 60 PTR host.example", "names 60 host.example" },
	{ "a name, authoritative, checked, with OPT", WIRE_PTR, true, 0x420,
		"@ 60 PTR host.example||OPT", "names 60 host.example" },
	{ "OPT with its DO bit", WIRE_PTR, true, 0,
		"@ 60 PTR host.example||DO", "names 60 host.example" },
	{ "an owner written out, in other case", WIRE_PTR, true, 0,
		"1.2.0.192.IN-ADDR.arpa 60 PTR Host.EXAMPLE",
		"names 60 host.example" },
	{ "names are sorted, the TTL is the least", WIRE_PTR, true, 0,
		"@ 60 PTR c; @ 50 PTR a; @ 70 PTR B", "names 50 a b c" },
	{ "each name once", WIRE_PTR, true, 0,
		"@ 9 PTR b; @ 9 PTR a; @ 9 PTR B; @ 9 PTR a", "names 9 a b" },
	{ "byte order: a shorter name first", WIRE_PTR, true, 0,
		"@ 9 PTR ab; @ 9 PTR a.b; @ 9 PTR a; @ 9 PTR a-b; @ 9 PTR a0",
		"names 9 a a-b a.b a0 ab" },
	{ "the root is no name", WIRE_PTR, true, 0,
		"@ 9 PTR .; @ 9 PTR a; @ 8 PTR .", "names 8 a" },
	{ "the root alone", WIRE_PTR, false, 0, "@ 90 PTR .", "nodata 90" },
	{ "a TTL of zero", WIRE_PTR, true, 0, "@ 0 PTR a", "names 0 a" },
	{ "the largest TTL", WIRE_PTR, true, 0,
		"@ 2147483647 PTR a", "names 2147483647 a" },
	{ "a TTL with its top bit is zero", WIRE_PTR, true, 0, TOP_BIT,
		"names 0 a b" },
	{ "all bits of a TTL", WIRE_PTR, true, 0, "@ 4294967295 PTR a",
		"names 0 a" },
	{ "RFC 2317: a CNAME", WIRE_PTR, true, 0,
		"@ 60 CNAME 1.0-63.2.0.192.in-addr.arpa;"
		"1.0-63.2.0.192.in-addr.arpa 30 PTR host.example",
		"names 30 via 1 host.example" },
	{ "the least TTL may be the CNAME's", WIRE_PTR, true, 0,
		"@ 20 CNAME x; X 30 PTR b; x 40 PTR a", "names 20 via 1 a b" },
	{ "12 CNAMEs", WIRE_PTR, true, 0, CHAIN12 "l 9 PTR name",
		"names 9 via 12 name" },
	{ "13 CNAMEs", WIRE_PTR, false, 0, CHAIN12 "l 9 CNAME m; m 9 PTR name",
		"bad" },
	{ "records before their CNAME", WIRE_PTR, false, 0,
		"y 9 PTR name; x 9 CNAME y; @ 9 CNAME x",
		"names 9 via 2 name" },
	{ "names of others between", WIRE_PTR, false, 0,
		"x 9 PTR evil; @ 9 PTR name; 2.2.0.192.in-addr.arpa 5 PTR evil",
		"names 9 name" },
	{ "names of others only", WIRE_PTR, false, 0,
		"2.2.0.192.in-addr.arpa 5 PTR evil", "nodata 0?" },
	{ "a type not asked for", WIRE_PTR, false, 0,
		"@ 5 TXT evil", "nodata 0?" },
	{ "another type between", WIRE_PTR, false, 0,
		"@ 5 TXT x; @ 9 PTR name", "names 9 name" },
	{ "a DNAME and what was made of it", WIRE_PTR, false, 0,
		"2.0.192.in-addr.arpa 7 DNAME x; @ 9 CNAME 1.x; 1.x 9 PTR name",
		"names 9 via 1 name" },
	{ "name servers behind", WIRE_PTR, false, 0,
		"@ 60 PTR host.example|example 5 NS ns|ns 5 A 192.0.2.1;OPT",
		"names 60 host.example" },
	{ "an option in OPT", WIRE_PTR, false, 0,
		"@ 60 PTR host.example||OPT-EDE", "names 60 host.example" },
	{ "version 1 of OPT", WIRE_PTR, false, 0,
		"@ 60 PTR host.example||OPT-VERSION1",
		"names 60 host.example" },
	{ "two of them", WIRE_PTR, false, 0,
		"@ 60 PTR host.example||OPT;OPT", "names 60 host.example" },
	{ "OPT among the answers", WIRE_PTR, false, 0,
		"@ 60 PTR host.example;OPT", "names 60 host.example" },
	{ "an additional record", WIRE_PTR, false, 0,
		"@ 60 PTR host.example||host.example 9 A 192.0.2.1",
		"names 60 host.example" },
	{ "no data at all in a PTR", WIRE_PTR, false, 0, "@ 60 EMPTY x",
		"bad" },
	/* what is not there */
	{ "NODATA, SOA's TTL", WIRE_PTR, false, 0,
		"|2.0.192.in-addr.arpa 900 SOA 3600", "nodata 900" },
	{ "NODATA, SOA's MINIMUM", WIRE_PTR, false, 0,
		"|2.0.192.in-addr.arpa 3600 SOA 300|OPT", "nodata 300" },
	{ "NODATA without SOA", WIRE_PTR, false, 0, "", "nodata 0?" },
	{ "NODATA, name servers only", WIRE_PTR, false, 0,
		"|192.in-addr.arpa 900 NS ns", "nodata 0?" },
	{ "NXDOMAIN, SOA's TTL", WIRE_PTR, false, 3,
		"|arpa 600 SOA 601", "nxdomain 600" },
	{ "NXDOMAIN, SOA's MINIMUM", WIRE_PTR, false, 3,
		"|arpa 601 SOA 600|OPT", "nxdomain 600" },
	{ "NXDOMAIN, the top bit of MINIMUM", WIRE_PTR, false, 3,
		"|arpa 601 SOA 2147483648", "nxdomain 0" },
	{ "NXDOMAIN without SOA", WIRE_PTR, false, 3, "||OPT", "nxdomain 0?" },
	{ "NXDOMAIN behind a CNAME", WIRE_PTR, false, 3,
		"@ 50 CNAME x|arpa 600 SOA 601", "nxdomain 50 via 1" },
	{ "NODATA behind a CNAME", WIRE_PTR, false, 0,
		"@ 5000 CNAME x|arpa 600 SOA 601", "nodata 600 via 1" },
	/* where it goes on */
	{ "a CNAME alone", WIRE_PTR, false, 0, "@ 50 CNAME x.Example",
		"alias 50 via 1 x.example" },
	{ "two CNAMEs alone, turned round", WIRE_PTR, false, 0,
		"x 40 CNAME y; @ 50 CNAME x||OPT", "alias 40 via 2 y" },
	{ "a CNAME and names of others", WIRE_PTR, false, 0,
		"@ 50 CNAME x; y 50 PTR evil", "alias 50 via 1 x" },
	{ "a CNAME to what has the root as its name", WIRE_PTR, false, 0,
		"@ 50 CNAME x; x 60 PTR .", "nodata 50 via 1" },
	{ "a CNAME to itself", WIRE_PTR, false, 0, "@ 50 CNAME @", "bad" },
	{ "a loop of CNAMEs", WIRE_PTR, false, 0,
		"@ 50 CNAME x; x 50 CNAME y; y 50 CNAME @", "bad" },
	{ "a loop further on", WIRE_PTR, false, 0,
		"@ 50 CNAME x; x 50 CNAME y; y 50 CNAME x", "bad" },
	/* not this way */
	{ "truncated", WIRE_PTR, true, 0x200, "", "truncated" },
	{ "truncated with half an answer", WIRE_PTR, true, 0x200,
		"@ 60 PTR host.example", "truncated" },
	{ "FORMERR", WIRE_PTR, true, 1, "", "failure 1" },
	{ "SERVFAIL", WIRE_PTR, true, 2, "||OPT-EDE", "failure 2" },
	{ "NOTIMP", WIRE_PTR, true, 4, "", "failure 4" },
	{ "REFUSED", WIRE_PTR, true, 5, "||OPT", "failure 5" },
	{ "NOTAUTH", WIRE_PTR, true, 9, "", "failure 9" },
	{ "a failure with an answer", WIRE_PTR, true, 2,
		"@ 60 PTR host.example", "failure 2" },
	{ "BADVERS", WIRE_PTR, false, 0, "||OPT-BADVERS", "failure 16" },
	{ "BADVERS with an answer", WIRE_PTR, false, 0,
		"@ 60 PTR host.example||OPT-BADVERS", "failure 16" },
	/* addresses, in the order of the answer */
	{ "an IPv4 address", WIRE_A, true, 0, "@ 60 A 192.0.2.1",
		"addresses 60 192.0.2.1" },
	{ "several", WIRE_A, true, 0,
		"@ 60 A 192.0.2.3; @ 50 A 192.0.2.1;"
		"@ 60 A 255.255.255.255||OPT",
		"addresses 50 192.0.2.3 192.0.2.1 255.255.255.255" },
	{ "IPv6 addresses", WIRE_AAAA, true, 0,
		"@ 60 AAAA 2001:db8::1; @ 60 AAAA fedc:ba98:7654:3210:1:2:3:4",
		"addresses 60 2001:db8::1 fedc:ba98:7654:3210:1:2:3:4" },
	{ "an address behind CNAMEs", WIRE_A, true, 0,
		"@ 60 CNAME x; x 60 CNAME y; y 60 A 192.0.2.1",
		"addresses 60 via 2 192.0.2.1" },
	{ "the other kind of address", WIRE_A, false, 0,
		"@ 60 AAAA 2001:db8::1", "nodata 0?" },
	{ "both kinds", WIRE_AAAA, false, 0,
		"@ 60 A 192.0.2.1; @ 60 AAAA 2001:db8::1",
		"addresses 60 2001:db8::1" },
	{ "a CNAME behind its address", WIRE_A, false, 0,
		"x 60 A 192.0.2.1; @ 60 CNAME x",
		"addresses 60 via 1 192.0.2.1" },
	{ "an address and a CNAME", WIRE_A, false, 0,
		"@ 60 A 192.0.2.1; @ 60 CNAME x; x 60 A 192.0.2.2",
		"addresses 60 192.0.2.1" },
};
enum { ANSWERS = sizeof answers / sizeof *answers };

static struct wire_query
ask_for(enum wire_type type)
{
	return type == WIRE_PTR ? ask_reverse() : ask("host.example", type);
}

static void
test_answers(void)
{
	static struct message m;
	struct reply r;
	struct buf text;

	reply_init(&r);
	buf_init(&text, 100000);
	for (size_t i = 0; i < ANSWERS; i++) {
		struct wire_query q = ask_for(answers[i].type);

		compose(&m, &q, answers[i].flags, answers[i].answer);
		if (read_copy(&q, &m, true, &r, &text) != answers[i].is_usual)
			ok(0, "%s: is read by hand: %d", answers[i].what,
			    !answers[i].is_usual);
		else if (answers[i].is_usual)
			is(buf_slice(&text), answers[i].reply,
			    answers[i].what);
		answer_read(&q, m.p, m.n, &r);
		describe(&text, &r);
		if (!answers[i].is_usual)
			is(buf_slice(&text), answers[i].reply,
			    answers[i].what);
		else if (!slice_is(buf_slice(&text),
		    slice_text(answers[i].reply)))
			ok(0, "%s: answer_read() says '%.*s'",
			    answers[i].what, (int)text.n, text.p);
		/* TC is not the thorough reader's. */
		read_copy(&q, &m, false, &r, &text);
		if (!(answers[i].flags & 0x200) && !slice_is(buf_slice(&text),
		    slice_text(answers[i].reply)))
			ok(0, "%s: thoroughly it is '%.*s'", answers[i].what,
			    (int)text.n, text.p);
	}
	buf_release(&text);
	reply_release(&r);
}

/*
 * What is damaged or odd, as bytes behind the question: the first record is at
 * ANSWERS_AT, its data, behind a pointer to the question, 12 bytes further.
 */

#define QUESTION "\300\14"
#define PTR_IN "\0\14\0\1"
#define TTL60 "\0\0\0\74"
#define HEAD QUESTION PTR_IN TTL60
#define GOOD HEAD "\0\3" "\1a\0"

static const struct {
	const char *what;
	uint8_t answers, authority, additional;
	struct slice bytes;
	const char *reply;
} odd[] = {
	{ "a pointer forwards", 2, 0, 0, SLICE(HEAD "\0\2" "\300\102"
		HEAD "\0\3" "\1b\0"), "names 60 b" },
	{ "a pointer to itself", 1, 0, 0, SLICE(HEAD "\0\2" "\300\64"),
		"bad" },
	{ "a name that points to its own beginning", 1, 0, 0,
		SLICE(HEAD "\0\4" "\1a\300\64"), "bad" },
	{ "a name that points into itself", 1, 0, 0,
		SLICE(HEAD "\0\6" "\1a\1b\300\66"), "bad" },
	{ "two names that point to each other", 2, 0, 0,
		SLICE(HEAD "\0\2" "\300\102" HEAD "\0\2" "\300\64"), "bad" },
	{ "an owner that points to itself", 1, 0, 0,
		SLICE("\300\50" PTR_IN TTL60 "\0\3" "\1a\0"), "bad" },
	{ "a pointer behind the end", 1, 0, 0,
		SLICE(HEAD "\0\2" "\377\377"), "bad" },
	{ "half a pointer", 1, 0, 0, SLICE(HEAD "\0\1" "\300"), "bad" },
	{ "a label of 64", 1, 0, 0, SLICE(HEAD "\0\102" "\100"
		"01234567890123456789012345678901"
		"23456789012345678901234567890123" "\0"), "bad" },
	{ "a label of the type 10", 1, 0, 0,
		SLICE(HEAD "\0\3" "\200\14\0"), "bad" },
	{ "a label behind the end", 1, 0, 0, SLICE(HEAD "\0\2" "\5a"),
		"bad" },
	{ "a name without its end", 1, 0, 0, SLICE(HEAD "\0\2" "\1a"),
		"bad" },
	{ "data shorter than said", 1, 0, 0, SLICE(HEAD "\0\4" "\1a\0x"),
		NULL },
	{ "data longer than said", 1, 0, 0, SLICE(HEAD "\0\2" "\1a\0"),
		NULL },
	{ "data that reaches into the next record", 2, 0, 0,
		SLICE(HEAD "\0\4" "\1a\0" HEAD "\0\3" "\1b\0"), NULL },
	{ "data that is not there", 1, 0, 0, SLICE(HEAD "\377\377" "\1a\0"),
		"bad" },
	{ "data of 0 bytes, and a name behind it", 1, 0, 0,
		SLICE(HEAD "\0\0" "\1a\0"), "bad" },
	{ "half a record", 1, 0, 0, SLICE(HEAD "\0"), "bad" },
	{ "an owner and nothing more", 1, 0, 0, SLICE(QUESTION), "bad" },
	{ "a byte behind it", 1, 0, 0, SLICE(GOOD "\0"), NULL },
	{ "a record behind it", 1, 0, 0, SLICE(GOOD GOOD), NULL },
	{ "fewer answers than said", 2, 0, 0, SLICE(GOOD), "bad" },
	{ "far fewer answers than said", 255, 0, 0, SLICE(GOOD), "bad" },
	{ "an answer, though none is said", 0, 0, 0, SLICE(GOOD), NULL },
	{ "no answers", 1, 0, 0, SLICE(""), "bad" },
	{ "authority that is not there", 1, 1, 0, SLICE(GOOD), "bad" },
	{ "OPT that is not there", 1, 0, 1, SLICE(GOOD), "bad" },
	{ "OPT cut off", 1, 0, 1, SLICE(GOOD "\0\0\51\4\320\0\0\0\0\0"),
		"bad" },
	{ "a byte behind OPT", 1, 0, 1,
		SLICE(GOOD "\0\0\51\4\320\0\0\0\0\0\0" "\0"), NULL },
	{ "OPT not at the root", 1, 0, 1,
		SLICE(GOOD "\1x\0\0\51\4\320\0\0\0\0\0\0"), NULL },
	{ "OPT that nobody counted", 1, 0, 0,
		SLICE(GOOD "\0\0\51\4\320\0\0\0\0\0\0"), NULL },
	{ "the class CH", 1, 0, 0,
		SLICE(QUESTION "\0\14\0\3" TTL60 "\0\3" "\1a\0"),
		"nodata 0?" },
	{ "a CNAME of the class CH", 2, 0, 0,
		SLICE(QUESTION "\0\5\0\3" TTL60 "\0\3" "\1a\0"
		"\1a\0" PTR_IN TTL60 "\0\3" "\1b\0"), "nodata 0?" },
	{ "an owner one label short", 1, 0, 0,
		SLICE("\300\16" PTR_IN TTL60 "\0\3" "\1a\0"), "nodata 0?" },
	{ "the root as owner", 1, 0, 0,
		SLICE("\0" PTR_IN TTL60 "\0\3" "\1a\0"), "nodata 0?" },
};

static void
put_odd(struct message *m, const struct wire_query *q, size_t i)
{
	compose(m, q, 0, "");
	put(m, odd[i].bytes.p, odd[i].bytes.n);
	m->p[7] = odd[i].answers;
	m->p[9] = odd[i].authority;
	m->p[11] = odd[i].additional;
}

static void
test_odd(void)
{
	static struct message m;
	struct wire_query q = ask_reverse();
	struct reply r;
	struct buf text;

	reply_init(&r);
	buf_init(&text, 100000);
	compose(&m, &q, 0, "");
	ok(m.n == ANSWERS_AT, "the answers begin at %d", ANSWERS_AT);
	put(&m, GOOD, sizeof GOOD - 1);
	m.p[7] = 1;
	ok(read_copy(&q, &m, true, &r, &text) &&
	    slice_is(buf_slice(&text), SLICE("names 60 a")),
	    "as bytes, what is not odd");
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		put_odd(&m, &q, i);
		if (!ok(!read_copy(&q, &m, true, &r, &text),
		    "refused: %s", odd[i].what))
			printf("# taken as '%.*s'\n", (int)text.n, text.p);
		read_copy(&q, &m, false, &r, &text);
		if (odd[i].reply && !slice_is(buf_slice(&text),
		    slice_text(odd[i].reply)))
			ok(0, "%s: thoroughly it is '%.*s'", odd[i].what,
			    (int)text.n, text.p);
	}
	buf_release(&text);
	reply_release(&r);
}

/* Labels of n bytes altogether. */
static void
put_labels(struct message *m, unsigned n)
{
	while (n) {
		unsigned label = n > 64 ? 63 : n - 1;

		put_number(m, label, 1);
		memset(m->p + m->n, 'x', label);
		m->n += label;
		n -= label + 1;
	}
}

/* A PTR to a name whose end stands elsewhere. */
static void
put_long(struct message *m, const struct wire_query *q, unsigned labels,
    struct slice end)
{
	compose(m, q, 0, "");
	m->p[7] = 1;
	put(m, HEAD, sizeof HEAD - 1);
	put_number(m, labels + (unsigned)end.n, 2);
	put_labels(m, labels);
	put(m, end.p, end.n);
}

/* Names that each begin with a label and go on as the one before. */
static void
put_ladder(struct message *m, const struct wire_query *q, unsigned records)
{
	unsigned before = 0;

	compose(m, q, 0, "");
	m->p[7] = (uint8_t)records;
	for (unsigned i = 0; i < records; i++) {
		put(m, HEAD, sizeof HEAD - 1);
		put_number(m, i ? 4 : 3, 2);
		put(m, "\1x", 2);
		put_number(m, i ? 0xc000 | before : 0, i ? 2 : 1);
		before = (unsigned)m->n - (i ? 4 : 3);
	}
}

static void
test_limits(void)
{
	struct slice root = SLICE("\0"), question = SLICE(QUESTION);
	static struct message m;
	struct wire_query q = ask_reverse();
	struct reply r;
	struct buf text;

	reply_init(&r);
	buf_init(&text, 100000);
	put_long(&m, &q, 254, root);
	ok(read_copy(&q, &m, true, &r, &text) && r.names[0].n == 253,
	    "a name of 255 bytes");
	put_long(&m, &q, 255, root);
	ok(!read_copy(&q, &m, true, &r, &text), "refused: one of 256");
	put_long(&m, &q, 255 - 24, question);
	ok(read_copy(&q, &m, true, &r, &text) && r.names[0].n == 253,
	    "a name of 255 bytes by a pointer");
	put_long(&m, &q, 256 - 24, question);
	ok(!read_copy(&q, &m, true, &r, &text), "refused: one of 256");

	put_ladder(&m, &q, 33);
	ok(read_copy(&q, &m, true, &r, &text) && r.n == 10 &&
	    slice_is(r.names[9], SLICE("x.x.x.x.x.x.x.x.x.x")),
	    "32 pointers within a name");
	put_ladder(&m, &q, 34);
	ok(!read_copy(&q, &m, true, &r, &text), "refused: 33 of them");
	buf_release(&text);
	reply_release(&r);
}

/*
 * Several names.
 */

enum { MANY = 30 };

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The first ten of those that differ, as describe() writes them. */
static void
first_ten(struct buf *out, char names[MANY][1100], const unsigned *which,
    size_t n)
{
	const char *sorted[MANY], *last = "";
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		sorted[i] = names[which[i]];
	qsort(sorted, n, sizeof *sorted, compare);
	buf_reset(out);
	buf_addf(out, "names 60");
	for (size_t i = 0; i < n && kept < WIRE_NAMES_MAX; i++) {
		if (strcmp(sorted[i], last) == 0)
			continue;
		last = sorted[i];
		kept++;
		buf_addf(out, " %s", last);
	}
}

/* Up to 30 names, of which some come twice, in any order.  Long ones do not fit
 * into the buffer of a reply all at once. */
static bool
sorts(bool long_ones)
{
	static struct message m;
	static char names[MANY][1100];
	static struct wire_name wires[MANY];
	struct wire_query q = ask_reverse();
	struct reply r;
	struct buf text, expected;
	bool good = true;

	reply_init(&r);
	buf_init(&text, 100000);
	buf_init(&expected, 100000);
	for (unsigned i = 0; i < MANY; i++) {
		struct buf name;

		wires[i] = name_of("xxxx.example");
		if (long_ones) {
			m.n = 0;
			put_labels(&m, 254);
			put_number(&m, 0, 1);
			memcpy(wires[i].bytes, m.p, m.n);
			wires[i].n = (uint8_t)m.n;
			memset(wires[i].bytes + 5, '\\', 59);
		}
		for (unsigned k = 1; k < 5; k++)
			wires[i].bytes[k] = (uint8_t)("aB2\xff"[chance(4)]);
		buf_init(&name, 1100);
		wire_name_add(&name, &wires[i]);
		snprintf(names[i], sizeof names[i], "%.*s", (int)name.n,
		    name.p);
		buf_release(&name);
	}
	for (int round = 0; round < 300 && good; round++) {
		unsigned which[MANY], n = 1 + chance(MANY);

		compose(&m, &q, 0, "");
		m.p[7] = (uint8_t)n;
		for (unsigned i = 0; i < n; i++) {
			which[i] = chance(MANY);
			put(&m, HEAD, sizeof HEAD - 1);
			put_number(&m, wires[which[i]].n, 2);
			put(&m, wires[which[i]].bytes, wires[which[i]].n);
		}
		first_ten(&expected, names, which, n);
		good = read_copy(&q, &m, true, &r, &text) &&
		    slice_is(buf_slice(&text), buf_slice(&expected));
		read_copy(&q, &m, false, &r, &text);
		good = good &&
		    slice_is(buf_slice(&text), buf_slice(&expected));
		if (!good)
			printf("# got %.*s\n# not %.*s\n", (int)text.n,
			    text.p, (int)expected.n, expected.p);
	}
	buf_release(&text);
	buf_release(&expected);
	reply_release(&r);
	return good;
}

static void
test_many(void)
{
	static struct message m;
	struct wire_query q = ask("host.example", WIRE_A);
	char answer[1500] = "";
	struct reply r;
	struct buf text;
	bool good;

	ok(sorts(false), "of many names the ten smallest, whatever the order");
	ok(sorts(true), "long names too");

	for (int i = 0; i < 40; i++)
		sprintf(answer + strlen(answer), "@ 60 A 192.0.2.%d;", i);
	reply_init(&r);
	buf_init(&text, 100000);
	compose(&m, &q, 0, answer);
	good = read_copy(&q, &m, true, &r, &text) &&
	    r.n == WIRE_ADDRESSES_MAX;
	for (size_t i = 0; i < WIRE_ADDRESSES_MAX && good; i++)
		good = r.addresses[i].low == 0xc0000200 + i;
	ok(good, "of 40 addresses the first %d", WIRE_ADDRESSES_MAX);
	good = !read_copy(&q, &m, false, &r, &text) ||
	    r.n == WIRE_ADDRESSES_MAX;
	ok(good, "and thoroughly");
	buf_release(&text);
	reply_release(&r);
}

/* Data of addresses must have their length. */
static void
test_address_length(void)
{
	static const struct {
		enum wire_type type;
		unsigned n;
	} lengths[] = { { WIRE_A, 4 }, { WIRE_AAAA, 16 } };
	static struct message m;
	struct reply r;
	struct buf text;
	bool good = true;

	reply_init(&r);
	buf_init(&text, 1000);
	for (size_t i = 0; i < 2; i++) {
		struct wire_query q = ask("host.example", lengths[i].type);

		for (unsigned n = 0; n < 20; n++) {
			bool is_right = n == lengths[i].n;

			compose(&m, &q, 0, "");
			m.p[7] = 1;
			put(&m, QUESTION, 2);
			put_number(&m, lengths[i].type, 2);
			put_number(&m, 1, 2);
			put_number(&m, 60, 4);
			put_number(&m, n, 2);
			put(&m, "0123456789abcdef0123", n);
			good = good && is_right ==
			    read_copy(&q, &m, true, &r, &text);
			read_copy(&q, &m, false, &r, &text);
			/* ldns takes the beginning of what is too long. */
			if (n <= lengths[i].n)
				good = good && is_right ==
				    (r.kind == REPLY_ADDRESSES);
		}
	}
	ok(good, "addresses of 4 and 16 bytes, and no others");
	buf_release(&text);
	reply_release(&r);
}

/*
 * Damage.
 */

/* Messages cut off anywhere: no answer, except that the rest of what says TC or
 * a failure in its header does not matter. */
static void
test_cut(void)
{
	static struct message m;
	struct reply r;
	struct buf text;
	bool good = true;

	reply_init(&r);
	buf_init(&text, 100000);
	for (size_t i = 0; i < ANSWERS; i++) {
		struct wire_query q = ask_for(answers[i].type);
		size_t question = WIRE_HEADER + (size_t)q.question, n;

		if (answers[i].flags & 0x20f ||
		    !*answers[i].answer)
			continue;
		compose(&m, &q, answers[i].flags, answers[i].answer);
		n = m.n;
		for (m.n = 0; m.n < n; m.n++) {
			bool is_answer = wire_is_answer(&q, ID, m.p, m.n);

			good = good && is_answer == (m.n >= question);
			if (!is_answer)
				continue;
			good = good && !read_copy(&q, &m, true, &r, &text);
			read_copy(&q, &m, false, &r, &text);
			good = good && r.kind == REPLY_BAD;
			if (!good) {
				printf("# %s cut at %zu\n", answers[i].what,
				    m.n);
				m.n = n;
			}
		}
	}
	ok(good, "messages cut off at every byte are bad");
	buf_release(&text);
	reply_release(&r);
}

/* One byte changed: whatever is still read by hand, the thorough reader reads
 * the same. */
static void
test_change(void)
{
	static struct message m;
	static const uint8_t values[] = { 0, 1, 2, 3, 4, 5, 12, 28, 39, 40,
		41, 54, 63, 64, 127, 128, 0xc0, 0xff };
	struct reply r;
	struct buf text, thorough;
	unsigned read = 0, differ = 0;

	reply_init(&r);
	buf_init(&text, 100000);
	buf_init(&thorough, 100000);
	for (size_t i = 0; i < ANSWERS; i++) {
		struct wire_query q = ask_for(answers[i].type);

		compose(&m, &q, answers[i].flags, answers[i].answer);
		for (size_t at = 0; at < m.n * sizeof values; at++) {
			uint8_t *p = &m.p[at / sizeof values], old = *p;

			*p = values[at % sizeof values];
			if (wire_is_answer(&q, ID, m.p, m.n) &&
			    read_copy(&q, &m, true, &r, &text) &&
			    r.kind <= REPLY_ADDRESSES) {
				read++;
				read_copy(&q, &m, false, &r, &thorough);
				if (!slice_is(buf_slice(&text),
				    buf_slice(&thorough)) && !differ++)
					printf("# %s: %zu is %u: %.*s, but "
					    "thoroughly %.*s\n",
					    answers[i].what,
					    at / sizeof values, *p,
					    (int)text.n, text.p,
					    (int)thorough.n, thorough.p);
			}
			*p = old;
		}
	}
	ok(read > 5000 && differ == 0, "one byte changed: of %u read by "
	    "hand, %u differ", read, differ);
	buf_release(&text);
	buf_release(&thorough);
	reply_release(&r);
}

/*
 * Whether it is an answer.
 */

static const struct {
	const char *what;
	bool is_answer;
	size_t at;
	uint8_t byte;
} headers[] = {
	{ "id, first byte", false, 0, 0x13 },
	{ "id, second byte", false, 1, 0x35 },
	{ "a question comes back", false, 2, 0x01 },
	{ "opcode 1", false, 2, 0x89 },
	{ "opcode 4", false, 2, 0xa1 },
	{ "opcode 8", false, 2, 0xc1 },
	{ "authoritative, truncated, no RD", true, 2, 0x86 },
	{ "no RA, AD, CD, any rcode", true, 3, 0x7f },
	{ "no question", false, 5, 0 },
	{ "two questions", false, 5, 2 },
	{ "257 questions", false, 4, 1 },
	{ "another length of a label", false, 12, 2 },
	{ "another byte of the name", false, 13, '2' },
	{ "a letter in the other case", true, 24, 'N' },
	{ "another letter", false, 24, 'o' },
	{ "no letter, but the bit of the case differs", false, 25, '\r' },
	{ "type, first byte", false, 36, 1 },
	{ "type, second byte", false, 37, 1 },
	{ "class, first byte", false, 38, 1 },
	{ "class, second byte", false, 39, 3 },
};

static void
test_is_answer(void)
{
	static struct message m;
	struct wire_query q = ask_reverse();
	bool good = true;

	compose(&m, &q, 0, "@ 60 PTR host.example");
	ok(wire_is_answer(&q, ID, m.p, m.n) &&
	    !wire_is_answer(&q, ID + 1, m.p, m.n), "an answer, by its id");
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		uint8_t old = m.p[headers[i].at];

		m.p[headers[i].at] = headers[i].byte;
		ok(wire_is_answer(&q, ID, m.p, m.n) == headers[i].is_answer,
		    "%s: %s", headers[i].is_answer ? "an answer" :
		    "no answer", headers[i].what);
		m.p[headers[i].at] = old;
	}
	for (size_t n = 0; n < ANSWERS_AT; n++)
		good = good && !wire_is_answer(&q, ID, m.p, n);
	ok(good, "no answer: too short");
	ok(wire_is_answer(&q, ID, m.p, ANSWERS_AT), "the question alone");
	for (size_t i = 12; i < 36; i++)
		if (byte_is_letter((char)m.p[i]))
			m.p[i] ^= 0x20;
	ok(wire_is_answer(&q, ID, m.p, m.n), "all letters in other case");
	q = ask("2.2.0.192.in-addr.arpa", WIRE_PTR);
	ok(!wire_is_answer(&q, ID, m.p, m.n), "not to another question");
	q = ask("2.0.192.in-addr.arpa", WIRE_PTR);
	ok(!wire_is_answer(&q, ID, m.p, m.n), "nor to one with fewer labels");
}

static void
test_refusal_of_form(void)
{
	static const struct {
		const char *what;
		bool is;
		struct slice bytes;
	} forms[] = {
		{ "FORMERR", true, SLICE("\x12\x34\x81\1\0\0\0\0\0\0\0\0") },
		{ "NOTIMP", true, SLICE("\x12\x34\x80\4\0\0\0\0\0\0\0\0") },
		{ "another id", false,
			SLICE("\x12\x35\x81\1\0\0\0\0\0\0\0\0") },
		{ "no QR", false, SLICE("\x12\x34\1\1\0\0\0\0\0\0\0\0") },
		{ "opcode 1", false,
			SLICE("\x12\x34\x89\1\0\0\0\0\0\0\0\0") },
		{ "SERVFAIL", false,
			SLICE("\x12\x34\x81\2\0\0\0\0\0\0\0\0") },
		{ "NOERROR", false,
			SLICE("\x12\x34\x81\0\0\0\0\0\0\0\0\0") },
		{ "a question is said", false,
			SLICE("\x12\x34\x81\1\0\1\0\0\0\0\0\0") },
		{ "a byte more", false,
			SLICE("\x12\x34\x81\1\0\0\0\0\0\0\0\0\0") },
		{ "a byte less", false,
			SLICE("\x12\x34\x81\1\0\0\0\0\0\0\0") },
		{ "nothing", false, SLICE("") },
	};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		ok(wire_is_refusal_of_form(ID,
		    (const uint8_t *)forms[i].bytes.p, forms[i].bytes.n) ==
		    forms[i].is, "a bare header, %s: %s", forms[i].what,
		    forms[i].is ? "a refusal of the form" : "none");
}

int
main(void)
{
	test_reverse();
	test_parse();
	test_print();
	test_equal();
	test_query();
	test_is_answer();
	test_refusal_of_form();
	test_answers();
	test_odd();
	test_limits();
	test_many();
	test_address_length();
	test_cut();
	test_change();
	return done();
}
