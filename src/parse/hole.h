/* SPDX-License-Identifier: ISC */
#ifndef PARSE_HOLE_H
#define PARSE_HOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "schema/ip.h"

/* Bytes that texts begin with, a bit for each: asked once a line, where a
 * byteset would be a place in memory of its own. */
struct starts {
	uint64_t bits[4];
};

static inline bool
starts_have(const struct starts *s, char c)
{
	return s->bits[(unsigned char)c / 64] >> (unsigned char)c % 64 & 1;
}

static inline void
starts_add(struct starts *s, char c)
{
	s->bits[(unsigned char)c / 64] |= UINT64_C(1) << (unsigned char)c % 64;
}

/* A hole of a template: what may stand in it. */
struct hole_type;
struct hole {
	const struct hole_type *type;	/* NULL: no hole */
	bool optional;
	struct slice name;		/* may be empty */
	struct slice choices;		/* of {name=a|b} */
	struct starts starts;		/* what these begin with */
	struct slice text;		/* as written, without its braces */
};

/* Reads what stands between the braces: name:type, name:type?, name=a|b,
 * name=a|b?; the slices are borrowed from it.  -1: e says why (EX_CONFIG). */
int hole_read(struct slice inside, struct hole *hole, struct err *e);

/* Takes what fills the hole off the cursor.  until: the literal behind the
 * hole, empty if there is none.  False: nothing does, the cursor stays. */
bool hole_take(const struct hole *hole, struct slice *rest,
	struct slice until, struct slice *out);

/* The same of a hole of type ip, and which address that is; IP_NONE where the
 * daemon did not know it. */
bool hole_take_ip(struct slice *rest, struct slice *out, struct ip *ip);

/* The next of the texts one of which the hole takes: left begins as its
 * choices. */
bool hole_next_choice(struct slice *left, struct slice *one);

bool hole_is(const struct hole *hole, const char *type);
bool hole_needs_literal(const struct hole *hole);	/* behind it */

#endif
