/* SPDX-License-Identifier: ISC */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/slice.h"

/* Memory that is freed all at once: for what is loaded and then kept (rules,
 * trees, strings).  max bounds the sum of what is asked for. */
struct arena_block;
struct arena {
	struct arena_block *blocks;
	size_t used, max;
};

void arena_init(struct arena *a, size_t max);
void arena_release(struct arena *a);

/* Zeroed memory aligned for anything; NULL once max would be passed. */
void *arena_new(struct arena *a, size_t size);
void *arena_array(struct arena *a, size_t count, size_t size);

/* A copy with a NUL behind it, not counted in n; {NULL, 0} past max. */
struct slice arena_copy(struct arena *a, struct slice s);

#endif
