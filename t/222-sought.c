/* SPDX-License-Identifier: ISC */
/* What a template's lines are found by: texts of which each holds one, whatever
 * stands in its holes and also inside JSON. */
#include "base/buf.h"
#include "parse/template.h"
#include "tap.h"

static void
is_sought(const struct template *t, enum sought_way way, const char *expected)
{
	static const struct sought none = { .n = 0 };
	const struct sought *sought = t ? template_sought(t, way) : &none;
	struct buf b;

	buf_init(&b, 1000);
	for (size_t k = 0; k < sought->n; k++) {
		buf_add(&b, k ? SLICE("|") : SLICE(""));
		buf_add(&b, sought->texts[k]);
	}
	is(buf_slice(&b), expected, "what to look for");
	buf_release(&b);
}

static void
test_literal(void)
{
	static const struct {
		const char *template, *literal;
	} literals[] = {
		{ "warning: {h:host}[{i:ip}]: SASL {m:mech} authentication "
			"failed: {r:text}, sasl_username={u:rest}",
			" authentication failed: " },
		{ "{u:text}/some text/{:rest}", "some text" },
		{ "say \"hello there\" {u:rest}", "hello there" },
		{ "back\\slashed {u:rest}", "slashed " },
		{ "caf\xc3\xa9 noir {u:rest}", " noir " },
		{ "tab\tbed text{u:rest}", "bed text" },
		{ "{{open}} {u:rest}", "{open} " },
		{ "abcd {u:word} efgh", "abcd " },
		/* A choice with what stands around it, if it is a good one. */
		{ "{s=imap|pop3}: {r:text} ({=none|wrong password}, {u:rest}",
			" (none, | (wrong password, " },
		{ "{r:text} ({=none|w\"rong}, {u:rest}", " (none, |rong" },
		{ "{r:text} ({=none|w\"ro}, {u:text}: 535 {:rest}", ": 535 " },
		{ "\"a/b c{=none|wrong}d/e \"{u:rest}",
			"b cnoned|b cwrongd" },
		{ "some text {=none|so long a text?}", "some text " },
		{ "text {=a}{=b|c}{u:rest}", "text a" },
		{ "text {=a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p}",
			"text a|text b|text c|text d|text e|text f|text g|text h|"
			"text i|text j|text k|text l|text m|text n|text o|text p" },
		{ "text {=a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q}", "text " },
	};
	/* A text with no hole in it, where all would be too many. */
	static const struct {
		const char *template, *literal;
	} few[] = {
		{ "failed: {=none|wrong password}, {u:rest}", "failed: " },
		{ "or, {=none|wrong}{u:rest}", "or, " },
		{ "a, {=none|wrong}{u:rest}", "a, none|a, wrong" },
	};
	struct arena a;
	struct err e;

	arena_init(&a, 100000);
	for (size_t i = 0; i < sizeof literals / sizeof *literals; i++) {
		struct template *t = template_compile(&a,
		    slice_text(literals[i].template), &e);

		is_sought(t, SOUGHT_LONGEST, literals[i].literal);
	}
	for (size_t i = 0; i < sizeof few / sizeof *few; i++)
		is_sought(template_compile(&a, slice_text(few[i].template),
		    &e), SOUGHT_LITERAL, few[i].literal);
	arena_release(&a);
}

static void
test_surely(void)
{
	struct template *t;
	struct arena a;
	struct err e;

	arena_init(&a, 100000);
	t = template_compile(&a, SLICE("one {u:word} two{=none?} {=three}"),
	    &e);
	ok(t && template_surely_holds(t, SLICE("one ")) &&
	    template_surely_holds(t, SLICE(" tw")) &&
	    !template_surely_holds(t, SLICE("one two")) &&
	    !template_surely_holds(t, SLICE("none")),
	    "what every line holds, and what not every line does");
	arena_release(&a);
}

int
main(void)
{
	test_literal();
	test_surely();
	return done();
}
