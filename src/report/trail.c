/* SPDX-License-Identifier: ISC */
/* Failures before a success. */
#include "report/trail.h"

#include <stdlib.h>

#include "base/mem.h"

enum { FIRST = 256, SIEVE = 1 << 16 };

struct failure {
	uint64_t network;
	int64_t when;		/* seconds since the epoch */
};

struct trail {
	struct failure *failures;
	struct moment *moments;
	size_t n, room, max;
	size_t n_moments, moments_room, moments_max;
	int64_t newest;		/* failure */
	int64_t forgotten;	/* failures until then may be missing */
	int64_t settled;	/* moments until then are not there any more */
	void (*settle)(void *context, const struct moment *moment,
	    uint64_t failures);
	void *context;
	bool is_exact;
};

struct trail *
trail_new(size_t max, void (*settle)(void *context,
    const struct moment *moment, uint64_t failures), void *context)
{
	struct trail *t = mem_new(sizeof *t);

	t->max = max;
	t->moments_max = max / 4;
	t->room = FIRST < max ? FIRST : max;
	t->failures = mem_large(t->room, sizeof *t->failures);
	t->newest = t->forgotten = t->settled = INT64_MIN;
	t->settle = settle;
	t->context = context;
	t->is_exact = true;
	return t;
}

static void
release(struct trail *t)
{
	mem_large_free(t->failures, t->room, sizeof *t->failures);
	free(t->moments);
	t->failures = NULL;
	t->moments = NULL;
	t->n = t->room = t->moments_room = 0;
}

void
trail_free(struct trail *t)
{
	if (!t)
		return;
	release(t);
	free(t);
}

static int
compare(const void *a, const void *b)
{
	const struct failure *x = a, *y = b;

	if (x->network != y->network)
		return x->network < y->network ? -1 : 1;
	return (x->when > y->when) - (x->when < y->when);
}

/* How many of n sorted failures are below one. */
static size_t
below(const struct failure *failures, size_t n, const struct failure *one)
{
	size_t low = 0;

	while (low < n) {
		size_t middle = low + (n - low) / 2;

		if (compare(&failures[middle], one) < 0)
			low = middle + 1;
		else
			n = middle;
	}
	return low;
}

/* Brings failures to the front whose network may have had a success, so that
 * only these have to be sorted.  Returns how many. */
static size_t
sift(struct trail *t)
{
	bool *has_success = mem_new(SIEVE);
	size_t n = 0;

	for (size_t i = 0; i < t->n_moments; i++)
		has_success[t->moments[i].network % SIEVE] = true;
	for (size_t i = 0; i < t->n; i++) {
		struct failure one = t->failures[i];

		if (!has_success[one.network % SIEVE])
			continue;
		t->failures[i] = t->failures[n];
		t->failures[n++] = one;
	}
	free(has_success);
	return n;
}

static void
settle(struct trail *t)
{
	size_t n = t->n_moments ? sift(t) : 0;

	if (n)
		qsort(t->failures, n, sizeof *t->failures, compare);
	for (size_t i = 0; i < t->n_moments; i++) {
		const struct moment *m = &t->moments[i];
		int64_t until = stamp_seconds(&m->stamp);
		int64_t from = until - TRAIL_SECONDS;
		uint64_t count = below(t->failures, n, &(struct failure){
		    m->network, until + 1 }) - below(t->failures, n,
		    &(struct failure){ m->network, from });

		if (until > t->settled)
			t->settled = until;
		t->is_exact &= from > t->forgotten;
		if (count)
			t->settle(t->context, m, count);
	}
	t->n_moments = 0;
}

/* Forgets failures before a moment. */
static void
forget(struct trail *t, int64_t from)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (t->failures[i].when >= from)
			t->failures[n++] = t->failures[i];
		else if (t->failures[i].when > t->forgotten)
			t->forgotten = t->failures[i].when;
	}
	t->n = n;
}

static int
compare_times(const void *a, const void *b)
{
	const struct failure *x = a, *y = b;

	return (x->when > y->when) - (x->when < y->when);
}

static void
make_room(struct trail *t)
{
	settle(t);
	forget(t, t->newest - TRAIL_SECONDS);
	if (t->n <= t->max / 2)
		return;
	qsort(t->failures, t->n, sizeof *t->failures, compare_times);
	forget(t, t->failures[t->n / 2].when);
	/* All of one second. */
	if (t->n == t->max)
		forget(t, t->newest + 1);
}

static void
grow(struct trail *t)
{
	size_t room = 2 * t->room < t->max ? 2 * t->room : t->max;

	t->failures = mem_large_more(t->failures, t->room, room,
	    sizeof *t->failures);
	t->room = room;
}

void
trail_add_failure(struct trail *t, uint64_t network, int64_t when)
{
	if (t->n == t->max)
		make_room(t);
	if (t->n == t->room)
		grow(t);
	t->failures[t->n++] = (struct failure){ network, when };
	t->is_exact &= when > t->settled;
	if (when > t->newest)
		t->newest = when;
}

void
trail_add_success(struct trail *t, const struct moment *moment)
{
	if (t->n_moments == t->moments_max)
		settle(t);
	if (t->n_moments == t->moments_room) {
		t->moments_room = t->moments_room ? 2 * t->moments_room :
		    FIRST;
		if (t->moments_room > t->moments_max)
			t->moments_room = t->moments_max;
		t->moments = mem_resize(t->moments, t->moments_room,
		    sizeof *t->moments);
	}
	t->moments[t->n_moments++] = *moment;
}

void
trail_end(struct trail *t)
{
	settle(t);
	release(t);
}

bool
trail_is_exact(const struct trail *t)
{
	return t->is_exact;
}
