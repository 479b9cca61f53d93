/* SPDX-License-Identifier: ISC */
/* Those who wait to be asked for. */
#include "enrich/line.h"

void
line_add(struct line *line, struct cache *c, cache_id id, bool in_front)
{
	struct cached *one = cache_at(c, id);

	line->n++;
	one->next = in_front ? line->first : 0;
	if (in_front || !line->first)
		line->first = id;
	else
		cache_at(c, line->last)->next = id;
	if (!in_front || !one->next)
		line->last = id;
}

cache_id
line_take(struct line *line, struct cache *c)
{
	cache_id id = line->first;

	line->n--;
	line->first = cache_at(c, id)->next;
	if (!line->first)
		line->last = 0;
	cache_at(c, id)->next = 0;
	return id;
}
