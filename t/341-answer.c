/* SPDX-License-Identifier: ISC */
/* What is made of answers, by hand and by the thorough reader: the usual ones,
 * the others, and each of them damaged. */
#include "enrich/answer.h"
#include "message.h"
#include "tap.h"

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

int
main(void)
{
	test_start();
	test_answers();
	test_cut();
	test_change();
	return done();
}
