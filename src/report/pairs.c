/* SPDX-License-Identifier: ISC */
/* How often which user was tried from which address. */
#include "report/pairs.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	FIRST = 256,
	COUNTS = 256,
	/* Whenever so many were added, so many slots are tidied: all of them,
	 * at most four for each pair, before a quarter of the pairs came. */
	ADDED = 64,
	TIDIED = 16 * ADDED,
};

struct pairs {
	struct pair *slots;
	size_t mask, max;
	size_t n;		/* that came more often than lost; who did not
				 * counts as gone, in a slot or not */
	bool is_exact;
	uint32_t lost;		/* no pair that is not here came more often */
	size_t with[COUNTS];	/* with[k]: pairs whose count is lost + k, */
	size_t known;		/* if k is below this */
	size_t next, left;	/* slots that are to be tidied: from here on,
				 * and so many */
};

struct pairs *
pairs_new(size_t max)
{
	struct pairs *p = mem_new(sizeof *p);

	p->max = max;
	p->mask = FIRST - 1;
	p->slots = mem_large(FIRST, sizeof *p->slots);
	p->is_exact = true;
	p->known = COUNTS;
	return p;
}

void
pairs_free(struct pairs *p)
{
	if (!p)
		return;
	mem_large_free(p->slots, p->mask + 1, sizeof *p->slots);
	free(p);
}

static size_t
home_of(const struct pairs *p, uint64_t user, uint64_t ip)
{
	/* Hashes are random already; the odd factor keeps u, i from i, u. */
	return (size_t)((user * 0x9e3779b97f4a7c15) ^ ip) & p->mask;
}

void
pairs_expect(const struct pairs *p, uint64_t user, uint64_t ip)
{
	size_t home = home_of(p, user, ip);

	/* It, or one behind it, is often in the next line of memory. */
	__builtin_prefetch(&p->slots[home], 1);
	__builtin_prefetch(&p->slots[(home + 2) & p->mask], 1);
}

static size_t
find(const struct pairs *p, uint64_t user, uint64_t ip)
{
	size_t i = home_of(p, user, ip);

	while (p->slots[i].count &&
	    !(p->slots[i].user == user && p->slots[i].ip == ip))
		i = (i + 1) & p->mask;
	return i;
}

/* Where they are, which takes no more memory than they need.  Whoever is taken out
 * finds a free slot at the latest where it was, or so far into the new half; and
 * since the first stands behind the last free one, nobody is kept from a place by
 * one who is still to be taken out. */
static void
grow(struct pairs *p)
{
	size_t n = p->mask + 1, first = n;

	p->slots = mem_large_twice(p->slots, n, sizeof *p->slots);
	p->mask = 2 * n - 1;
	while (p->slots[first - 1].count)
		first--;
	for (size_t i = first; i < first + n; i++) {
		struct pair *slot = &p->slots[i & (n - 1)], pair = *slot;

		slot->count = 0;
		if (pair.count)
			p->slots[find(p, pair.user, pair.ip)] = pair;
	}
}

/* So many pairs more, or fewer, have a count, which is never below lost. */
static void
note(struct pairs *p, uint32_t count, int more)
{
	if (count - p->lost < p->known)
		p->with[count - p->lost] += (size_t)more;
}

static void
note_all(const struct pairs *p, uint64_t from, size_t *with)
{
	memset(with, 0, COUNTS * sizeof *with);
	for (size_t i = 0; i <= p->mask; i++) {
		uint32_t count = p->slots[i].count;

		if (count > p->lost && count >= from && count - from < COUNTS)
			with[count - from]++;
	}
}

/* A quarter of the pairs came not more often, three quarters not less often;
 * *n: how many came not more often.  Where in the slots they stand must not
 * matter: it is elsewhere every time. */
static uint32_t
lower_quarter(const struct pairs *p, size_t *n)
{
	size_t with[COUNTS], known = p->known;
	uint64_t from = p->lost;

	memcpy(with, p->with, sizeof with);
	*n = 0;
	while (from < UINT32_MAX) {
		for (size_t k = 0; k < known; k++) {
			*n += with[k];
			if (*n > p->n / 4)
				return (uint32_t)(from + k);
		}
		/* Most are little above lost. */
		from += known;
		note_all(p, from, with);
		known = COUNTS;
	}
	*n = p->n;
	return UINT32_MAX;
}

/* Takes those that are gone out of at least so many slots; whoever stands behind
 * them moves up.  It may stop before a free slot: since nobody behind it was
 * kept from a place before it, all are found. */
static void
tidy(struct pairs *p, size_t least)
{
	while ((p->left && least) || p->slots[p->next].count) {
		struct pair *slot = &p->slots[p->next], pair = *slot;

		slot->count = 0;
		if (pair.count > p->lost)
			p->slots[find(p, pair.user, pair.ip)] = pair;
		p->next = (p->next + 1) & p->mask;
		p->left -= p->left > 0;
		least -= least > 0;
	}
}

/* The rarest make room, all of a count. */
static void
make_room(struct pairs *p)
{
	size_t n, more;
	uint32_t rare = lower_quarter(p, &n);

	if (p->left)
		tidy(p, p->left);
	more = rare - p->lost < p->known ? rare - p->lost : p->known;
	p->known -= more;
	memmove(p->with, p->with + more, p->known * sizeof *p->with);
	p->with[0] = 0;
	p->lost = rare;
	p->n -= n;
	p->is_exact = false;
	if (p->known < COUNTS / 2) {
		note_all(p, rare, p->with);
		p->known = COUNTS;
	}
	p->left = p->mask + 1;
}

bool
pairs_add(struct pairs *p, uint64_t user, uint64_t ip)
{
	size_t i = find(p, user, ip);

	if (p->slots[i].count > p->lost) {
		note(p, p->slots[i].count, -1);
		p->slots[i].count += p->slots[i].count < UINT32_MAX;
		note(p, p->slots[i].count, 1);
		return false;
	}
	if (p->n == p->max) {
		make_room(p);
		i = find(p, user, ip);
	} else if (p->n * 2 > p->mask) {
		grow(p);
		i = find(p, user, ip);
	} else if (p->left && p->n % ADDED == 0) {
		tidy(p, TIDIED);
		i = find(p, user, ip);
	}
	p->slots[i] = (struct pair){ user, ip, p->lost +
		(p->lost < UINT32_MAX), p->lost };
	note(p, p->slots[i].count, 1);
	p->n++;
	return p->is_exact;
}

void
pairs_end(struct pairs *p)
{
	if (p->left)
		tidy(p, p->left);
}

bool
pairs_are_exact(const struct pairs *p)
{
	return p->is_exact;
}

const struct pair *
pairs_slots(const struct pairs *p, size_t *n)
{
	*n = p->mask + 1;
	return p->slots;
}
