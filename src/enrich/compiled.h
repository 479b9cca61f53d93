/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_COMPILED_H
#define ENRICH_COMPILED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "enrich/image.h"
#include "schema/column.h"
#include "schema/ip.h"

/* Address to place, for all that several databases know together: a file as it
 * is, or the same just made in memory (enrich/image.h). */
struct compiled;

/* As image_open(). */
struct compiled *compiled_open(const char *file, enum ipdb_where where,
	struct err *e);

/* Of an image in memory, which belongs to it from now on. */
struct compiled *compiled_new(const struct image *image);
void compiled_close(struct compiled *c);

/* Reads all of it.  -1: e says what is wrong, without the name, EX_DATAERR. */
int compiled_verify(const struct compiled *c, struct err *e);

/* The places of addresses, of many at once for less than one by one.  Damage
 * that nobody looked for (compiled_verify()) leads to places that are wrong or
 * not known, and nowhere else.  Slices live as long as c, and equal texts
 * are at the same place. */
void compiled_find(const struct compiled *c, const struct ip *ips, size_t n,
	struct place *places);

/* Whoever asked for a place will read the name, which may lie in two lines of
 * the processor's cache. */
static inline void
compiled_expect_name(const struct place *place)
{
	struct slice name = place->as_name;

	if (name.n == 0)
		return;
	__builtin_prefetch(name.p);
	__builtin_prefetch(name.p + name.n - 1);
}

/* Places by number, for those who make another of it: 0 is nowhere. */
size_t compiled_places(const struct compiled *c);
void compiled_place(const struct compiled *c, size_t number,
	struct place *place);

/* A walk over the addresses of a family: from *first on the place is *number,
 * until the next.  *at is 0 before the first.  False: that was all. */
bool compiled_next(const struct compiled *c, enum ip_family family,
	size_t *at, struct ip *first, uint32_t *number);

/* What it lies in. */
const struct image *compiled_image(const struct compiled *c);

#endif
