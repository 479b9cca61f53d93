/* SPDX-License-Identifier: ISC */
/* The lines of a block that hold one of a few literals. */
#include "parse/scan.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { APART_MAX = 12, LAST = SCAN_PROBES - 1 };

/* Of 256 bytes of a mail log, how many have this lower half; the same of
 * Postfix's and Dovecot's. */
static const uint8_t shares[16] = { 41, 21, 14, 21, 21, 23, 9, 7, 12, 13, 11, 4,
	11, 18, 18, 13 };

static unsigned
half_of(char c)
{
	return (unsigned char)c & 15;
}

/* How often the probes are met where the literal is not, if they stand so far
 * apart: the least, and where the first then stands. */
static unsigned
least_met(struct slice literal, const size_t *apart, size_t *place)
{
	unsigned least = UINT_MAX;

	for (size_t i = 0; i + apart[SCAN_PROBES - 1] < literal.n; i++) {
		unsigned met = 1;

		for (size_t k = 0; k < SCAN_PROBES; k++)
			met *= shares[half_of(literal.p[i + apart[k]])];
		if (met < least) {
			least = met;
			*place = i;
		}
	}
	return least;
}

/* Takes these distances if all together are met less often than before. */
static void
try_probes(struct scan *s, const size_t *apart, uint64_t *least)
{
	size_t ignored = 0;
	uint64_t met = 0;

	for (size_t i = 0; i < s->n; i++)
		met += least_met(s->literals[i], apart, &ignored);
	if (met >= *least)
		return;
	*least = met;
	memcpy(s->apart, apart, sizeof s->apart);
}

/* The distances at which all together are met as seldom as can be.  Probes
 * share a byte only in literals too short for more. */
static void
choose_probes(struct scan *s, size_t shortest)
{
	size_t max = shortest < APART_MAX ? shortest : APART_MAX;
	size_t least_step = max >= SCAN_PROBES, a[SCAN_PROBES] = { 0 };
	uint64_t least = UINT64_MAX;

	_Static_assert(SCAN_PROBES == 4, "a loop for each but the first");
	for (a[1] = least_step; a[1] < max; a[1]++)
		for (a[2] = a[1] + least_step; a[2] < max; a[2]++)
			for (a[3] = a[2] + least_step; a[3] < max; a[3]++)
				try_probes(s, a, &least);
	for (size_t i = 0; i < s->n; i++)
		(void)least_met(s->literals[i], s->apart, &s->places[i]);
}

static char
probe_of(const struct scan *s, size_t i, size_t k)
{
	return s->literals[i].p[s->places[i] + s->apart[k]];
}

static bool
has_lower_probes(const struct scan *s, size_t one, size_t other)
{
	size_t k = 0;

	while (k < SCAN_PROBES - 1 && half_of(probe_of(s, one, k)) ==
	    half_of(probe_of(s, other, k)))
		k++;
	return half_of(probe_of(s, one, k)) < half_of(probe_of(s, other, k));
}

static void
sort_by_probes(struct scan *s)
{
	for (size_t i = 1; i < s->n; i++) {
		for (size_t k = i; k && has_lower_probes(s, k, k - 1); k--) {
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
	for (size_t set = 0; set < SCAN_SETS; set++)
		for (size_t i = s->sets[set]; i < s->sets[set + 1]; i++)
			for (size_t k = 0; k < SCAN_PROBES; k++)
				s->halves[k][half_of(probe_of(s, i, k))] |=
				    (uint8_t)(1 << set);
	for (size_t k = 0; k < SCAN_PROBES; k++)
		memcpy(s->halves[k] + 16, s->halves[k], 16);
}

/* Whether the first probe of one of these literals stands at p, and around it
 * the literal.  The last one tells most: of bytes far apart one does not follow
 * from the other. */
static bool
stands_around(const struct scan *s, size_t from, size_t to, const char *p)
{
	for (size_t i = from; i < to; i++) {
		struct slice literal = s->literals[i];
		size_t place = s->places[i];

		if (*p == literal.p[place] && (size_t)(p - s->at) >= place &&
		    (size_t)(s->end - p) >= literal.n - place &&
		    p[s->apart[LAST]] == literal.p[place + s->apart[LAST]] &&
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

/* Many places at once; only where two probes stand, the first and the last, is
 * it worth comparing the whole.  Written with the compilers' vector types, so
 * that it is the same for every processor. */
typedef uint8_t bytes __attribute__((vector_size(16)));
typedef uint64_t words __attribute__((vector_size(16)));

static const char *
search_16(const struct scan *s, const char *from)
{
	bytes first[SCAN_LITERALS], second[SCAN_LITERALS];
	size_t apart = s->apart[LAST];
	const char *stop;

	if ((size_t)(s->end - from) < apart + sizeof(bytes))
		return search_bytes(s, from);
	stop = s->end - apart - sizeof(bytes);
	for (size_t i = 0; i < s->n; i++) {
		first[i] = (bytes){ 0 } + (uint8_t)probe_of(s, i, 0);
		second[i] = (bytes){ 0 } + (uint8_t)probe_of(s, i, LAST);
	}
	for (; from <= stop; from += sizeof(bytes)) {
		bytes one, two, hits = { 0 };
		words any;

		memcpy(&one, from, sizeof one);
		memcpy(&two, from + apart, sizeof two);
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
__attribute__((target("avx2"))) static inline __m256i
load(const void *p)
{
	return _mm256_loadu_si256((const __m256i *)p);
}

/* The sets a literal of which may stand at each of 32 places.  A byte that is
 * not ASCII is in none: the look-up itself leaves it out. */
__attribute__((target("avx2"))) static inline __m256i
sets_at(const struct scan *s, const char *p)
{
	return _mm256_and_si256(_mm256_and_si256(
	    _mm256_shuffle_epi8(load(s->halves[0]), load(p)),
	    _mm256_shuffle_epi8(load(s->halves[1]), load(p + s->apart[1]))),
	    _mm256_and_si256(
	    _mm256_shuffle_epi8(load(s->halves[2]), load(p + s->apart[2])),
	    _mm256_shuffle_epi8(load(s->halves[3]), load(p + s->apart[3]))));
}

/* The first of 32 places where a literal of the sets that may stand there does
 * stand.  NULL: none. */
__attribute__((target("avx2"), noinline)) static const char *
first_of(const struct scan *s, const char *at, __m256i hits)
{
	uint8_t sets[sizeof hits];
	uint32_t places = ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(
	    hits, _mm256_setzero_si256()));

	_mm256_storeu_si256((__m256i *)(void *)sets, hits);
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

/* The first 64 places before last + 32 in which any set may have a literal, or
 * what is left.  All is kept in registers while nothing is found. */
__attribute__((target("avx2"), noinline)) static const char *
pass_over(const struct scan *s, const char *from, const char *last)
{
	for (; last - from >= (ptrdiff_t)sizeof(__m256i);
	    from += 2 * sizeof(__m256i)) {
		__m256i any = _mm256_or_si256(sets_at(s, from),
		    sets_at(s, from + sizeof(__m256i)));

		if (!_mm256_testz_si256(any, any))
			break;
	}
	return from;
}

/* All literals by four look-ups a byte, however many there are. */
__attribute__((target("avx2"))) static const char *
search_32(const struct scan *s, const char *from)
{
	size_t needs = s->apart[SCAN_PROBES - 1] + sizeof(__m256i);
	const char *last, *found = NULL;

	if ((size_t)(s->end - from) < needs)
		return search_bytes(s, from);
	last = s->end - needs;
	/* The last piece goes back over what was just seen: in a short block, a
	 * line that came alone, the rest is much of it. */
	for (; !found && from < last + sizeof(__m256i);
	    from += sizeof(__m256i)) {
		const char *at = pass_over(s, from, last);

		from = at < last ? at : last;
		found = first_of(s, from, sets_at(s, from));
	}
	return found ? found : s->end;
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
		for (size_t k = 0; k < literals[i].n; k++)
			assert((unsigned char)literals[i].p[k] < 0x80);
		s->literals[i] = literals[i];
		if (literals[i].n < shortest)
			shortest = literals[i].n;
	}
	choose_probes(s, shortest);
	sort_by_probes(s);
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
