/* SPDX-License-Identifier: ISC */
/* Dates of rows, and periods: the ways that are quick give what the slow ones
 * do. */
#include <stdlib.h>
#include <time.h>

#include "report/period.h"
#include "tap.h"

static const struct {
	struct slice cell;
	long long seconds;	/* -1: none */
} cells[] = {
	{ SLICE("2026-11-22T11:05:40+01:00"), 1795341940 },
	{ SLICE("2026-11-22T11:05:41+01:00"), 1795341941 },
	{ SLICE("2026-11-22T11:05:41+02:00"), 1795338341 },
	{ SLICE("2026-11-22T11:05:41Z"), 1795345541 },
	{ SLICE("2026-11-22T11:05:41.123+01:00"), 1795341941 },
	{ SLICE("2026-11-22 11:05:41"), 1795345541 },
	{ SLICE("22/11/2026 11:05"), 1795345500 },
	{ SLICE("22/11/2026 11:06"), 1795345560 },
	{ SLICE("2026-11-22T23:59:60+01:00"), 1795388400 },
	{ SLICE("1970-01-01T00:00:00Z"), 0 },
	{ SLICE("2026-11-22T24:00:00+01:00"), -1 },
	{ SLICE("2026-11-22T11:60:00+01:00"), -1 },
	{ SLICE("2026-11-22T11:05:61+01:00"), -1 },
	{ SLICE("2026-11-22T1a:05:40+01:00"), -1 },
	{ SLICE("2026-11-22T11-05:40+01:00"), -1 },
	{ SLICE("2026-11-31T11:05:40+01:00"), -1 },
	{ SLICE("2026-11-22T11:05:40+01:00 "), -1 },
	{ SLICE("31/02/2026 11:05"), -1 },
	{ SLICE("22/11/2026 25:05"), -1 },
	{ SLICE("22/11/2026"), -1 },
	{ SLICE("Nov 22 11:05:40"), -1 },
	{ SLICE("1795341940"), -1 },
	{ SLICE("date"), -1 }, { SLICE(""), -1 },
};

/* Each cell after each other: what is remembered must not matter. */
static void
test_stamps(void)
{
	enum { N = sizeof cells / sizeof *cells };
	int good[N];

	for (size_t i = 0; i < N; i++)
		good[i] = 1;
	for (size_t before = 0; before < N; before++) {
		for (size_t i = 0; i < N; i++) {
			struct stamps s = { .day = 0 };
			struct stamp first, second;
			bool is_there;

			(void)stamp_read(&s, cells[before].cell, &first);
			is_there = stamp_read(&s, cells[i].cell, &second);
			if (is_there != (cells[i].seconds >= 0) || (is_there &&
			    stamp_seconds(&second) != cells[i].seconds))
				good[i] = 0;
		}
	}
	for (size_t i = 0; i < N; i++)
		ok(good[i], "'%.*s'", (int)cells[i].cell.n, cells[i].cell.p);
}

/* 11:00 on 22 November 2026, day 20779. */
static const struct {
	const char *period;
	const char *cell;
	int slot;
} slots[] = {
	{ "today", "2026-11-22T00:00:00Z", 20779 },
	{ "today", "2026-11-15T00:00:00Z", 20772 },
	{ "today", "2026-11-14T23:59:59Z", PERIOD_NONE },
	{ "today", "2026-11-23T00:00:00Z", PERIOD_NONE },
	{ "yesterday", "2026-11-22T00:00:00Z", PERIOD_NONE },
	{ "24h", "2026-11-22T10:59:59Z", 20779 },
	{ "24h", "2026-11-22T11:00:00Z", PERIOD_NONE },
	{ "24h", "2026-11-21T11:00:00Z", 20779 },
	{ "24h", "2026-11-21T10:59:59Z", 20778 },
	{ "24h", "2026-11-22T19:59:59+09:00", 20779 },
	{ "24h", "2026-11-23T00:30:00+14:00", 20779 },
	{ "24h", "2026-11-14T11:00:00Z", 20772 },
	{ "24h", "2026-11-14T10:59:59Z", PERIOD_NONE },
	{ "7d", "2026-11-15T00:00:00Z", 20772 },
	{ "7d", "2026-11-08T00:00:00Z", 20765 },
	{ "7d", "2026-11-07T23:59:59Z", PERIOD_NONE },
	{ "2026-11-01..2026-11-20", "2026-10-12T00:00:00Z", 20738 },
	{ "2026-11-01..2026-11-20", "2026-10-11T23:00:00Z", PERIOD_NONE },
	{ "all", "0001-01-01T00:00:00Z", -719162 },
	{ "all", "9999-12-31T00:00:00Z", 2932896 },
};

static void
test_slots(void)
{
	const struct when now = { .year = 2026, .month = 11, .day = 22,
		.hour = 11, .has_offset = true };

	for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) {
		struct stamps s = { .day = 0 };
		struct stamp stamp;
		struct period p;
		struct err e;
		int slot;

		if (period_parse(&p, slots[i].period, &now, &e) < 0 ||
		    !stamp_read(&s, slice_text(slots[i].cell), &stamp)) {
			ok(0, "%s cannot be read", slots[i].period);
			continue;
		}
		slot = period_slot(&p, &stamp);
		ok(slot == slots[i].slot && (slot == PERIOD_NONE ||
		    !period_excludes(&p, stamp.day)), "%s: %s (%d)",
		    slots[i].period, slots[i].cell, slot);
	}
}

int
main(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	test_stamps();
	test_slots();
	return done();
}
