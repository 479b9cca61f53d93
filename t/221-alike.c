/* SPDX-License-Identifier: ISC */
/* Templates that begin alike. */
#include "base/buf.h"
#include "chance.h"
#include "parse/template.h"
#include "tap.h"

/* Templates that begin alike, one after the other, find what each finds alone:
 * on messages made of pieces they look for. */
static void
test_shared(void)
{
	static const struct slice texts[] = {
		SLICE("w: {client:host}[{ip:ip}]{:port?}: S {mechanism:mech} "
			"failed: {reason=lost|none}{:rest}"),
		SLICE("w: {client:host}[{ip:ip}]{:port?}: S {mechanism:mech} "
			"failed: {reason:text}, u={=(no)}"),
		SLICE("w: {client:host}[{ip:ip}]{:port?}: S {mechanism:mech} "
			"failed: {reason:text}, u={user:rest}"),
		SLICE("w: {client:host}[{ip:ip}]{:port?}: S {mechanism:mech} "
			"failed"),
		SLICE("w: {client:host}[{ip:ip}]{:port?}: S {:text} "
			"failed{:rest}"),
		SLICE("w: {client:host}[{ip:ip}]{:port?}: S {:text} failed: "
			"{reason:rest}"),
		SLICE("w: {user:widest}[{ip:ip}]: S {mechanism:mech} failed"),
		SLICE("w: {user:word}[{ip:ip}]: S {mechanism:mech} failed"),
	};
	static const char *const pieces[] = { "w: ", "h.x", "[192.0.2.1]",
		": S ", "LOGIN", " failed", ": ", "none", ", u=", "bob",
		"(no)", "lost", ":25", "\"a b\"", "[x]" };
	enum { N = sizeof texts / sizeof *texts };
	struct template *t[N];
	struct template_match one, all;
	size_t differ = 0, matched = 0;
	struct arena a;
	struct err e;
	struct buf line;

	arena_init(&a, 1000000);
	buf_init(&line, 1000);
	for (size_t i = 0; i < N; i++)
		t[i] = template_compile(&a, texts[i], &e);
	for (int round = 0; round < 50000; round++) {
		size_t n = 4 + chance(12), skip = 0;

		buf_reset(&line);
		/* Mostly in the order they belong, some left out or moved. */
		for (size_t i = 0; i < n; i++) {
			size_t k = chance(20) ? skip++ : chance(15);

			buf_add(&line, slice_text(pieces[k % 15]));
		}
		all.parts = 0;
		for (size_t i = 0; i < N; i++) {
			size_t shared = i ? template_shared(t[i], t[i - 1]) : 0;
			bool alone = template_match(t[i], buf_slice(&line),
			    &one);
			bool after = template_match_on(t[i], shared,
			    buf_slice(&line), &all);

			matched += alone;
			differ += alone != after || one.reached != all.reached;
			for (size_t k = 0; alone && after &&
			    k < template_holes(t[i]); k++)
				differ += !slice_is(one.holes[k],
				    all.holes[k]);
		}
	}
	ok(differ == 0 && matched > 1000, "templates that begin alike: %zu "
	    "matches, %zu differ", matched, differ);
	ok(template_shared(t[1], t[0]) > 3, "and do share their beginning");
	buf_release(&line);
	arena_release(&a);
}

int
main(void)
{
	test_shared();
	return done();
}
