/* SPDX-License-Identifier: ISC */
/* The lines of a block that hold one of a few literals. */
#include "parse/scan.h"

#include <assert.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* Bytes of mail logs, the most frequent first; what is not named is rare. */
static const char frequent[] = " 1023456789eaitosnrl=.:pcmd[]/-<>@,xufhgbwyv";

enum { APART_MAX = 16 };

static size_t
rank_of(char c)
{
	const char *p = memchr(frequent, c, sizeof frequent - 1);

	return 1 + (p ? (size_t)(p - frequent) : sizeof frequent);
}

/* How rare the rarest pair of bytes so far apart is, and where it stands. */
static size_t
rarest(struct slice literal, size_t apart, size_t *place)
{
	size_t best = 0;

	for (size_t i = 0; i + apart < literal.n; i++) {
		size_t rank = rank_of(literal.p[i]) *
		    rank_of(literal.p[i + apart]);

		if (rank > best) {
			best = rank;
			*place = i;
		}
	}
	return best;
}

/* The distance at which the most frequent of the pairs is as rare as can be; 0,
 * one byte twice, only where there is no other. */
static void
choose_pairs(struct scan *s, size_t shortest)
{
	size_t best = 0, ignored = 0;

	for (size_t apart = 0; apart < shortest && apart < APART_MAX;
	    apart++) {
		size_t worst = SIZE_MAX;

		for (size_t i = 0; i < s->n; i++) {
			size_t rank = rarest(s->literals[i], apart, &ignored);

			if (rank < worst)
				worst = rank;
		}
		if (worst > best || apart == 1) {
			best = worst;
			s->apart = apart;
		}
	}
	for (size_t i = 0; i < s->n; i++)
		(void)rarest(s->literals[i], s->apart, &s->places[i]);
}

static const char *
pair_of(const struct scan *s, size_t i)
{
	return s->literals[i].p + s->places[i];
}

static bool
is_pair_before(const struct scan *s, size_t i, size_t k)
{
	const char *one = pair_of(s, i), *other = pair_of(s, k);

	return *one != *other ? *one < *other :
	    one[s->apart] < other[s->apart];
}

static void
sort_by_pairs(struct scan *s)
{
	for (size_t i = 1; i < s->n; i++) {
		for (size_t k = i; k && is_pair_before(s, k, k - 1); k--) {
			struct slice literal = s->literals[k];
			size_t place = s->places[k];

			s->literals[k] = s->literals[k - 1];
			s->places[k] = s->places[k - 1];
			s->literals[k - 1] = literal;
			s->places[k - 1] = place;
		}
	}
}

static void
fill_sets(struct scan *s)
{
	for (size_t set = 0; set <= SCAN_SETS; set++)
		s->sets[set] = (set * s->n + SCAN_SETS - 1) / SCAN_SETS;
	for (size_t set = 0; set < SCAN_SETS; set++) {
		for (size_t i = s->sets[set]; i < s->sets[set + 1]; i++) {
			for (size_t k = 0; k < 2; k++) {
				unsigned char c = (unsigned char)pair_of(s,
				    i)[k * s->apart];

				s->lower[k][c & 15] |= (uint8_t)(1 << set);
				s->upper[k][c >> 4] |= (uint8_t)(1 << set);
			}
		}
	}
}

/* Whether the first byte of the pair of one of these literals stands at p, and
 * around it the literal. */
static bool
stands_around(const struct scan *s, size_t from, size_t to, const char *p)
{
	for (size_t i = from; i < to; i++) {
		struct slice literal = s->literals[i];
		size_t place = s->places[i];

		if (*p == literal.p[place] && (size_t)(p - s->at) >= place &&
		    (size_t)(s->end - p) >= literal.n - place &&
		    p[s->apart] == literal.p[place + s->apart] &&
		    memcmp(p - place, literal.p, literal.n) == 0)
			return true;
	}
	return false;
}

static const char *
search_bytes(const struct scan *s, const char *from)
{
	while (from < s->end && !stands_around(s, 0, s->n, from))
		from++;
	return from;
}

static const char *
search_every(const struct scan *s, const char *from)
{
	while (from < s->end && *from == '\n')
		from++;
	return from;
}

/* Many places at once; only where both bytes of a pair stand is it worth
 * comparing the whole.  Written with the compilers' vector types, so that it is
 * the same for every processor. */
typedef uint8_t bytes __attribute__((vector_size(16)));
typedef uint64_t words __attribute__((vector_size(16)));

static const char *
search_16(const struct scan *s, const char *from)
{
	bytes first[SCAN_LITERALS], second[SCAN_LITERALS];
	const char *stop;

	if ((size_t)(s->end - from) < s->apart + sizeof(bytes))
		return search_bytes(s, from);
	stop = s->end - s->apart - sizeof(bytes);
	for (size_t i = 0; i < s->n; i++) {
		const char *pair = pair_of(s, i);

		first[i] = (bytes){ 0 } + (uint8_t)pair[0];
		second[i] = (bytes){ 0 } + (uint8_t)pair[s->apart];
	}
	for (; from <= stop; from += sizeof(bytes)) {
		bytes one, two, hits = { 0 };
		words any;

		memcpy(&one, from, sizeof one);
		memcpy(&two, from + s->apart, sizeof two);
		for (size_t i = 0; i < s->n; i++)
			hits |= (bytes)(one == first[i]) &
			    (bytes)(two == second[i]);
		any = (words)hits;
		if ((any[0] | any[1]) == 0)
			continue;
		for (size_t i = 0; i < sizeof hits; i++)
			if (hits[i] && stands_around(s, 0, s->n, from + i))
				return from + i;
	}
	return search_bytes(s, from);
}

#if defined(__x86_64__)
/* Which sets each byte may begin or end a pair of. */
__attribute__((target("avx2"))) static inline __m256i
sets_of(__m256i text, __m256i lower, __m256i upper)
{
	const __m256i mask = _mm256_set1_epi8(15);

	return _mm256_and_si256(
	    _mm256_shuffle_epi8(lower, _mm256_and_si256(text, mask)),
	    _mm256_shuffle_epi8(upper, _mm256_and_si256(
	    _mm256_srli_epi16(text, 4), mask)));
}

__attribute__((target("avx2"))) static inline __m256i
twice(const uint8_t table[16])
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128(
	    (const __m128i *)(const void *)table));
}

/* The first of 32 places where a literal of the sets that may stand there does
 * stand. */
static const char *
first_of(const struct scan *s, const char *at, const uint8_t sets[32],
    uint32_t places)
{
	for (; places; places &= places - 1) {
		const char *p = at + __builtin_ctz(places);

		for (unsigned some = sets[p - at]; some; some &= some - 1) {
			size_t set = (size_t)__builtin_ctz(some);

			if (stands_around(s, s->sets[set], s->sets[set + 1],
			    p))
				return p;
		}
	}
	return NULL;
}

/* All literals by two look-ups a byte, however many there are. */
__attribute__((target("avx2"))) static const char *
search_32(const struct scan *s, const char *from)
{
	const char *last;
	const __m256i lower[2] = { twice(s->lower[0]), twice(s->lower[1]) };
	const __m256i upper[2] = { twice(s->upper[0]), twice(s->upper[1]) };

	if ((size_t)(s->end - from) < s->apart + sizeof(__m256i))
		return search_bytes(s, from);
	last = s->end - s->apart - sizeof(__m256i);
	/* The last piece goes back over what was just seen: in a short block, a
	 * line that came alone, the rest is much of it. */
	for (; from < last + sizeof(__m256i); from += sizeof(__m256i)) {
		const char *at = from < last ? from : last;
		__m256i one = _mm256_loadu_si256(
		    (const __m256i *)(const void *)at);
		__m256i two = _mm256_loadu_si256(
		    (const __m256i *)(const void *)(at + s->apart));
		__m256i hits = _mm256_and_si256(
		    sets_of(one, lower[0], upper[0]),
		    sets_of(two, lower[1], upper[1]));
		uint8_t sets[sizeof hits];
		const char *found;

		if (_mm256_testz_si256(hits, hits))
			continue;
		_mm256_storeu_si256((__m256i *)(void *)sets, hits);
		found = first_of(s, at, sets, ~(uint32_t)
		    _mm256_movemask_epi8(_mm256_cmpeq_epi8(hits,
		    _mm256_setzero_si256())));
		if (found)
			return found;
	}
	return s->end;
}
#endif

bool
scan_has_way(enum scan_way way)
{
#if defined(__x86_64__)
	return way != SCAN_32 || __builtin_cpu_supports("avx2");
#else
	return way != SCAN_32;
#endif
}

enum scan_way
scan_best_way(void)
{
	return scan_has_way(SCAN_32) ? SCAN_32 : SCAN_16;
}

void
scan_set_way(struct scan *s, enum scan_way way)
{
	assert(scan_has_way(way));
	s->search = way == SCAN_BYTES ? search_bytes :
	    way == SCAN_EVERY ? search_every : search_16;
#if defined(__x86_64__)
	if (way == SCAN_32)
		s->search = search_32;
#endif
}

void
scan_init(struct scan *s, const struct slice *literals, size_t n)
{
	size_t shortest = n ? SIZE_MAX : 0;

	assert(n <= SCAN_LITERALS);
	*s = (struct scan){ .n = n };
	for (size_t i = 0; i < n; i++) {
		assert(literals[i].n > 0);
		s->literals[i] = literals[i];
		if (literals[i].n < shortest)
			shortest = literals[i].n;
	}
	choose_pairs(s, shortest);
	sort_by_pairs(s);
	fill_sets(s);
	scan_set_way(s, scan_best_way());
}

void
scan_begin(struct scan *s, struct slice block)
{
	s->at = block.p;
	s->end = block.n ? block.p + block.n : block.p;
}

bool
scan_next(struct scan *s, size_t max, struct slice *line)
{
	const char *hit, *start, *stop;

	if (s->at == s->end)
		return false;
	hit = s->search(s, s->at);
	if (hit == s->end) {
		s->at = s->end;
		return false;
	}
	start = memrchr(s->at, '\n', (size_t)(hit - s->at));
	start = start ? start + 1 : s->at;
	stop = memchr(hit, '\n', (size_t)(s->end - hit));
	if (!stop)
		stop = s->end;
	s->at = stop < s->end ? stop + 1 : stop;
	*line = slice_to(slice_between(start, stop), max);
	return true;
}
