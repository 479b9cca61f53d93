/* SPDX-License-Identifier: ISC */
#ifndef FLOOD_H
#define FLOOD_H

#include "answer.h"
#include "pending.h"

/* Forged answers, so many a second, to those who asked lately.  Each is right
 * but for one thing: the id, the question, whom it comes from, or which of the
 * client's ports it goes to.  The name in it is evil-flood. */
struct flood;

struct flood *flood_new(unsigned rate, struct answerer *);

/* A question came by UDP. */
void flood_see(struct flood *, const struct query *, const struct peer *);

/* The next forgery, and to whom; false: none is due at a time in
 * microseconds. */
bool flood_next(struct flood *, uint64_t now, struct answer *,
    struct peer *to);

/* When to look again; UINT64_MAX: nothing to forge. */
uint64_t flood_due(const struct flood *, uint64_t now);

/* How many there were. */
uint64_t flood_count(const struct flood *);

#endif
