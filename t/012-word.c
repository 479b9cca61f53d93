/* SPDX-License-Identifier: ISC */
/* Many bytes at once say what one at a time do. */
#include <stdint.h>

#include "base/word.h"
#include "chance.h"
#include "tap.h"

enum { LONGEST = 20 };

static unsigned char
any_byte(void)
{
	static const char near[] = " \x1f\x21\x7e\x7f\x80\x81\xff\\,\"\n\r";

	return chance(16) ? (unsigned char)near[chance(sizeof near)] :
	    (unsigned char)chance(256);
}

static bool
has(struct slice s, char c)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == c)
			return true;
	return false;
}

static bool
has_below(struct slice s, unsigned char c)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < c || (unsigned char)s.p[i] >= 0x80)
			return true;
	return false;
}

/* Each of 64 bytes, by both ways. */
static bool
places_are_right(char c, char d)
{
	char bytes[WIDE_BYTES + 1];
	const char *p = bytes + chance(2);
	uint64_t places, same, truth = 0;

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = chance(4) ? (char)any_byte() : chance(2) ? c : d;
	places = wide_places(p, c, d);
	same = wide_places_by_words(p, c, d);
	for (int i = 0; i < WIDE_BYTES; i++)
		truth |= (uint64_t)(p[i] == c || p[i] == d) << i;
	return places == truth && same == truth;
}

int
main(void)
{
	unsigned wrong_has = 0, wrong_below = 0, wrong_places = 0, found = 0;

	for (size_t i = 0; i < 300000; i++) {
		char bytes[LONGEST], c = (char)any_byte();
		struct slice s = { bytes, i % (LONGEST + 1) };
		uint64_t any = 0, below = 0;

		for (size_t k = 0; k < s.n; k++)
			bytes[k] = (char)any_byte();
		for (size_t k = 0; k < s.n; k += WORD_BYTES) {
			uint64_t word = word_at(s, k, c == 'x' ? 'y' : 'x');

			any |= word_has(word, c);
			below |= word_below(word, ' ');
		}
		found += has(s, c);
		wrong_has += (any != 0) != has(s, c);
		wrong_below += (below != 0) != has_below(s, ' ');
		wrong_places += !places_are_right(c, (char)any_byte());
	}
	ok(found > 1000 && wrong_has == 0, "a byte in a word, %u found, %u "
	    "wrong", found, wrong_has);
	ok(wrong_places == 0, "where they are among 64, %u wrong", wrong_places);
	ok(wrong_below == 0, "a byte below, %u wrong", wrong_below);
	return done();
}
