/* SPDX-License-Identifier: ISC */
/* What must hold of answers from databases of any content. */
#ifndef ASKING_H
#define ASKING_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/csv.h"
#include "base/json.h"
#include "enrich/ipdb.h"
#include "schema/cell.h"

#define MUST(condition) do { \
	if (!(condition)) { \
		fprintf(stderr, "broken: %s\n", #condition); \
		abort(); \
	} \
} while (0)

enum { PRINTED_MAX = 1 << 20 };

static inline bool
same_place(const struct place *a, const struct place *b)
{
	return a->asn == b->asn && slice_is(a->country, b->country) &&
	    slice_is(a->as_name, b->as_name);
}

/* Printed as the programs do, it is one line of text. */
static inline void
print_name(struct slice name)
{
	struct buf cell, line;

	buf_init(&cell, PRINTED_MAX);
	buf_init(&line, PRINTED_MAX);
	cell_add(&cell, name, CELL_PLAIN);
	MUST(!cell_is_plain(name) || slice_is(buf_slice(&cell), name));
	csv_add_cell(&line, ',', buf_slice(&cell));
	json_add_string(&line, buf_slice(&cell));
	MUST(!cell.overflow && !line.overflow);
	for (size_t i = 0; i < line.n; i++)
		MUST((unsigned char)line.p[i] >= 0x20 && line.p[i] != 0x7f);
	buf_release(&cell);
	buf_release(&line);
}

static inline struct place
ask(struct ipdb *db, const struct ip *ip)
{
	struct place place, again;

	ipdb_find(db, ip, &place);
	MUST(place.country.n == 0 || place.country.n == 2);
	for (size_t i = 0; i < place.country.n; i++)
		MUST(place.country.p[i] >= 'A' && place.country.p[i] <= 'Z');
	MUST(place.as_name.n == 0 || place.asn != 0);
	MUST(ip->family != IP_NONE || place.asn == 0);
	ipdb_find(db, ip, &again);
	MUST(same_place(&again, &place));
	ipdb_find_many(db, ip, 1, &again);
	MUST(same_place(&again, &place));
	print_name(place.as_name);
	return place;
}

/* A function that asks an address, and its neighbours. */
static inline void
ask_around(void (*asker)(void *arg, const struct ip *ip), void *arg,
    struct ip ip)
{
	asker(arg, &ip);
	if (ip.low != 0) {
		ip.low--;
		asker(arg, &ip);
		ip.low++;
	}
	if (ip.low != (ip.family == IP_V4 ? UINT32_MAX : UINT64_MAX)) {
		ip.low++;
		asker(arg, &ip);
	}
}

static inline void
ask_ends(void (*asker)(void *arg, const struct ip *ip), void *arg)
{
	ask_around(asker, arg, (struct ip){ IP_NONE, 0, 0 });
	ask_around(asker, arg, (struct ip){ IP_V4, 0, 0 });
	ask_around(asker, arg, (struct ip){ IP_V4, 0, UINT32_MAX });
	ask_around(asker, arg, (struct ip){ IP_V6, 0, 0 });
	ask_around(asker, arg, (struct ip){ IP_V6, UINT64_MAX, UINT64_MAX });
}

#endif
