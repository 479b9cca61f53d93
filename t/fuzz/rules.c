/* SPDX-License-Identifier: ISC */
/* Fuzz target: a rule file, and a few messages against what it compiled to. */
#include <stdlib.h>

#include "parse/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct slice messages[] = {
		SLICE("warning: unknown[192.0.2.7]:25: SASL LOGIN "
			"authentication failed: x, sasl_username=bob"),
		SLICE("a, b, c, a, b, c: \"quoted \\\" text\" 12 (x) [y] {z}"),
		SLICE(""),
	};
	struct slice text = { (const char *)data, size };
	struct err_list complaints = { 0 };
	const struct yaml *root;
	struct filter *f = NULL;
	struct arena arena;
	struct err e;

	arena_init(&arena, 4 * 1024 * 1024);
	root = yaml_read(&arena, "fuzz", text, &e);
	if (root)
		f = filter_compile(&arena, "fuzz", root, &complaints);
	if (root && !f && complaints.n == 0)
		abort();
	for (size_t i = 0; f && i < 3; i++) {
		struct envelope env = { .message = messages[i],
			.program = SLICE("postfix/smtpd") };
		struct event event;

		(void)filter_takes(f, env.program, i == 1);
		if (filter_match(f, &env, &event) && event.count > 999999)
			abort();
	}
	err_list_release(&complaints);
	arena_release(&arena);
	return 0;
}
