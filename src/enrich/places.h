/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_PLACES_H
#define ENRICH_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "schema/column.h"

/* The different places of one database file, each kept once, by number. */
struct places;

/* At most so many, and so many bytes of AS names. */
enum { PLACES_MAX = 1 << 20, PLACES_BYTES_MAX = 64 << 20 };

/* What a row says about its range. */
struct place_key {
	char country[2];	/* A to Z; NULs: unknown */
	uint32_t asn;		/* 0: unknown */
	uint32_t geoname;	/* GeoLite2's number of a place; 0: none */
	struct slice name;	/* of the AS */
};

struct place_entry {
	struct place place;
	uint32_t geoname;
	uint64_t line;		/* that said so first */
};

struct places *places_new(void);
void places_free(struct places *p);

/* The number of a place, new or not: 0 if nothing is known of it, PLACES_FULL
 * if there is no room for another one.  The key's name is copied.  A name
 * without a number is dropped: it could end up beside another AS's number. */
enum { PLACES_FULL = -1 };
int64_t places_add(struct places *p, const struct place_key *key,
	uint64_t line);

/* Gives places with an AS but no name the name another place has for it. */
void places_join_names(struct places *p);

/* Drops what only places_add() needs. */
void places_finish(struct places *p);

/* Numbers run from 1 to places_count(); what is there lives as long as p and
 * moves with places_add(). */
size_t places_count(const struct places *p);
struct place_entry *places_at(const struct places *p, size_t number);

#endif
