/* SPDX-License-Identifier: ISC */
/* The types of holes. */
#include "parse/hole.h"

#include <string.h>

#include "base/when.h"
#include "schema/ip.h"

enum { MECHANISM_MAX = 2048, COUNT_DIGITS = 6 };

typedef bool take_fn(const struct hole *hole, struct slice *rest,
	struct slice until, struct slice *out);

static const struct byteset host_bytes = { {
	['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
	['.'] = true, ['_'] = true, ['-'] = true, ['/'] = true,
} };
static const struct byteset mechanism_bytes = { {
	['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
	['_'] = true, ['-'] = true,
} };
static const struct byteset address_bytes = { {
	['0' ... '9'] = true, ['A' ... 'F'] = true, ['a' ... 'f'] = true,
	['.'] = true, [':'] = true,
} };

static bool
take_to(struct slice *rest, size_t n, struct slice *out)
{
	*out = slice_to(*rest, n);
	*rest = slice_from(*rest, n);
	return true;
}

/* Postfix prints only valid host names (valid_hostname(), 255 bytes); Exim lets
 * a slash through. */
static bool
take_host(const struct hole *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	(void)hole;
	(void)until;
	return slice_run(rest, &host_bytes, out);
}

/* RFC 4422: up to 20 of A-Z 0-9 - _; clients type lower case and longer ones.
 * Postfix prints 100 bytes of it, before 3.5.22 all that a command holds. */
static bool
take_mech(const struct hole *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	struct slice at = *rest;

	(void)hole;
	(void)until;
	if (!slice_run(&at, &mechanism_bytes, out) || out->n > MECHANISM_MAX)
		return false;
	*rest = at;
	return true;
}

/* The address a run of its bytes begins with: all of it, or an IPv4 address
 * before a colon, or all but the colons and dots at the end (address: text). */
static bool
find_address(struct slice *run, struct ip *ip)
{
	struct slice head = slice_to(*run, slice_find_byte(*run, ':'));

	if (ip_parse(*run, ip))
		return true;
	if (slice_find_byte(head, '.') < head.n)
		*run = head;
	while (run->n && (run->p[run->n - 1] == '.' ||
	    run->p[run->n - 1] == ':'))
		run->n--;
	return ip_parse(*run, ip);
}

bool
hole_take_ip(struct slice *rest, struct slice *out, struct ip *ip)
{
	struct slice at = *rest;
	size_t n = ip_scan_v4(at, ip);

	/* What nearly always stands there. */
	if (n && (n == at.n || !byteset_has(&address_bytes, at.p[n])))
		return take_to(rest, n, out);
	*ip = (struct ip){ .family = IP_NONE };
	if (slice_skip(rest, SLICE("unknown"))) {
		*out = slice_to(at, 0);
		return true;
	}
	(void)slice_skip(&at, SLICE("IPv6:"));	/* RFC 5321 literal */
	if (!slice_run(&at, &address_bytes, out) || !find_address(out, ip))
		return false;
	*rest = slice_from(*rest, (size_t)(out->p + out->n - rest->p));
	return true;
}

static bool
take_ip(const struct hole *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	struct ip ignored;

	(void)hole;
	(void)until;
	return hole_take_ip(rest, out, &ignored);
}

static bool
take_int(const struct hole *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	struct slice from = *rest;
	uint64_t ignored;

	(void)hole;
	(void)until;
	if (!slice_digits(rest, 1, COUNT_DIGITS, &ignored))
		return false;
	*out = slice_between(from.p, rest->p);
	return true;
}

/* ":4122" or ":unknown" (Postfix with smtpd_client_port_logging). */
static bool
take_port(const struct hole *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	struct slice at = *rest;

	(void)hole;
	(void)until;
	if (!slice_skip_byte(&at, ':'))
		return false;
	*out = at;
	if (!slice_skip(&at, SLICE("unknown"))) {
		uint64_t port;

		if (!slice_digits(&at, 1, 5, &port) || port > 65535)
			return false;
	}
	*out = slice_between(out->p, at.p);
	*rest = at;
	return true;
}

/* "..." with backslash before a quote that belongs to the text. */
static bool
take_quoted(const struct hole *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	(void)hole;
	(void)until;
	return slice_cut_quoted(rest, out);
}

/* 2026-11-22 11:05:40 and a blank: daemons that stamp their own lines. */
static bool
take_stamp(const struct hole *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	struct slice at = *rest;
	struct when ignored;

	(void)hole;
	(void)until;
	if (!when_parse(&at, &ignored) || !slice_skip_byte(&at, ' '))
		return false;
	*out = slice_between(rest->p, at.p - 1);
	*rest = at;
	return true;
}

static bool
take_text(const struct hole *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	size_t n = slice_find(*rest, until);

	(void)hole;
	return n < rest->n && take_to(rest, n, out);
}

/* What a daemon says in its own words: client's text stands in marks. */
static bool
take_plain(const struct hole *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	size_t n = slice_find(*rest, until);

	(void)hole;
	for (size_t i = 0; i < n && i < rest->n; i++)
		if (rest->p[i] == '<' || rest->p[i] == '>' ||
		    rest->p[i] == '"')
			return false;
	return n < rest->n && take_to(rest, n, out);
}

static bool
take_widest(const struct hole *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	size_t n = slice_find_last(*rest, until);

	(void)hole;
	return n < rest->n && take_to(rest, n, out);
}

/* At least one byte, none of them a blank. */
static bool
take_word(const struct hole *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	size_t blank = slice_find_byte(*rest, ' ');
	size_t n = blank;

	(void)hole;
	if (until.n) {
		n = slice_find(*rest, until);
		if (n == rest->n || n > blank)
			return false;
	}
	return n > 0 && take_to(rest, n, out);
}

static bool
take_rest(const struct hole *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	(void)hole;
	(void)until;
	return take_to(rest, rest->n, out);
}

bool
hole_next_choice(struct slice *left, struct slice *one)
{
	if (left->n == 0)
		return false;
	if (!slice_cut(left, '|', one)) {
		*one = *left;
		left->n = 0;
	}
	return true;
}

static bool
take_choice(const struct hole *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	struct slice choices = hole->choices, one;

	(void)until;
	if (rest->n == 0 || !starts_have(&hole->starts, *rest->p))
		return false;
	while (hole_next_choice(&choices, &one))
		if (slice_starts(*rest, one))
			return take_to(rest, one.n, out);
	return false;
}

struct hole_type {
	const char *name;
	take_fn *take;
	bool needs_literal;	/* ends where the literal behind it begins */
	bool may_be_empty;
};

static const struct hole_type types[] = {
	{ "ip", take_ip, false, false },
	{ "host", take_host, false, false },
	{ "mech", take_mech, false, false },
	{ "word", take_word, false, false },
	{ "int", take_int, false, false },
	{ "port", take_port, false, false },
	{ "quoted", take_quoted, false, false },
	{ "stamp", take_stamp, false, false },
	{ "text", take_text, true, true },
	{ "plain", take_plain, true, true },
	{ "widest", take_widest, true, true },
	{ "rest", take_rest, false, true },
};
static const struct hole_type choice_type = { "", take_choice, false, false };

static const struct hole_type *
find_type(struct slice name)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (slice_is(name, slice_text(types[i].name)))
			return &types[i];
	return NULL;
}

static int
unknown_type(struct slice name, struct err *e)
{
	char known[128] = "";

	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (i)
			strncat(known, ", ", sizeof known - strlen(known) - 1);
		strncat(known, types[i].name,
		    sizeof known - strlen(known) - 1);
	}
	return err_set(e, EX_CONFIG, "unknown hole type '%.*s' (one of %s)",
	    (int)name.n, name.p, known);
}

static struct starts
starts_of(struct slice choices)
{
	struct starts starts = { { 0 } };
	bool is_start = true;

	for (size_t i = 0; i < choices.n; i++) {
		if (is_start)
			starts_add(&starts, choices.p[i]);
		is_start = choices.p[i] == '|';
	}
	return starts;
}

int
hole_read(struct slice inside, struct hole *hole, struct err *e)
{
	size_t colon = slice_find_byte(inside, ':');
	size_t equals = slice_find_byte(inside, '=');
	struct slice kind;

	*hole = (struct hole){ .text = inside };
	if (slice_ends(inside, SLICE("?"))) {
		hole->optional = true;
		inside.n--;
	}
	if (equals < colon) {
		hole->name = slice_to(inside, equals);
		hole->choices = slice_from(inside, equals + 1);
		hole->type = &choice_type;
		if (hole->choices.n == 0 ||
		    slice_starts(hole->choices, SLICE("|")) ||
		    slice_ends(hole->choices, SLICE("|")) ||
		    slice_find(hole->choices, SLICE("||")) < hole->choices.n)
			return err_set(e, EX_CONFIG, "hole '{%.*s}' has no "
			    "text to choose", (int)hole->text.n, hole->text.p);
		hole->starts = starts_of(hole->choices);
		return 0;
	}
	if (colon >= inside.n)
		return err_set(e, EX_CONFIG, "hole '{%.*s}' must be "
		    "{name:type}, {:type} or {name=text|text}",
		    (int)hole->text.n, hole->text.p);
	hole->name = slice_to(inside, colon);
	kind = slice_from(inside, colon + 1);
	hole->type = find_type(kind);
	if (!hole->type)
		return unknown_type(kind, e);
	if (hole->optional && hole->type->may_be_empty)
		return err_set(e, EX_CONFIG, "a hole of type %s may be empty "
		    "anyway: leave out the '?'", hole->type->name);
	return 0;
}

bool
hole_take(const struct hole *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	return hole->type->take(hole, rest, until, out);
}

bool
hole_is(const struct hole *hole, const char *type)
{
	return strcmp(hole->type->name, type) == 0;
}

bool
hole_needs_literal(const struct hole *hole)
{
	return hole->type->needs_literal;
}
