/* SPDX-License-Identifier: ISC */
/* Ranges of addresses: which one an address is in, whatever order they came in
 * and however they lie over each other. */
#include <stdlib.h>
#include <string.h>

#include "enrich/ranges.h"
#include "tap.h"

enum { ROWS = 12, ASKS = 16 };

/* The value an address has in the walk over its family. */
static uint32_t
value_of(const struct ranges *r, const struct ip *ip)
{
	struct ip first;
	uint32_t value, found = 0;
	size_t at = 0;

	while (ranges_next(r, ip->family, &at, &first, &value) &&
	    (first.high < ip->high || (first.high == ip->high &&
	    first.low <= ip->low)))
		found = value;
	return found;
}

static const struct {
	const char *about;
	struct {
		const char *first, *last;
		uint32_t value;
	} rows[ROWS];
	struct {
		const char *ip;
		uint32_t value;
	} asks[ASKS];
	size_t v4, v6;
} cases[] = {
	{
		.about = "nothing at all",
		.asks = { { "0.0.0.0", 0 }, { "255.255.255.255", 0 },
			{ "::", 0 }, { "2001:db8::1", 0 } },
	}, {
		.about = "one range, its ends and what is beside them",
		.rows = { { "192.0.2.16", "192.0.2.31", 7 } },
		.asks = { { "192.0.2.15", 0 }, { "192.0.2.16", 7 },
			{ "192.0.2.20", 7 }, { "192.0.2.31", 7 },
			{ "192.0.2.32", 0 }, { "::c000:210", 0 } },
		.v4 = 1,
	}, {
		.about = "one IPv6 range that ends inside a half",
		.rows = { { "2001:db8::ffff:ffff:ffff:fff0",
			"2001:db8:0:1::f", 7 } },
		.asks = { { "2001:db8::ffff:ffff:ffff:ffef", 0 },
			{ "2001:db8::ffff:ffff:ffff:fff0", 7 },
			{ "2001:db8::ffff:ffff:ffff:ffff", 7 },
			{ "2001:db8:0:1::", 7 }, { "2001:db8:0:1::f", 7 },
			{ "2001:db8:0:1::10", 0 } },
		.v6 = 1,
	}, {
		.about = "single addresses at both ends of both families",
		.rows = { { "255.255.255.255", "255.255.255.255", 2 },
			{ "0.0.0.0", "0.0.0.0", 1 },
			{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 4 },
			{ "::", "::", 3 } },
		.asks = { { "0.0.0.0", 1 }, { "0.0.0.1", 0 },
			{ "255.255.255.254", 0 }, { "255.255.255.255", 2 },
			{ "::", 3 }, { "::1", 0 },
			{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", 0 },
			{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 4 } },
		.v4 = 2, .v6 = 2,
	}, {
		.about = "everything, /0, with a hole of another value",
		.rows = { { "0.0.0.0", "255.255.255.255", 1 },
			{ "198.51.100.0", "198.51.100.255", 2 },
			{ "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
			3 },
			{ "2001:db8::", "2001:db8::", 4 } },
		.asks = { { "0.0.0.0", 1 }, { "198.51.99.255", 1 },
			{ "198.51.100.0", 2 }, { "198.51.100.255", 2 },
			{ "198.51.101.0", 1 }, { "255.255.255.255", 1 },
			{ "::", 3 },
			{ "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", 3 },
			{ "2001:db8::", 4 }, { "2001:db8::1", 3 },
			{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 3 } },
		.v4 = 3, .v6 = 3,
	}, {
		.about = "neighbours of one value are joined, others not",
		.rows = { { "192.0.2.0", "192.0.2.63", 1 },
			{ "192.0.2.64", "192.0.2.127", 1 },
			{ "192.0.2.128", "192.0.2.255", 2 },
			{ "198.51.100.0", "198.51.100.255", 2 } },
		.asks = { { "192.0.2.63", 1 }, { "192.0.2.64", 1 },
			{ "192.0.2.127", 1 }, { "192.0.2.128", 2 },
			{ "192.0.2.255", 2 }, { "192.0.3.0", 0 },
			{ "198.51.99.255", 0 }, { "198.51.100.0", 2 } },
		.v4 = 3,
	}, {
		.about = "nested three deep, the inner ones first",
		.rows = { { "10.1.1.0", "10.1.1.255", 3 },
			{ "10.1.0.0", "10.1.255.255", 2 },
			{ "10.0.0.0", "10.255.255.255", 1 } },
		.asks = { { "9.255.255.255", 0 }, { "10.0.0.0", 1 },
			{ "10.0.255.255", 1 }, { "10.1.0.0", 2 },
			{ "10.1.0.255", 2 }, { "10.1.1.0", 3 },
			{ "10.1.1.255", 3 }, { "10.1.2.0", 2 },
			{ "10.1.255.255", 2 }, { "10.2.0.0", 1 },
			{ "10.255.255.255", 1 }, { "11.0.0.0", 0 } },
		.v4 = 5,
	}, {
		.about = "nested ranges that begin or end together",
		.rows = { { "10.0.0.0", "10.0.0.255", 1 },
			{ "10.0.0.0", "10.0.0.15", 2 },
			{ "10.0.0.240", "10.0.0.255", 3 } },
		.asks = { { "10.0.0.0", 2 }, { "10.0.0.15", 2 },
			{ "10.0.0.16", 1 }, { "10.0.0.239", 1 },
			{ "10.0.0.240", 3 }, { "10.0.0.255", 3 },
			{ "10.0.1.0", 0 } },
		.v4 = 3,
	}, {
		.about = "an overlap goes to the smaller one, at either end",
		.rows = { { "10.0.0.0", "10.0.0.99", 1 },
			{ "10.0.0.90", "10.0.0.119", 2 },
			{ "10.0.0.110", "10.0.1.99", 3 } },
		.asks = { { "10.0.0.89", 1 }, { "10.0.0.90", 2 },
			{ "10.0.0.99", 2 }, { "10.0.0.110", 2 },
			{ "10.0.0.119", 2 }, { "10.0.0.120", 3 },
			{ "10.0.1.99", 3 }, { "10.0.1.100", 0 } },
		.v4 = 3,
	}, {
		.about = "of two as large the later one",
		.rows = { { "10.0.0.0", "10.0.0.9", 1 },
			{ "10.0.0.0", "10.0.0.9", 2 },
			{ "10.0.0.5", "10.0.0.14", 3 },
			{ "2001:db8::", "2001:db8::1", 5 },
			{ "2001:db8::", "2001:db8::1", 4 } },
		.asks = { { "10.0.0.0", 2 }, { "10.0.0.4", 2 },
			{ "10.0.0.5", 3 }, { "10.0.0.14", 3 },
			{ "10.0.0.15", 0 }, { "2001:db8::", 4 },
			{ "2001:db8::1", 4 } },
		.v4 = 2, .v6 = 1,
	}, {
		.about = "nothing known hides what is around it",
		.rows = { { "10.0.0.0", "10.0.0.255", 1 },
			{ "10.0.0.16", "10.0.0.31", 0 },
			{ "11.0.0.0", "11.0.0.255", 0 } },
		.asks = { { "10.0.0.15", 1 }, { "10.0.0.16", 0 },
			{ "10.0.0.31", 0 }, { "10.0.0.32", 1 },
			{ "11.0.0.0", 0 } },
		.v4 = 2,
	}, {
		.about = "families do not mix",
		.rows = { { "::", "::ffff", 1 }, { "0.0.0.0", "0.0.0.9", 2 } },
		.asks = { { "0.0.0.5", 2 }, { "0.0.0.10", 0 }, { "::5", 1 },
			{ "::ffff", 1 }, { "::1:0", 0 },
			{ "::ffff:0.0.0.5", 2 } },
		.v4 = 1, .v6 = 1,
	},
};

static struct ip
ip(const char *text)
{
	struct ip ip = { .family = IP_NONE };

	if (!ip_parse(slice_text(text), &ip))
		printf("Bail out! '%s' is no address\n", text);
	return ip;
}

static void
test_case(size_t n)
{
	struct ranges *r = ranges_new();

	for (size_t i = 0; i < ROWS && cases[n].rows[i].first; i++) {
		struct ip_range range = { ip(cases[n].rows[i].first),
			ip(cases[n].rows[i].last) };

		ranges_add(r, &range, cases[n].rows[i].value);
	}
	ranges_finish(r);
	for (size_t i = 0; i < ASKS && cases[n].asks[i].ip; i++) {
		struct ip at = ip(cases[n].asks[i].ip);
		uint32_t got = value_of(r, &at);

		ok(got == cases[n].asks[i].value, "%s: %s (%u)",
		    cases[n].about, cases[n].asks[i].ip, got);
	}
	ok(ranges_count(r, IP_V4) == cases[n].v4 &&
	    ranges_count(r, IP_V6) == cases[n].v6, "%s: %zu and %zu ranges",
	    cases[n].about, ranges_count(r, IP_V4), ranges_count(r, IP_V6));
	ranges_free(r);
}

/* A little world of 64 addresses, at the beginning, in the middle or at the
 * end of a family, where what should come out can be found by looking at each
 * range. */
enum { WORLD = 64, RANGES = 14 };

struct little {
	unsigned first, last, value;
};

static uint64_t seed;

static unsigned
pick(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

static uint32_t
expected(const struct little *all, size_t n, unsigned at)
{
	const struct little *best = NULL;

	for (size_t i = 0; i < n; i++)
		if (all[i].first <= at && at <= all[i].last && (!best ||
		    all[i].last - all[i].first <= best->last - best->first))
			best = &all[i];
	return best ? best->value : 0;
}

static struct ip
place_in(struct ip base, unsigned at)
{
	uint64_t low = base.low + at;

	if (base.family == IP_V6 && low < base.low)
		base.high++;
	base.low = low;
	return base;
}

static int
test_world(struct ip base)
{
	struct little all[RANGES];
	size_t n = pick(RANGES) + 1;
	struct ranges *r = ranges_new();
	int wrong = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned a = pick(WORLD), b = pick(WORLD);
		struct ip_range range;

		all[i] = (struct little){ a < b ? a : b, a < b ? b : a,
			pick(4) };
		range = (struct ip_range){ place_in(base, all[i].first),
			place_in(base, all[i].last) };
		ranges_add(r, &range, all[i].value);
	}
	ranges_finish(r);
	for (unsigned at = 0; at < WORLD; at++) {
		struct ip address = place_in(base, at);

		wrong += value_of(r, &address) != expected(all, n, at);
	}
	ranges_free(r);
	return wrong;
}

static void
test_worlds(void)
{
	static const struct {
		const char *about;
		struct ip base;
	} bases[] = {
		{ "first IPv4", { IP_V4, 0, 0 } },
		{ "last IPv4", { IP_V4, 0, UINT32_MAX - WORLD + 1 } },
		{ "first IPv6", { IP_V6, 0, 0 } },
		{ "across the halves", { IP_V6, 5, UINT64_MAX - WORLD / 2 } },
		{ "last IPv6", { IP_V6, UINT64_MAX,
			UINT64_MAX - WORLD + 1 } },
	};

	for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
		int wrong = 0;

		seed = i;
		for (int round = 0; round < 1000; round++)
			wrong += test_world(bases[i].base);
		ok(wrong == 0, "random ranges, %s: %d wrong answers",
		    bases[i].about, wrong);
	}
}

static void
test_ceiling(void)
{
	struct ranges *r = ranges_new();
	struct ip_range range = { ip("2001:db8::"), ip("2001:db8::1") };
	size_t n = 0;

	while (n <= RANGES_MAX_V6 && ranges_add(r, &range, 1))
		n++;
	ok(n == RANGES_MAX_V6, "IPv6 ranges end at %zu", n);
	range = (struct ip_range){ ip("192.0.2.0"), ip("192.0.2.1") };
	ok(ranges_add(r, &range, 2), "which leaves room for IPv4");
	ranges_finish(r);
	ok(value_of(r, &range.first) == 2, "that is found");
	ok(ranges_count(r, IP_V6) == 1, "all the same are one");
	ranges_free(r);
	ranges_free(NULL);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		test_case(i);
	test_worlds();
	test_ceiling();
	return done();
}
