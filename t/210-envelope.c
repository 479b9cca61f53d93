/* SPDX-License-Identifier: ISC */
/* What stands around a message, in every form daemons and tools write it: read
 * from left to right, so that nothing a client wrote can precede the tag. */
#include <stdlib.h>

#include "parse/envelope.h"
#include "tap.h"

enum { ROOM = 70000 };

static void
add_field(struct buf *out, const char *name, struct slice text)
{
	if (!text.n)
		return;
	buf_addf(out, " %s=", name);
	buf_add(out, text);
}

static void
show(struct buf *out, bool there, const struct envelope *env)
{
	static const char *const forms[ENVELOPE_FORMS] = { "3164", "5424",
		"journal", "json", "bare" };

	buf_reset(out);
	if (!there) {
		buf_addf(out, "none");
		return;
	}
	buf_addf(out, "%s ", forms[env->form]);
	if (env->has_when)
		when_add_rfc3339(out, &env->when);
	else
		buf_addf(out, "-");
	if (env->has_when && !env->when.has_offset)
		out->n -= 6;
	add_field(out, "host", env->server);
	add_field(out, "tag", env->program);
	add_field(out, "pid", env->pid);
	if (env->cut)
		buf_addf(out, " cut");
	if (env->repeats)
		buf_addf(out, " %s%u", env->repeats_last ? "last*" : "*",
		    env->repeats);
	add_field(out, "msg", env->message);
}

struct line_case {
	struct slice line;
	const char *seen;
};

#define STAMP "Nov 22 11:05:40"
#define AT "0000-11-22T11:05:40"
#define FULL "2026-11-22T11:05:40+01:00"

static const struct line_case stamped[] = {
	{ SLICE(STAMP " mx1 postfix/smtpd[250]: hi there"),
		"3164 " AT " host=mx1 tag=postfix/smtpd pid=250 msg=hi there" },
	{ SLICE("Nov  2 11:05:40 mx1 postfix/smtpd[250]: hi"),
		"3164 0000-11-02T11:05:40 host=mx1 tag=postfix/smtpd pid=250 "
		"msg=hi" },
	{ SLICE(STAMP " mx1 postfix/smtpd[250]:   hi  "),
		"3164 " AT " host=mx1 tag=postfix/smtpd pid=250 msg=hi  " },
	{ SLICE(STAMP " mx1 postfix/smtpd[250]:"),
		"3164 " AT " host=mx1 tag=postfix/smtpd pid=250" },
	{ SLICE(STAMP " mx1 dovecot: auth: x"),
		"3164 " AT " host=mx1 tag=dovecot msg=auth: x" },
	{ SLICE("<20>" STAMP " mx1.example.net postfix/smtpd[1]: hi"),
		"3164 " AT " host=mx1.example.net tag=postfix/smtpd pid=1 "
		"msg=hi" },
	{ SLICE("<20>" STAMP " postfix/smtpd[1]: hi"),
		"3164 " AT " tag=postfix/smtpd pid=1 msg=hi" },
	{ SLICE("123 <20>" STAMP " mx1 a[1]: hi"),
		"3164 " AT " host=mx1 tag=a pid=1 msg=hi" },
	{ SLICE(FULL " mx1 postfix/smtpd[1]: hi"),
		"3164 " FULL " host=mx1 tag=postfix/smtpd pid=1 msg=hi" },
	{ SLICE("2026-11-22T11:05:40.123456+01:00 mx1 a[1]: hi"),
		"3164 " FULL " host=mx1 tag=a pid=1 msg=hi" },
	{ SLICE("2026-11-22T12:08:46+0100 mx1.example a[53]: hi"),
		"3164 2026-11-22T12:08:46+01:00 host=mx1.example tag=a pid=53 "
		"msg=hi" },
	{ SLICE(FULL " a[1]: hi"), "3164 " FULL " tag=a pid=1 msg=hi" },
	{ SLICE("2026 " STAMP " mx1 a[1]: hi"),
		"3164 2026-11-22T11:05:40 host=mx1 tag=a pid=1 msg=hi" },
	{ SLICE("Sun 2026-11-22 12:08:46 CET mx1 a[1]: hi"),
		"3164 2026-11-22T12:08:46 host=mx1 tag=a pid=1 msg=hi" },
	{ SLICE("1795345726.861716 mx1 a[1]: hi"),
		"3164 2026-11-22T11:08:46+00:00 host=mx1 tag=a pid=1 msg=hi" },
	/* BusyBox, FreeBSD, Solaris */
	{ SLICE(STAMP " mx1 mail.warn a/b[1]: hi"),
		"3164 " AT " host=mx1 tag=a/b pid=1 msg=hi" },
	{ SLICE(STAMP " <mail.warn> mx1 a[1]: hi"),
		"3164 " AT " host=mx1 tag=a pid=1 msg=hi" },
	{ SLICE(STAMP " <2.4> mx1 a[1]: hi"),
		"3164 " AT " host=mx1 tag=a pid=1 msg=hi" },
	{ SLICE(STAMP " mx1 a[1]: [ID 947731 mail.warning] hi"),
		"3164 " AT " host=mx1 tag=a pid=1 msg=hi" },
	{ SLICE(STAMP " mx1 a[1]: [ID 9 nonsense] hi"),
		"3164 " AT " host=mx1 tag=a pid=1 msg=[ID 9 nonsense] hi" },
	/* containers */
	{ SLICE("postfix-1  | " STAMP " 5f2c9a a[1]: hi"),
		"3164 " AT " host=5f2c9a tag=a pid=1 msg=hi" },
	{ SLICE("2026-11-22T10:05:40.1Z stdout F " STAMP " mx1 a[1]: hi"),
		"3164 " AT " host=mx1 tag=a pid=1 msg=hi" },
	{ SLICE("2026-11-22T10:05:40.1Z stderr P " STAMP " mx1 a[1]: hi"),
		"3164 " AT " host=mx1 tag=a pid=1 msg=hi" },
	{ SLICE(FULL " WARNING a[1]: hi"),
		"3164 " FULL " tag=a pid=1 msg=hi" },
	{ SLICE(FULL " - a[1]: hi"), "3164 " FULL " tag=a pid=1 msg=hi" },
	{ SLICE(FULL "  a[1]: hi"), "3164 " FULL " tag=a pid=1 msg=hi" },
	/* hosts that look like something else */
	{ SLICE(STAMP " 2001:db8::1 a[1]: hi"),
		"3164 " AT " host=2001:db8::1 tag=a pid=1 msg=hi" },
	{ SLICE(STAMP " 2001:db8:: a[1]: hi"),
		"3164 " AT " host=2001:db8:: tag=a pid=1 msg=hi" },
	{ SLICE(STAMP " src@mx1/relay a[1]: hi"),
		"3164 " AT " host=src@mx1/relay tag=a pid=1 msg=hi" },
	/* tags that are none, or nearly */
	{ SLICE(STAMP " mx1 a[]: hi"), "3164 " AT " host=mx1 tag=a msg=hi" },
	{ SLICE(STAMP " mx1 a[1: hi"), "3164 " AT " host=mx1 tag=a[1 msg=hi" },
	{ SLICE(STAMP " mx1 [1]: hi"), "bare " AT " msg=mx1 [1]: hi" },
	{ SLICE(STAMP " mx1 : hi"), "bare " AT " msg=mx1 : hi" },
	/* ends */
	{ SLICE(STAMP " mx1 a[1]: hi\r"),
		"3164 " AT " host=mx1 tag=a pid=1 msg=hi" },
	{ SLICE(STAMP " mx1 a[1]: hi\0\0\0"),
		"3164 " AT " host=mx1 tag=a pid=1 msg=hi" },
	{ SLICE("\0\0\0" STAMP " mx1 a[1]: hi"),
		"3164 " AT " host=mx1 tag=a pid=1 msg=hi" },
	/* a tag that rsyslog's forwarding cut after 32 bytes */
	{ SLICE(STAMP " mx1 postfix/submissions/smtpd[123456 hi"),
		"3164 " AT " host=mx1 tag=postfix/submissions/smtpd msg=hi" },
	{ SLICE(STAMP " mx1 mail-frontend-oute/submissions/s hi"),
		"3164 " AT " host=mx1 tag=mail-frontend-oute/submissions/s cut "
		"msg=hi" },
	/* but not after more */
	{ SLICE(STAMP " mx1 mail-frontend-outer/submissions/s hi"),
		"bare " AT " msg=mx1 mail-frontend-outer/submissions/s hi" },
	/* what a client wrote never counts */
	{ SLICE(STAMP " mx1 a[1]: x: " STAMP " mx2 b[2]: hi"),
		"3164 " AT " host=mx1 tag=a pid=1 msg=x: " STAMP
		" mx2 b[2]: hi" },
	{ SLICE(STAMP " mx1 cat[1]: x postfix/smtpd[1]: hi"),
		"3164 " AT " host=mx1 tag=cat pid=1 msg=x postfix/smtpd[1]: "
		"hi" },
	/* no tag */
	{ SLICE("2026-11-22 11:05:40 login authenticator failed"),
		"bare 2026-11-22T11:05:40 msg=login authenticator failed" },
	{ SLICE(STAMP " mx1 --- MARK --- postfix/smtpd[1]: hi"),
		"bare " AT " msg=mx1 --- MARK --- postfix/smtpd[1]: hi" },
	{ SLICE(STAMP), "bare " AT },
	{ SLICE(STAMP " "), "bare " AT },
	{ SLICE(STAMP " mx1"), "bare " AT " msg=mx1" },
};

static const struct line_case repeated[] = {
	{ SLICE(STAMP " mx1 last message repeated 4 times"),
		"3164 " AT " host=mx1 last*4" },
	{ SLICE(STAMP " mx1 last message repeated 1 time"),
		"3164 " AT " host=mx1 last*1" },
	{ SLICE(STAMP " mx1 last message repeated 4 times\r"),
		"3164 " AT " host=mx1 last*4" },
	{ SLICE("<20>" STAMP " mx1 last message repeated 999999 times"),
		"3164 " AT " host=mx1 last*999999" },
	{ SLICE(STAMP " mx1 last message repeated 4 times x"),
		"bare " AT " msg=mx1 last message repeated 4 times x" },
	{ SLICE(STAMP " mx1 last message repeated x times"),
		"bare " AT " msg=mx1 last message repeated x times" },
	{ SLICE(STAMP " mx1 last message repeated 9999999 times"),
		"bare " AT " msg=mx1 last message repeated 9999999 times" },
	{ SLICE(STAMP " mx1 a[1]: last message repeated 4 times"),
		"3164 " AT " host=mx1 tag=a pid=1 msg=last message repeated 4 "
		"times" },
	{ SLICE(STAMP " mx1 a[1]: message repeated 6 times: [ x y]"),
		"3164 " AT " host=mx1 tag=a pid=1 *6 msg=x y" },
	{ SLICE(STAMP " mx1 a[1]: message repeated 6 times: [x]]"),
		"3164 " AT " host=mx1 tag=a pid=1 *6 msg=x]" },
	{ SLICE(STAMP " mx1 a[1]: message repeated 6 times: [ x"),
		"3164 " AT " host=mx1 tag=a pid=1 msg=message repeated 6 "
		"times: [ x" },
	{ SLICE(STAMP " mx1 a[1]: x message repeated 6 times: [ y]"),
		"3164 " AT " host=mx1 tag=a pid=1 msg=x message repeated 6 "
		"times: [ y]" },
	{ SLICE(STAMP " mx1 a[1]: message repeated 2 times: [ message "
		"repeated 3 times: [ x]]"),
		"3164 " AT " host=mx1 tag=a pid=1 *2 msg=message repeated 3 "
		"times: [ x]" },
	{ SLICE(STAMP " mx1 a[1]: message repeated 9999999 times: [ x]"),
		"3164 " AT " host=mx1 tag=a pid=1 msg=message repeated "
		"9999999 times: [ x]" },
	{ SLICE("<20>1 " FULL " mx1 a 1 - -  message repeated 6 times: [ x]"),
		"5424 " FULL " host=mx1 tag=a pid=1 cut *6 msg=x" },
};

static const struct line_case rfc5424[] = {
	{ SLICE("<20>1 " FULL " mx1 postfix 250 - -  hi"),
		"5424 " FULL " host=mx1 tag=postfix pid=250 cut msg=hi" },
	{ SLICE("<20>1 2026-11-22T11:05:40.231474+01:00 mx1 a/b 1 - - hi"),
		"5424 " FULL " host=mx1 tag=a/b pid=1 msg=hi" },
	{ SLICE("<20>1 - - a/b - - - hi"), "5424 - tag=a/b msg=hi" },
	{ SLICE("<20>1 - - - - - - hi"), "5424 - cut msg=hi" },
	{ SLICE("<20>1 2026-11-22T10:05:34Z - a/b 1 - - \xef\xbb\xbfhi"),
		"5424 2026-11-22T10:05:34+00:00 tag=a/b pid=1 msg=hi" },
	{ SLICE("<20>1 " FULL " mx1 a/b 1 ID [x y=\"1\"] hi"),
		"5424 " FULL " host=mx1 tag=a/b pid=1 msg=hi" },
	{ SLICE("<20>1 " FULL " mx1 a/b 1 - [x y=\"1\"][a b=\"x\\] c[1]: "
		"\\\"\\\\\"] hi"),
		"5424 " FULL " host=mx1 tag=a/b pid=1 msg=hi" },
	{ SLICE("<20>1 " FULL " mx1 a/b 1 - [x]"),
		"5424 " FULL " host=mx1 tag=a/b pid=1" },
	{ SLICE("<20>1 " FULL " mx1 a/b 1 - -"),
		"5424 " FULL " host=mx1 tag=a/b pid=1" },
	{ SLICE("99 <20>1 " FULL " mx1 a/b 1 - - hi"),
		"5424 " FULL " host=mx1 tag=a/b pid=1 msg=hi" },
	{ SLICE("<20>1 " FULL " mx1 a/b 1 - [x y=\"1\" hi"), "none" },
	{ SLICE("<20>1 " FULL " mx1 a/b 1 - x hi"), "none" },
	{ SLICE("<20>1 " FULL " mx1 a/b 1"), "none" },
	{ SLICE("<20>1 " FULL), "none" },
	{ SLICE("<20>1 nonsense mx1 a/b 1 - - hi"), "none" },
	{ SLICE("<20>1 "), "none" },
};

#define MICRO "\"__REALTIME_TIMESTAMP\":\"1795345726861716\""
#define UNIX "2026-11-22T11:08:46+00:00"

static const struct line_case json[] = {
	{ SLICE("{" MICRO ",\"SYSLOG_IDENTIFIER\":\"a/b\",\"SYSLOG_PID\":\"7\","
		"\"_PID\":\"8\",\"_HOSTNAME\":\"mx1\",\"MESSAGE\":\"hi\"}"),
		"journal " UNIX " host=mx1 tag=a/b pid=7 msg=hi" },
	{ SLICE("{\"SYSLOG_PID\":\"7\",\"_PID\":\"8\",\"MESSAGE\":\"hi\","
		MICRO ",\"SYSLOG_IDENTIFIER\":\"a\"}"),
		"journal " UNIX " tag=a pid=7 msg=hi" },
	{ SLICE("{ \"MESSAGE\" : \"h\\u0069\\n\" , " MICRO
		", \"SYSLOG_IDENTIFIER\" : \"a\\/b\" }"),
		"journal " UNIX " tag=a/b msg=hi\n" },
	{ SLICE("{" MICRO ",\"SYSLOG_IDENTIFIER\":\"a\",\"MESSAGE\":"
		"[104,105,32,194,133]}"),
		"journal " UNIX " tag=a msg=hi \xc2\x85" },
	{ SLICE("\x1e{" MICRO ",\"SYSLOG_IDENTIFIER\":\"a\",\"MESSAGE\":"
		"\"hi\"}"), "journal " UNIX " tag=a msg=hi" },
	{ SLICE("data: {" MICRO ",\"SYSLOG_IDENTIFIER\":\"a\",\"MESSAGE\":"
		"\"hi\"}\r"), "journal " UNIX " tag=a msg=hi" },
	{ SLICE("{" MICRO ",\"_SOURCE_REALTIME_TIMESTAMP\":\"1795345725000000"
		"\",\"SYSLOG_IDENTIFIER\":\"a\",\"MESSAGE\":\"hi\"}"),
		"journal 2026-11-22T11:08:45+00:00 tag=a msg=hi" },
	{ SLICE("{" MICRO ",\"SYSLOG_IDENTIFIER\":\"a\",\"MESSAGE\":\"message "
		"repeated 3 times: [ hi]\"}"),
		"journal " UNIX " tag=a *3 msg=hi" },
	{ SLICE("{\"@timestamp\":\"" FULL "\",\"host\":\"mx1\",\"tag\":"
		"\"a/b[1]:\",\"message\":\" hi\"}"),
		"json " FULL " host=mx1 tag=a/b pid=1 msg=hi" },
	{ SLICE("{\"timestamp\":\"" FULL "\",\"hostname\":\"mx1\","
		"\"programname\":\"postfix\",\"msg\":\" hi\"}"),
		"json " FULL " host=mx1 tag=postfix cut msg=hi" },
	/* a key that occurs twice: the first counts, whoever wrote the next */
	{ SLICE("{" MICRO ",\"SYSLOG_IDENTIFIER\":\"a\",\"MESSAGE\":\"hi\","
		"\"MESSAGE\":\"ho\"}"), "journal " UNIX " tag=a msg=hi" },
	/* keys of another program say nothing */
	{ SLICE("{" MICRO ",\"SYSLOG_IDENTIFIER\":\"a\",\"MESSAGE\":\"hi\","
		"\"host\":\"mx2\",\"tag\":\"b[2]:\"}"),
		"journal " UNIX " tag=a msg=hi" },
	{ SLICE("{\"__REALTIME_TIMESTAMP\":\"253402300799999999\","
		"\"SYSLOG_IDENTIFIER\":\"a\",\"MESSAGE\":\"hi\"}"),
		"journal 9999-12-31T23:59:59+00:00 tag=a msg=hi" },
	/* no envelope */
	{ SLICE("{\"__REALTIME_TIMESTAMP\":\"253402300800000000\","
		"\"SYSLOG_IDENTIFIER\":\"a\",\"MESSAGE\":\"hi\"}"), "none" },
	{ SLICE("{\"@timestamp\":\"" FULL "x\",\"tag\":\"a:\",\"message\":"
		"\"hi\"}"), "none" },
	{ SLICE("{}"), "none" }, { SLICE("{"), "none" },
	{ SLICE("{\"MESSAGE\":\"hi\"}"), "none" },
	{ SLICE("{" MICRO ",\"MESSAGE\":\"hi\"}"), "none" },
	{ SLICE("{" MICRO ",\"SYSLOG_IDENTIFIER\":\"a\"}"), "none" },
	{ SLICE("{" MICRO ",\"SYSLOG_IDENTIFIER\":\"a\",\"MESSAGE\":null}"),
		"none" },
	{ SLICE("{" MICRO ",\"SYSLOG_IDENTIFIER\":\"a\",\"MESSAGE\":[256]}"),
		"none" },
	{ SLICE("{" MICRO ",\"SYSLOG_IDENTIFIER\":\"a\",\"MESSAGE\":\"hi\"} x"),
		"none" },
	{ SLICE("{\"__REALTIME_TIMESTAMP\":\"x\",\"SYSLOG_IDENTIFIER\":\"a\","
		"\"MESSAGE\":\"hi\"}"), "none" },
	{ SLICE("{\"@timestamp\":\"yesterday\",\"tag\":\"a:\",\"message\":"
		"\"hi\"}"), "none" },
};

static const struct line_case nothing[] = {
	{ SLICE(""), "none" }, { SLICE("\0"), "none" }, { SLICE("\r"), "none" },
	{ SLICE(" "), "none" }, { SLICE("warning: no envelope"), "none" },
	{ SLICE("[ 5185.399163] mx1 a[1]: hi"), "none" },
	{ SLICE("BEGIN TRANSACTION"), "none" },
	{ SLICE(" " STAMP " mx1 a[1]: hi"), "none" },
	{ SLICE("<>" STAMP " mx1 a[1]: hi"), "none" },
	{ SLICE("<1234>" STAMP " mx1 a[1]: hi"), "none" },
	{ SLICE("<20>"), "none" },
	{ SLICE("Nov 22 25:05:40 mx1 a[1]: hi"), "none" },
	{ SLICE("Feb 30 11:05:40 mx1 a[1]: hi"), "none" },
};

static void
test_lines(const struct line_case *cases, size_t n, const char *what)
{
	struct buf scratch, out;
	bool good = true;

	buf_init(&scratch, ROOM);
	buf_init(&out, ROOM);
	for (size_t i = 0; i < n; i++) {
		struct envelope env;
		bool there = envelope_parse(cases[i].line, &scratch, &env);

		show(&out, there, &env);
		if (slice_is(buf_slice(&out), slice_text(cases[i].seen)))
			continue;
		good = false;
		printf("# %s\n#   got      %.*s\n#   expected %s\n",
		    cases[i].line.p, (int)out.n, out.p, cases[i].seen);
	}
	ok(good, "%s", what);
	buf_release(&scratch);
	buf_release(&out);
}

#define LINES(cases, what) \
	test_lines(cases, sizeof cases / sizeof *cases, what)

/* Cut at every byte, in memory of just that size: nothing is read behind. */
static void
test_cut(const struct line_case *cases, size_t n)
{
	struct buf scratch;

	buf_init(&scratch, ROOM);
	for (size_t i = 0; i < n; i++) {
		for (size_t cut = 1; cut <= cases[i].line.n; cut++) {
			char *copy = malloc(cut);
			struct envelope env;

			if (!copy)
				return;
			memcpy(copy, cases[i].line.p, cut);
			(void)envelope_parse((struct slice){ copy, cut },
			    &scratch, &env);
			free(copy);
		}
	}
	buf_release(&scratch);
}

static void
test_tag_length(void)
{
	char text[400];
	struct buf scratch;
	struct envelope env;
	bool good = true;

	buf_init(&scratch, ROOM);
	for (size_t n = 255; n <= 256; n++) {
		size_t at = (size_t)snprintf(text, sizeof text, STAMP " mx1 ");

		memset(text + at, 'x', n);
		memcpy(text + at + n, ": hi", 5);
		good = good && envelope_parse(slice_text(text), &scratch,
		    &env) && (env.form == ENVELOPE_RFC3164 &&
		    env.program.n == n) == (n <= 255);
	}
	ok(good, "a tag has 255 bytes at most");
	buf_release(&scratch);
}

static bool
is_in(struct slice s, const struct buf *b)
{
	return s.p >= b->p && s.p + s.n <= b->p + b->n;
}

/* What has been decoded stays where it is while more is. */
static void
test_scratch(void)
{
	static const char stamp[] = "\"timestamp\":\"2025-11-22T11:05:40"
	    "+01:00\"";
	static char text[ROOM];
	struct buf scratch;
	struct envelope env;
	size_t n = (size_t)snprintf(text, sizeof text, "{%s,\"host\":"
	    "\"m\\u0078\",\"syslogtag\":\"\\u0061[1]:\",\"msg\":\"\\u0062",
	    stamp);
	size_t long_n = 60000;

	memset(text + n, 'y', long_n);
	strcpy(text + n + long_n, "\"}");
	buf_init(&scratch, ROOM);
	ok(envelope_parse(slice_text(text), &scratch, &env) &&
	    env.message.n == long_n + 1, "a long line of JSON");
	ok(is_in(env.server, &scratch) && is_in(env.program, &scratch) &&
	    is_in(env.message, &scratch), "all of it in scratch");
	is(env.server, "mx", "the host is what it was");
	is(env.program, "a", "so is the program");
	buf_release(&scratch);
}

static void
test_hints(void)
{
	struct slice hint;
	bool good = true;

	for (int f = 0; f < ENVELOPE_FORMS; f++)
		good = good && *envelope_form_name((enum envelope_form)f);
	ok(good, "every form has a name");
	hint = slice_text(envelope_hint(SLICE("[ 5185.399163] mx1")));
	ok(slice_find(hint, SLICE("monotonic")) < hint.n, "hint: monotonic");
	hint = slice_text(envelope_hint(SLICE("_HOSTNAME=mx1")));
	ok(slice_find(hint, SLICE("export")) < hint.n, "hint: export");
	hint = slice_text(envelope_hint(SLICE("\t\"MESSAGE\" : \"x\"")));
	ok(slice_find(hint, SLICE("json-pretty")) < hint.n, "hint: pretty");
	hint = slice_text(envelope_hint(SLICE("")));
	ok(hint.n > 0, "hint: anything else");
}

int
main(void)
{
	LINES(stamped, "stamp, host, tag");
	LINES(repeated, "repeated messages");
	LINES(rfc5424, "RFC 5424");
	LINES(json, "JSON");
	LINES(nothing, "no envelope");
	test_cut(stamped, sizeof stamped / sizeof *stamped);
	test_cut(rfc5424, sizeof rfc5424 / sizeof *rfc5424);
	test_cut(json, sizeof json / sizeof *json);
	ok(true, "lines cut at every byte");
	test_tag_length();
	test_scratch();
	test_hints();
	return done();
}
