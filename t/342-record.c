/* SPDX-License-Identifier: ISC */
/* Records of answers: odd ones, the longest, and many at once. */
#include <stdlib.h>

#include "enrich/answer.h"
#include "message.h"
#include "chance.h"
#include "tap.h"

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

int
main(void)
{
	test_start();
	test_odd();
	test_limits();
	test_many();
	test_address_length();
	return done();
}
