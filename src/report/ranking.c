/* SPDX-License-Identifier: ISC */
/* The first of many. */
#include "report/ranking.h"

#include <stdlib.h>

#include "base/mem.h"

int
slice_order(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static int
order(const struct ranked *a, const struct ranked *b)
{
	int texts;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	texts = slice_order(a->text, b->text);
	return texts ? texts : slice_order(a->second, b->second);
}

void
ranking_init(struct ranking *r, size_t max)
{
	*r = (struct ranking){ .max = max };
	r->items = mem_array(max + 1, sizeof *r->items);
}

void
ranking_release(struct ranking *r)
{
	free(r->items);
}

void
ranking_offer(struct ranking *r, const struct ranked *one)
{
	size_t i = r->n;

	for (; i && order(one, &r->items[i - 1]) < 0; i--)
		r->items[i] = r->items[i - 1];
	r->items[i] = *one;
	if (r->n < r->max)
		r->n++;
}
