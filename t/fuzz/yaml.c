/* SPDX-License-Identifier: ISC */
/* Fuzz target: a YAML file read as a configuration. */
#include <stdlib.h>

#include "base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
walk(const struct yaml *y, size_t depth)
{
	size_t deepest = depth;

	if (y->kind == YAML_SCALAR)
		return depth;
	for (const struct yaml *child = y->first; child; child = child->next) {
		size_t below = walk(child, depth + 1);

		if (child->line < 1)
			abort();
		if (y->kind == YAML_MAP &&
		    yaml_find(y, child->key.p) == NULL)
			abort();
		if (below > deepest)
			deepest = below;
	}
	return deepest;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };
	const struct yaml *root;
	struct arena arena;
	struct err e = { 0 };

	arena_init(&arena, 4 * 1024 * 1024);
	root = yaml_read(&arena, "fuzz", text, &e);
	if (root ? walk(root, 0) > YAML_DEPTH : e.status != EX_CONFIG)
		abort();
	arena_release(&arena);
	return 0;
}
