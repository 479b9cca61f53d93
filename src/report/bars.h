/* SPDX-License-Identifier: ISC */
#ifndef REPORT_BARS_H
#define REPORT_BARS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Charts out of block characters (U+2581 to U+258F). */

/* A bar to the right: most fills the columns; what is not 0 shows. */
void bars_add_one(struct buf *out, uint64_t value, uint64_t most,
	size_t columns);

/* Bars that stand side by side on n lines, each wide columns and a blank, with
 * indent blanks before them; the line ends are written. */
void bars_add_upright(struct buf *out, const uint64_t *values, size_t n_values,
	size_t lines, size_t wide, size_t indent);

/* One of five shades for a value: blank for 0. */
void bars_add_shade(struct buf *out, uint64_t value, uint64_t most,
	size_t columns);

#endif
