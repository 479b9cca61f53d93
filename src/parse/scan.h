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
enum { SCAN_LITERALS = 64, SCAN_SETS = 8, SCAN_PROBES = 4 };

struct scan {
	struct slice literals[SCAN_LITERALS];	/* borrowed */
	size_t n;
	/* Four bytes of each literal whose lower halves are seldom in logs:
	 * the place of the first, and how far behind it each stands, which is
	 * the same for all. */
	size_t places[SCAN_LITERALS], apart[SCAN_PROBES];
	/* Literals with probes alike are in one of eight sets, which begins
	 * with this one; and the sets with one whose probe has this lower
	 * half, twice, as it is looked up. */
	size_t sets[SCAN_SETS + 1];
	uint8_t halves[SCAN_PROBES][2 * 16];
	const char *at, *end;
	const char *(*search)(const struct scan *s, const char *from);
};

/* Ways to search, all with the same result: the best one that this processor
 * knows is taken; tests take each.  The last is not one of these: every line
 * that is not empty is given, since others have been left out already. */
enum scan_way { SCAN_BYTES, SCAN_16, SCAN_32, SCAN_WAYS,
	SCAN_EVERY = SCAN_WAYS };
bool scan_has_way(enum scan_way way);
enum scan_way scan_best_way(void);
void scan_set_way(struct scan *s, enum scan_way way);

/* Literals have at least one byte, all of them ASCII, and no newline. */
void scan_init(struct scan *s, const struct slice *literals, size_t n);

/* Begins a block, which must stay until the next. */
void scan_begin(struct scan *s, struct slice block);

/* The next line that holds a literal, without its newline, cut at max bytes.
 * False: no more in this block. */
bool scan_next(struct scan *s, size_t max, struct slice *line);

#endif
