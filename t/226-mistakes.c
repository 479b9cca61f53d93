/* SPDX-License-Identifier: ISC */
/* Every mistake that the author of a rule file can make, with the line it
 * stands in, and the ceilings. */
#include "base/buf.h"
#include "parse/filter.h"
#include "rulefile.h"
#include "tap.h"

static const struct {
	const char *text, *said;
} broken[] = {
	{ "", "f.yaml:1: 'name' is missing\nf.yaml:1: 'about' is missing\n"
		"f.yaml:1: 'program' is missing: a glob on the syslog tag such "
		"as \"*/smtpd\", or a list of them\n"
		"f.yaml:1: 'rules' is missing\n" },
	{ "just a text\n",
		"f.yaml:1: a rule file must be a map of keys and values\n" },
	{ "- a\n- list\n",
		"f.yaml:1: a rule file must be a map of keys and values\n" },
	{ "about: a\nprogram: p\n" RULE GOOD,
		"f.yaml:1: 'name' is missing\n" },
	{ "name: [n]\nabout: a\nprogram: p\n" RULE GOOD,
		"f.yaml:1: 'name' must be a text\n" },
	{ "name: n\nprogram: p\n" RULE GOOD, "f.yaml:1: 'about' is missing\n" },
	{ "name: n\nabout: a\n" RULE GOOD,
		"f.yaml:1: 'program' is missing: a glob on the syslog tag such "
		"as \"*/smtpd\", or a list of them\n" },
	{ "name: n\nabout: a\nprogram: []\n" RULE GOOD,
		"f.yaml:3: 'program' is missing: a glob on the syslog tag such "
		"as \"*/smtpd\", or a list of them\n" },
	{ "name: n\nabout: a\nprogram: {p: q}\n" RULE GOOD,
		"f.yaml:3: 'program' takes up to 32 globs\n" },
	{ "name: n\nabout: a\nprogram:\n  - p\n  - [q]\n" RULE GOOD,
		"f.yaml:5: 'program' takes up to 32 globs\n" },
	{ HEAD GOOD, "f.yaml:1: 'rules' is missing\n" },
	{ HEAD "rules: []\n" GOOD,
		"f.yaml:4: 'rules' must be a list of at least one\n" },
	{ HEAD "rules: none\n" GOOD,
		"f.yaml:4: 'rules' must be a list of at least one\n" },
	{ HEAD "rules: {event: auth-failure}\n" GOOD,
		"f.yaml:4: 'rules' must be a list of at least one\n" },
	{ HEAD "rules:\n  - text\n" GOOD,
		"f.yaml:5: a rule must be a map of keys and values\n" },
	{ HEAD "rules:\n  - match: \"fail {user:rest}\"\n" GOOD,
		"f.yaml:5: 'event' is missing\n" },
	{ HEAD "rules:\n  - event: auth-failure\n" GOOD,
		"f.yaml:5: 'match' is missing\n" },
	{ HEAD "rules:\n  - event: [a]\n    match: x\n" GOOD,
		"f.yaml:5: 'event' must be a text\n" },
	{ HEAD "rules:\n  - event: auth-failure\n    match: {a: b}\n" GOOD,
		"f.yaml:6: 'match' must be a text\n" },
	{ HEAD "rules:\n  - event: failure\n    match: \"fail {user:rest}\"\n"
		GOOD, "f.yaml:5: unknown event 'failure' (one of auth-failure, "
		"auth-error, auth-aborted, auth-success)\n" },
	{ HEAD "rules:\n  - event: auth-failure\n    mtach: x\n    match: "
		"\"fail {user:rest}\"\n" GOOD,
		"f.yaml:6: unknown key 'mtach' in a rule\n" },
	{ HEAD RULE GOOD "exmaples: x\n",
		"f.yaml:10: unknown key 'exmaples' in a rule file\n" },
	{ HEAD "rules:\n  - event: auth-failure\n    match: \"{user:rest}\"\n"
		GOOD, "f.yaml:6: no literal text of at least 4 plain "
		"characters: nothing to look for\n" },
	{ HEAD "rules:\n  - event: auth-failure\n    match: \"fail "
		"{ip:ipp}\"\n" GOOD, "f.yaml:6: unknown hole type 'ipp' (one "
		"of ip, host, mech, word, int, port, quoted, stamp, text, "
		"plain, widest, rest)\n" },
	{ HEAD "rules:\n  - event: auth-failure\n    match: \"fail "
		"{usr:rest}\"\n" GOOD, "f.yaml:6: unknown hole name 'usr' (one "
		"of ip, count, successes, previous, user, mechanism, client, "
		"reason, service, or none)\n" },
	{ HEAD "rules:\n  - event: auth-failure\n    match: \"fail "
		"{ip:word}\"\n" GOOD,
		"f.yaml:6: hole 'ip' must have type ip\n" },
	{ HEAD "rules:\n  - event: auth-failure\n    match: \"fail "
		"{count:rest}\"\n" GOOD,
		"f.yaml:6: hole 'count' must have type int\n" },
	{ HEAD "rules:\n  - event: auth-failure\n    match: \"fail {user\"\n"
		GOOD, "f.yaml:6: '{' without '}' (write {{ for a brace)\n" },
	{ HEAD "rules:\n  - event: auth-failure\n    match: \"fail }\"\n"
		GOOD, "f.yaml:6: '}' without '{' (write }} for a brace)\n" },
	{ HEAD "rules:\n  - event: auth-failure\n    match: \"fail "
		"{user:text}\"\n" GOOD, "f.yaml:6: literal text must follow "
		"hole '{user:text}'; type rest takes everything to the end\n" },
	{ HEAD "rules:\n  - event: auth-failure\n    match: \"fail {user:rest}"
		" x\"\n" GOOD,
		"f.yaml:6: nothing can stand behind hole '{user:rest}'\n" },
	{ HEAD "rules:\n  - event: auth-failure\n    match: \"fail {user:word}"
		" {user:rest}\"\n" GOOD, "f.yaml:6: two holes named 'user'\n" },
	{ HEAD "rules:\n  - event: auth-failure\n    match: \"fail "
		"{user:rest?}\"\n" GOOD, "f.yaml:6: a hole of type rest may be "
		"empty anyway: leave out the '?'\n" },
	{ HEAD "rules:\n  - event: auth-failure\n    match: \"fail {user=}\"\n"
		GOOD, "f.yaml:6: hole '{user=}' has no text to choose\n" },
	{ HEAD "rules:\n  - event: x\n    match: \"fail {user:rest}\"\n"
		"  - event: auth-failure\n    match: \"a\"\n" GOOD,
		"f.yaml:5: unknown event 'x' (one of auth-failure, auth-error, "
		"auth-aborted, auth-success)\nf.yaml:8: no literal text of at "
		"least 4 plain characters: nothing to look for\n" },
	/* examples */
	{ HEAD RULE, "f.yaml:1: 'examples' is missing\n" },
	{ HEAD RULE "examples: []\n",
		"f.yaml:7: 'examples' must be a list of at least one\n" },
	{ HEAD RULE "examples:\n  - fail bob\n",
		"f.yaml:8: an example must be a map of keys and values\n"
		"f.yaml:5: no example is matched by this rule first\n" },
	{ HEAD RULE GOOD "  - gives: nothing\n",
		"f.yaml:10: 'line' is missing\n" },
	{ HEAD RULE GOOD "  - line: x\n",
		"f.yaml:10: 'gives' must be a map such as {event: "
		"auth-failure, ip: 192.0.2.1}, or the word nothing\n" },
	{ HEAD RULE GOOD "  - line: x\n    gives: [nothing]\n",
		"f.yaml:11: 'gives' must be a map such as {event: "
		"auth-failure, ip: 192.0.2.1}, or the word nothing\n" },
	{ HEAD RULE GOOD "  - line: x\n    gives: none\n",
		"f.yaml:11: 'gives' must be a map such as {event: "
		"auth-failure, ip: 192.0.2.1}, or the word nothing\n" },
	{ HEAD RULE GOOD "  - line: x\n    lien: y\n    gives: nothing\n",
		"f.yaml:11: unknown key 'lien' in an example\n" },
	{ HEAD RULE GOOD "  - line: fail x\n    gives: {event: auth-failure, "
		"usr: x}\n", "f.yaml:11: unknown key 'usr' in gives\n" },
	{ HEAD RULE GOOD "  - line: else\n    gives: {event: auth-failure}\n",
		"f.yaml:10: example matches no rule; that of line 5 came "
		"furthest, up to 'else', and wants 'fail '\n" },
	{ HEAD RULE GOOD "  - line: fail x\n    gives: nothing\n",
		"f.yaml:10: example matches a rule, though it gives "
		"nothing\n" },
	{ HEAD RULE GOOD "  - line: fail x\n    tag: other\n    gives: {event: "
		"auth-failure, user: x}\n",
		"f.yaml:10: no 'program' of this file takes the tag 'other' "
		"of the example\n" },
	{ HEAD RULE GOOD "  - line: fail x\n    gives: {event: auth-error, "
		"user: x}\n", "f.yaml:11: example gives event 'auth-failure', "
		"not 'auth-error'\n" },
	{ HEAD RULE GOOD "  - line: fail x\n    gives:\n      event: "
		"auth-failure\n      user: y\n",
		"f.yaml:13: example gives user 'x', not 'y'\n" },
	{ HEAD RULE GOOD "  - line: fail x\n    gives: {event: auth-failure}\n",
		"f.yaml:11: example gives user 'x', not ''\n" },
	{ HEAD RULE GOOD "  - line: fail x\n    gives: {event: auth-failure, "
		"user: x, ip: 192.0.2.1}\n",
		"f.yaml:11: example gives ip '', not '192.0.2.1'\n" },
	{ HEAD RULE GOOD "  - line: fail x\n    gives: {event: auth-failure, "
		"user: x, count: 2}\n",
		"f.yaml:11: example gives count '1', not '2'\n" },
	{ HEAD RULE GOOD "  - line: fail x\n    gives: {event: auth-failure, "
		"user: x, service: y}\n",
		"f.yaml:11: example gives service 'p', not 'y'\n" },
	{ HEAD RULE GOOD "  - line: fail x\n    gives: {event: auth-failure, "
		"user: x, reason: y, client: z}\n",
		"f.yaml:11: example gives client '', not 'z'\n"
		"f.yaml:11: example gives reason '', not 'y'\n" },
	/* a rule that no example proves, or that another comes before */
	{ HEAD RULE "  - event: auth-error\n    match: \"fault {user:rest}\"\n"
		GOOD, "f.yaml:7: no example is matched by this rule first\n" },
	{ HEAD RULE "  - event: auth-failure\n    match: \"fail now "
		"{user:rest}\"\n" GOOD "  - line: fail now x\n    gives: "
		"{event: auth-failure, user: now x}\n",
		"f.yaml:7: no example is matched by this rule first\n" },
	{ HEAD RULE "examples:\n  - line: other\n    gives: nothing\n",
		"f.yaml:5: no example is matched by this rule first\n" },
	/* YAML itself */
	{ HEAD "name: again\n" RULE GOOD,
		"f.yaml:4: 'name' stands here twice\n" },
	{ HEAD "rules: &r\n" GOOD,
		"f.yaml:4: anchors and tags are not used here\n" },
};

static void
test_broken(void)
{
	struct buf said;
	bool good = true;

	buf_init(&said, 10000);
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct arena a;
		struct filter *f;

		arena_init(&a, MEMORY);
		f = compile(&a, broken[i].text, &said);
		if (f || !slice_is(buf_slice(&said),
		    slice_text(broken[i].said))) {
			good = false;
			printf("# %zu: got\n# %.*s# expected\n# %s", i,
			    (int)said.n, said.n ? said.p : "", broken[i].said);
		}
		arena_release(&a);
	}
	ok(good, "%zu broken files and what is said of them",
	    sizeof broken / sizeof *broken);
	buf_release(&said);
}

/* An unknown key is shown where it stands, not where its value begins. */
static void
test_key_lines(void)
{
	struct buf said;
	struct arena a;

	buf_init(&said, 10000);
	arena_init(&a, MEMORY);
	ok(!compile(&a, HEAD RULE GOOD "more:\n  # words\n  - x\n", &said),
	    "an unknown key before a list");
	is(buf_slice(&said), "f.yaml:10: unknown key 'more' in a rule file\n",
	    "is shown where it stands");
	arena_release(&a);
	buf_release(&said);
}

/* What is wrong is said up to twenty times, all is counted. */
static void
test_many_complaints(void)
{
	struct err_list complaints = { .n = 0 };
	struct buf text;
	struct arena a;
	struct err e;
	const struct yaml *root;

	buf_init(&text, 10000);
	arena_init(&a, MEMORY);
	buf_add(&text, SLICE(HEAD "rules:\n"));
	for (int i = 0; i < 30; i++)
		buf_add(&text, SLICE("  - {event: x, match: y}\n"));
	buf_add(&text, SLICE(GOOD));
	root = yaml_read(&a, "f.yaml", buf_slice(&text), &e);
	ok(root && !filter_compile(&a, "f.yaml", root, &complaints) &&
	    complaints.n == 30 && complaints.status == EX_CONFIG,
	    "thirty mistakes");
	is(slice_text(complaints.texts[ERR_LIST_MAX - 1]), "f.yaml:24: unknown "
	    "event 'x' (one of auth-failure, auth-error, auth-aborted, "
	    "auth-success)", "the twentieth is the last that is said");
	err_list_release(&complaints);
	arena_release(&a);
	buf_release(&text);
}

static void
test_ceilings(void)
{
	struct buf text, said;
	bool good = true;

	buf_init(&text, 60000);
	buf_init(&said, 10000);
	for (int n = 32; n <= 33; n++) {
		struct arena a;

		arena_init(&a, MEMORY);
		buf_reset(&text);
		buf_add(&text, SLICE("name: n\nabout: a\nprogram: [p"));
		for (int i = 1; i < n; i++)
			buf_addf(&text, ", p%d", i);
		buf_add(&text, SLICE("]\n" RULE GOOD));
		buf_add_byte(&text, '\0');
		good = good && (compile(&a, text.p, &said) != NULL) == (n < 33);
		arena_release(&a);
	}
	ok(good, "32 globs, not 33");
	good = true;
	for (int n = 256; n <= 257; n++) {
		struct arena a;

		arena_init(&a, MEMORY);
		buf_reset(&text);
		buf_add(&text, SLICE(HEAD "rules:\n"));
		for (int i = 0; i < n; i++)
			buf_addf(&text, "  - {event: auth-failure, match: "
			    "\"fail %d\"}\n", i);
		buf_add(&text, SLICE("examples:\n"));
		for (int i = 0; i < n; i++)
			buf_addf(&text, "  - {line: fail %d, gives: {event: "
			    "auth-failure}}\n", i);
		buf_add_byte(&text, '\0');
		good = good && (compile(&a, text.p, &said) != NULL) ==
		    (n < 257);
		arena_release(&a);
	}
	ok(good, "256 rules, not 257");
	buf_release(&text);
	buf_release(&said);
}

int
main(void)
{
	test_broken();
	test_key_lines();
	test_many_complaints();
	test_ceilings();
	return done();
}
