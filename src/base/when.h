/* SPDX-License-Identifier: ISC */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

/* A moment as a clock on the wall showed it: the stamp of a log line.  A leap
 * second (second 60) stays what it is. */
struct when {
	int year;		/* 0: the stamp has none */
	int month, day;		/* 1..12, 1..31 */
	int hour, minute, second;	/* second 0..60 */
	int offset;		/* minutes east of UTC, if has_offset */
	bool has_offset;
	struct slice zone;	/* abbreviation, borrowed; empty: none */
};

/* What a stamp without year or zone is read against. */
struct clock {
	int64_t now;		/* seconds since the epoch */
	int year;		/* the year of all stamps that have none (29
				 * February: the leap year before, if this is
				 * none); 0: the latest year that gives a time
				 * at most a day after now */
};

/* Takes a stamp off the cursor, in the form it begins with:
 *   Nov  2 11:05:40[.frac]             RFC 3164, day padded with 0 or blank
 *   Nov  2 2026 11:05:40, 2026 Nov  2 11:05:40
 *   2026-11-02T11:05:40[.frac][Z|+01:00|+0100]     RFC 3339, ISO 8601
 *   2026-11-02 11:05:40, Mon 2026-11-02 11:05:40 CET   journalctl short-full
 *   1795345726[.frac]                  journalctl short-unix
 * The last is turned into local time.  False: none of them, or a date that no
 * calendar has; the cursor stays. */
bool when_parse(struct slice *rest, struct when *w);

/* Fills in year and offset: afterwards both are known.  A local time that
 * occurs twice is taken as the first, one that never occurs as if the clock had
 * not yet gone forward.  False: the date exists in no year that is possible. */
bool when_resolve(struct when *w, const struct clock *clock);

/* Seconds since the epoch of a resolved moment, and back, in local time. */
int64_t when_seconds(const struct when *w);
struct when when_local(int64_t seconds);

/* Days from 1970-01-01 to a date (year, month, day), and back. */
int64_t when_day(const struct when *w);
struct when when_of_day(int64_t day);

/* 2026-11-22T11:05:40+01:00, and the seed's 22/11/2026 11:05. */
void when_add_rfc3339(struct buf *out, const struct when *w);
void when_add_minutes(struct buf *out, const struct when *w);

/* Makes "local time" mean a zone: "local" (as the system has it), a name of
 * the zone database, or a fixed +hh:mm. */
int when_set_zone(const char *zone, struct err *e);

#endif
