/* SPDX-License-Identifier: ISC */
/* What the lines that match a template are found by. */
#include "parse/sought.h"

#include <stdint.h>
#include <string.h>

#include "parse/part.h"

enum { LEAST = 4, MOST = 16 };	/* bytes of a text, and texts */

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
certain_of(const struct part *parts, size_t i)
{
	const struct part *part = &parts[i];
	struct certain c = { .part = part, .left = part->literal };

	if (!part->hole.type || part->hole.optional)
		return c;
	c.left = part->hole.choices;
	if (i)
		c.before = plain_end(part[-1].literal);
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
	return *n && *n <= MOST ? shortest : 0;
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
keep_texts(struct arena *a, struct certain c, struct sought *sought,
    struct err *e)
{
	struct slice pieces[3];

	sought->texts = arena_array(a, sought->n, sizeof *sought->texts);
	for (size_t i = 0; sought->texts && next_certain(&c, pieces); i++) {
		sought->texts[i] = join(a, pieces);
		if (!sought->texts[i].p)
			sought->texts = NULL;
	}
	return sought->texts ? 0 : err_set(e, EX_CONFIG, "too many templates");
}

/* None are kept if nothing is long enough. */
static int
choose(struct arena *a, const struct part *parts, size_t n_parts,
    enum sought_way way, struct sought *sought, struct err *e)
{
	size_t best = 0;

	sought->shortest = LEAST - 1;
	for (size_t i = 0; i < n_parts; i++) {
		size_t n, shortest = shortest_certain(certain_of(parts, i),
		    &n);

		if (parts[i].hole.type && way == SOUGHT_LITERAL)
			continue;
		if (shortest > sought->shortest ||
		    (shortest == sought->shortest && n < sought->n)) {
			sought->shortest = shortest;
			sought->n = n;
			best = i;
		}
	}
	return sought->n ? keep_texts(a, certain_of(parts, best), sought, e) :
	    0;
}

int
sought_choose(struct arena *a, const struct part *parts, size_t n,
    struct sought *ways, struct err *e)
{
	for (enum sought_way way = 0; way < SOUGHT_WAYS; way++)
		if (choose(a, parts, n, way, &ways[way], e) < 0)
			return -1;
	if (ways[SOUGHT_LONGEST].n == 0)
		return err_set(e, EX_CONFIG, "no literal text of at least %d "
		    "plain characters: nothing to look for", LEAST);
	if (ways[SOUGHT_LITERAL].n == 0)
		ways[SOUGHT_LITERAL] = ways[SOUGHT_LONGEST];
	return 0;
}

bool
sought_surely_stands(const struct part *parts, size_t n, struct slice text)
{
	for (size_t i = 0; i < n; i++)
		if (!parts[i].hole.type &&
		    slice_find(parts[i].literal, text) < parts[i].literal.n)
			return true;
	return false;
}
