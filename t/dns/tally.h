/* SPDX-License-Identifier: ISC */
#ifndef TALLY_H
#define TALLY_H

#include "pending.h"

/* What came in, counted. */
struct tally;

struct tally *tally_new(void);

/* Counts a question at a time in milliseconds. */
void tally_add(struct tally *, const struct query *, const struct peer *,
    uint32_t now);

/* Notes how many wait for an answer. */
void tally_pending(struct tally *, size_t n);

/* Writes the line of statistics; so many answers were forged. */
void tally_print(const struct tally *, uint64_t forged, int fd);

#endif
