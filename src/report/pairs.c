/* SPDX-License-Identifier: ISC */
/* How often which user was tried from which address. */
#include "report/pairs.h"

#include <stdlib.h>

#include "base/mem.h"

enum { FIRST = 256 };

struct pairs {
	struct pair *slots;
	size_t n, mask, max;
	bool is_exact;
	/* As in report/table.c. */
	uint32_t rarest, higher, lost;
	size_t next;
};

struct pairs *
pairs_new(size_t max)
{
	struct pairs *p = mem_new(sizeof *p);

	p->max = max;
	p->mask = FIRST - 1;
	p->slots = mem_array(FIRST, sizeof *p->slots);
	p->is_exact = true;
	p->higher = UINT32_MAX;
	return p;
}

void
pairs_free(struct pairs *p)
{
	if (!p)
		return;
	free(p->slots);
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
	__builtin_prefetch(&p->slots[home_of(p, user, ip)], 1);
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

static void
grow(struct pairs *p)
{
	struct pair *old = p->slots;
	size_t n = p->mask + 1;

	p->mask = 2 * n - 1;
	p->slots = mem_array(2 * n, sizeof *p->slots);
	mem_large(p->slots, 2 * n * sizeof *p->slots);
	for (size_t i = 0; i < n; i++)
		if (old[i].count)
			p->slots[find(p, old[i].user, old[i].ip)] = old[i];
	free(old);
}

static size_t
find_rarest(struct pairs *p)
{
	for (;;) {
		for (; p->next <= p->mask; p->next++) {
			uint32_t count = p->slots[p->next].count;

			if (count && count <= p->rarest)
				return p->next;
			if (count && count < p->higher)
				p->higher = count;
		}
		p->next = 0;
		p->rarest = p->higher;
		p->higher = UINT32_MAX;
	}
}

/* Takes a pair out; those behind it that it kept from their place move up. */
static void
take_out(struct pairs *p, size_t hole)
{
	size_t i = hole;

	for (;;) {
		size_t home;

		i = (i + 1) & p->mask;
		if (!p->slots[i].count)
			break;
		home = home_of(p, p->slots[i].user, p->slots[i].ip);
		if (((i - home) & p->mask) < ((i - hole) & p->mask))
			continue;
		p->slots[hole] = p->slots[i];
		hole = i;
	}
	p->slots[hole].count = 0;
}

/* The rarest makes room. */
static void
make_room(struct pairs *p)
{
	size_t rarest = find_rarest(p);

	p->is_exact = false;
	if (p->slots[rarest].count > p->lost)
		p->lost = p->slots[rarest].count;
	if (p->lost < UINT32_MAX && p->lost + 1 < p->higher)
		p->higher = p->lost + 1;
	take_out(p, rarest);
	p->n--;
}

bool
pairs_add(struct pairs *p, uint64_t user, uint64_t ip)
{
	size_t i = find(p, user, ip);

	if (p->slots[i].count) {
		p->slots[i].count += p->slots[i].count < UINT32_MAX;
		return false;
	}
	if (p->n == p->max) {
		make_room(p);
		i = find(p, user, ip);
	} else if (p->n * 2 > p->mask) {
		grow(p);
		i = find(p, user, ip);
	}
	p->slots[i] = (struct pair){ user, ip, p->lost +
		(p->lost < UINT32_MAX), p->lost };
	p->n++;
	return p->is_exact;
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
