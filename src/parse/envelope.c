/* SPDX-License-Identifier: ISC */
/* The envelope of a log line, in every form daemons and tools write. */
#include "parse/envelope.h"

#include "parse/jsonlog.h"
#include "schema/ip.h"

enum {
	TAG_MAX = 255,
	FORWARDED_TAG = 32,	/* rsyslog's forwarding templates, RFC 3164 */
	REPEATS_DIGITS = 6,
	HOSTS_MAX = 2,		/* words between stamp and tag */
};

static const char *const form_names[ENVELOPE_FORMS] = {
	[ENVELOPE_RFC3164] = "stamp, host and tag (RFC 3164 and its kin)",
	[ENVELOPE_RFC5424] = "RFC 5424",
	[ENVELOPE_JOURNAL] = "journalctl JSON",
	[ENVELOPE_JSON] = "rsyslog JSON",
	[ENVELOPE_BARE] = "stamp and text, no tag",
};

const char *
envelope_form_name(enum envelope_form form)
{
	return form_names[form];
}

/* Up to the next blank or the end. */
static struct slice
take_word(struct slice *rest)
{
	size_t n = slice_find_byte(*rest, ' ');
	struct slice word = slice_to(*rest, n);

	*rest = slice_from(*rest, n);
	return word;
}

/* <20>; its number is of no use here. */
static bool
skip_pri(struct slice *rest)
{
	struct slice at = *rest;
	uint64_t pri;

	if (!slice_skip_byte(&at, '<') || !slice_digits(&at, 1, 3, &pri) ||
	    !slice_skip_byte(&at, '>'))
		return false;
	*rest = at;
	return true;
}

/* Octet counting on TCP (RFC 6587): a length before the PRI. */
static void
skip_length(struct slice *rest)
{
	struct slice at = *rest;
	uint64_t length;

	if (slice_digits(&at, 1, 6, &length) && slice_skip_byte(&at, ' ') &&
	    at.n && *at.p == '<')
		*rest = at;
}

/* "postfix-1  | " as docker compose has it. */
static void
skip_compose(struct slice *rest)
{
	static const struct byteset name = { {
		['0' ... '9'] = true, ['A' ... 'Z'] = true,
		['a' ... 'z'] = true, ['.'] = true, ['_'] = true,
		['-'] = true,
	} };
	struct slice at = *rest, word;

	if (slice_find_byte(at, '|') == at.n)
		return;
	if (!slice_run(&at, &name, &word) || !at.n || *at.p != ' ')
		return;
	slice_skip_blanks(&at);
	if (slice_skip(&at, SLICE("| ")))
		*rest = at;
}

/* "2026-11-22T10:05:40.1Z stdout F " as container runtimes (CRI) have it: what
 * stands behind such a stamp. */
static bool
skip_cri(struct slice *rest)
{
	struct slice at = *rest;

	if (!(slice_skip(&at, SLICE(" stdout ")) ||
	    slice_skip(&at, SLICE(" stderr "))) ||
	    !(slice_skip(&at, SLICE("F ")) || slice_skip(&at, SLICE("P "))))
		return false;
	*rest = at;
	return true;
}

/* mail.warn (BusyBox), 2.4 (FreeBSD). */
static bool
is_priority(struct slice word)
{
	static const struct slice severities[] = {
		SLICE("emerg"), SLICE("panic"), SLICE("alert"), SLICE("crit"),
		SLICE("err"), SLICE("error"), SLICE("warning"), SLICE("warn"),
		SLICE("notice"), SLICE("info"), SLICE("debug"),
	};
	struct slice facility;
	uint64_t number;

	if (!slice_cut(&word, '.', &facility) || facility.n == 0)
		return false;
	if (slice_number(facility, 23, &number))
		return slice_number(word, 7, &number);
	for (size_t i = 0; i < sizeof severities / sizeof *severities; i++)
		if (slice_is(word, severities[i]))
			return true;
	return false;
}

/* A level in the place of the host: containers that log to stdout. */
static bool
is_level(struct slice word)
{
	static const struct slice levels[] = {
		SLICE("DEBUG"), SLICE("INFO"), SLICE("NOTICE"),
		SLICE("WARNING"), SLICE("WARN"), SLICE("ERROR"), SLICE("ERR"),
		SLICE("CRIT"), SLICE("CRITICAL"), SLICE("FATAL"),
		SLICE("ALERT"), SLICE("EMERG"), SLICE("PANIC"),
	};

	if (word.n == 0 || *word.p < 'A' || *word.p > 'W')
		return false;
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
		if (slice_is(word, levels[i]))
			return true;
	return false;
}

/* <mail.warn> or <2.4> between stamp and host: FreeBSD with -v or -vv. */
static void
skip_bracketed_priority(struct slice *rest)
{
	struct slice at = *rest, inside;

	if (slice_skip_byte(&at, '<') && slice_cut(&at, '>', &inside) &&
	    is_priority(inside) && slice_skip_byte(&at, ' '))
		*rest = at;
}

/* [ID 947731 mail.warning] before the message: Solaris. */
static void
skip_message_id(struct slice *rest)
{
	struct slice at = *rest, priority;
	uint64_t id;

	if (slice_skip(&at, SLICE("[ID ")) && slice_digits(&at, 1, 10, &id) &&
	    slice_skip_byte(&at, ' ') && slice_cut(&at, ']', &priority) &&
	    is_priority(priority) && slice_skip_byte(&at, ' '))
		*rest = at;
}

/* "postfix/smtpd[250]:", or without the colon. */
static bool
take_tag(struct slice tag, bool colon, struct envelope *out)
{
	struct slice pid = { NULL, 0 }, program = tag;

	if (colon && (tag.n == 0 || tag.p[--tag.n] != ':'))
		return false;
	program = tag;
	if (tag.n && tag.p[tag.n - 1] == ']' &&
	    slice_cut(&tag, '[', &program))
		pid = slice_to(tag, tag.n - 1);
	if (program.n == 0 || program.n > TAG_MAX)
		return false;
	out->program = program;
	out->pid = pid;
	return true;
}

/* A tag of exactly 32 bytes without its end. */
static bool
cut_tag(struct slice word, struct envelope *out)
{
	struct slice rest = word, program;

	if (word.n != FORWARDED_TAG)
		return false;
	if (slice_cut(&rest, '[', &program)) {
		out->program = program;
		out->pid = (struct slice){ NULL, 0 };
		return program.n > 0;
	}
	out->program = word;
	out->cut = true;
	return true;
}

/* "last message repeated 4 times", with nothing behind it. */
static bool
take_repeats_last(struct slice rest, struct envelope *out)
{
	uint64_t times;

	if (!slice_skip(&rest, SLICE("last message repeated ")) ||
	    !slice_digits(&rest, 1, REPEATS_DIGITS, &times) ||
	    !(slice_is(rest, SLICE(" times")) ||
	    slice_is(rest, SLICE(" time"))))
		return false;
	out->repeats = (uint32_t)times;
	out->repeats_last = true;
	return true;
}

/* Behind the stamp: host, perhaps a priority, tag. */
static bool
take_host_and_tag(struct slice *rest, struct envelope *out)
{
	struct ip ip;

	if (!slice_skip_byte(rest, ' '))
		return false;
	skip_bracketed_priority(rest);
	slice_skip_blanks(rest);	/* an empty host */
	if (take_repeats_last(*rest, out))
		return true;
	for (int words = 0; words <= HOSTS_MAX; words++) {
		struct slice word = take_word(rest);

		slice_skip_blanks(rest);
		/* An IPv6 host may end in a colon. */
		if (take_tag(word, true, out) &&
		    !(words == 0 && ip_parse(word, &ip)))
			return true;
		if (words == 0) {
			if (!is_level(word) && !slice_is(word, SLICE("-")))
				out->server = word;
			if (take_repeats_last(*rest, out))
				return true;
		} else if (words == 1 && cut_tag(word, out)) {
			return true;
		} else if (!is_priority(word)) {
			return false;
		}
	}
	return false;
}

/* [4711] behind the stamp: Exim with log_selector = +pid. */
static void
take_bare_pid(struct slice *rest, struct envelope *out)
{
	struct slice at = *rest, pid;
	uint64_t number;

	if (slice_skip_byte(&at, '[') && slice_cut(&at, ']', &pid) &&
	    slice_number(pid, UINT32_MAX, &number) &&
	    slice_skip_byte(&at, ' ')) {
		out->pid = pid;
		*rest = at;
	}
}

static bool
parse_stamped(struct slice rest, bool may_be_cri, struct envelope *out)
{
	bool begins_with_digit = rest.n && byte_is_digit(*rest.p);
	struct slice behind;

	if (!when_parse(&rest, &out->when))
		return false;
	if (may_be_cri && begins_with_digit && skip_cri(&rest) &&
	    !when_parse(&rest, &out->when))
		return false;
	out->has_when = true;
	behind = rest;
	if (take_host_and_tag(&rest, out)) {
		out->form = ENVELOPE_RFC3164;
		skip_message_id(&rest);
		if (!out->repeats_last)
			out->message = rest;
		return true;
	}
	/* A daemon's own log: nothing but the stamp before the text. */
	out->form = ENVELOPE_BARE;
	out->server = out->program = out->pid = (struct slice){ NULL, 0 };
	out->cut = false;
	slice_skip_blanks(&behind);
	take_bare_pid(&behind, out);
	out->message = behind;
	return true;
}

/* [id name="value" ...] one after the other; a value may hold \] \" \\ . */
static bool
skip_structured_data(struct slice *rest)
{
	if (slice_skip_byte(rest, '-'))
		return true;
	if (!rest->n || *rest->p != '[')
		return false;
	while (slice_skip_byte(rest, '[')) {
		bool quoted = false;
		size_t n = 0;

		for (; n < rest->n && (quoted || rest->p[n] != ']'); n++) {
			if (rest->p[n] == '"')
				quoted = !quoted;
			else if (quoted && rest->p[n] == '\\')
				n++;
		}
		if (n >= rest->n)
			return false;
		*rest = slice_from(*rest, n + 1);
	}
	return true;
}

/* A field and the blank behind it; "-" is nothing. */
static bool
take_field(struct slice *rest, struct slice *out)
{
	if (!slice_cut(rest, ' ', out) || out->n == 0)
		return false;
	if (slice_is(*out, SLICE("-")))
		out->n = 0;
	return true;
}

static bool
parse_rfc5424(struct slice rest, struct envelope *out)
{
	struct slice id;

	out->form = ENVELOPE_RFC5424;
	if (slice_skip(&rest, SLICE("- ")))
		out->has_when = false;
	else if (when_parse(&rest, &out->when) && slice_skip_byte(&rest, ' '))
		out->has_when = true;
	else
		return false;
	if (!take_field(&rest, &out->server) ||
	    !take_field(&rest, &out->program) || out->program.n > TAG_MAX ||
	    !take_field(&rest, &out->pid) || !take_field(&rest, &id) ||
	    !skip_structured_data(&rest))
		return false;
	out->cut = slice_find_byte(out->program, '/') == out->program.n;
	slice_skip_blanks(&rest);
	(void)slice_skip(&rest, SLICE("\xEF\xBB\xBF"));
	slice_skip_blanks(&rest);
	out->message = rest;
	return true;
}

/* "message repeated 6 times: [ text]" (rsyslog) at the start of a message. */
static void
open_repeats(struct envelope *out)
{
	struct slice rest = out->message;
	uint64_t times;

	if (!slice_skip(&rest, SLICE("message repeated ")) ||
	    !slice_digits(&rest, 1, REPEATS_DIGITS, &times) || times == 0 ||
	    !slice_skip(&rest, SLICE(" times: [")) ||
	    !slice_ends(rest, SLICE("]")))
		return;
	rest.n--;
	slice_skip_blanks(&rest);
	out->message = rest;
	out->repeats = (uint32_t)times;
}

/* NULs are what a crash leaves in a file that was growing; a byte order mark is
 * what some editors put before the first line. */
static struct slice
strip(struct slice line)
{
	size_t n = 0;

	(void)slice_skip(&line, SLICE("\xEF\xBB\xBF"));
	while (n < line.n && line.p[n] == '\0')
		n++;
	line = slice_from(line, n);
	while (line.n && line.p[line.n - 1] == '\0')
		line.n--;
	if (slice_ends(line, SLICE("\r")))
		line.n--;
	return line;
}

static bool
parse_json(struct slice line, struct buf *scratch, struct envelope *out)
{
	struct jsonlog log;

	out->form = ENVELOPE_JSON;
	/* What lies in scratch must not move: all of it at once. */
	if (!scratch || !buf_room(scratch, scratch->max) ||
	    !jsonlog_parse(line, scratch, &log))
		return false;
	if (log.is_journal)
		out->form = ENVELOPE_JOURNAL;
	out->when = log.when;
	out->has_when = true;
	out->server = log.server;
	out->message = log.message;
	if (log.tag.n)
		return take_tag(log.tag, slice_ends(log.tag, SLICE(":")), out);
	out->program = log.program;
	out->pid = log.pid;
	/* rsyslog's programname stops at a slash; the journal's does not. */
	out->cut = !log.is_journal &&
	    slice_find_byte(log.program, '/') == log.program.n;
	return log.program.n <= TAG_MAX;
}

static bool
parse_line(struct slice line, struct buf *scratch, struct envelope *out)
{
	(void)slice_skip_byte(&line, '\x1e');		/* json-seq */
	(void)slice_skip(&line, SLICE("data: "));	/* json-sse */
	if (line.n && *line.p == '{')
		return parse_json(line, scratch, out);
	skip_length(&line);
	if (!skip_pri(&line)) {
		skip_compose(&line);
		return parse_stamped(line, true, out);
	}
	if (slice_skip(&line, SLICE("1 ")))
		return parse_rfc5424(line, out);
	return parse_stamped(line, false, out);
}

bool
envelope_parse(struct slice line, struct buf *scratch, struct envelope *out)
{
	*out = (struct envelope){ 0 };
	if (scratch)
		buf_reset(scratch);
	if (!parse_line(strip(line), scratch, out))
		return false;
	slice_skip_blanks(&out->message);
	open_repeats(out);
	return true;
}

const char *
envelope_hint(struct slice line)
{
	static const struct {
		struct slice start;
		const char *hint;
	} hints[] = {
		{ SLICE("["), "journalctl's short-monotonic and short-delta "
			"have no date: use -o short-iso or -o json" },
		{ SLICE("{"), "a JSON object without the keys of journalctl "
			"-o json or rsyslog's JSON list (@timestamp, host, "
			"tag, message), or not on one line (json-pretty)" },
		{ SLICE("_"), "journalctl's export form: use -o json" },
		{ SLICE("    "), "journalctl's verbose form: use -o json" },
		{ SLICE("\t"), "a JSON object must stand on one line: use "
			"journalctl -o json, not json-pretty" },
	};

	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
		if (slice_starts(line, hints[i].start))
			return hints[i].hint;
	return "it must begin with <PRI>, a stamp, or '{' (JSON); "
	    "journalctl's cat form has neither date nor host";
}
