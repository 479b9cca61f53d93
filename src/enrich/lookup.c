/* SPDX-License-Identifier: ISC */
/* The table of questions that are out. */
#include "enrich/lookup.h"

#include <stdlib.h>

#include "base/mem.h"

static void
leave(struct lookups *t, struct lookup *l)
{
	if (l->before)
		t->slots[l->before - 1].after = l->after;
	else
		t->lists[l->list].first = l->after;
	if (l->after)
		t->slots[l->after - 1].before = l->before;
	else
		t->lists[l->list].last = l->before;
	t->lists[l->list].n--;
}

static void
join(struct lookups *t, struct lookup *l, enum lookup_list list)
{
	uint16_t self = (uint16_t)(lookups_slot(t, l) + 1);

	l->list = (uint8_t)list;
	l->before = t->lists[list].last;
	l->after = 0;
	if (l->before)
		t->slots[l->before - 1].after = self;
	else
		t->lists[list].first = self;
	t->lists[list].last = self;
	t->lists[list].n++;
}

void
lookups_init(struct lookups *t, unsigned n)
{
	*t = (struct lookups){ .n = n };
	t->slots = mem_array(n, sizeof *t->slots);
	for (unsigned i = 0; i < n; i++)
		join(t, &t->slots[i], LOOKUP_FREE);
}

void
lookups_release(struct lookups *t)
{
	for (unsigned i = 0; i < t->n; i++)
		stream_close(t->slots[i].stream);
	free(t->slots);
}

struct lookup *
lookups_take(struct lookups *t)
{
	struct lookup *l = lookups_head(t, LOOKUP_FREE);

	if (!l)
		return NULL;
	leave(t, l);
	*l = (struct lookup){ .status = RDNS_TIMEOUT };
	join(t, l, LOOKUP_READY);
	t->in_use++;
	return l;
}

void
lookups_give_back(struct lookups *t, struct lookup *l)
{
	stream_close(l->stream);
	l->stream = NULL;
	leave(t, l);
	join(t, l, LOOKUP_FREE);
	t->in_use--;
}

void
lookups_move(struct lookups *t, struct lookup *l, enum lookup_list list,
    int64_t now)
{
	leave(t, l);
	l->due = now + t->delays[list];
	join(t, l, list);
}

struct lookup *
lookups_head(const struct lookups *t, enum lookup_list list)
{
	uint16_t first = t->lists[list].first;

	return first ? &t->slots[first - 1] : NULL;
}

struct lookup *
lookups_due(const struct lookups *t, enum lookup_list list, int64_t now)
{
	struct lookup *l = lookups_head(t, list);

	return l && l->due <= now ? l : NULL;
}

int64_t
lookups_next_due(const struct lookups *t)
{
	int64_t next = INT64_MAX;

	for (int list = LOOKUP_FRESH; list < LOOKUP_LISTS; list++) {
		const struct lookup *l = lookups_head(t,
		    (enum lookup_list)list);

		if (l && l->due < next)
			next = l->due;
	}
	return next;
}
