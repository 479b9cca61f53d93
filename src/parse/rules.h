/* SPDX-License-Identifier: ISC */
#ifndef PARSE_RULES_H
#define PARSE_RULES_H

#include "base/buf.h"
#include "base/err.h"
#include "parse/envelope.h"
#include "schema/event.h"

/* The rule files in force, in the order they were named. */
struct rules;

struct rules *rules_new(void);
void rules_free(struct rules *r);

/* Adds a rule file: a path (with a slash, or ending in .yaml), or a name that
 * is looked for in SYSCONFDIR/mls/filters and then among those built in.
 * -1: complaints say why (EX_CONFIG), nothing was added. */
int rules_add(struct rules *r, const char *name,
	struct err_list *complaints);

/* The event a line means: the first rule of the first file that takes its
 * program.  Fills *e but for when and server.  False: none. */
bool rules_match(const struct rules *r, const struct envelope *env,
	struct event *e);

/* Literals of which a line must hold one to give one of the events (a set of
 * 1 << enum event_kind); none contains another.  Returns how many of at most
 * max; -1 if there are more. */
int rules_literals(const struct rules *r, unsigned events,
	struct slice *literals, size_t max);

/* What the rules make of a line, in words, hole by hole. */
void rules_explain(const struct rules *r, const struct envelope *env,
	struct buf *out);

/* One line a file: name, rules, examples. */
void rules_list(const struct rules *r, struct buf *out);

/* Names of the rule files built in: NULL behind the last. */
const char *rules_embedded(size_t i);

#endif
