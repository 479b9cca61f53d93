/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_SOURCE_H
#define ENRICH_SOURCE_H

#include "base/err.h"
#include "enrich/ipdb.h"
#include "enrich/places.h"
#include "enrich/ranges.h"

/* One database file, read and checked whole. */
struct source {
	struct ipdb_source about;
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
 * EX_DATAERR.  The name must live as long as the source. */
struct source *source_open(const char *file, struct err *e);
void source_close(struct source *s);

#endif
