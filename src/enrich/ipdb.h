/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_IPDB_H
#define ENRICH_IPDB_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "schema/column.h"
#include "schema/ip.h"

/* Databases of address ranges, read from text files into sorted arrays.  A
 * file is recognised by content, gzip too:
 *
 *   range CSV   start,end,CC | start,end,ASN[,name] | start,end,CC,country |
 *               start,end,cidr,ASN,name; addresses decimal or textual, without
 *               header or with one that names its columns (sapics/
 *               ip-location-db, DB-IP, IP2Location, tor geoip and geoip6)
 *   CIDR CSV    with a header that names its columns (IPinfo Lite, GeoLite2;
 *               GeoLite2's countries need its Locations file as another
 *               database, named before or behind)
 *   TSV         start end ASN CC name (iptoasn.com)
 *   libloc      the text export of `location dump`
 *
 * Within a file the most specific range wins, as a whole: if it says that
 * nothing is known, nothing is.  Between files the first named that knows a
 * field; but an AS's name is only taken from where its number is the same. */
struct ipdb;

/* Loads files.  One that cannot be used is left out whole, with a complaint
 * "file:line: ..." (EX_DATAERR, EX_IOERR) or "cannot open ..." (EX_NOINPUT).
 * So is one with more rows, text or names than any database has: hostile files
 * end early and in bounded memory.  Never NULL.  The names must live as long
 * as the ipdb. */
struct ipdb *ipdb_open(const char *const *files, size_t n,
	struct err_list *complaints);
void ipdb_close(struct ipdb *db);

/* What is known about an address; fields that are not known are empty.  Keeps
 * a cache of recent answers inside.  Slices live until ipdb_close(). */
void ipdb_find(struct ipdb *db, const struct ip *ip, struct place *place);

/* What was loaded, for --stats. */
struct ipdb_source {
	const char *file;
	const char *format;	/* "range CSV", ... */
	size_t v4, v6;		/* ranges of which something is known */
	int64_t time;		/* as input_time() */
};
size_t ipdb_sources(const struct ipdb *db);
const struct ipdb_source *ipdb_source(const struct ipdb *db, size_t i);

#endif
