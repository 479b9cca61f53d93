/* SPDX-License-Identifier: ISC */
#ifndef PARSE_FILTER_H
#define PARSE_FILTER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/yaml.h"
#include "parse/envelope.h"
#include "parse/template.h"
#include "schema/event.h"

/* One filters/NAME.yaml: what the lines of one daemon mean. */
struct rule {
	const struct template *template;
	size_t shared;			/* pieces it has in common with the
					 * rule before it */
	struct starts starts;		/* what may stand behind these */
	enum event_kind event;
	int line;			/* in the file */
	int fields[TEMPLATE_HOLES];	/* what each named hole is */
	bool proved;			/* an example shows it */
};

struct filter {
	const char *label;		/* file name, for messages */
	struct slice name, about;
	const struct slice *programs;	/* globs on the tag; empty: lines that
					 * have no tag */
	size_t n_programs;
	bool are_tails;			/* each is a star and an end of a tag */
	struct rule *rules;
	size_t n_rules;
	size_t n_examples;
};

/* Compiles a rule file, read into the same arena, and runs its examples.
 * NULL: complaints say why, each with file and line (EX_CONFIG). */
struct filter *filter_compile(struct arena *a, const char *label,
	const struct yaml *root, struct err_list *complaints);

/* Whether lines of a program are this filter's business.  cut: see struct
 * envelope. */
bool filter_takes(const struct filter *f, struct slice program, bool cut);

/* The first rule that matches the message, or NULL.  Fills *e but for when and
 * server: ip, user, ..., count (0: no rows), service, program, pid, message. */
const struct rule *filter_match(const struct filter *f,
	const struct envelope *env, struct event *e);

/* The rule that fits most of a message that none matches; *best says how far. */
const struct rule *filter_furthest(const struct filter *f,
	struct slice message, struct template_match *best);

/* What a field is called in a template, for --explain. */
struct slice filter_field_name(int field);

#endif
