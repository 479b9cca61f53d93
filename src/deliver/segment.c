/* SPDX-License-Identifier: ISC */
/* The files of a journal. */
#include "deliver/segment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/durable.h"
#include "base/mem.h"
#include "base/siblings.h"
#include "base/slice.h"

enum { SEGMENTS_MAX = 1 << 20 };

char *
segment_name(const char *state, uint64_t number)
{
	size_t n = strlen(state) + 40;
	char *name = mem_new(n);

	snprintf(name, n, "%s.journal.%08llu", state,
	    (unsigned long long)number);
	return name;
}

void
segments_add(struct segments *all, uint64_t number, uint64_t size)
{
	all->items = mem_resize(all->items, all->n + 1, sizeof *all->items);
	all->items[all->n++] = (struct segment){ number, size };
}

static int
by_number(const void *a, const void *b)
{
	uint64_t x = ((const struct segment *)a)->number;
	uint64_t y = ((const struct segment *)b)->number;

	return x < y ? -1 : x > y;
}

/* A name in the directory that is that of a segment. */
static int
add_entry(void *with, const char *entry, ino_t inode, struct err *e)
{
	struct segments *all = with;
	struct slice rest = slice_text(entry);
	struct stat st;
	uint64_t number;
	char *name;
	int rc = 0;

	(void)inode;
	if (!slice_skip(&rest, slice_text(siblings_own(all->state))) ||
	    !slice_skip(&rest, SLICE(".journal.")) || rest.n < 8 ||
	    !slice_number(rest, INT64_MAX, &number) || all->n == SEGMENTS_MAX)
		return 0;
	name = segment_name(all->state, number);
	if (stat(name, &st) < 0)
		rc = err_errno(e, EX_IOERR, "cannot look at '%s'", name);
	else
		segments_add(all, number, (uint64_t)st.st_size);
	free(name);
	return rc;
}

int
segments_find(struct segments *all, const char *state, struct err *e)
{
	int rc;

	*all = (struct segments){ .state = state };
	rc = siblings_each(state, EX_CANTCREAT, add_entry, all, e);
	if (all->n)
		qsort(all->items, all->n, sizeof *all->items, by_number);
	return rc;
}

void
segments_release(struct segments *all)
{
	free(all->items);
	*all = (struct segments){ .n = 0 };
}

uint64_t
segments_total(const struct segments *all)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < all->n; i++)
		sum += all->items[i].size;
	return sum;
}

void
segments_forget(struct segments *all, size_t n)
{
	all->n -= n;
	memmove(all->items, all->items + n, all->n * sizeof *all->items);
}

int
segments_move(const char *state, const char *to, struct err *e)
{
	struct segments all;
	int rc = segments_find(&all, state, e);

	for (size_t i = 0; rc >= 0 && i < all.n; i++) {
		char *from = segment_name(state, all.items[i].number);
		char *name = segment_name(to, all.items[i].number);

		rc = durable_move(from, name, e);
		free(from);
		free(name);
	}
	if (rc >= 0)
		rc = (int)all.n;
	segments_release(&all);
	return rc;
}
