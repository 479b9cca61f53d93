/* SPDX-License-Identifier: ISC */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

/* The Gregorian calendar, as if it had always been in use; month 1..12, day
 * 1..31. */

/* Days from 1970-01-01 to a date that it has. */
int64_t calendar_day(int year, int month, int day);

/* Whether it has a date, of whatever numbers; year 0: in any year. */
bool calendar_has(int year, int month, int day);

#endif
