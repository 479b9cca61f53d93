/* SPDX-License-Identifier: ISC */
/* What came already. */
#include "report/seen.h"

#include <stdlib.h>

#include "base/mem.h"

enum { FIRST = 256 };

struct seen {
	uint64_t *slots;	/* 0: free */
	size_t n, mask, max;
	bool is_exact;
};

struct seen *
seen_new(size_t max)
{
	struct seen *s = mem_new(sizeof *s);

	s->max = max;
	s->mask = FIRST - 1;
	s->slots = mem_large(FIRST, sizeof *s->slots);
	s->is_exact = true;
	return s;
}

void
seen_free(struct seen *s)
{
	if (!s)
		return;
	mem_large_free(s->slots, s->mask + 1, sizeof *s->slots);
	free(s);
}

void
seen_expect(const struct seen *s, uint64_t hash)
{
	if (s->is_exact)
		__builtin_prefetch(&s->slots[hash & s->mask], 1);
}

static size_t
find(const struct seen *s, uint64_t hash)
{
	size_t i = hash & s->mask;

	while (s->slots[i] && s->slots[i] != hash)
		i = (i + 1) & s->mask;
	return i;
}

/* In place: report/pairs.c says why that is right. */
static void
grow(struct seen *s)
{
	size_t n = s->mask + 1, first = n;

	s->slots = mem_large_twice(s->slots, n, sizeof *s->slots);
	s->mask = 2 * n - 1;
	while (s->slots[first - 1])
		first--;
	for (size_t i = first; i < first + n; i++) {
		uint64_t hash = s->slots[i & (n - 1)];

		s->slots[i & (n - 1)] = 0;
		if (hash)
			s->slots[find(s, hash)] = hash;
	}
}

static void
forget(struct seen *s)
{
	mem_large_free(s->slots, s->mask + 1, sizeof *s->slots);
	s->slots = NULL;
	s->is_exact = false;
}

bool
seen_add(struct seen *s, uint64_t hash)
{
	size_t i;

	if (!s->is_exact || !hash)
		return false;
	i = find(s, hash);
	if (s->slots[i])
		return false;
	if (s->n == s->max) {
		forget(s);
		return false;
	}
	if (s->n * 2 > s->mask) {
		grow(s);
		i = find(s, hash);
	}
	s->slots[i] = hash;
	s->n++;
	return true;
}

bool
seen_is_exact(const struct seen *s)
{
	return s->is_exact;
}
