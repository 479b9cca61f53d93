/* SPDX-License-Identifier: ISC */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

/* Time zones: what libc does not tell.  Wall is what a clock on the wall shows,
 * as seconds since the epoch were it in UTC. */

/* Offset in seconds of the local zone when its clocks show wall.  Where two
 * fit, the earlier moment (the greater offset); where none fits (the hour that
 * is skipped), the offset before the change. */
long zone_offset_at_wall(int64_t wall);

/* Offset in minutes that an abbreviation stands for: the local zone's own come
 * first.  False: one of many zones, or none. */
bool zone_offset_of(struct slice name, int64_t wall, int *offset);

/* A zone of the database: a relative name without "..". */
bool zone_is_known(const char *zone);

#endif
