/* SPDX-License-Identifier: ISC */
/* Stamps, zones and years. */
#include "base/when.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	DAY = 24 * 60 * 60,
	YEARS_BACK = 12,	/* 29 February: 1896 to 1904 had none */
	FRACTION_MAX = 9,
};

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char weekdays[] = "SunMonTueWedThuFriSat";

/* Abbreviations that mail has always known (RFC 5322 section 4.3), and those of
 * the zone database that mean one offset in all the world today, in minutes;
 * others (IST) are taken as local. */
static const struct {
	struct slice name;
	int offset;
} zones[] = {
	{ SLICE("UTC"), 0 }, { SLICE("GMT"), 0 }, { SLICE("UT"), 0 },
	{ SLICE("EST"), -300 }, { SLICE("EDT"), -240 },
	{ SLICE("CST"), -360 }, { SLICE("CDT"), -300 },
	{ SLICE("MST"), -420 }, { SLICE("MDT"), -360 },
	{ SLICE("PST"), -480 }, { SLICE("PDT"), -420 },
	{ SLICE("WET"), 0 }, { SLICE("WEST"), 60 },
	{ SLICE("CET"), 60 }, { SLICE("CEST"), 120 },
	{ SLICE("EET"), 120 }, { SLICE("EEST"), 180 },
	{ SLICE("MSK"), 180 }, { SLICE("BST"), 60 },
	{ SLICE("SAST"), 120 }, { SLICE("JST"), 540 }, { SLICE("KST"), 540 },
	{ SLICE("HKT"), 480 }, { SLICE("AWST"), 480 }, { SLICE("AEST"), 600 },
	{ SLICE("AEDT"), 660 }, { SLICE("NZST"), 720 }, { SLICE("NZDT"), 780 },
};

/* Days from 1970-01-01 in the Gregorian calendar, counted in eras of 400
 * years that begin on 1 March. */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 +
	    day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - 719468;
}

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* year 0: any. */
static bool
date_exists(int year, int month, int day)
{
	static const int lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	if (month < 1 || month > 12 || day < 1 || day > lengths[month - 1])
		return false;
	return month != 2 || day < 29 || year == 0 || is_leap(year);
}

static int64_t
wall_seconds(const struct when *w)
{
	return days_of(w->year, w->month, w->day) * DAY + w->hour * 3600 +
	    w->minute * 60 + w->second;
}

static long
offset_at(int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!localtime_r(&t, &tm))
		return 0;
	return tm.tm_gmtoff;
}

/* Offset in seconds of the local zone when its clocks show wall.  Where two
 * fit, the earlier moment (the greater offset); where none fits (the hour that
 * is skipped), the offset before the change. */
static long
offset_of_wall(int64_t wall)
{
	long before = offset_at(wall - DAY), after = offset_at(wall + DAY);
	long first = before > after ? before : after;
	long second = before > after ? after : before;

	if (offset_at(wall - first) == first)
		return first;
	if (offset_at(wall - second) == second)
		return second;
	return before;
}

/* Offsets change at quarters of an hour; a log stays in one for a long time. */
static int64_t cached_quarter = INT64_MIN;

static int
local_offset(const struct when *w)
{
	static int cached;
	int64_t wall = wall_seconds(w);

	if (wall / 900 != cached_quarter) {
		cached = (int)(offset_of_wall(wall / 900 * 900) / 60);
		cached_quarter = wall / 900;
	}
	return cached;
}

/* Offset that an abbreviation stands for: the local zone's own come first. */
static bool
zone_offset(const struct when *w, int *offset)
{
	int64_t wall = wall_seconds(w);

	for (int days = -1; days <= 365; days += 61) {
		time_t t = (time_t)(wall + (int64_t)days * DAY);
		struct tm tm;

		if (localtime_r(&t, &tm) &&
		    slice_is(w->zone, slice_text(tm.tm_zone))) {
			*offset = (int)(tm.tm_gmtoff / 60);
			return true;
		}
	}
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
		if (slice_is(w->zone, zones[i].name)) {
			*offset = zones[i].offset;
			return true;
		}
	}
	return false;
}

static void
resolve_offset(struct when *w)
{
	if (w->has_offset)
		return;
	if (w->zone.n == 0 || !zone_offset(w, &w->offset))
		w->offset = local_offset(w);
	w->has_offset = true;
}

bool
when_resolve(struct when *w, const struct clock *clock)
{
	int64_t latest = clock->now + DAY;
	int year = clock->year ? clock->year : when_local(latest).year;

	if (w->year) {
		resolve_offset(w);
		return true;
	}
	for (int back = 0; back <= YEARS_BACK; back++) {
		struct when try = *w;

		try.year = year - back;
		if (!date_exists(try.year, try.month, try.day))
			continue;
		resolve_offset(&try);
		if (!clock->year && when_seconds(&try) > latest)
			continue;
		*w = try;
		return true;
	}
	return false;
}

int64_t
when_seconds(const struct when *w)
{
	return wall_seconds(w) - (int64_t)w->offset * 60;
}

struct when
when_local(int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm = { .tm_year = 70, .tm_mday = 1 };

	localtime_r(&t, &tm);
	return (struct when){
		.year = tm.tm_year + 1900, .month = tm.tm_mon + 1,
		.day = tm.tm_mday, .hour = tm.tm_hour, .minute = tm.tm_min,
		.second = tm.tm_sec, .offset = (int)(tm.tm_gmtoff / 60),
		.has_offset = true,
	};
}

/* A name of three letters from a list of such names. */
static bool
parse_name(struct slice *rest, const char *names, int *out)
{
	if (rest->n < 4 || rest->p[3] != ' ')
		return false;
	for (int i = 0; names[3 * i]; i++) {
		if (memcmp(rest->p, names + 3 * i, 3) == 0) {
			*out = i + 1;
			*rest = slice_from(*rest, 4);
			return true;
		}
	}
	return false;
}

static bool
parse_int(struct slice *rest, unsigned min, unsigned max, int limit, int *out)
{
	struct slice at = *rest;
	uint64_t value;

	if (!slice_digits(&at, min, max, &value) || value > (uint64_t)limit)
		return false;
	*out = (int)value;
	*rest = at;
	return true;
}

static void
skip_fraction(struct slice *rest)
{
	struct slice at = *rest;
	uint64_t ignored;

	if ((slice_skip_byte(&at, '.') || slice_skip_byte(&at, ',')) &&
	    slice_digits(&at, 1, FRACTION_MAX, &ignored))
		*rest = at;
}

static bool
parse_clock(struct slice *rest, struct when *w)
{
	if (!(parse_int(rest, 2, 2, 23, &w->hour) &&
	    slice_skip_byte(rest, ':') &&
	    parse_int(rest, 2, 2, 59, &w->minute) &&
	    slice_skip_byte(rest, ':') &&
	    parse_int(rest, 2, 2, 60, &w->second)))
		return false;
	skip_fraction(rest);
	return true;
}

static bool
parse_offset(struct slice *rest, struct when *w)
{
	struct slice at = *rest;
	bool west = at.n && *at.p == '-';
	int hours, minutes;

	if (at.n && (*at.p == 'Z' || *at.p == 'z')) {
		w->has_offset = true;
		*rest = slice_from(at, 1);
		return true;
	}
	if (!slice_skip_byte(&at, '+') && !slice_skip_byte(&at, '-'))
		return false;
	if (at.n < 3 || !byte_is_digit(at.p[0]) || !byte_is_digit(at.p[1]))
		return false;
	hours = (at.p[0] - '0') * 10 + at.p[1] - '0';
	at = slice_from(at, 2);
	(void)slice_skip_byte(&at, ':');
	if (hours > 23 || !parse_int(&at, 2, 2, 59, &minutes))
		return false;
	w->offset = (west ? -1 : 1) * (hours * 60 + minutes);
	w->has_offset = true;
	*rest = at;
	return true;
}

/* Nov  2 11:05:40, Nov 02 11:05:40, Nov  2 2026 11:05:40 */
static bool
parse_bsd(struct slice *rest, struct when *w)
{
	struct slice year;

	if (!parse_name(rest, months, &w->month))
		return false;
	(void)slice_skip_byte(rest, ' ');
	if (!parse_int(rest, 1, 2, 31, &w->day) || !slice_skip_byte(rest, ' '))
		return false;
	year = *rest;
	if (w->year == 0 && parse_int(&year, 4, 4, 9999, &w->year) &&
	    slice_skip_byte(&year, ' '))
		*rest = year;
	return parse_clock(rest, w);
}

static bool
parse_year_bsd(struct slice *rest, struct when *w)
{
	return parse_int(rest, 4, 4, 9999, &w->year) &&
	    slice_skip_byte(rest, ' ') && w->year > 0 && parse_bsd(rest, w);
}

static bool
parse_iso(struct slice *rest, struct when *w)
{
	struct slice at;

	if (!(parse_int(rest, 4, 4, 9999, &w->year) && w->year > 0 &&
	    slice_skip_byte(rest, '-') &&
	    parse_int(rest, 2, 2, 12, &w->month) &&
	    slice_skip_byte(rest, '-') &&
	    parse_int(rest, 2, 2, 31, &w->day) &&
	    (slice_skip_byte(rest, 'T') || slice_skip_byte(rest, 't') ||
	    slice_skip_byte(rest, ' ')) &&
	    parse_clock(rest, w)))
		return false;
	at = *rest;
	if (parse_offset(rest, w))
		return true;
	/* Exim with log_timezone: 2026-11-22 11:05:40 +0100 */
	if (slice_skip_byte(&at, ' ') && at.n &&
	    (*at.p == '+' || *at.p == '-') && parse_offset(&at, w))
		*rest = at;
	return true;
}

/* Sun 2026-11-22 12:08:46 CET; a zone without a name shows as +03 */
static bool
parse_journal_full(struct slice *rest, struct when *w)
{
	struct slice zone, at;
	int weekday, hours;

	if (!parse_name(rest, weekdays, &weekday) || !parse_iso(rest, w))
		return false;
	if (w->has_offset)
		return true;
	if (!slice_skip_byte(rest, ' '))
		return false;
	at = *rest;
	if (!slice_cut(&at, ' ', &zone) || zone.n < 2 || zone.n > 6)
		return false;
	if (*zone.p == '+' || *zone.p == '-') {
		struct slice digits = slice_from(zone, 1);

		if (!parse_int(&digits, 2, 2, 23, &hours) || digits.n)
			return false;
		w->offset = (*zone.p == '-' ? -60 : 60) * hours;
		w->has_offset = true;
	}
	w->zone = zone;
	*rest = slice_from(*rest, zone.n);
	return true;
}

static bool
parse_unix(struct slice *rest, struct when *w)
{
	uint64_t seconds;

	if (!slice_digits(rest, 9, 11, &seconds))
		return false;
	skip_fraction(rest);
	*w = when_local((int64_t)seconds);
	return true;
}

static bool (*const stamps[])(struct slice *, struct when *) = {
	parse_bsd, parse_iso, parse_journal_full, parse_year_bsd, parse_unix,
};

bool
when_parse(struct slice *rest, struct when *w)
{
	for (size_t i = 0; i < sizeof stamps / sizeof *stamps; i++) {
		struct slice at = *rest;
		struct when try = { 0 };

		if (stamps[i](&at, &try) &&
		    date_exists(try.year, try.month, try.day)) {
			*rest = at;
			*w = try;
			return true;
		}
	}
	return false;
}

int64_t
when_day(const struct when *w)
{
	return days_of(w->year, w->month, w->day);
}

struct when
when_of_day(int64_t day)
{
	time_t t = (time_t)(day * DAY);
	struct tm tm = { .tm_year = 70, .tm_mday = 1 };

	gmtime_r(&t, &tm);
	return (struct when){ .year = tm.tm_year + 1900,
		.month = tm.tm_mon + 1, .day = tm.tm_mday };
}

static void
add_padded(struct buf *out, int value, size_t width)
{
	char digits[4];

	for (size_t i = width; i-- > 0; value /= 10)
		digits[i] = (char)('0' + value % 10);
	buf_add(out, (struct slice){ digits, width });
}

void
when_add_rfc3339(struct buf *out, const struct when *w)
{
	int offset = w->offset < 0 ? -w->offset : w->offset;

	add_padded(out, w->year, 4);
	buf_add_byte(out, '-');
	add_padded(out, w->month, 2);
	buf_add_byte(out, '-');
	add_padded(out, w->day, 2);
	buf_add_byte(out, 'T');
	add_padded(out, w->hour, 2);
	buf_add_byte(out, ':');
	add_padded(out, w->minute, 2);
	buf_add_byte(out, ':');
	add_padded(out, w->second, 2);
	buf_add_byte(out, w->offset < 0 ? '-' : '+');
	add_padded(out, offset / 60, 2);
	buf_add_byte(out, ':');
	add_padded(out, offset % 60, 2);
}

void
when_add_minutes(struct buf *out, const struct when *w)
{
	add_padded(out, w->day, 2);
	buf_add_byte(out, '/');
	add_padded(out, w->month, 2);
	buf_add_byte(out, '/');
	add_padded(out, w->year, 4);
	buf_add_byte(out, ' ');
	add_padded(out, w->hour, 2);
	buf_add_byte(out, ':');
	add_padded(out, w->minute, 2);
}

/* RFC 8536: a file of the zone database begins so. */
static bool
is_zone_file(const char *path)
{
	char magic[4];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool good = fd >= 0 && read(fd, magic, 4) == 4 &&
	    memcmp(magic, "TZif", 4) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

/* A zone of the database: a relative name without "..". */
static bool
zone_is_known(const char *zone)
{
	const char *base = getenv("TZDIR");
	char path[512];
	int n;

	if (!base)
		base = "/usr/share/zoneinfo";
	if (*zone == '/' || *zone == '\0' || strstr(zone, ".."))
		return false;
	n = snprintf(path, sizeof path, "%s/%s", base, zone);
	return n > 0 && (size_t)n < sizeof path && is_zone_file(path);
}

int
when_set_zone(const char *zone, struct err *e)
{
	struct slice rest = slice_text(zone);
	struct when fixed = { 0 };
	char posix[32];

	cached_quarter = INT64_MIN;
	if (strcmp(zone, "local") == 0) {
		tzset();
		return 0;
	}
	if (parse_offset(&rest, &fixed) && rest.n == 0) {
		int minutes = abs(fixed.offset);

		/* POSIX counts west of Greenwich. */
		snprintf(posix, sizeof posix, "<%c%02d%02d>%c%02d:%02d",
		    fixed.offset < 0 ? '-' : '+', minutes / 60, minutes % 60,
		    fixed.offset < 0 ? '+' : '-', minutes / 60, minutes % 60);
		zone = posix;
	} else if (strcmp(zone, "UTC") != 0 && !zone_is_known(zone)) {
		return err_set(e, EX_USAGE, "unknown time zone '%s' (a name "
		    "as in /usr/share/zoneinfo, such as Europe/Paris, or "
		    "+hh:mm, UTC, local)", zone);
	}
	if (setenv("TZ", zone, 1) < 0)
		return err_errno(e, EX_OSERR, "cannot set the time zone");
	tzset();
	return 0;
}
