/* SPDX-License-Identifier: ISC */
/* Sorted arrays of address ranges that do not overlap, and how they come to be
 * from ranges that do. */
#include "enrich/ranges.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

enum { LIST_FIRST = 4096 };

/* An address of either family: IPv4 uses the lower 32 bits of low. */
struct number {
	uint64_t high, low;
};

struct span {
	struct number first, last;
	uint32_t value;
};

struct narrow {
	uint32_t first, last, value;
};

/* The ranges of one family; IPv4 in a form a third as large. */
struct list {
	struct narrow *narrow;
	struct span *wide;
	bool is_wide;
	size_t n, cap, max;
};

struct ranges {
	struct list v4, v6;
	bool finished;
};

static inline bool
number_less(struct number a, struct number b)
{
	return a.high < b.high || (a.high == b.high && a.low < b.low);
}

static inline bool
number_same(struct number a, struct number b)
{
	return a.high == b.high && a.low == b.low;
}

static struct number
number_minus(struct number a, struct number b)
{
	return (struct number){ a.high - b.high - (a.low < b.low),
		a.low - b.low };
}

/* Wraps to zero behind the last of all. */
static struct number
number_after(struct number a)
{
	return (struct number){ a.high + (a.low == UINT64_MAX), a.low + 1 };
}

static struct number
ip_number(const struct ip *ip)
{
	return (struct number){ ip->high, ip->low };
}

static inline struct number
list_first(const struct list *l, size_t i)
{
	return l->is_wide ? l->wide[i].first :
	    (struct number){ 0, l->narrow[i].first };
}

static inline struct span
list_get(const struct list *l, size_t i)
{
	if (l->is_wide)
		return l->wide[i];
	return (struct span){ { 0, l->narrow[i].first },
		{ 0, l->narrow[i].last }, l->narrow[i].value };
}

static inline void
list_put(struct list *l, size_t i, const struct span *s)
{
	if (l->is_wide)
		l->wide[i] = *s;
	else
		l->narrow[i] = (struct narrow){ (uint32_t)s->first.low,
			(uint32_t)s->last.low, s->value };
}

static void
list_resize(struct list *l, size_t cap)
{
	if (l->is_wide)
		l->wide = mem_resize(l->wide, cap, sizeof *l->wide);
	else
		l->narrow = mem_resize(l->narrow, cap, sizeof *l->narrow);
	l->cap = cap;
}

static bool
list_add(struct list *l, const struct span *s)
{
	if (l->n == l->max)
		return false;
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : LIST_FIRST;

		list_resize(l, cap < l->max ? cap : l->max);
	}
	list_put(l, l->n++, s);
	return true;
}

static void
list_release(struct list *l)
{
	free(l->narrow);
	free(l->wide);
}

/* Each range begins behind the end of the one before. */
static bool
list_is_flat(const struct list *l)
{
	for (size_t i = 1; i < l->n; i++)
		if (!number_less(list_get(l, i - 1).last, list_first(l, i)))
			return false;
	return true;
}

static bool
list_is_sorted(const struct list *l)
{
	for (size_t i = 1; i < l->n; i++)
		if (number_less(list_first(l, i), list_first(l, i - 1)))
			return false;
	return true;
}

/* Leaves out what is not known and joins neighbours of the same value.  Only
 * for ranges that are flat already: joining changes what is smallest. */
static void
list_join(struct list *l)
{
	struct span last = { .value = 0 };
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct span s = list_get(l, i);

		if (s.value == 0)
			continue;
		if (n && s.value == last.value &&
		    number_same(number_after(last.last), s.first)) {
			last.last = s.last;
			list_put(l, n - 1, &last);
			continue;
		}
		last = s;
		list_put(l, n++, &s);
	}
	l->n = n;
}

/* A walk over all ranges from the first address to the last: in heap are those
 * that have begun, the one that wins on top. */
struct sweep {
	const struct list *in;
	uint32_t *order;	/* numbers of ranges, sorted by first */
	uint32_t *heap;
	size_t heap_n;
};

static int
order_compare(const void *a, const void *b, void *list)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	struct number x = list_first(list, i), y = list_first(list, j);

	if (!number_same(x, y))
		return number_less(x, y) ? -1 : 1;
	return (i > j) - (i < j);
}

static bool
sweep_wins(const struct sweep *w, uint32_t i, uint32_t j)
{
	struct span a = list_get(w->in, i), b = list_get(w->in, j);
	struct number x = number_minus(a.last, a.first);
	struct number y = number_minus(b.last, b.first);

	return number_same(x, y) ? i > j : number_less(x, y);
}

static void
sweep_push(struct sweep *w, uint32_t range)
{
	size_t i = w->heap_n++;

	while (i > 0 && sweep_wins(w, range, w->heap[(i - 1) / 2])) {
		w->heap[i] = w->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	w->heap[i] = range;
}

static void
sweep_pop(struct sweep *w)
{
	uint32_t range = w->heap[--w->heap_n];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < w->heap_n) {
		if (child + 1 < w->heap_n &&
		    sweep_wins(w, w->heap[child + 1], w->heap[child]))
			child++;
		if (!sweep_wins(w, w->heap[child], range))
			break;
		w->heap[i] = w->heap[child];
		i = child;
	}
	w->heap[i] = range;
}

/* The end of the piece that begins at the winner's place: where the winner
 * ends, or just before the next range begins. */
static struct number
sweep_end(const struct sweep *w, size_t next)
{
	struct number end = list_get(w->in, w->heap[0]).last, first;

	if (next == w->in->n)
		return end;
	first = list_first(w->in, w->order[next]);
	return number_less(end, first) ? end :
	    number_minus(first, (struct number){ 0, 1 });
}

static void
sweep_run(struct sweep *w, struct list *out)
{
	struct span piece = { .value = 0 };
	size_t next = 0;
	bool room = true;

	while (next < w->in->n || w->heap_n) {
		if (w->heap_n == 0)
			piece.first = list_first(w->in, w->order[next]);
		while (next < w->in->n && number_same(piece.first,
		    list_first(w->in, w->order[next])))
			sweep_push(w, w->order[next++]);
		piece.value = list_get(w->in, w->heap[0]).value;
		piece.last = sweep_end(w, next);
		room = list_add(out, &piece) && room;
		piece.first = number_after(piece.last);
		while (w->heap_n && !number_less(piece.last,
		    list_get(w->in, w->heap[0]).last))
			sweep_pop(w);
	}
	/* Each range adds one place where a piece begins and one where the
	 * next does, so there are fewer than two pieces for each. */
	assert(room);
}

static void
list_flatten(struct list *l)
{
	struct list out = { .is_wide = l->is_wide, .max = 2 * l->n };
	struct sweep w = {
		.in = l,
		.order = mem_array(l->n, sizeof *w.order),
		.heap = mem_array(l->n, sizeof *w.heap),
	};

	for (size_t i = 0; i < l->n; i++)
		w.order[i] = (uint32_t)i;
	if (!list_is_sorted(l))
		qsort_r(w.order, l->n, sizeof *w.order, order_compare, l);
	sweep_run(&w, &out);
	free(w.order);
	free(w.heap);
	list_release(l);
	*l = out;
}

static void
list_finish(struct list *l)
{
	if (l->n == 0)
		return;
	if (!list_is_flat(l))
		list_flatten(l);
	list_join(l);
	list_resize(l, l->n ? l->n : 1);
}

struct ranges *
ranges_new(void)
{
	struct ranges *r = mem_new(sizeof *r);

	r->v4.max = RANGES_MAX_V4;
	r->v6.max = RANGES_MAX_V6;
	r->v6.is_wide = true;
	return r;
}

void
ranges_free(struct ranges *r)
{
	if (!r)
		return;
	list_release(&r->v4);
	list_release(&r->v6);
	free(r);
}

bool
ranges_add(struct ranges *r, const struct ip_range *range, uint32_t value)
{
	struct span s = { ip_number(&range->first), ip_number(&range->last),
		value };

	assert(!r->finished && range->first.family != IP_NONE &&
	    range->first.family == range->last.family &&
	    !number_less(s.last, s.first));
	return list_add(range->first.family == IP_V4 ? &r->v4 : &r->v6, &s);
}

void
ranges_finish(struct ranges *r)
{
	list_finish(&r->v4);
	list_finish(&r->v6);
	r->finished = true;
}

/* Whether there is a gap before range i, or behind the last; *from is where it
 * would begin. */
static bool
list_has_gap(const struct list *l, size_t i, struct number *from)
{
	*from = i ? number_after(list_get(l, i - 1).last) :
	    (struct number){ 0, 0 };
	if (i < l->n)
		return !number_same(*from, list_first(l, i));
	/* Nothing is behind the last address there is. */
	return i == 0 || (l->is_wide ? from->high || from->low :
	    from->low <= UINT32_MAX);
}

/* Even: the gap before range *at / 2 is next; odd: that range. */
bool
ranges_next(const struct ranges *r, enum ip_family family, size_t *at,
    struct ip *first, uint32_t *value)
{
	const struct list *l = family == IP_V4 ? &r->v4 : &r->v6;
	size_t i = *at / 2;
	struct number from;

	assert(r->finished && family != IP_NONE);
	*value = 0;
	if (*at % 2 || !list_has_gap(l, i, &from)) {
		if (i >= l->n)
			return false;
		from = list_first(l, i);
		*value = list_get(l, i).value;
		*at |= 1;
	}
	*first = (struct ip){ family, from.high, from.low };
	++*at;
	return true;
}

size_t
ranges_count(const struct ranges *r, enum ip_family family)
{
	return family == IP_NONE ? 0 : family == IP_V4 ? r->v4.n : r->v6.n;
}
