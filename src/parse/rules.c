/* SPDX-License-Identifier: ISC */
/* The rule files in force. */
#include "parse/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/yaml.h"
#include "parse/filter.h"
#include "schema/cell.h"

enum { RULES_MEMORY = 16 * 1024 * 1024, FILTERS_MAX = 32, PATH_LENGTH = 512 };

struct rules {
	struct arena arena;
	struct filter *filters[FILTERS_MAX];
	size_t n;
};

/* Written by make from filters/. */
static const struct {
	const char *name, *text;
} embedded[] = {
#include "embedded.h"
	{ NULL, NULL }
};

struct rules *
rules_new(void)
{
	struct rules *r = mem_new(sizeof *r);

	arena_init(&r->arena, RULES_MEMORY);
	return r;
}

void
rules_free(struct rules *r)
{
	if (!r)
		return;
	arena_release(&r->arena);
	free(r);
}

const char *
rules_embedded(size_t i)
{
	return embedded[i].name;
}

static const char *
embedded_text(const char *name)
{
	for (size_t i = 0; embedded[i].name; i++)
		if (strcmp(embedded[i].name, name) == 0)
			return embedded[i].text;
	return NULL;
}

/* root NULL: e says why. */
static int
add_filter(struct rules *r, const char *label, const struct yaml *root,
    struct err *e, struct err_list *complaints)
{
	struct filter *f;

	if (root && r->n == FILTERS_MAX) {
		err_set(e, EX_CONFIG, "more than %d rule files", FILTERS_MAX);
		root = NULL;
	}
	if (!root) {
		err_list_add(complaints, e);
		return -1;
	}
	f = filter_compile(&r->arena, label, root, complaints);
	if (!f)
		return -1;
	r->filters[r->n++] = f;
	return 0;
}

static void
complain_unknown(const char *name, struct err_list *complaints)
{
	char known[256] = "";
	struct err e;

	for (size_t i = 0; embedded[i].name; i++) {
		if (i)
			strncat(known, ", ", sizeof known - strlen(known) - 1);
		strncat(known, embedded[i].name,
		    sizeof known - strlen(known) - 1);
	}
	err_set(&e, EX_CONFIG, "no rules '%s' (built in: %s; a file must be "
	    "named with a slash or end in .yaml)", name, known);
	err_list_add(complaints, &e);
}

int
rules_add(struct rules *r, const char *name, struct err_list *complaints)
{
	char path[PATH_LENGTH];
	const char *text, *label = name;
	struct err e = { 0 };
	bool is_file = strchr(name, '/') ||
	    slice_ends(slice_text(name), SLICE(".yaml"));

	if (!is_file) {
		snprintf(path, sizeof path, "%s/mls/filters/%.200s.yaml",
		    SYSCONFDIR, name);
		is_file = access(path, F_OK) == 0;
		label = arena_copy(&r->arena, slice_text(path)).p;
	}
	if (is_file)
		return add_filter(r, label, yaml_open(&r->arena, label, &e),
		    &e, complaints);
	text = embedded_text(name);
	if (!text) {
		complain_unknown(name, complaints);
		return -1;
	}
	snprintf(path, sizeof path, "filters/%.200s.yaml", name);
	label = arena_copy(&r->arena, slice_text(path)).p;
	return add_filter(r, label, yaml_read(&r->arena, label,
	    slice_text(text), &e), &e, complaints);
}

bool
rules_match(const struct rules *r, const struct envelope *env,
    struct event *e)
{
	for (size_t i = 0; i < r->n; i++)
		if (filter_takes(r->filters[i], env->program, env->cut) &&
		    filter_match(r->filters[i], env, e))
			return true;
	return false;
}

static bool
contains(struct slice text, struct slice what)
{
	return what.n == 0 || slice_find(text, what) < text.n;
}

/* Adds a literal unless a shorter one finds the same lines; drops those it
 * makes superfluous. */
static int
add_literal(struct slice literal, struct slice *literals, size_t *n,
    size_t max)
{
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++)
		if (contains(literal, literals[i]))
			return 0;
	for (size_t i = 0; i < *n; i++)
		if (!contains(literals[i], literal))
			literals[kept++] = literals[i];
	*n = kept;
	if (kept == max)
		return -1;
	literals[(*n)++] = literal;
	return 0;
}

/* Nothing to add if what is looked for anyway stands in the lines of the rule
 * as well. */
static int
add_literals(const struct template *t, enum sought_way way,
    struct slice *literals, size_t *n, size_t max)
{
	const struct sought *own = template_sought(t, way);

	for (size_t i = 0; i < *n; i++)
		if (template_surely_holds(t, literals[i]))
			return 0;
	for (size_t i = 0; i < own->n; i++)
		if (add_literal(own->texts[i], literals, n, max) < 0)
			return -1;
	return 0;
}

static int
by_length(const void *a, const void *b, void *way)
{
	size_t x = template_sought(*(const struct template *const *)a,
	    *(const enum sought_way *)way)->shortest;
	size_t y = template_sought(*(const struct template *const *)b,
	    *(const enum sought_way *)way)->shortest;

	return (x > y) - (x < y);
}

/* Short ones first: they may do for others. */
static int
literals_of(const struct template **wanted, size_t n_wanted,
    enum sought_way way, struct slice *literals, size_t max)
{
	size_t n = 0;

	qsort_r(wanted, n_wanted, sizeof *wanted, by_length, &way);
	for (size_t i = 0; i < n_wanted; i++)
		if (add_literals(wanted[i], way, literals, &n, max) < 0)
			return -1;
	return (int)n;
}

/* The more is written out in the rules the more there is to look for: that
 * must not keep them from being used. */
int
rules_literals(const struct rules *r, unsigned events,
    struct slice *literals, size_t max)
{
	const struct template **wanted;
	size_t rules = 0, n_wanted = 0;
	int n;

	for (size_t i = 0; i < r->n; i++)
		rules += r->filters[i]->n_rules;
	wanted = mem_array(rules + 1, sizeof *wanted);
	for (size_t i = 0; i < r->n; i++) {
		const struct filter *f = r->filters[i];

		for (size_t k = 0; k < f->n_rules; k++)
			if (events & 1u << f->rules[k].event)
				wanted[n_wanted++] = f->rules[k].template;
	}
	n = literals_of(wanted, n_wanted, SOUGHT_LONGEST, literals, max);
	if (n < 0)
		n = literals_of(wanted, n_wanted, SOUGHT_LITERAL, literals,
		    max);
	free(wanted);
	return n;
}

static void
add_shown(struct buf *out, const char *what, struct slice value)
{
	buf_addf(out, "  %-10s ", what);
	cell_add(out, value, CELL_PLAIN);
	buf_add_byte(out, '\n');
}

static void
explain_match(const struct filter *f, const struct rule *rule,
    const struct envelope *env, struct buf *out)
{
	struct template_match m;

	buf_addf(out, "  matched by ");
	cell_add(out, slice_text(f->label), CELL_PLAIN);
	buf_addf(out, ":%d\n", rule->line);
	add_shown(out, "event", event_name(rule->event));
	(void)template_match(rule->template, env->message, &m);
	for (size_t i = 0; i < template_holes(rule->template); i++) {
		char name[32];
		struct slice field = filter_field_name(rule->fields[i]);

		/* Whoever knows the tag says what the service is. */
		if (slice_is(field, SLICE("service")))
			continue;
		snprintf(name, sizeof name, "%.*s", (int)field.n, field.p);
		add_shown(out, name, m.holes[i]);
	}
}

/* The rule that got furthest, and where it stopped. */
static void
explain_miss(const struct filter *f, const struct envelope *env,
    struct buf *out)
{
	struct template_match best;
	const struct rule *rule = filter_furthest(f, env->message, &best);

	buf_addf(out, "  no rule matched; ");
	cell_add(out, slice_text(f->label), CELL_PLAIN);
	buf_addf(out, ":%d came furthest:\n", rule->line);
	add_shown(out, "fitted", slice_to(env->message, best.reached));
	add_shown(out, "then", slice_from(env->message, best.reached));
	add_shown(out, "wanted", template_wanted(&best));
}

void
rules_explain(const struct rules *r, const struct envelope *env,
    struct buf *out)
{
	bool taken = false;
	struct event e;

	for (size_t i = 0; i < r->n; i++) {
		const struct filter *f = r->filters[i];
		const struct rule *rule;

		if (!filter_takes(f, env->program, env->cut))
			continue;
		taken = true;
		rule = filter_match(f, env, &e);
		if (rule) {
			explain_match(f, rule, env, out);
			return;
		}
		explain_miss(f, env, out);
	}
	if (!taken)
		buf_addf(out, "  no rule file in force takes this program\n");
}

void
rules_list(const struct rules *r, struct buf *out)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct filter *f = r->filters[i];

		cell_add(out, slice_text(f->label), CELL_PLAIN);
		buf_addf(out, ": %zu rule%s, %zu example%s: good\n",
		    f->n_rules, f->n_rules == 1 ? "" : "s", f->n_examples,
		    f->n_examples == 1 ? "" : "s");
	}
}
