/* SPDX-License-Identifier: ISC */
/* Networks nobody answers for, as stories in milliseconds. */
#include <stdlib.h>

#include "enrich/networks.h"
#include "tap.h"

enum { MANY = 200000 };

static struct ip
ip_of(const char *text)
{
	struct ip ip = { .family = IP_NONE };

	if (!ip_parse(slice_text(text), &ip))
		printf("# %s is no address\n", text);
	return ip;
}

/* A story: what happens, with + so many milliseconds passing before it.
 * a: answered; s: silent; w: withdrawn; A: advice is to ask; H: to hold. */
static const struct {
	const char *what, *story;
} stories[] = {
	{ "who is not known may be asked", "A A A A" },
	{ "two silent questions are not enough", "A A A s s A A" },
	{ "three are: one probe at a time", "A A A s s s A H H H" },
	{ "a probe that stays silent: the next one",
		"s s s A H s A H H s A H" },
	{ "a probe with an answer: alive", "s s s A H a A A A" },
	{ "a probe that was never asked: another one", "s s s A H w A H" },
	{ "withdrawn says nothing about what is silent", "s s w s A H" },
	{ "nor about what is alive", "a w A A" },
	{ "an answer between: not in a row", "s s a s s A A" },
	{ "however long ago, within a minute",
		"s a +30000 s +30000 s A A" },
	{ "answered within a minute: alive",
		"a +1 s s s s s A A +59998 A A" },
	{ "silent since, and a minute later: dead",
		"a +1 s +30000 s +29999 s A H" },
	{ "silent for the last time a minute ago: forgotten",
		"s s s +59999 A H s +60000 A A A" },
	{ "not yet", "s s s +59999 A H" },
	{ "a minute between: not in a row", "s s +60000 s A A" },
	{ "nearly a minute between", "s s +59999 s A H" },
	{ "a late answer ends it too", "s s s A H a A A s s A A" },
	{ "long dead, alive, dead again",
		"s s s s s s s A H a A A +60000 s s s A H" },
	{ "many silent, long ago", "s s s s s s +60000 A A s A A s A A s A H" },
};

/* Goes through a story; false: another advice came. */
static bool
goes(const char *story, const struct ip *ip, size_t *at)
{
	struct networks *n = networks_new();
	int64_t now = 5000000;
	bool good = true;
	size_t i = 0;

	for (; story[i] && good; i++) {
		switch (story[i]) {
		case '+':
			now += strtol(story + i, NULL, 10);
			break;
		case 'a':
			networks_answered(n, ip, now);
			break;
		case 's':
			networks_silent(n, ip, now);
			break;
		case 'w':
			networks_withdrawn(n, ip);
			break;
		case 'A':
			good = networks_advise(n, ip, now) == NETWORKS_ASK;
			break;
		case 'H':
			good = networks_advise(n, ip, now) == NETWORKS_HOLD;
			break;
		}
		*at = i;
	}
	networks_free(n);
	return good;
}

static void
test_stories(void)
{
	static const char *const ips[] = { "192.0.2.1", "0.0.0.0",
		"2001:db8::1", "::" };

	for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
		bool good = true;
		size_t at = 0;

		for (size_t k = 0; k < sizeof ips / sizeof *ips; k++) {
			struct ip ip = ip_of(ips[k]);

			good = good && goes(stories[i].story, &ip, &at);
		}
		if (!ok(good, "%s", stories[i].what))
			printf("# %.*s <--\n", (int)at + 1, stories[i].story);
	}
}

static const struct {
	const char *one, *other;
	bool same;
} pairs[] = {
	{ "192.0.2.0", "192.0.2.255", true },
	{ "192.0.2.255", "192.0.3.0", false },
	{ "192.0.2.1", "192.1.2.1", false },
	{ "0.0.0.1", "255.255.255.1", false },
	{ "2001:db8:1::", "2001:db8:1:ffff:ffff:ffff:ffff:ffff", true },
	{ "2001:db8:1:ffff::", "2001:db8:2::", false },
	{ "2001:db8:2::", "2001:db8:3::", false },
	{ "2001:db8::", "2002:db8::", false },
	{ "::192.0.2.1", "192.0.2.1", false },
	{ "0:0:192::", "0.0.192.0", false },
	{ "0.0.2.1", "0:0:2::1", false },
};

/* One network's death is that of its addresses, and of no others; by chance two
 * may want the same place, so it is tried often. */
static void
test_pairs(void)
{
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct ip one = ip_of(pairs[i].one);
		struct ip other = ip_of(pairs[i].other);
		int held = 0, asked = 0;

		for (int k = 0; k < 10; k++) {
			struct networks *n = networks_new();

			for (int j = 0; j < 3; j++)
				networks_silent(n, &one, 1000000);
			asked += networks_advise(n, &one, 1000000) ==
			    NETWORKS_ASK;
			held += networks_advise(n, &other, 1000000) ==
			    NETWORKS_HOLD;
			networks_free(n);
		}
		ok(asked == 10 && held == (pairs[i].same ? 10 : 0),
		    "%s and %s are %s network", pairs[i].one, pairs[i].other,
		    pairs[i].same ? "one" : "not one");
	}
}

/* What is chained to a network stays, however many others come. */
static void
test_held(void)
{
	struct networks *n = networks_new();
	struct ip dead = ip_of("192.0.2.1"), same = ip_of("192.0.2.99");
	struct ip other = { .family = IP_V4 };
	uint32_t *held;
	unsigned there = 0, dead_ones = 0;
	bool good = true;

	ok(networks_held(n, &dead) == NULL, "nothing is held for strangers");
	networks_withdrawn(n, &dead);
	ok(networks_held(n, &dead) == NULL, "whose withdrawal says nothing");
	for (int i = 0; i < 3; i++)
		networks_silent(n, &dead, 1000000);
	held = networks_held(n, &same);
	ok(held && *held == 0 && held == networks_held(n, &dead),
	    "the place of a network, empty");
	(void)networks_advise(n, &dead, 1000000);
	if (held)
		*held = 4711;
	for (uint32_t i = 0; i < MANY; i++) {
		other.low = 0x0a000000 + (uint64_t)i * 256;
		for (int k = 0; k < 3; k++)
			networks_silent(n, &other, 1000000);
		good = good && (held = networks_held(n, &same)) &&
		    *held == 4711;
	}
	ok(good, "%d other dead networks do not push it out", MANY);
	ok(networks_advise(n, &same, 1000000) == NETWORKS_HOLD,
	    "nor is its probe forgotten");
	for (uint32_t i = 0; i < MANY; i++) {
		other.low = 0x0a000000 + (uint64_t)i * 256;
		there += networks_held(n, &other) != NULL;
		(void)networks_advise(n, &other, 1000000);
		dead_ones += networks_advise(n, &other, 1000000) ==
		    NETWORKS_HOLD;
	}
	ok(there > 4000 && there < 20000 && dead_ones == there,
	    "of the others some are kept: %u", there);

	/* What has a probe or somebody waiting stays; then it may go. */
	networks_answered(n, &dead, 1000000);
	held = networks_held(n, &dead);
	ok(held && *held == 4711, "an answer leaves the chain to its user");
	for (uint32_t i = 0; i < MANY; i++) {
		other.low = 0xb0000000 - (uint64_t)i * 256;
		networks_silent(n, &other, 1000000);
	}
	ok(networks_held(n, &dead) == held, "which stays, too");
	if (held)
		*held = 0;
	for (uint32_t i = 0; i < MANY && networks_held(n, &dead); i++) {
		other.low = 0xc8000000 - (uint64_t)i * 256;
		networks_silent(n, &other, 1000000);
	}
	ok(networks_held(n, &dead) == NULL, "nobody held: forgotten at last");
	networks_free(n);
	networks_free(NULL);
}

int
main(void)
{
	test_stories();
	test_pairs();
	test_held();
	return done();
}
