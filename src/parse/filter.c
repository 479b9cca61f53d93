/* SPDX-License-Identifier: ISC */
/* Rule files: compiled, and proved by their own examples. */
#include "parse/filter.h"

#include <stddef.h>
#include <string.h>

#include "parse/glob.h"

enum { PROGRAMS_MAX = 32, RULES_MAX = 256, COUNT_MAX = 999999 };

/* What a named hole fills. */
enum { FIELD_IP = -1, FIELD_COUNT = -2, FIELD_SUCCESSES = -3,
	FIELD_PREVIOUS = -4 };
static const struct {
	struct slice name;
	const char *type;	/* the hole must be of this type */
	int place;		/* offset of a slice in struct event */
} fields[] = {
	{ SLICE("ip"), "ip", FIELD_IP },
	{ SLICE("count"), "int", FIELD_COUNT },
	{ SLICE("successes"), "int", FIELD_SUCCESSES },
	{ SLICE("previous"), "int", FIELD_PREVIOUS },
	{ SLICE("user"), NULL, offsetof(struct event, user) },
	{ SLICE("mechanism"), NULL, offsetof(struct event, mechanism) },
	{ SLICE("client"), NULL, offsetof(struct event, client) },
	{ SLICE("reason"), NULL, offsetof(struct event, reason) },
	{ SLICE("service"), NULL, offsetof(struct event, service) },
};
enum { FIELDS = sizeof fields / sizeof *fields };

/* A file that is being compiled. */
struct compiling {
	struct arena *arena;
	const char *label;
	struct filter *filter;
	struct err_list *complaints;
};

struct slice
filter_field_name(int field)
{
	return fields[field].name;
}

bool
filter_takes(const struct filter *f, struct slice program, bool cut)
{
	for (size_t i = 0; i < f->n_programs; i++) {
		struct slice glob = f->programs[i];

		if (f->are_tails && slice_ends(program, slice_from(glob, 1)))
			return true;
		if (program.n == 0 || glob.n == 0) {
			if (program.n == glob.n)
				return true;
			continue;
		}
		if (glob_fits(glob, program) ||
		    (cut && slice_find_byte(glob, '/') < glob.n &&
		    glob_may_go_on(glob, program)))
			return true;
	}
	return false;
}

/* What stands between the first and the last part of a tag, else the last. */
static struct slice
service_of(const struct envelope *env)
{
	struct slice tag = env->program;
	size_t first = slice_find_byte(tag, '/');
	size_t last = slice_find_last(tag, SLICE("/"));

	if (env->cut)
		return (struct slice){ NULL, 0 };
	if (first == tag.n)
		return tag;
	if (first == last)
		return slice_from(tag, last + 1);
	return slice_to(slice_from(tag, first + 1), last - first - 1);
}

static void
fill_event(const struct rule *rule, const struct envelope *env,
    const struct template_match *m, struct event *e)
{
	uint64_t count = 1, less = 0;

	*e = (struct event){
		.kind = rule->event, .program = env->program,
		.pid = env->pid, .message = env->message,
		.service = service_of(env),
	};
	for (size_t i = 0; i < template_holes(rule->template); i++) {
		int place = fields[rule->fields[i]].place;
		struct slice value = m->holes[i];

		if (place == FIELD_PREVIOUS)
			less = 1;
		if (place == FIELD_IP && m->ip_hole == i)
			e->ip = m->ip;
		else if (place == FIELD_IP)
			(void)ip_parse(value, &e->ip);
		else if (place == FIELD_COUNT || place == FIELD_PREVIOUS)
			(void)slice_number(value, COUNT_MAX, &count);
		else if (place == FIELD_SUCCESSES)
			(void)slice_number(value, COUNT_MAX, &less);
		else
			memcpy((char *)e + place, &value, sizeof value);
	}
	count = count > less ? count - less : 0;
	if (env->repeats)
		count *= env->repeats;
	e->count = count > COUNT_MAX ? COUNT_MAX : (uint32_t)count;
}

const struct rule *
filter_furthest(const struct filter *f, struct slice message,
    struct template_match *best)
{
	const struct rule *rule = f->rules;
	struct template_match m;

	(void)template_match(rule->template, message, best);
	for (size_t i = 1; i < f->n_rules; i++) {
		(void)template_match(f->rules[i].template, message, &m);
		if (m.reached > best->reached) {
			*best = m;
			rule = &f->rules[i];
		}
	}
	return rule;
}

const struct rule *
filter_match(const struct filter *f, const struct envelope *env,
    struct event *e)
{
	struct template_match m;

	m.parts = 0;
	for (size_t i = 0; i < f->n_rules; i++) {
		const struct rule *rule = &f->rules[i];

		if (!template_may_match(rule->shared, &rule->starts,
		    env->message, &m) || !template_match_on(rule->template, rule->shared,
		    env->message, &m))
			continue;
		fill_event(rule, env, &m, e);
		return rule;
	}
	return NULL;
}

#define COMPLAIN(c, at, ...) \
	yaml_complain((c)->complaints, (c)->label, at, __VA_ARGS__)

static void
compile_programs(struct compiling *c, const struct yaml *root)
{
	const struct yaml *y = yaml_find(root, "program");
	const struct yaml *first = y && y->kind == YAML_LIST ? y->first : y;
	struct slice *globs = arena_array(c->arena, PROGRAMS_MAX,
	    sizeof *globs);
	size_t n = 0;

	if (!first) {
		COMPLAIN(c, y ? y : root, "'program' is missing: a glob on the "
		    "syslog tag such as \"*/smtpd\", or a list of them");
		return;
	}
	for (; first; first = first == y ? NULL : first->next) {
		if (first->kind != YAML_SCALAR || n == PROGRAMS_MAX || !globs) {
			COMPLAIN(c, first, "'program' takes up to 32 globs");
			return;
		}
		globs[n++] = first->text;
	}
	c->filter->programs = globs;
	c->filter->n_programs = n;
	c->filter->are_tails = true;
	for (size_t i = 0; i < n; i++)
		c->filter->are_tails &= glob_is_tail(globs[i]);
}

static int
name_field(struct rule *rule, size_t hole, struct err *e)
{
	struct slice name = template_hole_name(rule->template, hole);

	for (int i = 0; i < FIELDS; i++) {
		if (!slice_is(name, fields[i].name))
			continue;
		if (fields[i].type && !template_hole_is(rule->template, hole,
		    fields[i].type))
			return err_set(e, EX_CONFIG, "hole '%s' must have "
			    "type %s", fields[i].name.p, fields[i].type);
		rule->fields[hole] = i;
		return 0;
	}
	return err_set(e, EX_CONFIG, "unknown hole name '%.*s' (one of ip, "
	    "count, successes, previous, user, mechanism, client, reason, "
	    "service, or none)",
	    (int)name.n, name.p);
}

static int
compile_match(struct compiling *c, const struct yaml *match,
    struct rule *rule, struct err *e)
{
	rule->template = template_compile(c->arena, match->text, e);
	if (!rule->template)
		return -1;
	for (size_t i = 0; i < template_holes(rule->template); i++)
		if (name_field(rule, i, e) < 0)
			return -1;
	return 0;
}

static void
compile_rule(struct compiling *c, const struct yaml *y, struct rule *rule)
{
	static const char *const known[] = { "event", "match", NULL };
	const struct yaml *event, *match;
	struct err e;
	int kind;

	rule->line = y->line;
	if (!yaml_check_keys(c->complaints, c->label, y, known, "a rule"))
		return;
	event = yaml_need_text(c->complaints, c->label, y, "event");
	match = yaml_need_text(c->complaints, c->label, y, "match");
	if (!event || !match)
		return;
	kind = event_find(event->text);
	if (kind < 0) {
		COMPLAIN(c, event, "unknown event '%s' (one of auth-failure, "
		    "auth-error, auth-aborted, auth-success)", event->text.p);
		return;
	}
	rule->event = (enum event_kind)kind;
	if (compile_match(c, match, rule, &e) < 0) {
		err_prefix(&e, "%s:%d: ", c->label, match->line);
		err_list_add(c->complaints, &e);
	}
}

/* Rules that begin alike are matched from where they part. */
static void
find_shared(struct filter *f)
{
	for (size_t i = 1; i < f->n_rules; i++)
		if (f->rules[i].template && f->rules[i - 1].template)
			f->rules[i].shared = template_shared(
			    f->rules[i].template, f->rules[i - 1].template);
	for (size_t i = 0; i < f->n_rules; i++)
		if (f->rules[i].template)
			f->rules[i].starts = template_starts(
			    f->rules[i].template, f->rules[i].shared);
}

static void
compile_rules(struct compiling *c, const struct yaml *root)
{
	const struct yaml *list = yaml_need_list(c->complaints, c->label, root,
	    "rules");
	size_t n = 0;

	if (!list)
		return;
	for (const struct yaml *y = list->first; y && n < RULES_MAX;
	    y = y->next)
		n++;
	c->filter->rules = arena_array(c->arena, n, sizeof *c->filter->rules);
	if (!c->filter->rules)
		return;
	for (const struct yaml *y = list->first; y; y = y->next) {
		if (c->filter->n_rules == n) {
			COMPLAIN(c, y, "more than 256 rules");
			return;
		}
		compile_rule(c, y, &c->filter->rules[c->filter->n_rules++]);
	}
	find_shared(c->filter);
}

/* The tag an example's line has if it does not say: the first glob with the
 * filter's name for its star. */
static struct slice
example_tag(struct compiling *c, const struct yaml *example)
{
	const struct yaml *tag = yaml_find(example, "tag");
	struct slice glob = c->filter->programs[0], head;
	struct buf text;

	if (tag)
		return tag->text;
	buf_init(&text, 1024);
	if (slice_cut(&glob, '*', &head)) {
		buf_add(&text, head);
		buf_add(&text, c->filter->name);
	}
	buf_add(&text, glob);
	glob = arena_copy(c->arena, buf_slice(&text));
	buf_release(&text);
	return glob;
}

/* What an event has under a key of `gives`. */
static struct slice
event_text(const struct event *e, struct slice key, struct buf *scratch)
{
	buf_reset(scratch);
	if (slice_is(key, SLICE("event")))
		return event_name(e->kind);
	for (int i = 0; i < FIELDS; i++) {
		if (!slice_is(key, fields[i].name))
			continue;
		if (fields[i].place == FIELD_IP)
			ip_add(scratch, &e->ip);
		else if (fields[i].place < 0)
			buf_add_number(scratch, e->count);
		else
			return *(const struct slice *)(const void *)
			    ((const char *)e + fields[i].place);
	}
	return buf_slice(scratch);
}

/* Compares one field; what `gives` does not name must be empty (count: 1). */
static void
compare_field(struct compiling *c, const struct yaml *gives,
    const struct event *e, const char *key, const char *otherwise)
{
	const struct yaml *y = yaml_find(gives, key);
	struct slice want = y ? y->text : slice_text(otherwise);
	struct slice got;
	struct buf scratch;

	buf_init(&scratch, 256);
	got = event_text(e, slice_text(key), &scratch);
	if (!slice_is(got, want)) {
		COMPLAIN(c, y ? y : gives, "example gives %s '%.*s', not "
		    "'%.*s'", key, (int)got.n, got.p ? got.p : "",
		    (int)want.n, want.p);
	}
	buf_release(&scratch);
}

static void
compare_event(struct compiling *c, const struct yaml *gives,
    const struct event *e)
{
	static const char *const always[] = { "event", "ip", "user",
		"mechanism" };
	static const char *const asked[] = { "client", "reason", "service" };

	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		compare_field(c, gives, e, always[i], "");
	compare_field(c, gives, e, "count", "1");
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
		if (yaml_find(gives, asked[i]))
			compare_field(c, gives, e, asked[i], "");
}

/* The author wants to know how far the rules got. */
static void
complain_miss(struct compiling *c, const struct yaml *line)
{
	struct template_match m;
	const struct rule *best = filter_furthest(c->filter, line->text, &m);
	struct slice wanted = template_wanted(&m);

	COMPLAIN(c, line, "example matches no rule; that of line %d came "
	    "furthest, up to '%.60s', and wants '%.*s'", best->line,
	    line->text.p + m.reached, (int)wanted.n, wanted.p);
}

static void
run_example(struct compiling *c, const struct yaml *example,
    const struct yaml *line, const struct yaml *gives)
{
	struct envelope env = {
		.program = example_tag(c, example), .message = line->text,
	};
	struct event e;
	const struct rule *rule = NULL;

	if (filter_takes(c->filter, env.program, false)) {
		rule = filter_match(c->filter, &env, &e);
	} else if (gives->kind == YAML_MAP) {
		COMPLAIN(c, line, "no 'program' of this file takes the tag "
		    "'%s' of the example", env.program.p);
		return;
	}
	if (rule)
		c->filter->rules[rule - c->filter->rules].proved = true;
	if (gives->kind == YAML_MAP && rule)
		compare_event(c, gives, &e);
	else if (gives->kind == YAML_MAP)
		complain_miss(c, line);
	else if (rule && e.count)
		COMPLAIN(c, line, "example matches a rule, though it gives "
		    "nothing");
}

static void
check_example(struct compiling *c, const struct yaml *example)
{
	static const char *const known[] = { "line", "tag", "gives", NULL };
	static const char *const given[] = { "event", "ip", "user",
		"mechanism", "client", "reason", "service", "count", NULL };
	const struct yaml *line, *gives;

	if (!yaml_check_keys(c->complaints, c->label, example, known,
	    "an example"))
		return;
	line = yaml_need_text(c->complaints, c->label, example, "line");
	if (yaml_find(example, "tag") &&
	    !yaml_need_text(c->complaints, c->label, example, "tag"))
		return;
	gives = yaml_find(example, "gives");
	if (!line)
		return;
	if (!gives || gives->kind == YAML_LIST || (gives->kind == YAML_SCALAR &&
	    !slice_is(gives->text, SLICE("nothing")))) {
		COMPLAIN(c, gives ? gives : example, "'gives' must be a map "
		    "such as {event: auth-failure, ip: 192.0.2.1}, or the "
		    "word nothing");
		return;
	}
	if (gives->kind == YAML_MAP &&
	    !yaml_check_keys(c->complaints, c->label, gives, given, "gives"))
		return;
	run_example(c, example, line, gives);
	c->filter->n_examples++;
}

static void
check_examples(struct compiling *c, const struct yaml *root)
{
	const struct yaml *list = yaml_need_list(c->complaints, c->label, root,
	    "examples");

	if (!list)
		return;
	for (const struct yaml *y = list->first; y; y = y->next)
		check_example(c, y);
	for (size_t i = 0; i < c->filter->n_rules; i++) {
		struct yaml at = { .line = c->filter->rules[i].line };

		if (!c->filter->rules[i].proved)
			COMPLAIN(c, &at, "no example is matched by this rule "
			    "first");
	}
}

static void
compile_filter(struct compiling *c, const struct yaml *root)
{
	static const char *const known[] = { "name", "about", "program",
		"rules", "examples", NULL };
	const struct yaml *name, *about;
	unsigned before = c->complaints->n;

	if (!yaml_check_keys(c->complaints, c->label, root, known,
	    "a rule file"))
		return;
	name = yaml_need_text(c->complaints, c->label, root, "name");
	about = yaml_need_text(c->complaints, c->label, root, "about");
	if (name && about) {
		c->filter->name = name->text;
		c->filter->about = about->text;
	}
	compile_programs(c, root);
	compile_rules(c, root);
	/* Examples say something only about rules that are whole. */
	if (c->complaints->n == before)
		check_examples(c, root);
}

struct filter *
filter_compile(struct arena *a, const char *label, const struct yaml *root,
    struct err_list *complaints)
{
	struct compiling c = { .arena = a, .label = label,
		.complaints = complaints,
		.filter = arena_new(a, sizeof *c.filter) };
	unsigned before = complaints->n;

	if (!c.filter) {
		yaml_complain(complaints, label, root, "too many rule files");
		return NULL;
	}
	c.filter->label = label;
	compile_filter(&c, root);
	return complaints->n == before ? c.filter : NULL;
}
