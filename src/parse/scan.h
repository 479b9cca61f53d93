/* SPDX-License-Identifier: ISC */
#ifndef PARSE_SCAN_H
#define PARSE_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

/* Finds the lines of a block that hold one of a few literals, without looking
 * at the others: nearly all lines of a mail log are of no interest, and a
 * search over the whole block passes over them many times faster than anything
 * that goes line by line. */
enum { SCAN_LITERALS = 24 };

struct scan {
	struct slice literals[SCAN_LITERALS];	/* borrowed */
	/* Places in a literal whose bytes are seldom in logs. */
	size_t first[SCAN_LITERALS], second[SCAN_LITERALS];
	size_t n, longest;
	const char *at, *end;
	const char *(*search)(const struct scan *s, const char *from);
};

/* Literals have at least one byte. */
void scan_init(struct scan *s, const struct slice *literals, size_t n);

/* Begins a block, which must stay until the next. */
void scan_begin(struct scan *s, struct slice block);

/* The next line that holds a literal, without its newline, cut at max bytes.
 * False: no more in this block. */
bool scan_next(struct scan *s, size_t max, struct slice *line);

#endif
