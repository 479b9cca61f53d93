/* SPDX-License-Identifier: ISC */
#ifndef PARSE_SIEVE_H
#define PARSE_SIEVE_H

#include <stdbool.h>

#include "base/buf.h"
#include "parse/parser.h"
#include "parse/scan.h"

/* Leaves of a log what a parser would look at: the lines that hold a literal,
 * and an empty line where others stood between two of them, so that none seems
 * to follow the other.  A parser finds the same events in what is left. */
struct sieve {
	struct scan scan;
	bool has_gap;		/* lines were left out behind the last one */
};

/* Borrows from the parser's rules, and nothing that changes. */
void sieve_init(struct sieve *s, const struct parser *p);

/* Adds what is left of a block to out: at most two bytes more than it has.
 * Every line gets a newline. */
void sieve_block(struct sieve *s, struct slice block, struct buf *out);

#endif
