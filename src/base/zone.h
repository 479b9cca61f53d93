/* SPDX-License-Identifier: ISC */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"

/* Time zones: what libc does not tell.  Wall is what a clock on the wall shows,
 * as seconds since the epoch were it in UTC. */

/* Offset in minutes of the local zone when its clocks show wall.  Where two
 * fit, the earlier moment (the greater offset); where none fits (the hour that
 * is skipped), the offset before the change. */
int zone_offset_at_wall(int64_t wall);

/* Offset in minutes that an abbreviation stands for: the local zone's own come
 * first.  False: one of many zones, or none. */
bool zone_offset_of(struct slice name, int64_t wall, int *offset);

/* Takes an offset off the cursor: Z, +01:00 or +0100, in minutes east of
 * UTC. */
bool zone_parse_offset(struct slice *rest, int *offset);

/* Makes a zone the local one: "local" (as the system has it), a name of the
 * zone database (a relative one without ".."), or a fixed +hh:mm.  -1: e says
 * what there is, EX_USAGE. */
int zone_set(const char *zone, struct err *e);

#endif
