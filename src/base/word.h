/* SPDX-License-Identifier: ISC */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/slice.h"

/* Eight bytes looked at together.  A test gives a word that is not 0 if one of
 * them, or several, are meant; which, it does not say exactly. */
enum { WORD_BYTES = 8 };

/* Every byte of it c. */
static inline uint64_t
word_of(char c)
{
	return UINT64_C(0x0101010101010101) * (unsigned char)c;
}

/* The bytes of s from i on; behind its end they are filled. */
static inline uint64_t
word_at(struct slice s, size_t i, char fill)
{
	size_t n = s.n - i < WORD_BYTES ? s.n - i : WORD_BYTES;
	uint64_t word = word_of(fill);

	if (n == WORD_BYTES)
		memcpy(&word, s.p + i, WORD_BYTES);
	else
		memcpy(&word, s.p + i, n);
	return word;
}

static inline uint64_t
word_has(uint64_t word, char c)
{
	uint64_t zero = word ^ word_of(c);

	return (zero - word_of(1)) & ~zero & word_of('\x80');
}

/* Bytes below c, which is at most 0x80; bytes from 0x80 on count too. */
static inline uint64_t
word_below(uint64_t word, char c)
{
	return ((word - word_of(c)) | word) & word_of('\x80');
}

/* Exactly which bytes are c: the high bit of each; and the place of the first
 * of them, in memory order, where there is one. */
static inline uint64_t
word_places(uint64_t word, char c)
{
	uint64_t other = word ^ word_of(c), low = word_of(0x7f);

	other = ~(((other & low) + low) | other | low);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	other = __builtin_bswap64(other);
#endif
	return other;
}

static inline size_t
word_first(uint64_t places)
{
	return (size_t)__builtin_ctzll(places) / 8;
}

#endif
