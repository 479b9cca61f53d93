/* SPDX-License-Identifier: ISC */
/* Rule files: which programs and lines they take, and what they make of
 * them. */
#include "base/buf.h"
#include "parse/filter.h"
#include "rulefile.h"
#include "tap.h"

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
		{ "\"?ostfix/smtpd\"", "post", false, true },
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
	ok(filter_furthest(f, SLICE(" "), &(struct template_match){ 0 }) ==
	    f->rules, "of rules that come equally far the first");
	arena_release(&a);
	buf_release(&b);
}

int
main(void)
{
	test_takes();
	test_events();
	return done();
}
