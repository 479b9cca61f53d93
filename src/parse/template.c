/* SPDX-License-Identifier: ISC */
/* The template language: compiled once, matched from left to right. */
#include "parse/template.h"

#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "schema/ip.h"

enum { TEMPLATE_PARTS = 64, LITERAL_MIN = 4, MECHANISM_MAX = 2048,
	COUNT_DIGITS = 6 };

struct hole_type;

/* One piece: a literal (type NULL), or a hole. */
struct part {
	const struct hole_type *type;
	struct slice text;		/* literal; or the hole as written */
	struct slice name;
	struct slice choices;		/* of {name=a|b} */
	bool optional;
	bool last;	/* a literal that must not occur again further on:
			 * everything behind a `widest` hole */
};

struct template {
	size_t n;
	struct part *parts;
	size_t holes;
	const struct part *named[TEMPLATE_HOLES];
	struct slice literal;
};

/* Takes a hole off the cursor.  until: the literal behind it, empty if there
 * is none. */
typedef bool take_fn(const struct part *hole, struct slice *rest,
	struct slice until, struct slice *out);

#define DIGITS 0x03ff000000000000
#define UPPER 0x0000000007fffffe	/* A-Z in the second word */
#define LOWER 0x07fffffe00000000

static const struct byteset host_bytes = {	/* A-Z a-z 0-9 . _ - */
	{ DIGITS | 1ull << '.' | 1ull << '-', UPPER | LOWER | 1ull << 31 }
};
static const struct byteset mechanism_bytes = {	/* A-Z a-z 0-9 _ - */
	{ DIGITS | 1ull << '-', UPPER | LOWER | 1ull << 31 }
};
static const struct byteset address_bytes = {	/* 0-9 A-F a-f . : */
	{ DIGITS | 1ull << '.' | 1ull << ':', 0x0000007e0000007e }
};

/* Postfix prints only valid host names (valid_hostname(), 255 bytes). */
static bool
take_host(const struct part *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	(void)hole;
	(void)until;
	return slice_run(rest, &host_bytes, out);
}

/* RFC 4422: up to 20 of A-Z 0-9 - _; clients type lower case and longer ones.
 * Postfix prints 100 bytes of it, before 3.5.22 all that fits a command line. */
static bool
take_mech(const struct part *hole, struct slice *rest, struct slice until,
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

static bool
take_ip(const struct part *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	struct slice at = *rest;
	struct ip ip;

	(void)hole;
	(void)until;
	if (slice_skip(rest, SLICE("unknown"))) {
		*out = slice_to(at, 0);
		return true;
	}
	(void)slice_skip(&at, SLICE("IPv6:"));	/* RFC 5321 literal */
	if (!slice_run(&at, &address_bytes, out) || !ip_parse(*out, &ip))
		return false;
	*rest = at;
	return true;
}

static bool
take_int(const struct part *hole, struct slice *rest, struct slice until,
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
take_port(const struct part *hole, struct slice *rest, struct slice until,
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
take_quoted(const struct part *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	size_t n = 1;

	(void)hole;
	(void)until;
	if (rest->n < 2 || *rest->p != '"')
		return false;
	while (n < rest->n && rest->p[n] != '"')
		n += rest->p[n] == '\\' ? 2 : 1;
	if (n >= rest->n)
		return false;
	*out = slice_to(slice_from(*rest, 1), n - 1);
	*rest = slice_from(*rest, n + 1);
	return true;
}

/* 2026-11-22 11:05:40 and a blank: daemons that stamp their own lines. */
static bool
take_stamp(const struct part *hole, struct slice *rest, struct slice until,
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
take_to(struct slice *rest, size_t n, struct slice *out)
{
	*out = slice_to(*rest, n);
	*rest = slice_from(*rest, n);
	return true;
}

static bool
take_text(const struct part *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	size_t n = slice_find(*rest, until);

	(void)hole;
	return n < rest->n && take_to(rest, n, out);
}

static bool
take_widest(const struct part *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	size_t n = slice_find_last(*rest, until);

	(void)hole;
	return n < rest->n && take_to(rest, n, out);
}

/* At least one byte, none of them a blank. */
static bool
take_word(const struct part *hole, struct slice *rest, struct slice until,
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
take_rest(const struct part *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	(void)hole;
	(void)until;
	return take_to(rest, rest->n, out);
}

static bool
take_choice(const struct part *hole, struct slice *rest, struct slice until,
    struct slice *out)
{
	struct slice choices = hole->choices, one;

	(void)until;
	while (choices.n) {
		if (!slice_cut(&choices, '|', &one)) {
			one = choices;
			choices.n = 0;
		}
		if (slice_starts(*rest, one))
			return take_to(rest, one.n, out);
	}
	return false;
}

static const struct hole_type {
	const char *name;
	take_fn *take;
	bool needs_literal;	/* ends where the literal behind it begins */
	bool may_be_empty;
} types[] = {
	{ "ip", take_ip, false, false },
	{ "host", take_host, false, false },
	{ "mech", take_mech, false, false },
	{ "word", take_word, false, false },
	{ "int", take_int, false, false },
	{ "port", take_port, false, false },
	{ "quoted", take_quoted, false, false },
	{ "stamp", take_stamp, false, false },
	{ "text", take_text, true, true },
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

/* name:type?, name=a|b?; the braces are off. */
static int
parse_hole(struct slice inside, struct part *part, struct err *e)
{
	size_t colon = slice_find_byte(inside, ':');
	size_t equals = slice_find_byte(inside, '=');
	struct slice kind;

	*part = (struct part){ .text = inside };
	if (slice_ends(inside, SLICE("?"))) {
		part->optional = true;
		inside.n--;
	}
	if (equals < colon) {
		part->name = slice_to(inside, equals);
		part->choices = slice_from(inside, equals + 1);
		part->type = &choice_type;
		if (part->choices.n == 0)
			return err_set(e, EX_CONFIG, "hole '{%.*s}' has no "
			    "text to choose", (int)part->text.n, part->text.p);
		return 0;
	}
	if (colon >= inside.n)
		return err_set(e, EX_CONFIG, "hole '{%.*s}' must be "
		    "{name:type}, {:type} or {name=text|text}",
		    (int)part->text.n, part->text.p);
	part->name = slice_to(inside, colon);
	kind = slice_from(inside, colon + 1);
	part->type = find_type(kind);
	if (!part->type)
		return unknown_type(kind, e);
	if (part->optional && part->type->may_be_empty)
		return err_set(e, EX_CONFIG, "a hole of type %s may be empty "
		    "anyway: leave out the '?'", part->type->name);
	return 0;
}

/* Copies literal text up to a hole, doubled braces made single. */
static int
parse_literal(struct arena *a, struct slice *rest, struct part *part,
    struct err *e)
{
	char *p = arena_new(a, rest->n);
	size_t n = 0;

	while (p && rest->n) {
		char c = *rest->p;

		if ((c == '{' || c == '}') && rest->n > 1 && rest->p[1] == c)
			*rest = slice_from(*rest, 1);
		else if (c == '{')
			break;
		else if (c == '}')
			return err_set(e, EX_CONFIG, "'}' without '{' (write "
			    "}} for a brace)");
		p[n++] = c;
		*rest = slice_from(*rest, 1);
	}
	*part = (struct part){ .text = { p, n } };
	return p ? 0 : err_set(e, EX_CONFIG, "template too long");
}

static int
parse_parts(struct arena *a, struct slice text, struct part *parts,
    size_t *n, struct err *e)
{
	struct slice rest = text, inside;

	while (rest.n) {
		if (*n == TEMPLATE_PARTS)
			return err_set(e, EX_CONFIG, "more than %d pieces in "
			    "one template", TEMPLATE_PARTS);
		if (*rest.p == '{' && !(rest.n > 1 && rest.p[1] == '{')) {
			rest = slice_from(rest, 1);
			if (!slice_cut(&rest, '}', &inside))
				return err_set(e, EX_CONFIG, "'{' without '}' "
				    "(write {{ for a brace)");
			if (parse_hole(inside, &parts[*n], e) < 0)
				return -1;
		} else if (parse_literal(a, &rest, &parts[*n], e) < 0) {
			return -1;
		}
		++*n;
	}
	return 0;
}

/* What only the neighbours of a part can tell. */
static int
check_order(struct part *parts, size_t n, struct err *e)
{
	bool last = false;

	for (size_t i = 0; i < n; i++) {
		const struct hole_type *type = parts[i].type;
		bool literal_next = i + 1 < n && !parts[i + 1].type;

		if (!type) {
			parts[i].last = last;
			continue;
		}
		if (type->needs_literal && !literal_next)
			return err_set(e, EX_CONFIG, "literal text must follow "
			    "hole '{%.*s}'; type rest takes everything to the "
			    "end", (int)parts[i].text.n, parts[i].text.p);
		if (type->take == take_rest && i + 1 < n)
			return err_set(e, EX_CONFIG, "nothing can stand behind "
			    "hole '{%.*s}'", (int)parts[i].text.n,
			    parts[i].text.p);
		if (type->take == take_widest)
			last = true;
	}
	return 0;
}

static int
number_holes(struct template *t, struct err *e)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct part *part = &t->parts[i];

		if (!part->type || part->name.n == 0)
			continue;
		for (size_t k = 0; k < t->holes; k++)
			if (slice_is(t->named[k]->name, part->name))
				return err_set(e, EX_CONFIG, "two holes named "
				    "'%.*s'", (int)part->name.n, part->name.p);
		if (t->holes == TEMPLATE_HOLES)
			return err_set(e, EX_CONFIG, "more than %d named holes",
			    TEMPLATE_HOLES);
		t->named[t->holes++] = part;
	}
	return 0;
}

/* The longest stretch of a literal that looks the same inside JSON. */
static struct slice
plain_stretch(struct slice text)
{
	struct slice best = { NULL, 0 };
	size_t from = 0;

	for (size_t i = 0; i <= text.n; i++) {
		bool plain = i < text.n && text.p[i] >= 0x20 &&
		    text.p[i] < 0x7f && text.p[i] != '"' &&
		    text.p[i] != '\\' && text.p[i] != '/';

		if (plain)
			continue;
		if (i - from > best.n)
			best = slice_to(slice_from(text, from), i - from);
		from = i + 1;
	}
	return best;
}

static int
choose_literal(struct template *t, struct err *e)
{
	for (size_t i = 0; i < t->n; i++) {
		struct slice stretch;

		if (t->parts[i].type)
			continue;
		stretch = plain_stretch(t->parts[i].text);
		if (stretch.n > t->literal.n)
			t->literal = stretch;
	}
	if (t->literal.n < LITERAL_MIN)
		return err_set(e, EX_CONFIG, "no literal text of at least %d "
		    "plain characters: nothing to look for", LITERAL_MIN);
	return 0;
}

struct template *
template_compile(struct arena *a, struct slice text, struct err *e)
{
	struct template *t = arena_new(a, sizeof *t);
	struct part parts[TEMPLATE_PARTS];

	if (t && parse_parts(a, text, parts, &t->n, e) < 0)
		return NULL;
	if (t)
		t->parts = arena_array(a, t->n + 1, sizeof *parts);
	if (!t || !t->parts) {
		err_set(e, EX_CONFIG, "too many templates");
		return NULL;
	}
	if (check_order(parts, t->n, e) < 0)
		return NULL;
	memcpy(t->parts, parts, t->n * sizeof *parts);
	if (number_holes(t, e) < 0 || choose_literal(t, e) < 0)
		return NULL;
	return t;
}

/* A literal at the cursor; one behind `widest` must be the last of its kind,
 * so that no copy of it in what a client wrote can stand for the true one. */
static bool
match_literal(const struct part *part, struct slice *rest)
{
	struct slice later;

	if (!slice_starts(*rest, part->text))
		return false;
	later = slice_from(*rest, 1);
	if (part->last && slice_find(later, part->text) < later.n)
		return false;
	*rest = slice_from(*rest, part->text.n);
	return true;
}

static bool
match_part(const struct template *t, size_t i, struct slice *rest,
    struct slice *value)
{
	const struct part *part = &t->parts[i];
	struct slice until = { NULL, 0 };

	*value = (struct slice){ NULL, 0 };
	if (!part->type)
		return match_literal(part, rest);
	if (i + 1 < t->n && !part[1].type)
		until = part[1].text;
	if (part->type->take(part, rest, until, value))
		return true;
	*value = (struct slice){ NULL, 0 };
	return part->optional;
}

bool
template_match(const struct template *t, struct slice message,
    struct template_match *m)
{
	struct slice rest = message;
	size_t hole = 0;

	memset(m->holes, 0, t->holes * sizeof *m->holes);
	for (size_t i = 0; i < t->n; i++) {
		struct slice value;

		if (!match_part(t, i, &rest, &value)) {
			m->reached = message.n - rest.n;
			m->wanted = t->parts[i].text;
			return false;
		}
		if (t->parts[i].type && t->parts[i].name.n)
			m->holes[hole++] = value;
	}
	m->reached = message.n - rest.n;
	m->wanted = SLICE("the end of the line");
	return rest.n == 0;
}

size_t
template_holes(const struct template *t)
{
	return t->holes;
}

struct slice
template_hole_name(const struct template *t, size_t hole)
{
	return t->named[hole]->name;
}

bool
template_hole_is(const struct template *t, size_t hole, const char *type)
{
	return strcmp(t->named[hole]->type->name, type) == 0;
}

struct slice
template_literal(const struct template *t)
{
	return t->literal;
}
