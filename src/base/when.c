/* SPDX-License-Identifier: ISC */
/* Stamps, and what years they mean. */
#include "base/when.h"

#include <string.h>
#include <time.h>

#include "base/calendar.h"
#include "base/zone.h"

enum {
	DAY = 24 * 60 * 60,
	YEARS_BACK = 12,	/* 29 February: 1896 to 1904 had none */
	FRACTION_MAX = 9,
};

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char weekdays[] = "SunMonTueWedThuFriSat";

static int64_t
wall_seconds(const struct when *w)
{
	return calendar_day(w->year, w->month, w->day) * DAY + w->hour * 3600 +
	    w->minute * 60 + w->second;
}

/* The last stamp without year or zone, what it was read against, and what it
 * was found to be: month 0, nothing.  A log stays in a quarter of an hour for a
 * long time. */
enum { QUARTER = 15 * 60 };
static struct {
	int month, day, hour, minute;
	struct clock clock;
	int year, offset;
} recent;

static void
resolve_offset(struct when *w)
{
	if (w->has_offset)
		return;
	if (w->zone.n == 0 ||
	    !zone_offset_of(w->zone, wall_seconds(w), &w->offset))
		w->offset = zone_offset_at_wall(wall_seconds(w));
	w->has_offset = true;
}

int64_t
when_seconds(const struct when *w)
{
	return wall_seconds(w) - (int64_t)w->offset * 60;
}

static bool
is_recent(const struct when *w, const struct clock *clock)
{
	return w->month == recent.month && w->day == recent.day &&
	    w->hour == recent.hour && w->minute / 15 == recent.minute / 15 &&
	    clock->now == recent.clock.now &&
	    clock->year == recent.clock.year;
}

/* Not where seconds may decide about the year: the latest that is possible is
 * near, or was a year later. */
static void
keep_recent(const struct when *w, const struct clock *clock)
{
	int64_t left = clock->now + DAY - when_seconds(w);
	bool is_sure = left >= QUARTER && left < (int64_t)363 * DAY;

	recent.month = clock->year || is_sure ? w->month : 0;
	recent.day = w->day;
	recent.hour = w->hour;
	recent.minute = w->minute;
	recent.clock = *clock;
	recent.year = w->year;
	recent.offset = w->offset;
}

/* The year of a stamp that has none. */
static bool
resolve_year(struct when *w, const struct clock *clock)
{
	int64_t latest = clock->now + DAY;
	int year = clock->year ? clock->year : when_local(latest).year;

	for (int back = 0; back <= YEARS_BACK; back++) {
		struct when try = *w;

		try.year = year - back;
		if (!calendar_has(try.year, try.month, try.day))
			continue;
		resolve_offset(&try);
		if (!clock->year && when_seconds(&try) > latest)
			continue;
		*w = try;
		return true;
	}
	return false;
}

bool
when_resolve(struct when *w, const struct clock *clock)
{
	bool is_bare = !w->has_offset && w->zone.n == 0;

	if (w->year) {
		resolve_offset(w);
		return true;
	}
	if (is_bare && is_recent(w, clock)) {
		w->year = recent.year;
		w->offset = recent.offset;
		w->has_offset = true;
		return true;
	}
	if (!resolve_year(w, clock))
		return false;
	if (is_bare)
		keep_recent(w, clock);
	return true;
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
		const char *name = names + 3 * i;

		if (rest->p[0] == name[0] && rest->p[1] == name[1] &&
		    rest->p[2] == name[2]) {
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

/* Two digits and no third; -1: none. */
static int
two_digits(const char *p, int limit)
{
	int value = (p[0] - '0') * 10 + p[1] - '0';

	return byte_is_digit(p[0]) && byte_is_digit(p[1]) && value <= limit ?
	    value : -1;
}

static bool
parse_clock(struct slice *rest, struct when *w)
{
	const char *p = rest->p;

	if (rest->n < 8 || p[2] != ':' || p[5] != ':' ||
	    (rest->n > 8 && byte_is_digit(p[8])))
		return false;
	w->hour = two_digits(p, 23);
	w->minute = two_digits(p + 3, 59);
	w->second = two_digits(p + 6, 60);
	if (w->hour < 0 || w->minute < 0 || w->second < 0)
		return false;
	*rest = slice_from(*rest, 8);
	skip_fraction(rest);
	return true;
}

static bool
parse_offset(struct slice *rest, struct when *w)
{
	if (!zone_parse_offset(rest, &w->offset))
		return false;
	w->has_offset = true;
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

/* Behind the clock, if it is there. */
static void
parse_iso_offset(struct slice *rest, struct when *w)
{
	struct slice at = *rest;

	if (parse_offset(rest, w))
		return;
	/* Exim with log_timezone: 2026-11-22 11:05:40 +0100 */
	if (slice_skip_byte(&at, ' ') && at.n &&
	    (*at.p == '+' || *at.p == '-') && parse_offset(&at, w))
		*rest = at;
}

static bool
parse_iso(struct slice *rest, struct when *w)
{
	const char *p = rest->p;
	struct slice at;

	if (rest->n < 11 || p[4] != '-' || p[7] != '-' ||
	    (p[10] != 'T' && p[10] != 't' && p[10] != ' '))
		return false;
	w->year = two_digits(p, 99) * 100 + two_digits(p + 2, 99);
	w->month = two_digits(p + 5, 12);
	w->day = two_digits(p + 8, 31);
	at = slice_from(*rest, 11);
	if (two_digits(p, 99) < 0 || two_digits(p + 2, 99) < 0 ||
	    w->year == 0 || w->month < 0 || w->day < 0 || !parse_clock(&at, w))
		return false;
	parse_iso_offset(&at, w);
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

/* Stamps of a log lie near each other: the last one up to its minute, and what
 * that says.  n is 0, BSD_HEAD or ISO_HEAD.  Several threads parse. */
enum { BSD_HEAD = 13, ISO_HEAD = 17 };

static _Thread_local struct {
	char head[ISO_HEAD];
	size_t n;
	struct when w;
} last;

static void
keep_last(struct slice stamp, const struct when *w)
{
	const char *p = stamp.p;

	last.n = 0;
	if (stamp.n < ISO_HEAD)
		;
	else if (p[3] == ' ' && p[9] == ':' && p[12] == ':' && w->year == 0)
		last.n = BSD_HEAD;
	else if (p[4] == '-' && p[16] == ':')
		last.n = ISO_HEAD;
	if (last.n == 0)
		return;
	memcpy(last.head, p, last.n);
	last.w = (struct when){ .year = w->year, .month = w->month,
		.day = w->day, .hour = w->hour, .minute = w->minute };
}

/* A stamp that begins as the last one did. */
static bool
parse_as_last(struct slice *rest, struct when *w)
{
	struct slice at = slice_from(*rest, last.n);

	if (last.n == 0 || at.n < 3 || memcmp(rest->p, last.head, last.n) ||
	    byte_is_digit(at.p[2]))
		return false;
	*w = last.w;
	w->second = two_digits(at.p, 60);
	if (w->second < 0)
		return false;
	at = slice_from(at, 2);
	skip_fraction(&at);
	if (last.n == ISO_HEAD)
		parse_iso_offset(&at, w);
	*rest = at;
	return true;
}

static const struct {
	bool (*parse)(struct slice *, struct when *);
	bool begins_with_digit;
} stamps[] = {
	{ parse_bsd, false }, { parse_iso, true },
	{ parse_journal_full, false }, { parse_year_bsd, true },
	{ parse_unix, true },
};

bool
when_parse(struct slice *rest, struct when *w)
{
	bool digit = rest->n && byte_is_digit(*rest->p);

	if (parse_as_last(rest, w))
		return true;
	for (size_t i = 0; i < sizeof stamps / sizeof *stamps; i++) {
		struct slice at = *rest;
		struct when try = { 0 };

		if (stamps[i].begins_with_digit == digit &&
		    stamps[i].parse(&at, &try) &&
		    calendar_has(try.year, try.month, try.day)) {
			keep_last(*rest, &try);
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
	return calendar_day(w->year, w->month, w->day);
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

/* Two digits over a pattern's. */
static void
put_two(char *at, int value)
{
	static const char pairs[] =
	    "00010203040506070809" "10111213141516171819"
	    "20212223242526272829" "30313233343536373839"
	    "40414243444546474849" "50515253545556575859"
	    "60616263646566676869" "70717273747576777879"
	    "80818283848586878889" "90919293949596979899";

	memcpy(at, pairs + (unsigned)value % 100 * 2, 2);
}

void
when_add_rfc3339(struct buf *out, const struct when *w)
{
	int offset = w->offset < 0 ? -w->offset : w->offset;
	char text[] = "YYYY-MM-DDThh:mm:ss+hh:mm";

	put_two(text, w->year / 100);
	put_two(text + 2, w->year);
	put_two(text + 5, w->month);
	put_two(text + 8, w->day);
	put_two(text + 11, w->hour);
	put_two(text + 14, w->minute);
	put_two(text + 17, w->second);
	if (w->offset < 0)
		text[19] = '-';
	put_two(text + 20, offset / 60);
	put_two(text + 23, offset % 60);
	buf_add(out, (struct slice){ text, sizeof text - 1 });
}

void
when_add_minutes(struct buf *out, const struct when *w)
{
	char text[] = "DD/MM/YYYY hh:mm";

	put_two(text, w->day);
	put_two(text + 3, w->month);
	put_two(text + 6, w->year / 100);
	put_two(text + 8, w->year);
	put_two(text + 11, w->hour);
	put_two(text + 14, w->minute);
	buf_add(out, (struct slice){ text, sizeof text - 1 });
}

int
when_set_zone(const char *zone, struct err *e)
{
	recent.month = 0;
	return zone_set(zone, e);
}
