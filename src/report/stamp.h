/* SPDX-License-Identifier: ISC */
#ifndef REPORT_STAMP_H
#define REPORT_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

/* The date of a row, as it is written there: 2026-11-22T11:05:40+01:00 (with
 * or without zone and fraction, a blank for the T), or the seed's 22/11/2026
 * 11:05.  Both begin with the day, in STAMP_DAY bytes. */
struct stamp {
	int day;		/* days since 1970-01-01 */
	int second;		/* of the day, 0 to 86400 */
	int offset;		/* minutes east of UTC; local time's where none
				 * is written */
};
enum { STAMP_DAY = 10 };

/* Rows stay long in one day and zone: what was read last is known again. */
struct stamps {
	char day_text[STAMP_DAY], zone_text[6];
	int day, offset;
	bool is_day_known, is_zone_known;
};

/* The cell is that of the same day as the one read last. */
static inline bool
stamp_is_same_day(const struct stamps *s, const char *text)
{
	return s->is_day_known && bytes_are(s->day_text, text, STAMP_DAY);
}

/* False: no date in one of these forms, or one that no calendar has; then *out
 * is left alone. */
bool stamp_read(struct stamps *s, struct slice cell, struct stamp *out);

/* Seconds since the epoch. */
int64_t stamp_seconds(const struct stamp *s);

#endif
