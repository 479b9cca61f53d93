/* SPDX-License-Identifier: ISC */
#ifndef BASE_WORD_H
#define BASE_WORD_H

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

#endif
