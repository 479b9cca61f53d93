/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_SOURCE_H
#define ENRICH_SOURCE_H

#include "base/err.h"
#include "enrich/compiled.h"
#include "enrich/ipdb.h"
#include "enrich/places.h"
#include "enrich/ranges.h"

/* One database file, read and checked whole; or a compiled one, opened. */
struct source {
	struct ipdb_source about;
	struct compiled *compiled;	/* or NULL, and the others are set */
	struct ranges *ranges;		/* address to number of a place */
	struct places *places;
	bool is_locations;		/* GeoLite2's places, without ranges */
	bool has_geonames;		/* its countries are such places */
};

/* No line is longer, and no more text than that is read, so that what unpacks
 * without end has one. */
enum { SOURCE_LINE_MAX = 4096 };
#define SOURCE_TEXT_MAX ((uint64_t)2 << 30)

/* NULL: e says why, with the position: EX_NOINPUT (cannot open), EX_IOERR or
 * EX_DATAERR.  The name must live as long as the source.  A compiled one that
 * is not alone will be read whole, so it is checked whole too; one that is alone
 * is asked where it is wanted. */
struct source *source_open(const char *file, bool is_alone,
	enum ipdb_where where, struct err *e);
void source_close(struct source *s);

/* Reads a file to its end, whatever is wrong with it.  One complaint for each
 * row that is, as far as rows can be told. */
void source_verify(const char *file, struct err_list *complaints);

/* Its places by number, from 1 to one less than so many. */
size_t source_places(const struct source *s);
void source_place(const struct source *s, size_t number, struct place *place);

/* A walk over all addresses of a family: from *first on the place is *number,
 * 0 where nothing is known, until the next; the first is 0.0.0.0 or ::.  *at
 * is 0 before it.  False: that was all. */
bool source_next(const struct source *s, enum ip_family family, size_t *at,
	struct ip *first, uint32_t *number);

#endif
