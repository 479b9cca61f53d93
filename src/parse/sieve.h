/* SPDX-License-Identifier: ISC */
#ifndef PARSE_SIEVE_H
#define PARSE_SIEVE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "parse/reading.h"
#include "parse/rules.h"
#include "parse/scan.h"

/* What can be done with a log by the block, ahead of the parser: leave of it
 * the lines that may matter, and read these.  A parser finds the same events in
 * what is left. */
struct sieve {
	const struct rules *rules;	/* borrowed */
	unsigned events;
	struct scan scan;
	bool has_gap;		/* lines were left out behind the last one */
};

/* For the events in a set (1 << enum event_kind).  -1: too many different
 * literals (EX_CONFIG).  A copy of one that has not been used yet is another
 * one. */
int sieve_init(struct sieve *s, const struct rules *rules, unsigned events,
	struct err *e);

/* Adds to out the lines of a block that hold a literal, and an empty line where
 * others stood between two of them, so that none seems to follow the other: at
 * most two bytes more than the block has.  Every line gets a newline. */
void sieve_block(struct sieve *s, struct slice block, struct buf *out);

/* Adds what each line that is left says, as struct reading, but for JSON, and
 * for lines that there is no room for.  In any thread. */
void sieve_read(const struct sieve *s, struct slice left,
	struct buf *readings);

#endif
