/* SPDX-License-Identifier: ISC */
/* What year stamps without one mean, and what zone. */
#include <time.h>

#include "base/when.h"
#include "chance.h"
#include "moment.h"
#include "tap.h"

static const struct {
	const char *zone, *now;
	int year;
	const char *stamp, *resolved;
} years[] = {
	{ "UTC", "2026-11-22T12:00:00Z", 0, "Nov 22 11:05:40",
		"2026-11-22T11:05:40+00:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 0, "Dec 22 11:05:40",
		"2025-12-22T11:05:40+00:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 0, "Jan  1 00:00:00",
		"2026-01-01T00:00:00+00:00" },
	/* a day ahead, to the second */
	{ "UTC", "2026-11-22T12:00:00Z", 0, "Nov 23 12:00:00",
		"2026-11-23T12:00:00+00:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 0, "Nov 23 12:00:01",
		"2025-11-23T12:00:01+00:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 0, "Nov 23 11:59:60",
		"2026-11-23T11:59:60+00:00" },
	/* New Year's Eve, from both sides */
	{ "UTC", "2026-12-31T12:00:00Z", 0, "Jan  1 11:00:00",
		"2027-01-01T11:00:00+00:00" },
	{ "UTC", "2026-12-31T12:00:00Z", 0, "Jan  1 13:00:00",
		"2026-01-01T13:00:00+00:00" },
	{ "UTC", "2027-01-01T00:00:05Z", 0, "Dec 31 23:59:59",
		"2026-12-31T23:59:59+00:00" },
	{ "UTC", "2027-01-01T00:00:05Z", 0, "Dec 31 23:59:60",
		"2026-12-31T23:59:60+00:00" },
	{ "Europe/Paris", "2026-12-31T23:30:00Z", 0, "Jan  1 00:30:00",
		"2027-01-01T00:30:00+01:00" },
	{ "Europe/Paris", "2026-12-30T23:30:00Z", 0, "Jan  1 00:30:00",
		"2027-01-01T00:30:00+01:00" },
	{ "Europe/Paris", "2026-12-30T23:29:59Z", 0, "Jan  1 00:30:00",
		"2026-01-01T00:30:00+01:00" },
	{ "America/New_York", "2027-01-01T02:00:00Z", 0, "Dec 31 21:00:00",
		"2026-12-31T21:00:00-05:00" },
	{ "America/New_York", "2027-01-01T02:00:00Z", 0, "Jan  1 21:00:00",
		"2027-01-01T21:00:00-05:00" },
	{ "America/New_York", "2027-01-01T02:00:00Z", 0, "Jan  1 21:00:01",
		"2026-01-01T21:00:01-05:00" },
	/* 29 February */
	{ "UTC", "2026-11-22T12:00:00Z", 0, "Feb 29 10:00:00",
		"2024-02-29T10:00:00+00:00" },
	{ "UTC", "2028-02-28T12:00:00Z", 0, "Feb 29 11:00:00",
		"2028-02-29T11:00:00+00:00" },
	{ "UTC", "2028-02-28T12:00:00Z", 0, "Feb 29 13:00:00",
		"2024-02-29T13:00:00+00:00" },
	{ "UTC", "1903-06-01T12:00:00Z", 0, "Feb 29 13:00:00",
		"1896-02-29T13:00:00+00:00" },
	{ "UTC", "2104-02-28T00:00:00Z", 0, "Feb 29 13:00:00",
		"2096-02-29T13:00:00+00:00" },
	/* a year that was given */
	{ "UTC", "2026-11-22T12:00:00Z", 2019, "Dec 24 10:00:00",
		"2019-12-24T10:00:00+00:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 2031, "Dec 24 10:00:00",
		"2031-12-24T10:00:00+00:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 2024, "Feb 29 10:00:00",
		"2024-02-29T10:00:00+00:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 2019, "Nov  2 2026 10:00:00",
		"2026-11-02T10:00:00+00:00" },
	/* a year in the stamp is believed, whatever the clock says */
	{ "UTC", "2026-11-22T12:00:00Z", 0, "2031-01-01T00:00:00",
		"2031-01-01T00:00:00+00:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 0, "2031 Jan  1 00:00:00",
		"2031-01-01T00:00:00+00:00" },
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0,
		"2026-07-01T00:00:00-03:00", "2026-07-01T00:00:00-03:00" },
	/* the hour that is skipped (2026-03-29 02:00 to 03:00), and the one
	 * that comes twice (2026-10-25) */
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0, "Mar 29 01:59:59",
		"2026-03-29T01:59:59+01:00" },
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0, "Mar 29 02:30:00",
		"2026-03-29T02:30:00+01:00" },
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0, "Mar 29 03:00:00",
		"2026-03-29T03:00:00+02:00" },
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0, "Oct 25 01:59:59",
		"2026-10-25T01:59:59+02:00" },
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0, "Oct 25 02:00:00",
		"2026-10-25T02:00:00+02:00" },
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0, "Oct 25 02:59:59",
		"2026-10-25T02:59:59+02:00" },
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0, "Oct 25 03:00:00",
		"2026-10-25T03:00:00+01:00" },
	/* short-full: the name tells the two hours apart */
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0,
		"Sun 2026-10-25 02:30:00 CEST", "2026-10-25T02:30:00+02:00" },
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0,
		"Sun 2026-10-25 02:30:00 CET", "2026-10-25T02:30:00+01:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 0,
		"Sun 2026-10-25 02:30:00 CEST", "2026-10-25T02:30:00+02:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 0,
		"Sun 2026-11-22 12:08:46 CET", "2026-11-22T12:08:46+01:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 0,
		"Sun 2026-11-22 12:08:46 PST", "2026-11-22T12:08:46-08:00" },
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0,
		"Sun 2026-11-22 12:08:46 UTC", "2026-11-22T12:08:46+00:00" },
	/* the local zone's own names come first, ambiguous ones are local */
	{ "Asia/Kolkata", "2026-11-22T12:00:00Z", 0,
		"Sun 2026-11-22 12:08:46 IST", "2026-11-22T12:08:46+05:30" },
	{ "Asia/Shanghai", "2026-11-22T12:00:00Z", 0,
		"Sun 2026-11-22 12:08:46 CST", "2026-11-22T12:08:46+08:00" },
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0,
		"Sun 2026-11-22 12:08:46 XYZ", "2026-11-22T12:08:46+01:00" },
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0, "1795345726.861716",
		"2026-11-22T12:08:46+01:00" },
	{ "+05:45", "2026-11-22T12:00:00Z", 0, "Nov 22 11:05:40",
		"2026-11-22T11:05:40+05:45" },
	{ "-0330", "2026-11-22T12:00:00Z", 0, "Nov 22 11:05:40",
		"2026-11-22T11:05:40-03:30" },
	{ "+14:00", "2026-11-22T12:00:00Z", 0, "Nov 22 11:05:40",
		"2026-11-22T11:05:40+14:00" },
};

/* Another quarter of an hour, so that nothing is remembered of the last. */
static void
forget(void)
{
	struct clock clock = { .now = 0 };
	struct when w = { .year = 1999, .month = 6, .day = 1 };
	struct when bare = { .month = 6, .day = 1 };

	(void)when_resolve(&w, &clock);
	(void)when_resolve(&bare, &clock);
}

static void
test_years(void)
{
	bool good = true;

	for (size_t i = 0; i < sizeof years / sizeof *years; i++) {
		char text[64];
		struct slice rest = slice_text(years[i].now), came;
		struct clock clock = { .year = years[i].year };
		struct when now, w;
		bool there;

		set_zone(years[i].zone);
		forget();
		snprintf(text, sizeof text, "%s ", years[i].stamp);
		there = when_parse(&rest, &now);
		clock.now = there ? when_seconds(&now) : 0;
		rest = slice_text(text);
		there = there && when_parse(&rest, &w) &&
		    when_resolve(&w, &clock);
		came = shown(there, &w);
		if (slice_is(came, slice_text(years[i].resolved)))
			continue;
		good = false;
		printf("# %s, now %s, --year %d: %s gives %.*s, not %s\n",
		    years[i].zone, years[i].now, years[i].year,
		    years[i].stamp, (int)came.n, came.p, years[i].resolved);
	}
	ok(good, "year and zone of stamps that lack them");
}

/* The year that was given is the year of all stamps without one. */
static void
test_impossible_year(void)
{
	struct clock clock = { .year = 2025 };
	struct slice rest = SLICE("Feb 29 10:00:00 "), came;
	struct when w = { 0 };
	bool there;

	set_zone("UTC");
	there = when_parse(&rest, &w) && when_resolve(&w, &clock);
	came = shown(there, &w);
	is(came, "2024-02-29T10:00:00+00:00", "29 February with --year 2025: "
	    "the leap year before");
}

/* What was found out about the last stamp is of use for the next: it must come
 * to what it comes to alone, near the limits of a year too. */
static bool
stands_alone(const char *text, const struct clock *clock)
{
	struct slice rest = slice_text(text), alone = rest, came;
	struct slice other = SLICE("1795345726 ");
	struct when w, ignored;
	char after[64];
	bool there = when_parse(&rest, &w) && when_resolve(&w, clock);

	came = shown(there, &w);
	snprintf(after, sizeof after, "%.*s", (int)came.n, came.p);
	/* A stamp of another form, and another clock. */
	(void)when_parse(&other, &ignored);
	forget();
	there = when_parse(&alone, &w) && when_resolve(&w, clock);
	came = shown(there, &w);
	if (slice_is(came, slice_text(after)) && rest.n == alone.n)
		return true;
	printf("# now %lld: '%s' is %s, alone %.*s\n",
	    (long long)clock->now, text, after, (int)came.n, came.p);
	return false;
}

/* In any form, or nearly in one. */
static size_t
write_stamp(const struct tm *tm, char *text, size_t n)
{
	switch (chance_bits() % 9) {
	case 0:	return strftime(text, n, "%b %e %H:%M:%S ", tm);
	case 1:	return strftime(text, n, "%Y-%m-%dT%H:%M:%S+01:00 ", tm);
	case 2:	return strftime(text, n, "%Y-%m-%dT%H:%M:%S.123Z ", tm);
	case 3:	return strftime(text, n, "%Y-%m-%d %H:%M:%S ", tm);
	case 4:	return strftime(text, n, "%b %d %Y %H:%M:%S ", tm);
	case 5:	return strftime(text, n, "%b %e %H:%M:%S2 ", tm);
	case 6:	return strftime(text, n, "%Y-%m-%dT%H:%M:61 ", tm);
	case 7:	return strftime(text, n, "%b %e %H:%M:%S.5 ", tm);
	default: return strftime(text, n, "%b %e %H:%M:x", tm);
	}
}

static void
test_neighbours(void)
{
	int64_t base = 1772150400;
	bool good = true;

	set_zone("Europe/Paris");
	for (int i = 0; i < 60000 && good; i++) {
		struct clock clock = { .now = base };
		time_t t;
		struct tm tm;
		char text[64];

		if (i % 50 == 0)
			base = 1772150400 + chance(100000000);
		/* Around a day from now, or a year before that. */
		t = (time_t)(base + 86400 - (int64_t)(chance_bits() % 3) * 365 *
		    86400 + (int64_t)(chance_bits() % 2400) - 1200);
		if (!localtime_r(&t, &tm) || !write_stamp(&tm, text,
		    sizeof text))
			continue;
		if (chance_bits() % 8 == 0)
			clock.year = 2020 + (int)(chance_bits() % 8);
		good = stands_alone(text, &clock);
	}
	ok(good, "stamps come to the same behind any other");
}

/* The same local time, first in one zone, then in another. */
static void
test_zone_change(void)
{
	struct clock clock = { .now = 0 };
	struct when first = { .year = 2026, .month = 1, .day = 2 };
	struct when second = first;

	set_zone("Europe/Paris");
	forget();
	(void)when_resolve(&first, &clock);
	set_zone("America/New_York");
	(void)when_resolve(&second, &clock);
	ok(first.offset == 60 && second.offset == -300,
	    "a new zone is in force at once");
	first.year = 0;
	first.has_offset = false;
	clock.now = 1795345726;
	second = first;
	(void)when_resolve(&first, &clock);
	set_zone("Europe/Paris");
	(void)when_resolve(&second, &clock);
	ok(first.offset == -300 && second.offset == 60,
	    "for stamps without a year, too");
}

int
main(void)
{
	test_years();
	test_impossible_year();
	test_neighbours();
	test_zone_change();
	return done();
}
