/* SPDX-License-Identifier: ISC */
/* Compiled databases are asked for many addresses at once: each answer is what
 * it is alone, in lists of every length, and whatever else was asked. */
#include "base/buf.h"
#include "enrich/ipdb.h"
#include "scratch.h"
#include "tap.h"

/* What a text compiles to. */
static struct ipdb *
open_text(struct slice text)
{
	static const char *const name = "text";
	struct err_list complaints = { .n = 0 };
	struct ipdb *db;

	spew(name, text);
	db = ipdb_open(&name, 1, IPDB_IN_MEMORY, &complaints);
	if (complaints.n)
		ok(0, "complaint: %s", complaints.texts[0]);
	err_list_release(&complaints);
	return db;
}

/* More addresses than the cache has places, twice. */
static void
test_cache(void)
{
	struct ipdb *db = open_text(SLICE("10.0.0.0,10.0.127.255,AA\n"
	    "10.0.128.0,10.0.255.255,BB\n"));
	struct ip none = { .family = IP_NONE };
	struct place place;
	int wrong = 0;

	for (unsigned i = 0; i < 2 * 65536; i++) {
		struct ip ip = { IP_V4, 0, 10 << 24 | i % 65536 };
		struct slice expected = i % 65536 < 32768 ? SLICE("AA") :
		    SLICE("BB");

		ipdb_find(db, &ip, &place);
		wrong += !slice_is(place.country, expected);
	}
	ok(wrong == 0, "65536 addresses twice: %d wrong", wrong);
	ipdb_find(db, &none, &place);
	ok(place.country.n == 0 && place.asn == 0, "no address, no place");
	ipdb_close(db);
}

/* What is expected is found as it is without: short names, long ones, none. */
static void
test_expected(void)
{
	static const struct slice text = SLICE(
		"10.0.0.0,10.0.63.255,64500,Short\n"
		"10.0.64.0,10.0.127.255,64501,A name of more bytes than one "
		"would think that anybody gives an autonomous system\n"
		"10.0.128.0,10.0.191.255,64502,\n");
	struct ipdb *db = open_text(text);
	unsigned wrong = 0, named = 0, value = 1;

	for (int round = 0; round < 4000; round++) {
		struct ip ips[IPDB_EXPECTED];
		struct place places[IPDB_EXPECTED], one;
		size_t n = (size_t)round % (IPDB_EXPECTED + 1);

		for (size_t i = 0; i < n; i++) {
			value = value * 1103515245 + 12345;
			ips[i] = (struct ip){ IP_V4, 0, 10 << 24 |
			    (value >> 8 & 0xffff) };
			if (value >> 29 == 0)
				ips[i] = (struct ip){ .family = IP_NONE };
		}
		ipdb_expect(db, ips, n);
		ipdb_find_many(db, ips, n, places);
		for (size_t i = 0; i < n; i++) {
			ipdb_find(db, &ips[i], &one);
			wrong += one.asn != places[i].asn ||
			    !slice_is(one.as_name, places[i].as_name) ||
			    !slice_is(one.country, places[i].country);
			named += one.as_name.n > 0;
		}
	}
	ok(wrong == 0 && named > 1000, "expected addresses: %u wrong, %u with "
	    "a name", wrong, named);
	ipdb_close(db);
}

/* The first address of a range, of which four share the upper half if they are
 * fine. */
static struct ip
first_of(unsigned i, bool are_fine)
{
	return are_fine ? (struct ip){ IP_V6, 0x20010db8ULL << 32 | i / 4,
		(uint64_t)(i % 4) << 62 } :
	    (struct ip){ IP_V6, 0x20010db8ULL << 32 | i, 0 };
}

static struct ip
before(struct ip ip)
{
	ip.high -= ip.low == 0;
	ip.low--;
	return ip;
}

/* As many ranges as that, one behind the other: their borders, what is before
 * and behind all, and between them addresses of another family and none. */
static unsigned
wrong_of(unsigned n, bool are_fine)
{
	struct ip ips[4 * IPDB_EXPECTED];
	struct place places[4 * IPDB_EXPECTED];
	uint32_t expected[4 * IPDB_EXPECTED] = { 0 };
	struct ipdb *db;
	struct buf rows;
	unsigned asks = 0, wrong = 0;

	buf_init(&rows, 1 << 16);
	buf_add(&rows, SLICE("0.0.0.0,255.255.255.255,64500,Name\n"));
	for (unsigned i = 0; i < n; i++) {
		struct ip first = first_of(i, are_fine);
		struct ip last = before(first_of(i + 1, are_fine));

		ip_add(&rows, &first);
		buf_add_byte(&rows, ',');
		ip_add(&rows, &last);
		buf_addf(&rows, ",%u,Name\n", i + 1);
		expected[asks] = i + 1;
		ips[asks++] = first;
		expected[asks] = i + 1;
		ips[asks++] = last;
		expected[asks] = i % 2 ? 0 : 64500;
		ips[asks++] = i % 2 ? (struct ip){ IP_NONE, first.high, 0 } :
		    (struct ip){ IP_V4, 0, i };
	}
	ips[asks++] = before(first_of(0, are_fine));
	ips[asks++] = first_of(n, are_fine);
	ips[asks++] = (struct ip){ IP_V6, UINT64_MAX, UINT64_MAX };
	db = open_text(buf_slice(&rows));
	ipdb_find_many(db, ips, asks, places);
	for (unsigned i = 0; i < asks; i++) {
		struct place one;

		ipdb_find(db, &ips[i], &one);
		wrong += places[i].asn != expected[i] ||
		    one.asn != expected[i];
	}
	ipdb_close(db);
	buf_release(&rows);
	return wrong;
}

/* Parts of a list are searched together, the last of which is shorter. */
static void
test_lengths(void)
{
	unsigned wrong[2] = { 0, 0 };

	for (unsigned n = 1; n < IPDB_EXPECTED; n++)
		for (int fine = 0; fine < 2; fine++)
			wrong[fine] += wrong_of(n, fine) > 0;
	ok(wrong[0] == 0, "IPv6 of every length: %u wrong", wrong[0]);
	ok(wrong[1] == 0, "the same, finer than /64: %u wrong", wrong[1]);
}

int
main(void)
{
	scratch_begin();
	test_cache();
	test_expected();
	test_lengths();
	scratch_end();
	return done();
}
