/* SPDX-License-Identifier: ISC */
/* Rule files: what compiles, which programs and lines they take, and every
 * mistake an author can make, with the line it stands in. */
#include <stdlib.h>

#include "base/buf.h"
#include "parse/filter.h"
#include "parse/glob.h"
#include "parse/rules.h"
#include "tap.h"

enum { MEMORY = 1024 * 1024 };

#define HEAD "name: n\nabout: a\nprogram: \"*/p\"\n"
#define RULE "rules:\n  - event: auth-failure\n" \
	"    match: \"fail {user:rest}\"\n"
#define GOOD "examples:\n  - line: \"fail bob\"\n" \
	"    gives: {event: auth-failure, user: bob}\n"

/* A filter from a text; complaints one a line.  NULL: none. */
static struct filter *
compile(struct arena *a, const char *text, struct buf *said)
{
	struct err_list complaints = { .n = 0 };
	struct filter *f = NULL;
	struct err e;
	const struct yaml *root = yaml_read(a, "f.yaml", slice_text(text), &e);

	buf_reset(said);
	if (root)
		f = filter_compile(a, "f.yaml", root, &complaints);
	else
		buf_addf(said, "%s\n", e.text);
	for (unsigned i = 0; i < complaints.n && i < ERR_LIST_MAX; i++) {
		buf_add(said, slice_text(complaints.texts[i]));
		buf_add_byte(said, '\n');
	}
	if (complaints.n && (f || complaints.status != EX_CONFIG))
		buf_addf(said, "status %d\n", complaints.status);
	err_list_release(&complaints);
	return f;
}

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

static const struct {
	const char *glob, *text;
	bool matches;
} globs[] = {
	{ "", "", true }, { "", "a", false }, { "a", "", false },
	{ "*", "", true }, { "*", "a/b", true }, { "**", "", true },
	{ "?", "", false }, { "?", "a", true }, { "?", "ab", false },
	{ "a", "a", true }, { "a", "A", false }, { "a", "ab", false },
	{ "ab", "a", false }, { "a*", "a", true }, { "*a", "a", true },
	{ "*a", "ba", true }, { "*a", "ab", false }, { "a*b", "ab", true },
	{ "a*b", "axxb", true }, { "a*b", "axxbx", false },
	{ "a*b*c", "abbcbc", true }, { "a*b*c", "abbcb", false },
	{ "*ab", "aab", true }, { "*aab", "aaaab", true },
	{ "*/smtpd", "postfix/smtpd", true },
	{ "*/smtpd", "postfix/submission/smtpd", true },
	{ "*/smtpd", "/smtpd", true }, { "*/smtpd", "smtpd", false },
	{ "*/smtpd", "postfix/smtpd/x", false },
	{ "*?b", "b", false }, { "*?b", "ab", true }, { "a?*", "a", false },
	{ "[a]", "a", false }, { "[a]", "[a]", true },
	{ "\\*", "*", false }, { "*.*", "a.b", true }, { "*.*", "ab", false },
	{ "*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
};

static void
test_globs(void)
{
	bool good = true;

	for (size_t i = 0; i < sizeof globs / sizeof *globs; i++) {
		if (glob_fits(slice_text(globs[i].glob),
		    slice_text(globs[i].text)) == globs[i].matches)
			continue;
		good = false;
		printf("# %s on '%s'\n", globs[i].glob, globs[i].text);
	}
	ok(good, "globs");
}

static void
test_takes(void)
{
	static const struct {
		const char *programs, *tag;
		bool whole, cut;
	} tags[] = {
		{ "\"*/smtpd\"", "postfix/smtpd", true, true },
		{ "\"*/smtpd\"", "postfix", false, true },
		{ "\"*/smtpd\"", "mail-in", false, true },
		{ "\"postfix/smtpd\"", "postfix", false, true },
		{ "\"postfix/smtpd\"", "postfi", false, true },
		{ "\"postfix/smtpd\"", "sendmail", false, false },
		{ "\"postfix/smtpd\"", "postfix/smtpd/x", false, false },
		{ "dovecot", "dovecot", true, true },
		{ "dovecot", "dove", false, false },
		{ "dovecot", "", false, false },
		{ "[exim, \"\"]", "", true, true },
		{ "[exim, \"\"]", "exim", true, true },
		{ "[exim, \"\"]", "x", false, false },
		{ "\"*\"", "", false, false },
	};
	struct buf text, said;
	bool good = true;

	buf_init(&text, 10000);
	buf_init(&said, 10000);
	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
		struct slice tag = slice_text(tags[i].tag);
		struct filter *f;
		struct arena a;

		arena_init(&a, MEMORY);
		buf_reset(&text);
		buf_addf(&text, "name: n\nabout: a\nprogram: %s\n" RULE GOOD,
		    tags[i].programs);
		buf_add_byte(&text, '\0');
		f = compile(&a, text.p, &said);
		if (!f || filter_takes(f, tag, false) != tags[i].whole ||
		    filter_takes(f, tag, true) != tags[i].cut) {
			good = false;
			printf("# %s on '%s' %.*s\n", tags[i].programs,
			    tags[i].tag, (int)said.n, said.n ? said.p : "");
		}
		arena_release(&a);
	}
	ok(good, "which tags are a filter's, whole and cut");
	buf_release(&text);
	buf_release(&said);
}

static const char whole_file[] =
	"name: n\nabout: a\nprogram: [\"*/p\", q]\nrules:\n"
	"  - event: auth-error\n"
	"    match: \"{service=imap|pop}: broken {reason:rest}\"\n"
	"  - event: auth-failure\n"
	"    match: \"{client:host}[{ip:ip}]: {mechanism:mech} failed "
	"{count:int} times: {reason:text}, user={user:rest}\"\n"
	"  - event: auth-success\n    match: \"welcome {user:rest}\"\n"
	"examples:\n"
	"  - line: \"imap: broken pipe\"\n"
	"    gives: {event: auth-error, service: imap, reason: pipe}\n"
	"  - line: \"h[192.0.2.1]: PLAIN failed 2 times: r, user=u\"\n"
	"    gives: {event: auth-failure, ip: 192.0.2.1, mechanism: PLAIN,\n"
	"      count: 2, user: u, client: h, reason: r, service: p}\n"
	"  - line: \"welcome ann\"\n    tag: q\n"
	"    gives: {event: auth-success, user: ann, service: q}\n";

static void
test_events(void)
{
	static const struct {
		const char *program, *message;
		uint32_t repeats;
		bool cut;
		const char *event;
	} lines[] = {
		{ "x/p", "h[192.0.2.1]: PLAIN failed 3 times: r, user=u", 0,
			false, "auth-failure 3 192.0.2.1 [p] u PLAIN h r" },
		{ "x/p", "h[192.0.2.1]: PLAIN failed 3 times: r, user=u", 5,
			false, "auth-failure 15 192.0.2.1 [p] u PLAIN h r" },
		{ "x/sub/p", "h[unknown]: PLAIN failed 1 times: r, user=", 0,
			false, "auth-failure 1  [sub]  PLAIN h r" },
		{ "x/a/b/p", "h[::ffff:192.0.2.1]: a failed 1 times: , user=u",
			0, false, "auth-failure 1 192.0.2.1 [a/b] u a h " },
		{ "x", "h[2001:DB8::1]: a failed 1 times: r, user=u", 0, true,
			"auth-failure 1 2001:db8::1 [] u a h r" },
		{ "q", "h[192.0.2.1]: a failed 1 times: r, user=u", 0, false,
			"auth-failure 1 192.0.2.1 [q] u a h r" },
		{ "q", "pop: broken x", 0, false,
			"auth-error 1  [pop]    x" },
		{ "q", "welcome bob", 2, false, "auth-success 2  [q] bob   " },
		{ "q", "h[192.0.2.1]: a failed 999999 times: r, user=u", 999999,
			false, "auth-failure 999999 192.0.2.1 [q] u a h r" },
		{ "q", "h[192.0.2.1]: a failed 0 times: r, user=u", 0, false,
			"auth-failure 0 192.0.2.1 [q] u a h r" },
		{ "q", "pop broken", 0, false, "none" },
		{ "q", "", 0, false, "none" },
	};
	struct buf b;
	struct arena a;
	struct filter *f;
	bool good = true;

	buf_init(&b, 10000);
	arena_init(&a, MEMORY);
	f = compile(&a, whole_file, &b);
	if (!ok(f && f->n_rules == 3 && f->n_examples == 3 &&
	    f->n_programs == 2 && slice_is(f->name, SLICE("n")) &&
	    slice_is(f->about, SLICE("a")), "a whole file"))
		return;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct envelope env = {
			.program = slice_text(lines[i].program),
			.pid = SLICE("7"), .cut = lines[i].cut,
			.message = slice_text(lines[i].message),
			.repeats = lines[i].repeats,
		};
		struct slice rest[5];
		struct event e = { .count = 0 };
		const struct rule *rule = filter_match(f, &env, &e);

		buf_reset(&b);
		if (!rule) {
			buf_addf(&b, "none");
		} else {
			buf_add(&b, event_name(e.kind));
			buf_addf(&b, " %u ", e.count);
			ip_add(&b, &e.ip);
			buf_addf(&b, " [%.*s]", (int)e.service.n,
			    e.service.n ? e.service.p : "");
			memcpy(rest, &(struct slice[]){ e.user, e.mechanism,
			    e.client, e.reason }, 4 * sizeof *rest);
			for (int k = 0; k < 4; k++) {
				buf_add_byte(&b, ' ');
				buf_add(&b, rest[k]);
			}
		}
		if (slice_is(buf_slice(&b), slice_text(lines[i].event)) &&
		    (!rule || (slice_is(e.message, env.message) &&
		    slice_is(e.pid, env.pid) && slice_is(e.program,
		    env.program) && rule->event == e.kind)))
			continue;
		good = false;
		printf("# '%s' gives '%.*s', not '%s'\n", lines[i].message,
		    (int)b.n, b.p, lines[i].event);
	}
	ok(good, "lines and their events");
	is(filter_field_name(0), "ip", "a field has a name");
	arena_release(&a);
	buf_release(&b);
}

static void
test_rules(void)
{
	struct err_list complaints = { .n = 0 };
	struct rules *r = rules_new();
	struct slice literals[32];
	struct buf b;
	size_t n = 0;
	bool good = true;
	int found;

	buf_init(&b, 10000);
	for (; rules_embedded(n); n++)
		good = good && rules_add(r, rules_embedded(n), &complaints) ==
		    0;
	ok(good && n >= 2 && complaints.n == 0, "the files built in");
	rules_list(r, &b);
	ok(slice_find(buf_slice(&b), SLICE("filters/postfix.yaml: ")) < b.n,
	    "are listed");
	found = rules_literals(r, ~0u, literals, 32);
	for (int i = 0; i < found; i++)
		for (int k = 0; k < found; k++)
			good = good && (i == k || slice_find(literals[i],
			    literals[k]) == literals[i].n);
	ok(found > 0 && good, "no literal contains another");
	ok(rules_literals(r, ~0u, literals, 1) == -1 &&
	    rules_literals(r, 0, literals, 32) == 0,
	    "more than there is room for; none");
	rules_free(r);
	r = rules_new();
	ok(rules_add(r, "nonsense", &complaints) == -1 && complaints.n == 1 &&
	    complaints.status == EX_CONFIG &&
	    strstr(complaints.texts[0], "'nonsense'") &&
	    strstr(complaints.texts[0], "postfix"), "a name nobody knows");
	ok(rules_add(r, "./none.yaml", &complaints) == -1 && complaints.n == 2
	    && strstr(complaints.texts[1], "./none.yaml"),
	    "a file that is not there");
	ok(rules_literals(r, ~0u, literals, 32) == 0, "nothing was added");
	err_list_release(&complaints);
	rules_free(r);
	rules_free(NULL);
	buf_release(&b);
}

int
main(void)
{
	test_broken();
	test_key_lines();
	test_many_complaints();
	test_ceilings();
	test_globs();
	test_takes();
	test_events();
	test_rules();
	return done();
}
