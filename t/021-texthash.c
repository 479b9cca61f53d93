/* SPDX-License-Identifier: ISC */
/* Quick hashes: the functions that are promised, written down plainly; and what a
 * table needs of them. */
#include <stdlib.h>

#include "base/texthash.h"
#include "chance.h"
#include "tap.h"

enum { TEXT = 300, NAMES = 1 << 20, PLACES = 1 << 20 };

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 uint128;

/* Eight bytes from a place on, the first one the lowest. */
static uint64_t
word(struct slice s, size_t from)
{
	uint64_t x = 0;

	for (size_t i = 8; i-- > 0;)
		x = x << 8 | (unsigned char)s.p[from + i];
	return x;
}

/* NH of a text of 16 bytes or more, with words of the key from a place on. */
static uint128
nh(const uint64_t *words, struct slice s)
{
	uint128 sum = 0;
	size_t pairs = (s.n + 15) / 16;

	for (size_t i = 0; i < pairs; i++) {
		size_t from = i < pairs - 1 ? 16 * i : s.n - 16;

		sum += (uint128)(word(s, from) + words[2 * i]) *
		    (word(s, from + 8) + words[2 * i + 1]);
	}
	return sum;
}

static uint64_t
multilinear(const struct texthash_key *key, uint128 text, uint64_t length)
{
	uint128 sum = (uint128)key->high[3] << 64 | key->low[3];
	uint64_t hash, x[] = { (uint64_t)text, (uint64_t)(text >> 64),
		length };

	for (int i = 0; i < 3; i++)
		sum += ((uint128)key->high[i] << 64 | key->low[i]) * x[i];
	hash = (uint64_t)(sum >> 64);
	hash = (hash ^ hash >> 32) * 0x9e3779b97f4a7c15;
	return hash ^ hash >> 32;
}

static void
test_plain(const struct texthash_key *key, const char *text)
{
	bool good = true, both_good = true;

	for (size_t n = 16; n <= TEXTHASH_MAX; n++) {
		struct slice s = { text, n };
		struct slice other = { text + n / 2, TEXTHASH_MAX - n / 2 };

		good &= texthash(key, s) == multilinear(key,
		    nh(key->words, s), n);
		both_good &= texthash_two(key, s, other) == multilinear(key,
		    nh(key->words, s) + nh(key->words + (n + 15) / 16 * 2,
		    other), (uint64_t)n << 32 | other.n);
	}
	ok(good, "NH and a multilinear function, of 16 to 128 bytes");
	ok(both_good, "of two, with what follows of the key for the second");
}
#else
static void
test_plain(const struct texthash_key *key, const char *text)
{
	ok(texthash(key, (struct slice){ text, 16 }) == siphash(&key->sip,
	    (struct slice){ text, 16 }), "SipHash, without wide numbers");
}
#endif

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static size_t
count_different(uint64_t *hashes, size_t n)
{
	size_t different = n > 0;

	qsort(hashes, n, sizeof *hashes, compare);
	for (size_t i = 1; i < n; i++)
		different += hashes[i] != hashes[i - 1];
	return different;
}

/* Every length, every bit of it, bytes of zero behind it, wherever it stands. */
static void
test_texts(const struct texthash_key *key)
{
	static uint64_t hashes[(TEXT + 1) * (TEXT * 8 + 2)];
	char text[TEXT + 8], moved[TEXT + 16];
	bool is_same = true;
	size_t n = 0;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)chance(256);
	for (size_t length = 0; length <= TEXT; length++) {
		struct slice s = { text, length };
		uint64_t hash = texthash(key, s);

		for (size_t at = 1; at <= 8; at++) {
			memcpy(moved + at, text, length);
			moved[at + length] = (char)at;
			is_same &= texthash(key, (struct slice){ moved + at,
			    length }) == hash;
		}
		hashes[n++] = hash;
		for (size_t bit = 0; bit < 8 * length; bit++) {
			text[bit / 8] ^= (char)(1 << bit % 8);
			hashes[n++] = texthash(key, s);
			text[bit / 8] ^= (char)(1 << bit % 8);
		}
	}
	ok(is_same, "what stands around a text does not matter, nor where it is");
	ok(count_different(hashes, n) == n,
	    "every bit matters, of 0 to %d bytes: %zu hashes", TEXT, n);
	memset(text, 0, sizeof text);
	for (n = 0; n <= TEXT; n++)
		hashes[n] = texthash(key, (struct slice){ text, n });
	ok(count_different(hashes, n) == n, "so does the length alone");
}

/* Two texts, each of every length, and wherever one is a little different. */
static void
test_two(const struct texthash_key *key)
{
	static uint64_t hashes[160 * 160 * 3];
	char text[2 * 160];
	size_t n = 0;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)chance(256);
	for (size_t a = 0; a < 160; a++)
		for (size_t b = 0; b < 160; b++) {
			struct slice one = { text, a }, other = { text + a, b };

			hashes[n++] = texthash_two(key, one, other);
			if (a == 0 || b == 0)
				continue;
			text[chance((unsigned)a)] ^= 1;
			hashes[n++] = texthash_two(key, one, other);
			text[a + chance((unsigned)b)] ^= 1;
			hashes[n++] = texthash_two(key, one, other);
		}
	ok(count_different(hashes, n) == n,
	    "two texts, and where one ends: %zu hashes", n);
	n = 0;
	memset(text, 0, sizeof text);
	for (size_t a = 0; a < 160; a++)
		for (size_t b = 0; b < 160; b++)
			hashes[n++] = texthash_two(key, (struct slice){ text,
			    a }, (struct slice){ text, b });
	ok(count_different(hashes, n) == n, "the same of zeros");
}

/* Names with numbers, which differ little: as many of so many places are taken as
 * by chance, from either end of the hash. */
static void
test_spread(const struct texthash_key *key, const char *before,
    const char *behind)
{
	static uint64_t hashes[NAMES], places[NAMES];
	char text[64];
	size_t low, high;

	for (int i = 0; i < NAMES; i++) {
		int n = snprintf(text, sizeof text, "%s%d%s", before, i,
		    behind);

		hashes[i] = texthash(key, (struct slice){ text, (size_t)n });
	}
	for (int i = 0; i < NAMES; i++)
		places[i] = hashes[i] % PLACES;
	low = count_different(places, NAMES);
	for (int i = 0; i < NAMES; i++)
		places[i] = hashes[i] / (UINT64_MAX / PLACES + 1);
	high = count_different(places, NAMES);
	/* 1 - 1/e of them: 662,826, and 40 standard deviations. */
	ok(low > 649000 && low < 677000 && high > 649000 && high < 677000,
	    "'%s', a number, '%s': %zu and %zu of %d places", before, behind,
	    low, high, PLACES);
	ok(count_different(hashes, NAMES) == NAMES, "no two have one hash");
}

int
main(void)
{
	struct texthash_key key = texthash_random_key();
	struct texthash_key other = texthash_random_key();
	char text[TEXTHASH_MAX];

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)chance(256);
	test_plain(&key, text);
	ok(texthash(&key, SLICE("admin")) != texthash(&other, SLICE("admin")) &&
	    texthash(&key, (struct slice){ text, sizeof text }) !=
	    texthash(&other, (struct slice){ text, sizeof text }),
	    "another key, another hash");
	test_texts(&key);
	test_two(&key);
	test_spread(&key, "", "");
	test_spread(&key, "user", "@example.org");
	test_spread(&key, "", " is what a long name begins with, no more");
	test_spread(&key, "the end of a long name is different: ", "");
	return done();
}
