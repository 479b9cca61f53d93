/* SPDX-License-Identifier: ISC */
/* Where cells end, of many lines at once. */
#include "base/csvindex.h"

#include <assert.h>

#include "base/word.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { FEW = 8 };
_Static_assert(FEW <= (int)CSVINDEX_MORE, "and what else is written fits");
_Static_assert((int)CSVINDEX_MORE >= (int)WIDE_BYTES, "as is promised");
_Static_assert(CSVINDEX_TEXT % WIDE_BYTES == 0, "no place is beyond it");

/* Adds where bits are set, from a place on.  Mostly there are few: which of the
 * first there are is not asked. */
__attribute__((always_inline)) static inline size_t
add_places(uint64_t bits, size_t from, uint32_t *places)
{
	size_t n = 0;

	for (int i = 0; i < FEW; i++) {
		places[n] = (uint32_t)from +
		    (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63);
		n += bits != 0;
		bits &= bits - 1;
	}
	for (; bits; bits &= bits - 1)
		places[n++] = (uint32_t)from + (uint32_t)__builtin_ctzll(bits);
	return n;
}

/* Takes what was found in the 64 bytes from a place on: delimiters and newlines
 * together, and newlines as far as the first quote, if there is one.  False: there
 * is. */
__attribute__((always_inline)) static inline bool
add_found(struct csvindex *x, size_t from, uint64_t ends, uint64_t newlines,
    uint64_t quotes)
{
	x->n_ends += add_places(ends, from, x->ends + 1 + x->n_ends);
	newlines &= (quotes & -quotes) - 1;
	for (; newlines; newlines &= newlines - 1)
		x->newlines[x->n_newlines++] = (uint32_t)from +
		    (uint32_t)__builtin_ctzll(newlines);
	return !quotes;
}

static uint64_t
meant_quotes(char delimiter)
{
	return delimiter == '\t' ? 0 : UINT64_MAX;
}

static void
fill_16(struct csvindex *x, struct slice text, char delimiter)
{
	uint64_t meant = meant_quotes(delimiter);

	for (size_t i = 0; text.n - i >= WIDE_BYTES; i += WIDE_BYTES)
		if (!add_found(x, i, wide_places(text.p + i, delimiter, '\n'),
		    wide_places(text.p + i, '\n', '\n'),
		    wide_places(text.p + i, '"', '"') & meant))
			break;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static inline uint64_t
places_32(__m256i low, __m256i high, char c)
{
	__m256i all = _mm256_set1_epi8(c);

	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, all)) |
	    (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high,
	    all)) << 32;
}

__attribute__((target("avx2,bmi"))) static void
fill_32(struct csvindex *x, struct slice text, char delimiter)
{
	uint64_t meant = meant_quotes(delimiter);

	for (size_t i = 0; text.n - i >= WIDE_BYTES; i += WIDE_BYTES) {
		const __m256i *p = (const __m256i *)(const void *)(text.p + i);
		__m256i low = _mm256_loadu_si256(p);
		__m256i high = _mm256_loadu_si256(p + 1);
		uint64_t newlines = places_32(low, high, '\n');

		if (!add_found(x, i, newlines | places_32(low, high,
		    delimiter), newlines, places_32(low, high, '"') & meant))
			break;
	}
}
#endif

bool
csvindex_has_way(enum csvindex_way way)
{
#if defined(__x86_64__)
	return way != CSVINDEX_32 || (__builtin_cpu_supports("avx2") &&
	    __builtin_cpu_supports("bmi"));
#else
	return way != CSVINDEX_32;
#endif
}

void
csvindex_set_way(struct csvindex *x, enum csvindex_way way)
{
	assert(csvindex_has_way(way));
	x->fill = fill_16;
#if defined(__x86_64__)
	if (way == CSVINDEX_32)
		x->fill = fill_32;
#endif
}

void
csvindex_init(struct csvindex *x)
{
	x->text = NULL;
	x->at = 0;
	csvindex_forget(x);
	csvindex_set_way(x, csvindex_has_way(CSVINDEX_32) ? CSVINDEX_32 :
	    CSVINDEX_16);
}

/* Goes to the line that a text begins with, if that is known, or looks at the
 * text. */
static void
go_to(struct csvindex *x, struct slice text, char delimiter)
{
	size_t at = x->at < x->n ? (size_t)(text.p - x->text) : x->n;

	if (at >= x->at && at < x->n) {
		while (x->ends[1 + x->end] < at)
			x->end++;
		while (x->newlines[x->line] < at)
			x->line++;
		x->at = at;
		return;
	}
	x->n_ends = x->n_newlines = 0;
	x->fill(x, slice_to(text, CSVINDEX_TEXT), delimiter);
	x->text = text.p;
	x->n = x->n_newlines ? x->newlines[x->n_newlines - 1] + (size_t)1 : 0;
	x->at = x->end = x->line = 0;
}

size_t
csvindex_cut(struct csvindex *x, struct slice text, char delimiter, size_t n,
    const uint32_t **ends)
{
	size_t length;

	if (x->at >= x->n || text.p != x->text + x->at)
		go_to(x, text, delimiter);
	if (x->n == 0 || x->end + n > x->n_ends ||
	    x->ends[x->end + n] != x->newlines[x->line])
		return 0;
	*ends = &x->ends[x->end];
	x->ends[x->end] = (uint32_t)x->at - 1;
	length = x->newlines[x->line] + 1 - x->at;
	x->ends[x->end + n] -= length > 1 && text.p[length - 2] == '\r';
	x->at += length;
	x->end += n;
	x->line++;
	return length;
}
