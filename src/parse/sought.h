/* SPDX-License-Identifier: ISC */
#ifndef PARSE_SOUGHT_H
#define PARSE_SOUGHT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

struct part;

/* Texts to look for in a log: every line that matches a template holds one of
 * them, as it stands there also inside JSON (printable ASCII without quotes,
 * backslash and slash).  The longer the shortest is, the fewer other lines are
 * found. */
struct sought {
	struct slice *texts;
	size_t n, shortest;
};

/* The longest there are: a literal, or what a hole takes one of with the
 * literals around it; or a literal only, where all of the former would be too
 * many to look for at once. */
enum sought_way { SOUGHT_LONGEST, SOUGHT_LITERAL, SOUGHT_WAYS };

/* Chooses them, in each way, for a template of n parts, behind which the empty
 * one stands; they lie in the arena.  A template without a literal that is long
 * enough has the same texts in both.  -1: nothing is (EX_CONFIG). */
int sought_choose(struct arena *a, const struct part *parts, size_t n,
	struct sought *ways, struct err *e);

/* Whether every line holds a text, in one of the literals. */
bool sought_surely_stands(const struct part *parts, size_t n,
	struct slice text);

#endif
