/* SPDX-License-Identifier: ISC */
/* Local time, against libc. */
#include <time.h>

#include "base/when.h"
#include "chance.h"
#include "moment.h"
#include "tap.h"

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
		struct when w = when_local((int64_t)(chance_bits() %
		    (uint64_t)end));

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

int
main(void)
{
	test_calendar("Europe/Paris");
	test_calendar("America/New_York");
	test_calendar("Australia/Lord_Howe");
	test_zones();
	return done();
}
