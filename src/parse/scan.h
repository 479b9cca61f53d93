/* SPDX-License-Identifier: ISC */
#ifndef PARSE_SCAN_H
#define PARSE_SCAN_H

#include <stdbool.h>

#include "base/slice.h"

/* Finds the lines of a block that hold one of a few literals, without looking
 * at the others: nearly all lines of a mail log are of no interest, and a
 * search over the whole block passes over them many times faster than anything
 * that goes line by line. */
enum { SCAN_LITERALS = 24 };

struct scan {
	struct slice literals[SCAN_LITERALS];	/* borrowed */
	const char *next[SCAN_LITERALS];	/* first hit not before at */
	size_t n;
	const char *at, *end;
};

void scan_init(struct scan *s, const struct slice *literals, size_t n);

/* Begins a block, which must stay until the next. */
void scan_begin(struct scan *s, struct slice block);

/* The next line that holds a literal, without its newline, cut at max bytes.
 * False: no more in this block. */
bool scan_next(struct scan *s, size_t max, struct slice *line);

#endif
