/* SPDX-License-Identifier: ISC */
/* What zones of the clock are called, and how far from UTC they are. */
#include "base/zone.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DAY = 24 * 60 * 60 };

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

static long
offset_at(int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!localtime_r(&t, &tm))
		return 0;
	return tm.tm_gmtoff;
}

long
zone_offset_at_wall(int64_t wall)
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

bool
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
