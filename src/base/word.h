/* SPDX-License-Identifier: ISC */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/slice.h"

/* Eight bytes, or more, looked at together.  A test gives a word that is not 0
 * if one of them, or several, are meant; which, it does not say exactly. */
enum { WORD_BYTES = 8 };

/* Eight bytes as a number, the first one the lowest. */
static inline uint64_t
word_load(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof word);
	return le64toh(word);
}

/* Every byte of it c. */
static inline uint64_t
word_of(char c)
{
	return UINT64_C(0x0101010101010101) * (unsigned char)c;
}

/* The bytes of s from i on, in any order and some of them perhaps twice.  If
 * they are too few, bytes before them fill the word, or else fill does. */
static inline uint64_t
word_at(struct slice s, size_t i, char fill)
{
	size_t n = s.n - i;
	const char *p = s.p + i;
	uint64_t word = word_of(fill);
	uint32_t head, tail;

	if (s.n >= WORD_BYTES) {
		memcpy(&word, n < WORD_BYTES ? s.p + s.n - WORD_BYTES : p,
		    WORD_BYTES);
	} else if (n >= sizeof head) {
		/* Of known sizes, which cost no call, and not put together in
		 * memory, from where it would be slow to read back. */
		memcpy(&head, p, sizeof head);
		memcpy(&tail, p + n - sizeof tail, sizeof tail);
		word = head | (uint64_t)tail << 32;
	} else if (n) {
		word = word << 24 | (unsigned char)p[0] |
		    (uint64_t)(unsigned char)p[n / 2] << 8 |
		    (uint64_t)(unsigned char)p[n - 1] << 16;
	}
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

/* Exactly which bytes are c: the highest bit of each. */
static inline uint64_t
word_places(uint64_t word, char c)
{
	uint64_t other = word ^ word_of(c), low = word_of(0x7f);

	return ~(((other & low) + low) | other) & ~low;
}

/* The highest bits of its bytes, put together: the lowest byte's is the
 * lowest. */
static inline unsigned
word_bits(uint64_t word)
{
	return (unsigned)((word >> 7 & word_of(1)) *
	    UINT64_C(0x0102040810204080) >> 56);
}

/* Which of 64 bytes are c, or d: a bit for each, the lowest for the first. */
enum { WIDE_BYTES = 64 };

static inline uint64_t
wide_places_by_words(const char *p, char c, char d)
{
	uint64_t places = 0;

	for (int i = 0; i < WIDE_BYTES; i += WORD_BYTES) {
		uint64_t word = word_load(p + i);

		places |= (uint64_t)word_bits(word_places(word, c) |
		    word_places(word, d)) << i;
	}
	return places;
}

static inline uint64_t
wide_places(const char *p, char c, char d)
{
#ifdef __SSE2__
	uint64_t places = 0;

	for (int i = 0; i < WIDE_BYTES; i += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(p + i));
		int found = _mm_movemask_epi8(_mm_or_si128(
		    _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)),
		    _mm_cmpeq_epi8(bytes, _mm_set1_epi8(d))));

		places |= (uint64_t)(unsigned)found << i;
	}
	return places;
#else
	return wide_places_by_words(p, c, d);
#endif
}

#endif
