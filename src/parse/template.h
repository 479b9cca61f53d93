/* SPDX-License-Identifier: ISC */
#ifndef PARSE_TEMPLATE_H
#define PARSE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"
#include "parse/hole.h"
#include "parse/sought.h"
#include "schema/ip.h"

/* What a message looks like: literal text and holes, for instance
 *
 *   warning: {client:host}[{ip:ip}]{:port?}: SASL {mechanism:mech} ...
 *
 * anchored at both ends and matched from left to right without ever going
 * back, so that time is linear whatever the message.  A hole is {name:type} or
 * {:type}; behind a type a ? makes the hole optional.  {name=one|another}
 * takes one of the texts given.  {{ and }} are braces.  mls-rules(5) tells an
 * author about the types; the table is in hole.c. */
struct template;
struct part;

enum { TEMPLATE_HOLES = 16, TEMPLATE_PARTS = 64 };

/* Compiles a text, into the arena.  NULL: e says what is wrong. */
struct template *template_compile(struct arena *a, struct slice text,
	struct err *e);

/* What a match found.  A hole that was left out is empty with p NULL. */
struct template_match {
	/* What has no name is written where the next that has one will be. */
	struct slice holes[TEMPLATE_HOLES + 1];
	struct ip ip;		/* of the last named hole of type ip, */
	size_t ip_hole;		/* which is this one */
	size_t reached;		/* bytes that fitted, also on failure */
	const struct part *missed;	/* on failure: what did not */
	size_t parts;		/* pieces that fitted, and for each of them */
	uint32_t ends[TEMPLATE_PARTS];	/* where it ended */
};
bool template_match(const struct template *t, struct slice message,
	struct template_match *m);

/* On failure: the piece that did not fit, in words. */
struct slice template_wanted(const struct template_match *m);

/* The rules of a file begin alike: with how many pieces a template begins that
 * another begins with too, and a match of the one after the other was tried on
 * the same message (m is as that left it). */
size_t template_shared(const struct template *t,
	const struct template *other);
/* What may stand behind these pieces: most rules that do not match a message
 * differ from it in one byte.  False: no need to try. */
struct starts template_starts(const struct template *t, size_t shared);

static inline bool
template_may_match(size_t shared, const struct starts *starts,
    struct slice message, struct template_match *m)
{
	size_t at = shared ? m->ends[shared - 1] : 0;

	if (m->parts < shared)
		return false;
	if (at == message.n || starts_have(starts, message.p[at]))
		return true;
	m->parts = shared;
	return false;
}

bool template_match_on(const struct template *t, size_t shared,
	struct slice message, struct template_match *m);

/* Holes with a name, numbered from 0 in the order they stand in. */
size_t template_holes(const struct template *t);
struct slice template_hole_name(const struct template *t, size_t hole);
bool template_hole_is(const struct template *t, size_t hole,
	const char *type);

/* What its lines are looked for by.  Borrowed from the template. */
const struct sought *template_sought(const struct template *t,
	enum sought_way way);
/* Whether every line that matches holds a text, in one of the literals. */
bool template_surely_holds(const struct template *t, struct slice text);

#endif
