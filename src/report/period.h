/* SPDX-License-Identifier: ISC */
#ifndef REPORT_PERIOD_H
#define REPORT_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/when.h"
#include "report/model.h"
#include "report/stamp.h"

/* What time a report is about, and what it is compared with, in slots of a
 * day.  Usually a slot is a day of the calendar, and a row belongs to the day
 * that is written in it, whatever its zone.  For "24h" moments count: slots are
 * 24 hours long and end at the clock's time of day; each is called by the day
 * on which it ends. */
struct period {
	bool is_all, is_rolling;
	int64_t end;		/* is_rolling: seconds since the epoch */
	int from, to;		/* slots, to is the first one behind it */
	int baseline;		/* the first of the PERIOD_BASELINE before */
	int first;		/* the first slot of interest: as long before
				 * as the period is, or baseline */
};
enum { PERIOD_BASELINE = 7, PERIOD_NONE = INT32_MIN };

/* all, today, yesterday, 24h, 7d (the seven days before today), a date
 * (2026-11-22), or a range of dates (2026-11-01..2026-11-30: both are part of
 * it).  now is resolved.  -1: e says what to write, EX_USAGE. */
int period_parse(struct period *p, const char *text, const struct when *now,
	struct err *e);

/* The slot of a row; PERIOD_NONE if it is neither of the period nor of what is
 * of interest before it. */
int period_slot(const struct period *p, const struct stamp *s);

/* Whether a slot that period_slot() gave is of the period itself. */
static inline bool
period_has(const struct period *p, int slot)
{
	return p->is_all || slot >= p->from;
}

/* No row of this day can be of interest, whatever its time and zone. */
bool period_excludes(const struct period *p, int day);

/* How the model shows it; first and last: the slots of the rows there are, for
 * "all", first > last if there are none. */
void period_show(const struct period *p, const struct when *now, int first,
	int last, struct model *m);

#endif
