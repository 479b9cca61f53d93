/* SPDX-License-Identifier: ISC */
/* Room for many short texts. */
#include "report/texts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Of a block, in units. */
enum { BLOCK = 4096, NONE = 0 };

struct texts {
	char **blocks;
	size_t n, room;
	unsigned used;			/* units of the last block */
	/* Places + 1 by size; each holds that of the next one. */
	uint32_t given[TEXTS_UNITS_MAX + 1];
};

struct texts *
texts_new(void)
{
	struct texts *t = mem_new(sizeof *t);

	t->used = BLOCK;
	return t;
}

void
texts_free(struct texts *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++)
		free(t->blocks[i]);
	free(t->blocks);
	free(t);
}

char *
texts_at(const struct texts *t, uint32_t place)
{
	return t->blocks[place / BLOCK] + place % BLOCK * TEXTS_UNIT;
}

static void
add_block(struct texts *t)
{
	if (t->n == t->room) {
		t->room = t->room ? 2 * t->room : 16;
		t->blocks = mem_resize(t->blocks, t->room, sizeof *t->blocks);
	}
	t->blocks[t->n++] = mem_array(BLOCK, TEXTS_UNIT);
	t->used = 0;
}

uint32_t
texts_take(struct texts *t, unsigned units)
{
	uint32_t place;

	if (t->given[units] != NONE) {
		place = t->given[units] - 1;
		memcpy(&t->given[units], texts_at(t, place), sizeof place);
		return place;
	}
	if (t->used + units > BLOCK)
		add_block(t);
	place = (uint32_t)(t->n - 1) * BLOCK + t->used;
	t->used += units;
	return place;
}

bool
texts_has(const struct texts *t, unsigned units)
{
	return t->given[units] != NONE;
}

void
texts_give(struct texts *t, uint32_t place, unsigned units)
{
	memcpy(texts_at(t, place), &t->given[units], sizeof place);
	t->given[units] = place + 1;
}
