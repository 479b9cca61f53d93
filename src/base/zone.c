/* SPDX-License-Identifier: ISC */
/* What zones of the clock are called, and how far from UTC they are. */
#include "base/zone.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DAY = 24 * 60 * 60, QUARTER = 15 * 60 };

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

/* Offsets change at quarters of an hour; a log stays in one for a long time. */
static int64_t cached_quarter = INT64_MIN;
static int cached_offset;

static long
offset_at(int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!localtime_r(&t, &tm))
		return 0;
	return tm.tm_gmtoff;
}

static long
find_offset(int64_t wall)
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

int
zone_offset_at_wall(int64_t wall)
{
	if (wall / QUARTER != cached_quarter) {
		cached_offset = (int)(find_offset(wall / QUARTER * QUARTER) /
		    60);
		cached_quarter = wall / QUARTER;
	}
	return cached_offset;
}

bool
zone_offset_of(struct slice name, int64_t wall, int *offset)
{
	for (int days = -1; days <= 365; days += 61) {
		time_t t = (time_t)(wall + (int64_t)days * DAY);
		struct tm tm;

		if (localtime_r(&t, &tm) &&
		    slice_is(name, slice_text(tm.tm_zone))) {
			*offset = (int)(tm.tm_gmtoff / 60);
			return true;
		}
	}
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
		if (slice_is(name, zones[i].name)) {
			*offset = zones[i].offset;
			return true;
		}
	}
	return false;
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

static bool
is_known(const char *zone)
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

bool
zone_parse_offset(struct slice *rest, int *offset)
{
	struct slice at = *rest;
	bool west = at.n && *at.p == '-';
	uint64_t minutes;
	int hours;

	if (at.n && (*at.p == 'Z' || *at.p == 'z')) {
		*offset = 0;
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
	if (hours > 23 || !slice_digits(&at, 2, 2, &minutes) || minutes > 59)
		return false;
	*offset = (west ? -1 : 1) * (hours * 60 + (int)minutes);
	*rest = at;
	return true;
}

int
zone_set(const char *zone, struct err *e)
{
	struct slice rest = slice_text(zone);
	char posix[32];
	int offset;

	cached_quarter = INT64_MIN;
	if (strcmp(zone, "local") == 0) {
		tzset();
		return 0;
	}
	if (zone_parse_offset(&rest, &offset) && rest.n == 0) {
		int minutes = abs(offset);

		/* POSIX counts west of Greenwich. */
		snprintf(posix, sizeof posix, "<%c%02d%02d>%c%02d:%02d",
		    offset < 0 ? '-' : '+', minutes / 60, minutes % 60,
		    offset < 0 ? '+' : '-', minutes / 60, minutes % 60);
		zone = posix;
	} else if (strcmp(zone, "UTC") != 0 && !is_known(zone)) {
		return err_set(e, EX_USAGE, "unknown time zone '%s' (a name "
		    "as in /usr/share/zoneinfo, such as Europe/Paris, or "
		    "+hh:mm, UTC, local)", zone);
	}
	if (setenv("TZ", zone, 1) < 0)
		return err_errno(e, EX_OSERR, "cannot set the time zone");
	tzset();
	return 0;
}
