/* SPDX-License-Identifier: ISC */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Pictures in SVG, as parts of a page whose style sheet colours their classes.
 * They are stretched to the room there is, so no text is in them but titles
 * (what a pointer shows, and a screen reader reads); labels stand beside them
 * as HTML. */

/* A bar, class "part", that is part/whole of the width, before one of class
 * "air". */
void chart_add_share(struct buf *out, uint64_t part, uint64_t whole);

struct chart {
	const char *label;		/* what it shows: our own words, ASCII */
	const uint64_t *values;
	size_t n;
	size_t old;			/* so many at the front are of before */
	uint64_t level;			/* 0: none */
	/* Writes what a value stands for. */
	void (*title)(struct buf *out, const void *about, size_t i);
	const void *about;
};

/* Upright bars of class "bar", or "old" if they are; without old ones, the
 * highest is "peak".  A line of class "usual" at level. */
void chart_add_bars(struct buf *out, const struct chart *c);

/* Cells in rows of so many columns, of class "h0" to "h8" by chart_heat(). */
void chart_add_heat(struct buf *out, const struct chart *c, size_t columns);

/* How dark a cell is, 0 (nothing) to CHART_DARKEST (the highest value): by the
 * root of its share, so that a little differs from nothing. */
enum { CHART_DARKEST = 8 };
unsigned chart_heat(uint64_t value, uint64_t highest);

uint64_t chart_highest(const uint64_t *values, size_t n);

/* part of whole in thousandths, at least 1 if part is not 0. */
unsigned chart_share(uint64_t part, uint64_t whole);

#endif
