/* SPDX-License-Identifier: ISC */
/* Zones and moments of tests, as text. */
#ifndef MOMENT_H
#define MOMENT_H

#include "base/when.h"
#include "tap.h"

static inline void
set_zone(const char *zone)
{
	struct err e;

	if (when_set_zone(zone, &e) < 0)
		printf("# %s\n", e.text);
}

/* A moment as text; "none" without one, "no offset" where none is known. */
static inline struct slice
shown(bool there, const struct when *w)
{
	static struct buf b;
	static bool made;

	if (!made)
		buf_init(&b, 200);
	made = true;
	buf_reset(&b);
	if (!there)
		return SLICE("none");
	when_add_rfc3339(&b, w);
	if (!w->has_offset) {
		b.n -= 6;
		buf_addf(&b, " [%.*s]", (int)w->zone.n,
		    w->zone.n ? w->zone.p : "");
	}
	return buf_slice(&b);
}

#endif
