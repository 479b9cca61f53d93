/* SPDX-License-Identifier: ISC */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

/* Lengths of time as people write them, with their unit: 500ms, 2s, 10m, 20h.
 * The number has at most nine digits. */

/* *ms: milliseconds. */
bool duration_parse(struct slice text, uint64_t *ms);

/* In the largest unit that leaves no rest.  Writes to text and returns it. */
enum { DURATION_MAX = 32 };
const char *duration_text(uint64_t ms, char text[DURATION_MAX]);

#endif
