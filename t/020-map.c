/* SPDX-License-Identifier: ISC */
/* The hash and the map that is keyed with it.  The vectors come from another
 * implementation, which gives a129ca6149be45e5 for the 15 bytes of the paper's
 * appendix when it is told to do 2 and 4 rounds. */
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "tap.h"

static const struct {
	size_t n;		/* bytes 0, 1, 2, ... */
	uint64_t hash;
} vectors[] = {
	{ 0, 0xabac0158050fc4dcu }, { 1, 0xc9f49bf37d57ca93u },
	{ 2, 0x82cb9b024dc7d44du }, { 3, 0x8bf80ab8e7ddf7fbu },
	{ 4, 0xcf75576088d38328u }, { 5, 0xdef9d52f49533b67u },
	{ 6, 0xc50d2b50c59f22a7u }, { 7, 0xd3927d989bb11140u },
	{ 8, 0x369095118d299a8eu }, { 9, 0x25a48eb36c063de4u },
	{ 15, 0xd320d86d2a519956u }, { 16, 0xcc4fdd1a7d908b66u },
	{ 17, 0x9cf2689063dbd80cu }, { 63, 0x9d199062b7bbb3a8u },
	{ 64, 0xf17997ec4b4a6065u }, { 255, 0xf76214e3153c4a15u },
	{ 256, 0x75b3e64e167de370u }, { 257, 0x5d8ffca6213c73b8u },
};

static void
test_siphash(void)
{
	static const struct siphash_key key = { 0x0706050403020100,
		0x0f0e0d0c0b0a0908 }, zero = { 0, 0 },
		ones = { UINT64_MAX, UINT64_MAX };
	char bytes[257];
	bool good = true;

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)i;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		uint64_t hash = siphash(&key, (struct slice){ bytes,
		    vectors[i].n });

		if (hash == vectors[i].hash)
			continue;
		good = false;
		printf("# %zu bytes: %016llx\n", vectors[i].n,
		    (unsigned long long)hash);
	}
	ok(good, "SipHash-1-3 of 0 to 257 bytes");
	ok(siphash(&zero, (struct slice){ NULL, 0 }) == 0xd1fba762150c532c &&
	    siphash(&ones, SLICE("\xff\xfe\x80\0")) == 0xf7ccbd2ccd6d7570 &&
	    siphash(&ones, SLICE("unknown[192.0.2.7]")) == 0xfa8a96237a1d681f,
	    "other keys, other bytes");
	/* Wherever the bytes stand in memory. */
	for (size_t i = 1; i < 8; i++) {
		char moved[64 + 8];

		memcpy(moved + i, bytes, 63);
		good = good && siphash(&key, (struct slice){ moved + i, 63 })
		    == 0x9d199062b7bbb3a8u;
	}
	ok(good, "bytes need no alignment");
}

static void
test_random_key(void)
{
	struct siphash_key a = siphash_random_key(), b = siphash_random_key();

	ok(a.k0 != b.k0 && a.k1 != b.k1, "two random keys are not the same");
}

static void
test_small(void)
{
	struct map *m = map_new(4);
	uint64_t *value;

	ok(map_count(m) == 0 && !map_find(m, SLICE("")) &&
	    !map_find(m, SLICE("a")), "a new map is empty");
	ok(map_add(m, (struct slice){ NULL, 0 }, 1) &&
	    map_add(m, SLICE("a"), 2) && map_add(m, SLICE("a\0"), 3) &&
	    map_add(m, SLICE("a\0b"), UINT64_MAX), "up to the ceiling");
	ok(!map_add(m, SLICE("c"), 5) && map_count(m) == 4 &&
	    !map_find(m, SLICE("c")), "one over");
	value = map_find(m, SLICE(""));
	ok(value && *value == 1, "the empty key is a key");
	value = map_find(m, SLICE("a\0"));
	ok(value && *value == 3 && *map_find(m, SLICE("a")) == 2 &&
	    *map_find(m, SLICE("a\0b")) == UINT64_MAX,
	    "a NUL belongs to the key");
	*value = 33;
	ok(*map_find(m, SLICE("a\0")) == 33, "a value can be changed");
	map_free(m);
	m = map_new(0);
	ok(!map_add(m, SLICE("a"), 1) && map_count(m) == 0,
	    "a map for nothing");
	map_free(m);
	map_free(NULL);
}

static void
test_many(void)
{
	enum { KEYS = 100000 };
	static char texts[KEYS][16];
	static struct slice keys[KEYS];
	struct map *m = map_new(KEYS);
	bool good = true;

	for (size_t i = 0; i < KEYS; i++) {
		int n = snprintf(texts[i], sizeof texts[i], "2001:db8::%zx",
		    i);

		keys[i] = (struct slice){ texts[i], (size_t)n };
		good = good && !map_find(m, keys[i]) &&
		    map_add(m, keys[i], i);
	}
	ok(good && map_count(m) == KEYS, "100000 keys");
	for (size_t i = 0; i < KEYS && good; i++) {
		const uint64_t *value = map_find(m, keys[i]);

		good = value && *value == i;
		if (!good)
			printf("# key %zu\n", i);
	}
	ok(good, "each has its value");
	ok(!map_add(m, SLICE("one more"), 1) && map_count(m) == KEYS,
	    "and no more than that");
	for (size_t i = 0; i < KEYS; i++) {
		texts[i][0] = 'x';
		good = good && !map_find(m, keys[i]);
		texts[i][0] = '2';
	}
	ok(good, "what is not there is not found");
	map_free(m);
}

int
main(void)
{
	test_siphash();
	test_random_key();
	test_small();
	test_many();
	return done();
}
