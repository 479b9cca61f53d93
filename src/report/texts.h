/* SPDX-License-Identifier: ISC */
#ifndef REPORT_TEXTS_H
#define REPORT_TEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* Many short texts that come and go, without malloc()'s overhead for each. */
struct texts;
enum { TEXTS_UNIT = 16, TEXTS_UNITS_MAX = 8 };	/* of a text: 128 bytes */

struct texts *texts_new(void);
void texts_free(struct texts *t);

/* Room for a text of 1 to TEXTS_UNITS_MAX units: where it is. */
uint32_t texts_take(struct texts *t, unsigned units);

/* Whether one of this size was given back, so that texts_take() needs no more
 * memory for it. */
bool texts_has(const struct texts *t, unsigned units);

void texts_give(struct texts *t, uint32_t place, unsigned units);

/* Valid until texts_free(). */
char *texts_at(const struct texts *t, uint32_t place);

#endif
