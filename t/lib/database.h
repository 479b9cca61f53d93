/* SPDX-License-Identifier: ISC */
/* Asking databases, and what is said of their files. */
#ifndef DATABASE_H
#define DATABASE_H

#include <stdio.h>

#include "base/buf.h"
#include "enrich/ipdb.h"
#include "tap.h"

#define ROW "192.0.2.0,192.0.2.255,US\n"
#define AGAIN ": damaged, get the file again"

/* Asked with "address", expected as "country|AS number|AS name". */
struct ask {
	const char *ip, *place;
};

/* What the database knows, as "country|number|name". */
static inline void
is_place(struct ipdb *db, const struct ask *ask, const char *about)
{
	struct ip ip = { .family = IP_NONE };
	struct place place;
	struct buf got;
	char what[256];

	buf_init(&got, 4096);
	ip_parse(slice_text(ask->ip), &ip);
	ipdb_find(db, &ip, &place);
	buf_add(&got, place.country);
	buf_addf(&got, "|%u|", place.asn);
	buf_add(&got, place.as_name);
	snprintf(what, sizeof what, "%s: %s", about, ask->ip);
	is(buf_slice(&got), ask->place, what);
	buf_release(&got);
}

static inline void
is_complaint(const struct err_list *list, int status, const char *expected)
{
	ok(list->n == 1, "one complaint (%u)", list->n);
	if (list->n == 1)
		is(slice_text(list->texts[0]), expected, "which says why");
	ok(list->status == status, "status %d", list->status);
}

#endif
