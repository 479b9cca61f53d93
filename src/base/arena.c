/* SPDX-License-Identifier: ISC */
/* Memory that is freed all at once. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ARENA_BLOCK = 16 * 1024 };

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

void
arena_init(struct arena *a, size_t max)
{
	*a = (struct arena){ .max = max };
}

void
arena_release(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *next = a->blocks->next;

		free(a->blocks);
		a->blocks = next;
	}
	a->used = 0;
}

static void
arena_add_block(struct arena *a, size_t size)
{
	struct arena_block *block;

	if (size < ARENA_BLOCK)
		size = ARENA_BLOCK;
	/* Of a block that is not zeroed only what is asked for is touched. */
	block = mem_resize(NULL, 1, sizeof *block + size);
	*block = (struct arena_block){ .size = size, .next = a->blocks };
	a->blocks = block;
}

void *
arena_new(struct arena *a, size_t size)
{
	void *p;

	if (size > a->max - a->used)
		return NULL;
	a->used += size;
	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (!a->blocks || size > a->blocks->size - a->blocks->used)
		arena_add_block(a, size);
	p = a->blocks->bytes + a->blocks->used;
	a->blocks->used += size;
	return memset(p, 0, size);
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		return NULL;
	return arena_new(a, total);
}

struct slice
arena_copy(struct arena *a, struct slice s)
{
	char *p = s.n < a->max ? arena_new(a, s.n + 1) : NULL;

	if (!p)
		return (struct slice){ NULL, 0 };
	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct slice){ p, s.n };
}
