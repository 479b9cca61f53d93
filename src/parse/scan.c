/* SPDX-License-Identifier: ISC */
/* The lines of a block that hold one of a few literals. */
#include "parse/scan.h"

#include <assert.h>
#include <string.h>

/* Bytes of mail logs, the most frequent first; what is not named is rare. */
static const char frequent[] = " 1023456789eaitosnrl=.:pcmd[]/-<>@,xufhgbwyv";

static size_t
rank_of(char c)
{
	const char *p = memchr(frequent, c, sizeof frequent - 1);

	return p ? (size_t)(p - frequent) : sizeof frequent;
}

/* The place of the rarest byte, not counting one place. */
static size_t
rarest(struct slice literal, size_t except)
{
	size_t best = except == 0 && literal.n > 1;

	for (size_t i = 0; i < literal.n; i++)
		if (i != except && rank_of(literal.p[i]) >
		    rank_of(literal.p[best]))
			best = i;
	return best;
}

/* Whether a literal stands at p. */
static bool
stands_at(const struct scan *s, const char *p)
{
	for (size_t i = 0; i < s->n; i++)
		if ((size_t)(s->end - p) >= s->literals[i].n &&
		    memcmp(p, s->literals[i].p, s->literals[i].n) == 0)
			return true;
	return false;
}

static const char *
search_bytewise(const struct scan *s, const char *from)
{
	while (from < s->end && !stands_at(s, from))
		from++;
	return from;
}

/* Many places at once: a vector of bytes beside each of two rare bytes of each
 * literal; only where both agree is it worth comparing the whole.  Written with
 * the compilers' vector types, so that it is the same for every processor. */
#define SEARCH_VECTORS(name, width, attributes)				\
typedef uint8_t name##_bytes __attribute__((vector_size(width)));	\
typedef uint64_t name##_words __attribute__((vector_size(width)));	\
									\
attributes static const char *						\
name(const struct scan *s, const char *from)				\
{									\
	const char *stop = s->end - s->longest - width;			\
									\
	for (; from <= stop; from += width) {				\
		name##_bytes hits = { 0 };				\
		name##_words words;					\
		uint64_t any = 0;					\
									\
		for (size_t i = 0; i < s->n; i++) {			\
			struct slice literal = s->literals[i];		\
			name##_bytes one, two;				\
									\
			memcpy(&one, from + s->first[i], width);	\
			memcpy(&two, from + s->second[i], width);	\
			hits |= (name##_bytes)(one ==			\
			    (uint8_t)literal.p[s->first[i]]) &		\
			    (name##_bytes)(two ==			\
			    (uint8_t)literal.p[s->second[i]]);		\
		}							\
		memcpy(&words, &hits, width);				\
		for (size_t i = 0; i < width / 8; i++)			\
			any |= words[i];				\
		for (size_t i = 0; any && i < width; i++)		\
			if (hits[i] && stands_at(s, from + i))		\
				return from + i;			\
	}								\
	return search_bytewise(s, from);				\
}

SEARCH_VECTORS(search_16, 16, )
#if defined(__x86_64__)
SEARCH_VECTORS(search_32, 32, __attribute__((target("avx2"))))
#endif

void
scan_init(struct scan *s, const struct slice *literals, size_t n)
{
	assert(n <= SCAN_LITERALS);
	*s = (struct scan){ .n = n, .search = search_16 };
	for (size_t i = 0; i < n; i++) {
		assert(literals[i].n > 0);
		s->literals[i] = literals[i];
		s->first[i] = rarest(literals[i], literals[i].n);
		s->second[i] = rarest(literals[i], s->first[i]);
		if (literals[i].n > s->longest)
			s->longest = literals[i].n;
	}
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		s->search = search_32;
#endif
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
	hit = (size_t)(s->end - s->at) > s->longest + 32 ?
	    s->search(s, s->at) : search_bytewise(s, s->at);
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
