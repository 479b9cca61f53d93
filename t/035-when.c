/* SPDX-License-Identifier: ISC */
/* Stamps read and written, and dates. */
#include <stdlib.h>

#include "base/when.h"
#include "moment.h"
#include "tap.h"

/* Behind each stamp one blank and "x" are left over. */
static const struct {
	const char *text, *shown;
} stamps[] = {
	{ "Nov  2 11:05:40", "0000-11-02T11:05:40 []" },
	{ "Nov 02 11:05:40", "0000-11-02T11:05:40 []" },
	{ "Nov 2 11:05:40", "0000-11-02T11:05:40 []" },
	{ "Nov 22 11:05:40", "0000-11-22T11:05:40 []" },
	{ "Jan  1 00:00:00", "0000-01-01T00:00:00 []" },
	{ "Dec 31 23:59:60", "0000-12-31T23:59:60 []" },
	{ "Feb 29 23:59:60", "0000-02-29T23:59:60 []" },
	{ "Nov 22 11:05:40.1", "0000-11-22T11:05:40 []" },
	{ "Nov 22 11:05:40.123456789", "0000-11-22T11:05:40 []" },
	{ "Nov  2 2026 11:05:40", "2026-11-02T11:05:40 []" },
	{ "2026 Nov  2 11:05:40", "2026-11-02T11:05:40 []" },
	{ "2026 Nov 22 11:05:40.5", "2026-11-22T11:05:40 []" },
	{ "2026-11-02T11:05:40", "2026-11-02T11:05:40 []" },
	{ "2026-11-02T11:05:40Z", "2026-11-02T11:05:40+00:00" },
	{ "2026-11-02T11:05:40.123456Z", "2026-11-02T11:05:40+00:00" },
	{ "2026-11-02T11:05:40+01:00", "2026-11-02T11:05:40+01:00" },
	{ "2026-11-02T11:05:40+0100", "2026-11-02T11:05:40+01:00" },
	{ "2026-11-02T11:05:40.000001-03:30", "2026-11-02T11:05:40-03:30" },
	{ "2026-11-02T11:05:40-00:30", "2026-11-02T11:05:40-00:30" },
	{ "2026-11-02T11:05:40+14:00", "2026-11-02T11:05:40+14:00" },
	{ "2026-11-02T11:05:40+23:59", "2026-11-02T11:05:40+23:59" },
	{ "2026-12-31T23:59:60Z", "2026-12-31T23:59:60+00:00" },
	{ "2024-02-29T00:00:00Z", "2024-02-29T00:00:00+00:00" },
	{ "2000-02-29T00:00:00Z", "2000-02-29T00:00:00+00:00" },
	{ "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00" },
	{ "9999-12-31T23:59:59Z", "9999-12-31T23:59:59+00:00" },
	{ "2026-11-02 11:05:40", "2026-11-02T11:05:40 []" },
	{ "Mon 2026-11-02 11:05:40 CET", "2026-11-02T11:05:40 [CET]" },
	{ "Sun 2026-07-05 11:05:40 CEST", "2026-07-05T11:05:40 [CEST]" },
	{ "Sun 2026-11-22 11:05:40 UTC", "2026-11-22T11:05:40 [UTC]" },
	{ "Sun 2026-11-22 11:05:40.5 CET", "2026-11-22T11:05:40 [CET]" },
	{ "Sun 2026-11-22 11:05:40 +03", "2026-11-22T11:05:40+03:00" },
	{ "Sun 2026-11-22 11:05:40 -05", "2026-11-22T11:05:40-05:00" },
	{ "Sun 2026-11-22 11:05:40 +0545", "2026-11-22T11:05:40+05:45" },
	{ "1795345726", "2026-11-22T11:08:46+00:00" },
	{ "1795345726.861716", "2026-11-22T11:08:46+00:00" },
	{ "951782400", "2000-02-29T00:00:00+00:00" },
};

static const struct slice no_stamps[] = {
	SLICE(""), SLICE(" "), SLICE("N"), SLICE("Nov"), SLICE("Nov "),
	SLICE("Nov 2"), SLICE("Nov  2 "), SLICE("Nov  2 11"),
	SLICE("Nov  2 11:05"), SLICE("Nov  2 11:05:"), SLICE("Nov  2 11:05:4"),
	SLICE("nov  2 11:05:40"), SLICE("NOV  2 11:05:40"),
	SLICE("Nov   2 11:05:40"), SLICE("Nov  0 11:05:40"),
	SLICE("Nov 00 11:05:40"), SLICE("Nov 31 11:05:40"),
	SLICE("Feb 30 11:05:40"), SLICE("Apr 31 11:05:40"),
	SLICE("Jan 32 11:05:40"), SLICE("Nov -2 11:05:40"),
	SLICE("Nov  2 24:00:00"), SLICE("Nov  2 11:60:00"),
	SLICE("Nov  2 11:05:61"), SLICE("Nov  2 11:05:402"),
	SLICE("Nov  2 1:05:40"),
	SLICE("Nov  2 11:5:40"), SLICE("Nov\t2 11:05:40"),
	SLICE("Foo  2 11:05:40"), SLICE("Nov 002 11:05:40"),
	SLICE("Nov  2\0 11:05:40"), SLICE("Nov  2 11.05.40"),
	SLICE("Feb 29 2026 11:05:40"), SLICE("Feb 29 1900 11:05:40"),
	SLICE("2026 Feb 29 11:05:40"), SLICE("2026 Nov 31 11:05:40"),
	SLICE("20261 Nov 2 11:05:40"), SLICE("Nov  2 20261 11:05:40"),
	SLICE("0000 Nov  2 11:05:40"),
	SLICE("2026-11-02"), SLICE("2026-11-02T"), SLICE("2026-11-02T11:05"),
	SLICE("2026-11-02X11:05:40Z"), SLICE("2026-13-02T11:05:40Z"),
	SLICE("2026-00-02T11:05:40Z"), SLICE("2026-11-00T11:05:40Z"),
	SLICE("2026-11-31T11:05:40Z"), SLICE("2026-02-29T11:05:40Z"),
	SLICE("2100-02-29T11:05:40Z"), SLICE("0000-11-02T11:05:40Z"),
	SLICE("26-11-02T11:05:40Z"), SLICE("12026-11-02T11:05:40Z"),
	SLICE("2026-11-02T24:00:00Z"), SLICE("2026-11-02T23:60:00Z"),
	SLICE("2026-11-02T23:59:61Z"), SLICE("2026-11-02T-1:00:00Z"),
	SLICE("2026-1-02T11:05:40Z"), SLICE("-2026-11-02T11:05:40Z"),
	SLICE("Sun 2026-11-22 11:05:40"), SLICE("Xyz 2026-11-22 11:05:40 CET "),
	SLICE("Sun 2026-02-30 11:05:40 CET "), SLICE("12345678"),
	SLICE("123456789012"), SLICE("99999999999999999999"),
	SLICE("-1795345726"),
};

static void
test_stamps(void)
{
	bool good = true;

	set_zone("UTC");
	for (size_t i = 0; i < sizeof stamps / sizeof *stamps; i++) {
		char text[80];
		struct slice rest, came;
		struct when w;
		bool there;

		snprintf(text, sizeof text, "%s x", stamps[i].text);
		rest = slice_text(text);
		there = when_parse(&rest, &w);
		came = shown(there, &w);
		if (slice_is(came, slice_text(stamps[i].shown)) &&
		    slice_is(rest, SLICE(" x")))
			continue;
		good = false;
		printf("# %s gives %.*s, left '%.*s'\n", text, (int)came.n,
		    came.p, (int)rest.n, rest.p);
	}
	ok(good, "stamps of every form");
	good = true;
	for (size_t i = 0; i < sizeof no_stamps / sizeof *no_stamps; i++) {
		struct slice rest = no_stamps[i];
		struct when w, old;

		memset(&w, 0x5a, sizeof w);
		old = w;
		if (!when_parse(&rest, &w) && rest.p == no_stamps[i].p &&
		    rest.n == no_stamps[i].n && !memcmp(&w, &old, sizeof w))
			continue;
		good = false;
		printf("# '%s' passes, or leaves a trace\n", no_stamps[i].p);
	}
	ok(good, "what is no stamp leaves cursor and output alone");
}

/* Cut at every byte, in memory of just that size: nothing is read behind. */
static void
test_cut(void)
{
	for (size_t i = 0; i < sizeof stamps / sizeof *stamps; i++) {
		size_t n = strlen(stamps[i].text);

		for (size_t cut = 1; cut <= n; cut++) {
			char *copy = malloc(cut);
			struct slice rest = { copy, cut };
			struct when w;

			if (!copy)
				return;
			memcpy(copy, stamps[i].text, cut);
			(void)when_parse(&rest, &w);
			free(copy);
		}
	}
	ok(true, "stamps cut at every byte");
}

static void
test_text(void)
{
	struct when w = { .year = 2026, .month = 1, .day = 2, .hour = 3,
		.minute = 4, .second = 5, .offset = -570, .has_offset = true };
	struct buf b;

	buf_init(&b, 100);
	when_add_rfc3339(&b, &w);
	is(buf_slice(&b), "2026-01-02T03:04:05-09:30", "RFC 3339");
	buf_reset(&b);
	when_add_minutes(&b, &w);
	is(buf_slice(&b), "02/01/2026 03:04", "the seed's minutes");
	buf_reset(&b);
	w = (struct when){ .year = 7, .month = 12, .day = 31, .hour = 23,
		.minute = 59, .second = 60 };
	when_add_rfc3339(&b, &w);
	is(buf_slice(&b), "0007-12-31T23:59:60+00:00", "padded, leap second");
	ok(when_seconds(&(struct when){ .year = 1970, .month = 1, .day = 1 })
	    == 0 && when_seconds(&(struct when){ .year = 2016, .month = 12,
	    .day = 31, .hour = 23, .minute = 59, .second = 60 }) ==
	    1483228800, "seconds since the epoch");
	buf_release(&b);
}

static void
test_days(void)
{
	bool good = true;

	for (int64_t day = -719162; day <= 2932896; day += 17) {
		struct when w = when_of_day(day);

		good &= when_day(&w) == day && w.month >= 1 && w.day >= 1;
	}
	ok(good, "days from year 1 to 9999 and back");
	ok(when_of_day(20779).year == 2026 && when_of_day(20779).month == 11 &&
	    when_of_day(20779).day == 22, "22 November 2026");
}

int
main(void)
{
	test_days();
	test_stamps();
	test_cut();
	test_text();
	return done();
}
