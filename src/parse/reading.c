/* SPDX-License-Identifier: ISC */
/* What a line says by itself. */
#include "parse/reading.h"

void
reading_make(const struct rules *rules, unsigned events, struct buf *scratch,
    struct reading *r)
{
	struct envelope env;
	struct event *e = &r->event;

	r->kind = READING_NOTHING;
	if (!envelope_parse(r->line, scratch, &env)) {
		if (!scratch && env.form == ENVELOPE_JSON)
			r->kind = READING_LATER;
		return;
	}
	if (env.repeats_last) {
		r->kind = READING_REPEAT;
		e->count = env.repeats;
	} else if (rules_match(rules, &env, e) && events >> e->kind & 1 &&
	    e->count) {
		r->kind = READING_EVENT;
	} else {
		return;
	}
	e->server = env.server;
	e->when = env.when;
	r->has_when = env.has_when;
}
