/* SPDX-License-Identifier: ISC */
/* DNS names and questions, byte for byte, and what counts as an answer. */
#include "enrich/wire.h"
#include "message.h"
#include "tap.h"

/*
 * Names.
 */

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
	return done();
}
