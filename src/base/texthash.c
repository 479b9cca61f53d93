/* SPDX-License-Identifier: ISC */
/* Quick hashes that nobody can foresee. */
#include "base/texthash.h"

#include "base/word.h"

struct texthash_key
texthash_random_key(void)
{
	struct texthash_key key = { .sip = siphash_random_key() };
	uint64_t *all[] = { key.words, key.high, key.low };
	size_t n[] = { sizeof key.words, sizeof key.high, sizeof key.low };
	uint64_t count = 0;

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (size_t k = 0; k < n[i] / sizeof *all[i]; k++) {
			all[i][k] = siphash(&key.sip, (struct slice){
			    (const char *)&count, sizeof count });
			count++;
		}
	return key;
}

static uint64_t
siphash_two(const struct texthash_key *key, struct slice a, struct slice b)
{
	uint64_t both[] = { siphash(&key->sip, a), siphash(&key->sip, b) };

	return siphash(&key->sip, (struct slice){ (const char *)both,
	    sizeof both });
}

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 uint128;

enum { PAIR = 2 * WORD_BYTES };

/* Of factors of 128 bits the upper half of the sum. */
static inline uint64_t
hash_of(const struct texthash_key *key, const uint64_t x[3])
{
	uint128 sum = (uint128)key->high[3] << 64 | key->low[3];

	for (int i = 0; i < 3; i++)
		sum += (uint128)key->low[i] * x[i] +
		    ((uint128)(key->high[i] * x[i]) << 64);
	return (uint64_t)(sum >> 64);
}

/* Texts that differ little have hashes that do, and tables take these one beside
 * the other. */
static inline uint64_t
mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0x9e3779b97f4a7c15;
	return x ^ x >> 32;
}

static inline uint128
product(const char *p, const uint64_t *key)
{
	return (uint128)(word_load(p) + key[0]) *
	    (word_load(p + WORD_BYTES) + key[1]);
}

/* Adds what becomes of a text.  Returns the key for what follows. */
static inline const uint64_t *
add_products(uint128 *sum, struct slice s, const uint64_t *words)
{
	if (s.n < PAIR) {
		*sum += (uint128)(word_at(s, 0, 0) + words[0]) *
		    (word_at(s, s.n / 2, 0) + words[1]);
		return words + 2;
	}
	for (size_t i = 0; s.n - i > PAIR; i += PAIR, words += 2)
		*sum += product(s.p + i, words);
	/* The last ones, some of them perhaps twice. */
	*sum += product(s.p + s.n - PAIR, words);
	return words + 2;
}

static uint64_t
finish(const struct texthash_key *key, uint128 sum, uint64_t lengths)
{
	return mix(hash_of(key, (uint64_t[]){ (uint64_t)sum,
	    (uint64_t)(sum >> 64), lengths }));
}

uint64_t
texthash(const struct texthash_key *key, struct slice s)
{
	uint128 sum = 0;

	if (s.n > TEXTHASH_MAX)
		return siphash(&key->sip, s);
	if (s.n < PAIR)
		return mix(hash_of(key, (uint64_t[]){ word_at(s, 0, 0),
		    word_at(s, s.n / 2, 0), s.n }));
	(void)add_products(&sum, s, key->words);
	return finish(key, sum, s.n);
}

uint64_t
texthash_two(const struct texthash_key *key, struct slice a, struct slice b)
{
	uint128 sum = 0;

	if (a.n > TEXTHASH_MAX || b.n > TEXTHASH_MAX)
		return siphash_two(key, a, b);
	(void)add_products(&sum, b, add_products(&sum, a, key->words));
	return finish(key, sum, (uint64_t)a.n << 32 | b.n);
}
#else
uint64_t
texthash(const struct texthash_key *key, struct slice s)
{
	return siphash(&key->sip, s);
}

uint64_t
texthash_two(const struct texthash_key *key, struct slice a, struct slice b)
{
	return siphash_two(key, a, b);
}
#endif
