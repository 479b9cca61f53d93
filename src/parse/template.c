/* SPDX-License-Identifier: ISC */
/* The template language: compiled once, matched from left to right. */
#include "parse/template.h"

#include <string.h>

#include "parse/hole.h"

enum { LITERAL_MIN = 4, LITERALS_MAX = 16 };

/* One piece: a literal, or a hole (hole.type is not NULL). */
struct part {
	struct slice literal;
	struct hole hole;
	bool last;	/* a literal that must not occur again further on:
			 * everything behind a `widest` hole */
	size_t named;	/* holes with a name before this part */
	bool is_ip;	/* and it has a name */
};

struct texts {
	struct slice *items;
	size_t n;
};

struct template {
	size_t n;
	struct part *parts;
	size_t holes;
	const struct hole *named[TEMPLATE_HOLES];
	/* To be looked for: the best there is, and with no hole in it. */
	struct texts literals, few;
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

/* A byte that looks the same inside JSON. */
static bool
is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '/';
}

/* The longest stretch of such bytes, and those at both ends. */
static struct slice
plain_stretch(struct slice text)
{
	struct slice best = { NULL, 0 };
	size_t from = 0;

	for (size_t i = 0; i <= text.n; i++) {
		if (i < text.n && is_plain(text.p[i]))
			continue;
		if (i - from > best.n)
			best = slice_to(slice_from(text, from), i - from);
		from = i + 1;
	}
	return best;
}

static struct slice
plain_start(struct slice text)
{
	size_t n = 0;

	while (n < text.n && is_plain(text.p[n]))
		n++;
	return slice_to(text, n);
}

static struct slice
plain_end(struct slice text)
{
	size_t n = text.n;

	while (n && is_plain(text.p[n - 1]))
		n--;
	return slice_from(text, n);
}

/* What surely stands in a line because of a part: its literal, or one of the
 * choices with the literals around it. */
struct certain {
	struct slice before, left, after;
	const struct part *part;
};

static struct certain
certain_of(const struct template *t, size_t i)
{
	const struct part *part = &t->parts[i];
	struct certain c = { .part = part, .left = part->literal };

	if (!part->hole.type || part->hole.optional)
		return c;
	c.left = part->hole.choices;
	if (i)
		c.before = plain_end(part[-1].literal);
	if (i + 1 < t->n)
		c.after = plain_start(part[1].literal);
	return c;
}

/* The next text, in three pieces; the outer ones only if the one between is
 * plain to its ends. */
static bool
next_certain(struct certain *c, struct slice pieces[3])
{
	struct slice whole = c->left;

	if (!c->part->hole.type)
		c->left.n = 0;
	if (c->part->hole.type ? !hole_next_choice(&c->left, &whole) :
	    whole.n == 0)
		return false;
	pieces[1] = plain_stretch(whole);
	pieces[0] = pieces[1].n == whole.n ? c->before : slice_to(whole, 0);
	pieces[2] = pieces[1].n == whole.n ? c->after : slice_to(whole, 0);
	return true;
}

/* How much looking for the texts narrows a log: by the shortest.  0: not at
 * all. */
static size_t
shortest_certain(struct certain c, size_t *n)
{
	struct slice pieces[3];
	size_t shortest = SIZE_MAX;

	for (*n = 0; next_certain(&c, pieces); ++*n) {
		size_t length = pieces[0].n + pieces[1].n + pieces[2].n;

		if (length < shortest)
			shortest = length;
	}
	return *n && *n <= LITERALS_MAX ? shortest : 0;
}

static struct slice
join(struct arena *a, const struct slice pieces[3])
{
	size_t n = pieces[0].n + pieces[1].n + pieces[2].n;
	char *text = arena_new(a, n), *end = text;

	for (size_t i = 0; text && i < 3; i++)
		if (pieces[i].n)
			end = mempcpy(end, pieces[i].p, pieces[i].n);
	return (struct slice){ text, text ? n : 0 };
}

static int
keep_literals(struct arena *a, struct texts *texts, struct certain c,
    struct err *e)
{
	struct slice pieces[3];

	texts->items = arena_array(a, texts->n, sizeof *texts->items);
	for (size_t i = 0; texts->items && next_certain(&c, pieces); i++) {
		texts->items[i] = join(a, pieces);
		if (!texts->items[i].p)
			texts->items = NULL;
	}
	return texts->items ? 0 : err_set(e, EX_CONFIG, "too many templates");
}

/* None are kept if nothing is long enough. */
static int
choose_literals(struct arena *a, const struct template *t, bool with_holes,
    struct texts *texts, struct err *e)
{
	size_t longest = LITERAL_MIN - 1, best = 0;

	for (size_t i = 0; i < t->n; i++) {
		size_t n, shortest = shortest_certain(certain_of(t, i), &n);

		if (t->parts[i].hole.type && !with_holes)
			continue;
		if (shortest > longest || (shortest == longest &&
		    n < texts->n)) {
			longest = shortest;
			texts->n = n;
			best = i;
		}
	}
	return texts->n ? keep_literals(a, texts, certain_of(t, best), e) : 0;
}

static int
set_literals(struct arena *a, struct template *t, struct err *e)
{
	if (choose_literals(a, t, true, &t->literals, e) < 0 ||
	    choose_literals(a, t, false, &t->few, e) < 0)
		return -1;
	if (t->literals.n == 0)
		return err_set(e, EX_CONFIG, "no literal text of at least %d "
		    "plain characters: nothing to look for", LITERAL_MIN);
	if (t->few.n == 0)
		t->few = t->literals;
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
	if (number_holes(t, e) < 0 || set_literals(a, t, e) < 0)
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
	struct slice value;
	bool fits;

	if (part->is_ip) {
		fits = hole_take_ip(rest, &value, &m->ip);
		m->ip_hole = part->named;
	} else {
		fits = hole_take(&part->hole, rest, part[1].literal, &value);
	}
	if (!fits && !part->hole.optional)
		return false;
	if (part->hole.name.n)
		m->holes[part->named] = fits ? value :
		    (struct slice){ NULL, 0 };
	return true;
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

struct byteset
template_starts(const struct template *t, size_t shared)
{
	static const struct byteset all = { { [0 ... 255] = true } };
	const struct part *part = &t->parts[shared];
	struct byteset one = { { false } };

	if (shared == t->n)
		return all;
	if (part->hole.type)
		return part->hole.choices.n && !part->hole.optional ?
		    part->hole.starts : all;
	one.has[(unsigned char)*part->literal.p] = true;
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

const struct slice *
template_literals(const struct template *t, bool few, size_t *n)
{
	const struct texts *texts = few ? &t->few : &t->literals;

	*n = texts->n;
	return texts->items;
}

bool
template_surely_holds(const struct template *t, struct slice text)
{
	for (size_t i = 0; i < t->n; i++)
		if (!t->parts[i].hole.type &&
		    slice_find(t->parts[i].literal, text) <
		    t->parts[i].literal.n)
			return true;
	return false;
}
