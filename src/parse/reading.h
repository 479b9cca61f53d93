/* SPDX-License-Identifier: ISC */
#ifndef PARSE_READING_H
#define PARSE_READING_H

#include "base/buf.h"
#include "base/slice.h"
#include "parse/rules.h"
#include "schema/event.h"

enum reading_kind {
	READING_NOTHING,	/* no event, or one that is not asked for */
	READING_EVENT,
	READING_REPEAT,		/* "last message repeated": event has server,
				 * stamp and count, how many times */
	READING_LATER,		/* JSON: cannot be read without scratch */
};

/* What a line says by itself: envelope and rules, but neither clock nor the
 * line before it.  So lines can be read in any order, in any thread. */
struct reading {
	enum reading_kind kind;
	struct slice line;	/* borrowed, as the event's slices are */
	const char *next;	/* where the line behind it begins */
	bool has_when;		/* the event has a stamp, */
	struct event event;	/* which is as it was logged */
};

/* Reads r->line for the events in a set (1 << enum event_kind).  JSON is
 * decoded into scratch, as envelope_parse() does it; NULL: it is left for
 * later. */
void reading_make(const struct rules *rules, unsigned events,
	struct buf *scratch, struct reading *r);

#endif
