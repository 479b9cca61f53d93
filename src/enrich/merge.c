/* SPDX-License-Identifier: ISC */
/* Several sources at once, from the first address to the last. */
#include "enrich/merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "enrich/compiler.h"

/* One source on the way: where it is, and its next step. */
struct walk {
	const struct source *source;
	struct image_place *places;	/* all of them, as they are kept */
	size_t at;
	bool has_next;
	struct ip next;
	uint32_t next_number, number;
};

static void
walk_step(struct walk *w, enum ip_family family)
{
	w->has_next = source_next(w->source, family, &w->at, &w->next,
	    &w->next_number);
}

static void
walk_keep_places(struct walk *w, struct compiler *c)
{
	size_t n = source_places(w->source);

	w->places = mem_array(n, sizeof *w->places);
	for (size_t i = 1; i < n; i++) {
		struct place place;

		source_place(w->source, i, &place);
		w->places[i] = compiler_keep(c, &place);
	}
}

static struct image_place
place_here(const struct walk *walks, size_t n)
{
	struct image_place all = { .asn = 0 };

	for (size_t i = 0; i < n; i++) {
		const struct image_place *one =
		    &walks[i].places[walks[i].number];

		if (!all.country[0])
			memcpy(all.country, one->country, sizeof all.country);
		if (all.asn == 0)
			all.asn = one->asn;
		/* The name of another AS would be a lie. */
		if (all.name_size == 0 && all.asn == one->asn) {
			all.name = one->name;
			all.name_size = one->name_size;
		}
	}
	return all;
}

static bool
ip_less(const struct ip *a, const struct ip *b)
{
	return a->high < b->high || (a->high == b->high && a->low < b->low);
}

/* The address from which on something is another; NULL: none is left. */
static const struct ip *
next_step(const struct walk *walks, size_t n)
{
	const struct ip *first = NULL;

	for (size_t i = 0; i < n; i++)
		if (walks[i].has_next &&
		    (!first || ip_less(&walks[i].next, first)))
			first = &walks[i].next;
	return first;
}

static void
merge_family(struct walk *walks, size_t n, enum ip_family family,
    struct compiler *c)
{
	struct ip at = { .family = family };
	struct image_place here = { .asn = 0 };
	const struct ip *next;

	for (size_t i = 0; i < n; i++) {
		walks[i].at = 0;
		walks[i].number = 0;
		walk_step(&walks[i], family);
	}
	/* Without sources all is nowhere. */
	if (!next_step(walks, n))
		compiler_add(c, &at, &here);
	while ((next = next_step(walks, n))) {
		at = *next;
		for (size_t i = 0; i < n; i++) {
			if (!walks[i].has_next ||
			    !ip_equal(&walks[i].next, &at))
				continue;
			walks[i].number = walks[i].next_number;
			walk_step(&walks[i], family);
		}
		here = place_here(walks, n);
		compiler_add(c, &at, &here);
	}
}

struct compiled *
merge(struct source *const *sources, size_t n, struct err *e)
{
	struct walk *walks = mem_array(n + 1, sizeof *walks);
	struct compiler *c = compiler_new();
	struct compiled *compiled;

	for (size_t i = 0; i < n; i++) {
		walks[i].source = sources[i];
		walk_keep_places(&walks[i], c);
	}
	merge_family(walks, n, IP_V4, c);
	merge_family(walks, n, IP_V6, c);
	compiled = compiler_finish(c, e);
	for (size_t i = 0; i < n; i++)
		free(walks[i].places);
	free(walks);
	compiler_free(c);
	return compiled;
}
