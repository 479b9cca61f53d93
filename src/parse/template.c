/* SPDX-License-Identifier: ISC */
/* The template language: compiled once, matched from left to right. */
#include "parse/template.h"

#include <string.h>

#include "parse/part.h"

struct template {
	size_t n;
	struct part *parts;
	size_t holes;
	const struct hole *named[TEMPLATE_HOLES];
	struct sought sought[SOUGHT_WAYS];
};

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
	*part = (struct part){ .literal = { p, n } };
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
			parts[*n] = (struct part){ .last = false };
			if (hole_read(inside, &parts[*n].hole, e) < 0)
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
		const struct hole *hole = &parts[i].hole;
		bool literal_next = i + 1 < n && !parts[i + 1].hole.type;

		if (!hole->type) {
			parts[i].last = last;
			continue;
		}
		if (hole_needs_literal(hole) && !literal_next)
			return err_set(e, EX_CONFIG, "literal text must follow "
			    "hole '{%.*s}'; type rest takes everything to the "
			    "end", (int)hole->text.n, hole->text.p);
		if (hole_is(hole, "rest") && i + 1 < n)
			return err_set(e, EX_CONFIG, "nothing can stand behind "
			    "hole '{%.*s}'", (int)hole->text.n, hole->text.p);
		last |= hole_is(hole, "widest");
	}
	return 0;
}

static int
number_holes(struct template *t, struct err *e)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct hole *hole = &t->parts[i].hole;

		t->parts[i].named = t->holes;
		if (!hole->type || hole->name.n == 0)
			continue;
		for (size_t k = 0; k < t->holes; k++)
			if (slice_is(t->named[k]->name, hole->name))
				return err_set(e, EX_CONFIG, "two holes named "
				    "'%.*s'", (int)hole->name.n, hole->name.p);
		if (t->holes == TEMPLATE_HOLES)
			return err_set(e, EX_CONFIG, "more than %d named holes",
			    TEMPLATE_HOLES);
		t->parts[i].is_ip = hole_is(hole, "ip");
		t->named[t->holes++] = hole;
	}
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
	if (number_holes(t, e) < 0 ||
	    sought_choose(a, t->parts, t->n, t->sought, e) < 0)
		return NULL;
	return t;
}

/* A literal at the cursor; one behind `widest` must be the last of its kind,
 * so that no copy of it in what a client wrote can stand for the true one. */
static bool
match_literal(const struct part *part, struct slice *rest)
{
	struct slice later;

	if (!slice_starts(*rest, part->literal))
		return false;
	if (part->last) {
		later = slice_from(*rest, 1);
		if (slice_find(later, part->literal) < later.n)
			return false;
	}
	rest->p += part->literal.n;
	rest->n -= part->literal.n;
	return true;
}

/* Behind the last part stands an empty one. */
static bool
match_hole(const struct part *part, struct slice *rest,
    struct template_match *m)
{
	struct slice *value = &m->holes[part->named];
	bool fits;

	if (part->is_ip) {
		fits = hole_take_ip(rest, value, &m->ip);
		m->ip_hole = part->named;
	} else {
		fits = hole_take(&part->hole, rest, part[1].literal, value);
	}
	if (!fits)
		*value = (struct slice){ NULL, 0 };
	return fits || part->hole.optional;
}

static bool
miss(struct template_match *m, const struct part *part, size_t reached)
{
	m->reached = reached;
	m->missed = part;
	return false;
}

bool
template_match_on(const struct template *t, size_t shared,
    struct slice message, struct template_match *m)
{
	struct slice rest;

	if (m->parts < shared)
		return false;	/* at the same place as the other */
	rest = slice_from(message, shared ? m->ends[shared - 1] : 0);
	for (size_t i = shared; i < t->n; i++) {
		const struct part *part = &t->parts[i];

		if (part->hole.type ? !match_hole(part, &rest, m) :
		    !match_literal(part, &rest)) {
			m->parts = i;
			return miss(m, part, message.n - rest.n);
		}
		m->ends[i] = (uint32_t)(message.n - rest.n);
	}
	m->parts = t->n;
	m->reached = message.n - rest.n;
	m->missed = NULL;
	return rest.n == 0;
}

struct slice
template_wanted(const struct template_match *m)
{
	if (!m->missed)
		return SLICE("the end of the line");
	return m->missed->hole.type ? m->missed->hole.text :
	    m->missed->literal;
}

bool
template_match(const struct template *t, struct slice message,
    struct template_match *m)
{
	m->parts = 0;
	return template_match_on(t, 0, message, m);
}

static bool
is_same_part(const struct part *a, const struct part *b)
{
	return a->hole.type == b->hole.type && a->last == b->last &&
	    slice_is(a->literal, b->literal) &&
	    slice_is(a->hole.text, b->hole.text);
}

size_t
template_shared(const struct template *t, const struct template *other)
{
	size_t n = 0;

	while (n < t->n && n < other->n &&
	    is_same_part(&t->parts[n], &other->parts[n]))
		n++;
	/* What a hole takes depends on the literal behind it. */
	while (n && t->parts[n - 1].hole.type)
		n--;
	return n;
}

struct starts
template_starts(const struct template *t, size_t shared)
{
	static const struct starts all = { { [0 ... 3] = UINT64_MAX } };
	const struct part *part = &t->parts[shared];
	struct starts one = { { 0 } };

	if (shared == t->n)
		return all;
	if (part->hole.type)
		return part->hole.choices.n && !part->hole.optional ?
		    part->hole.starts : all;
	starts_add(&one, *part->literal.p);
	return one;
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
	return hole_is(t->named[hole], type);
}

const struct sought *
template_sought(const struct template *t, enum sought_way way)
{
	return &t->sought[way];
}

bool
template_surely_holds(const struct template *t, struct slice text)
{
	return sought_surely_stands(t->parts, t->n, text);
}
