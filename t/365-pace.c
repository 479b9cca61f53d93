/* SPDX-License-Identifier: ISC */
/* Live, or a heap: stories in milliseconds. */
#include <stdlib.h>

#include "base/pace.h"
#include "tap.h"

/* A story: +n: so many milliseconds pass; rn: n bytes more have been taken;
 * s: silent; h: no room; e: the end.  What is expected: U, L, H: not known,
 * live, a heap; =n: waiting counts from so many milliseconds behind the start;
 * =-: it does not. */
static const struct {
	const char *what;
	bool is_file;
	const char *story;
} stories[] = {
	{ "not known at first: nothing hurries", false, "U=- +5000 U=-" },
	{ "a file is a heap", true, "H=- +5000 r10 H=- s H=- +2000 r10 H=-" },
	{ "a file that waits for us is one", true, "r10 h H=- s H=- r10 H=-" },
	{ "silence makes it live", false, "+5 r100 U +200 s L=0" },
	{ "silence before the first byte says nothing", false,
		"+9000 s U=- s U r0 U +9000 r0 U s U r1 U s L" },
	{ "how long the first byte took says nothing", false,
		"+9000 r1048576 U +249 r10 U" },
	{ "little in the first quarter of a second: live", false,
		"+9 r10 U +249 r10 U=- +1 r10 L=0" },
	{ "much in it: a heap", false, "r10 U +249 r262144 U +1 r10 H=-" },
	{ "nearly much", false, "r1 +250 r261000 L=0" },
	{ "then it is by the second", false,
		"r1 +250 r1 L=0 +999 r1048576 L=0 +1 r1 H=-" },
	{ "nearly much in a second", false,
		"r1 +250 r1 L +1000 r1045000 L=0 +1000 r1045000 L=0" },
	{ "not the time between", false,
		"r1 +250 r262144 H +400 r500000 H +400 r500000 H +199 r99999 "
		"H +1 r0 H +1000 r10 L=2250" },
	{ "a heap, then live: waiting counts from then", false,
		"r2000000 +1000 r2000000 H=- +700 s L=1700 +300 L=1700" },
	{ "live stays live", false,
		"r1 +250 r1 L=0 +1000 r1 L=0 +300 s L=0 +1000 r1 L=0" },
	{ "live, then a heap, then live", false,
		"r1 +300 s L=0 r1 +1000 r2000000 H=- +1000 r1 L=2300" },
	{ "a second begins with what follows silence", false,
		"r1 +200 s L +900 r1 L +999 r2000000 L +1 r1 H" },
	{ "what came before silence does not count", false,
		"r1 +100 r2000000 U +200 s L r1 L +1100 r1 L=0" },
	{ "nor that there was no room then", false,
		"r1 h H +200 s L=200 r1 L +1100 r1 L=200" },
	{ "no room for it: a heap at once", false, "r1 h H=-" },
	{ "no room within a second: a heap after it", false,
		"r1 +100 h H +1000 r1 H=- +1000 r1 L=2100" },
	{ "no room, then silence", false, "r1 +400 h H +200 s L=600" },
	{ "no room before the first byte", false, "h H=- r1 H=-" },
	{ "what is live is not held", false, "r1 +200 s L=0 h L=0" },
	{ "and that says nothing later", false,
		"r1 +200 s L=0 h L +1000 r1 L=0" },
	{ "the end of what is not known", false, "r1 +200 r1 U e H=-" },
	{ "the end of nothing", false, "U e H=-" },
	{ "the end of what is live", false, "r1 +200 s e L=0" },
	{ "the end of a heap", false, "r1 h e H=-" },
	{ "the end of a file", true, "r1 e H=-" },
};

static bool
goes(size_t story, size_t *at)
{
	const char *s = stories[story].story;
	int64_t start = 7000000, now = start;
	uint64_t bytes = 0;
	struct pace p;
	size_t i;

	pace_start(&p, stories[story].is_file, now);
	for (i = 0; s[i]; i++) {
		bool good = true;
		int64_t from = pace_counts_from(&p);

		*at = i;
		if (s[i] == '+')
			now += strtol(s + i, NULL, 10);
		else if (s[i] == 'r')
			pace_read(&p, bytes += strtoul(s + i + 1, NULL, 10),
			    now);
		else if (s[i] == 's')
			pace_silent(&p, now);
		else if (s[i] == 'h')
			pace_hold(&p);
		else if (s[i] == 'e')
			pace_end(&p);
		else if (s[i] == 'U')
			good = p.is == PACE_UNKNOWN;
		else if (s[i] == 'L')
			good = p.is == PACE_LIVE;
		else if (s[i] == 'H')
			good = p.is == PACE_HEAP;
		else if (s[i] == '=' && s[i + 1] == '-')
			good = from == INT64_MAX;
		else if (s[i] == '=')
			good = from == start + strtol(s + i + 1, NULL, 10);
		if (!good)
			return false;
	}
	return true;
}

int
main(void)
{
	for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
		size_t at = 0;

		if (!ok(goes(i, &at), "%s", stories[i].what))
			printf("# %.*s <--\n", (int)at + 1, stories[i].story);
	}
	return done();
}
