/* SPDX-License-Identifier: ISC */
#ifndef REPORT_PAIRS_H
#define REPORT_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How often which user was tried from which address.  Both are known by their
 * keyed 64-bit hashes alone (base/texthash.h): with a million of them the chance
 * that two are the same is one in eighteen million, and nobody can bring it about.
 *
 * Exact up to max pairs.  Then the rarest make room, about a quarter of them at
 * once, and how often the last of these came is the possible error of all that
 * come later: so what came more often than about 4/3 of a max-th of all is
 * there, as in report/table.h, but at a fraction of its cost.  Who makes room is
 * gone at once, but is taken out little by little, while others are added: unless
 * most came very often, nobody has to wait for a look at all of them. */
struct pairs;

struct pair {
	uint64_t user, ip;	/* hashes */
	uint32_t count;		/* 0: a free slot; UINT32_MAX: so many or more */
	uint32_t error;		/* count may be too high by so much */
};

struct pairs *pairs_new(size_t max);
void pairs_free(struct pairs *p);

/* A pair will be added soon. */
void pairs_expect(const struct pairs *p, uint64_t user, uint64_t ip);

/* One more; true: it is seen for the first time, as far as is known: never,
 * once not all pairs could be kept. */
bool pairs_add(struct pairs *p, uint64_t user, uint64_t ip);

/* All were added: takes out who is gone. */
void pairs_end(struct pairs *p);

bool pairs_are_exact(const struct pairs *p);

/* Slots, many of them free, after pairs_end(). */
const struct pair *pairs_slots(const struct pairs *p, size_t *n);

#endif
