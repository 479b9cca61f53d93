/* SPDX-License-Identifier: ISC */
/* Questions seen before, in sets of eight. */
#include "asked.h"

#include <err.h>
#include <stdlib.h>

enum { SET = 8 };

struct seen {
	uint32_t tag;		/* 0: free */
	uint32_t when, count;
};

struct asked {
	uint64_t sets;		/* a power of two */
	struct seen seen[][SET];
};

struct asked *
asked_new(unsigned bits)
{
	size_t sets = ((size_t)1 << bits) / SET;
	struct asked *asked = calloc(1, sizeof(*asked) +
	    sets * sizeof(asked->seen[0]));

	if (!asked)
		err(71, "memory");
	asked->sets = sets;
	return asked;
}

static struct seen *
find(struct seen *set, uint32_t tag, uint32_t now)
{
	struct seen *oldest = set;

	for (struct seen *s = set; s < set + SET; s++) {
		if (s->tag == tag || s->tag == 0)
			return s;
		if (now - s->when > now - oldest->when)
			oldest = s;
	}
	oldest->tag = 0;
	return oldest;
}

unsigned
asked_add(struct asked *asked, uint64_t hash, uint32_t now, uint32_t within)
{
	uint32_t tag = (uint32_t)(hash >> 32) | 1;
	struct seen *s = find(asked->seen[hash & (asked->sets - 1)], tag, now);

	if (s->tag == 0 || now - s->when > within)
		s->count = 0;
	s->tag = tag;
	s->when = now;
	return s->count++;
}
