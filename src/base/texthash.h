/* SPDX-License-Identifier: ISC */
#ifndef BASE_TEXTHASH_H
#define BASE_TEXTHASH_H

#include <stdint.h>

#include "base/map.h"

/* Hashes for tables of many texts, at a fraction of SipHash's cost.  Whoever knows
 * neither the key nor hashes cannot find two texts that have one hash but by
 * chance: that of any two is at most 2 in 2^64.  So, unlike SipHash's, hashes
 * must not be shown.
 *
 * Texts are shortened to 16 bytes by NH (Black, Halevi, Krawczyk, Krovetz,
 * Rogaway: "UMAC: Fast and Secure Message Authentication"), and these hashed
 * together with the length by a multilinear function (Lemire, Kaser: "Strongly
 * universal string hashing is fast"); long ones by SipHash. */
enum { TEXTHASH_MAX = 128 };	/* bytes: what is longer is long */

struct texthash_key {
	struct siphash_key sip;
	uint64_t words[2 * TEXTHASH_MAX / sizeof(uint64_t)];
	uint64_t high[4], low[4];	/* of factors */
};

struct texthash_key texthash_random_key(void);
uint64_t texthash(const struct texthash_key *key, struct slice s);

/* Of two texts, as if they were one, but for where the second begins. */
uint64_t texthash_two(const struct texthash_key *key, struct slice a,
	struct slice b);

#endif
