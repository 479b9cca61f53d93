/* SPDX-License-Identifier: ISC */
/* Stamps, zones and years, against libc and against what a person would say. */
#include <stdlib.h>
#include <time.h>

#include "base/when.h"
#include "chance.h"
#include "tap.h"

static void
set_zone(const char *zone)
{
	struct err e;

	if (when_set_zone(zone, &e) < 0)
		printf("# %s\n", e.text);
}

/* A moment as text; "none" without one, "no offset" where none is known. */
static struct slice
shown(bool there, const struct when *w)
{
	static struct buf b;
	static bool made;

	if (!made)
		buf_init(&b, 200);
	made = true;
	buf_reset(&b);
	if (!there)
		return SLICE("none");
	when_add_rfc3339(&b, w);
	if (!w->has_offset) {
		b.n -= 6;
		buf_addf(&b, " [%.*s]", (int)w->zone.n,
		    w->zone.n ? w->zone.p : "");
	}
	return buf_slice(&b);
}

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
	SLICE("Nov  2 11:05:61"), SLICE("Nov  2 1:05:40"),
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

/* What a local time must resolve to, the slow way: the earliest moment at which
 * the clock shows it, else with the offset of the day before. */
static int64_t
first_moment(const struct when *w)
{
	struct tm tm = { .tm_year = w->year - 1900, .tm_mon = w->month - 1,
		.tm_mday = w->day, .tm_hour = w->hour, .tm_min = w->minute,
		.tm_sec = w->second };
	time_t wall = timegm(&tm), before;

	for (int offset = 14 * 60; offset >= -13 * 60; offset -= 15) {
		time_t t = wall - offset * 60;
		struct tm there;

		localtime_r(&t, &there);
		if (there.tm_gmtoff == offset * 60)
			return t;
	}
	before = wall - 24 * 60 * 60;
	localtime_r(&before, &tm);
	return wall - tm.tm_gmtoff;
}

static bool
resolves(const struct when *local)
{
	struct clock clock = { .now = 0 };
	struct when w = *local;
	struct slice text;
	int64_t expected;

	w.has_offset = false;
	w.offset = 0;
	expected = first_moment(&w);
	if (when_resolve(&w, &clock) && when_seconds(&w) == expected &&
	    w.has_offset && w.hour == local->hour && w.day == local->day)
		return true;
	text = shown(true, &w);
	printf("# %.*s: %lld, not %lld\n", (int)text.n, text.p,
	    (long long)when_seconds(&w), (long long)expected);
	return false;
}

/* 1970 to 2100. */
static void
test_calendar(const char *zone)
{
	const int64_t end = 4133980800;
	bool good = true, back = true;

	set_zone(zone);
	for (int i = 0; i < 10000 && back; i++) {
		int64_t t = (int64_t)(chance_bits() % (uint64_t)end);
		struct when w = when_local(t);
		time_t at = (time_t)t;
		struct tm tm;

		localtime_r(&at, &tm);
		back = when_seconds(&w) == t && w.has_offset &&
		    w.year == tm.tm_year + 1900 && w.month == tm.tm_mon + 1 &&
		    w.day == tm.tm_mday && w.hour == tm.tm_hour &&
		    w.minute == tm.tm_min && w.second == tm.tm_sec &&
		    w.offset * 60 == tm.tm_gmtoff && mktime(&tm) == at;
		if (!back)
			printf("# %lld\n", (long long)t);
	}
	ok(back, "%s: 10000 moments as libc has them, and back", zone);
	for (int i = 0; i < 2000 && good; i++) {
		struct when w = when_local((int64_t)(chance_bits() % (uint64_t)end));

		good = resolves(&w);
	}
	ok(good, "%s: 2000 local times get the offset they had", zone);
	/* Around each change of the clocks from 2015 on, minute by minute. */
	good = true;
	for (int64_t t = 1420070400; t < 1735689600 && good; t += 86400) {
		struct when a = when_local(t), b = when_local(t + 86400);

		for (int k = 0; a.offset != b.offset && good && k < 2880; k++) {
			struct when w = a;

			w.hour = k % 1440 / 60;
			w.minute = k % 60;
			if (k >= 1440)
				w.day = b.day, w.month = b.month;
			good = resolves(&w);
		}
	}
	ok(good, "%s: every minute of the days when clocks change", zone);
}

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
			base = 1772150400 + (int64_t)(chance_bits() % 100000000);
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
}

static void
test_zones(void)
{
	static const char *const wrong[] = { "", "Mars/Olympus", "../UTC",
		"/etc/localtime", "Europe/../UTC", "CET-1CEST", "+1", "+24:00",
		"+01:60", "+01:00x", "utc+1", "Europe/Paris\n" };
	bool good = true;
	struct err e = { 0 };

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		if (when_set_zone(wrong[i], &e) == -1 &&
		    e.status == EX_USAGE && strstr(e.text, "time zone"))
			continue;
		good = false;
		printf("# '%s' passes\n", wrong[i]);
	}
	ok(good, "what is no zone");
	e = (struct err){ .status = -7 };
	ok(when_set_zone("Europe/Paris", &e) == 0 && e.status == -7 &&
	    when_local(1795345726).offset == 60, "a name of the database");
	ok(when_set_zone("local", &e) == 0 &&
	    when_local(1795345726).offset == 60, "local: as it is");
	ok(when_set_zone("-03:30", &e) == 0 &&
	    when_local(1795345726).offset == -210 &&
	    when_set_zone("+0545", &e) == 0 &&
	    when_local(1795345726).offset == 345, "fixed offsets");
	ok(when_set_zone("UTC", &e) == 0 &&
	    when_local(1795345726).offset == 0, "UTC");
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
	test_calendar("Europe/Paris");
	test_calendar("America/New_York");
	test_calendar("Australia/Lord_Howe");
	test_years();
	test_impossible_year();
	test_neighbours();
	test_zone_change();
	test_zones();
	test_text();
	return done();
}
