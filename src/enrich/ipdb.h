/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_IPDB_H
#define ENRICH_IPDB_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/settings.h"
#include "schema/column.h"
#include "schema/ip.h"

/* Databases of address ranges.  A file is recognised by content, gzip too:
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
 *   compiled    what ipdb_compile() wrote: is asked as it is
 *
 * Within a file the most specific range wins, as a whole: if it says that
 * nothing is known, nothing is.  Between files the first named that knows a
 * field; but an AS's name is only taken from where its number is the same. */
struct ipdb;

/* What mls-ipinfo --update installs. */
#define IPDB_DEFAULT LOCALSTATEDIR "/mls/ip.db"

/* Which files to use where none are named: IPDB_DEFAULT, else those of the
 * package tor-geoipdb, as far as they can be read.  The list is emptied first. */
void ipdb_usual(struct text_list *files);

/* All that might be among them, whether it is there or not. */
enum { IPDB_CANDIDATES = 3 };
extern const char *const ipdb_candidates[IPDB_CANDIDATES];

/* Where a compiled file, if it is the only one, is asked: in the file, which
 * answers soonest, but whoever cuts it meanwhile ends the program (SIGBUS); or
 * in memory, where its sum is looked at and nothing that happens to the file
 * afterwards matters.  Others are read anyway. */
enum ipdb_where { IPDB_IN_FILE, IPDB_IN_MEMORY };

/* Loads files.  One that cannot be used is left out whole, with a complaint
 * "file:line: ..." (EX_DATAERR, EX_IOERR) or "cannot open ..." (EX_NOINPUT).
 * So is one with more rows, text or names than any database has: hostile files
 * end early and in bounded memory.  Never NULL. */
struct ipdb *ipdb_open(const char *const *files, size_t n,
	enum ipdb_where where, struct err_list *complaints);
void ipdb_close(struct ipdb *db);

/* What is known about an address; fields that are not known are empty.  Keeps
 * a cache of recent answers inside.  Slices live as long as the databases. */
void ipdb_find(struct ipdb *db, const struct ip *ip, struct place *place);

/* What will be asked for next, IPDB_EXPECTED addresses at most: asking for many
 * together costs less than one by one. */
enum { IPDB_EXPECTED = 64 };
void ipdb_expect(struct ipdb *db, const struct ip *ips, size_t n);

/* The same of many addresses, which costs less than one by one.  Equal texts
 * are at the same place. */
void ipdb_find_many(const struct ipdb *db, const struct ip *ips, size_t n,
	struct place *places);

/* What was loaded; of a compiled file, what it was made from. */
struct ipdb_source {
	const char *file;
	const char *format;	/* "range CSV", ... */
	size_t rows;		/* as they stand in the file */
	size_t v4, v6;		/* ranges of which something is known */
	int64_t time;		/* as input_time() */
};
size_t ipdb_sources(const struct ipdb *db);
const struct ipdb_source *ipdb_source(const struct ipdb *db, size_t i);

/* What a source is called from now on; the name is copied. */
void ipdb_rename(struct ipdb *db, size_t i, const char *name);

/* Reads what was only opened, a compiled file.  -1: e says that it is damaged,
 * EX_DATAERR. */
int ipdb_check(const struct ipdb *db, struct err *e);

/* The sum that a compiled file says it has; 0: it is not one such file. */
uint64_t ipdb_sum(const struct ipdb *db);

/* Writes all that is known into one file, which replaces the one of that name
 * when it is whole and on disk.  -1: EX_CANTCREAT, or as ipdb_check(), and that
 * is as it was. */
int ipdb_compile(const struct ipdb *db, const char *file, struct err *e);

/* Reads a file to its end.  -1: each row that is wrong has a complaint; of a
 * compiled file the first. */
int ipdb_verify(const char *file, struct err_list *complaints);

#endif
