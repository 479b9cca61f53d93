/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_FIELD_H
#define ENRICH_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "enrich/places.h"
#include "enrich/ranges.h"

/* The cells of address databases.  All return 0, or -1 with e saying what is
 * wrong with the cell; the position is the caller's to add. */

/* What one row says.  The range's family is IP_NONE in rows without addresses:
 * names of places and of AS. */
struct record {
	struct ip_range range;
	struct place_key key;
};

/* The head of a cell, for "%.*s" in a message. */
#define FIELD_SHOWN(cell) \
	(int)((cell).n < 60 ? (cell).n : 60), (cell).n ? (cell).p : ""

/* First and last address: both IPv4 text, both IPv6 text (RFC 4291), or both
 * decimal: then IPv6 if one is above 2^32 - 1.  IPv6 from ::ffff:0:0/96 becomes
 * IPv4. */
int field_range(struct slice first, struct slice last,
	struct ip_range *range, struct err *e);

/* 192.0.2.0/24, 2001:db8::/32, or an address alone. */
int field_network(struct slice cell, struct ip_range *range, struct err *e);

/* Two letters, upper-cased.  NULs for what databases write where they do not
 * know: nothing, -, ??, ZZ, None, and the old codes of proxies and satellites
 * (A1, A2, A3, O1). */
int field_country(struct slice cell, char country[2], struct err *e);

/* 64496 or AS64496; 0 for nothing, - and None. */
int field_asn(struct slice cell, uint32_t *asn, struct err *e);

/* Empty for "-". */
struct slice field_name(struct slice cell);

/* GeoLite2's number of a place; 0 for nothing. */
int field_geoname(struct slice cell, uint32_t *geoname, struct err *e);

bool field_is_address(struct slice cell);	/* text or decimal */
bool field_is_unknown(struct slice cell);	/* -, ??, nothing, ... */

#endif
