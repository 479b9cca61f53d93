/* SPDX-License-Identifier: ISC */
/* Files that are there twice. */
#include "summarize-extent.h"

#include <string.h>

void
extent_add(struct extent *x, struct slice block, uint64_t end)
{
	struct slice head = slice_to(block, sizeof x->head);

	if (x->n == 0 && head.n) {
		memcpy(x->head, head.p, head.n);
		x->n = head.n;
	}
	x->end = end;
}

static bool
begin_alike(const struct extent *x, const struct extent *other)
{
	return memcmp(x->head, other->head,
	    x->n < other->n ? x->n : other->n) == 0;
}

bool
extent_is_within(const struct extent *x, const struct extent *other)
{
	return begin_alike(x, other) && x->end <= other->end;
}

struct slice
extent_pass(const struct extent *x, const struct extent *other,
    struct slice *block)
{
	uint64_t from = x->end - block->n;
	struct slice all = *block;
	size_t n = 0;

	if (begin_alike(x, other) && other->end > from)
		n = other->end < x->end ? (size_t)(other->end - from) : all.n;
	if (n && n < all.n && all.p[n - 1] != '\n')
		n += slice_find_byte(slice_from(all, n), '\n') + 1;
	*block = slice_from(all, n);
	return slice_to(all, n);
}

static bool
is_packed_name(const char *packed, const char *name)
{
	size_t n = strlen(name);

	return strncmp(packed, name, n) == 0 && strcmp(packed + n, ".gz") == 0;
}

const char *
extent_packed(char **names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (is_packed_name(names[i], name))
			return names[i];
	return NULL;
}

const char *
extent_unpacked(char **names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (is_packed_name(name, names[i]))
			return names[i];
	return NULL;
}
