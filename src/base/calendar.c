/* SPDX-License-Identifier: ISC */
/* Dates and days. */
#include "base/calendar.h"

/* Counted in eras of 400 years that begin on 1 March. */
int64_t
calendar_day(int year, int month, int day)
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

bool
calendar_has(int year, int month, int day)
{
	static const int lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	if (month < 1 || month > 12 || day < 1 || day > lengths[month - 1])
		return false;
	return month != 2 || day < 29 || year == 0 || is_leap(year);
}
