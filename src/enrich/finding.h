/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_FINDING_H
#define ENRICH_FINDING_H

#include "base/buf.h"
#include "enrich/cache.h"
#include "enrich/wire.h"
#include "schema/column.h"
#include "schema/ip.h"

/* What has been found out, as it stands in the cache: the names of an address,
 * or the addresses of one of each family of a name. */

enum {
	FINDING_KEY_IP = 1 + 2 * sizeof(uint64_t),	/* an address's */
	FINDING_KEY_MAX = 1 + WIRE_TEXT_MAX,
};

/* Keys; those of names, which have at most WIRE_TEXT_MAX bytes, are for
 * addresses of a family.  They are written to key. */
struct slice finding_key(char key[FINDING_KEY_IP], const struct ip *ip);
struct slice finding_forward_key(char key[FINDING_KEY_MAX],
	enum ip_family family, struct slice name);

/* What an entry's key says. */
bool finding_is_forward(const struct cached *one);
struct ip finding_ip(const struct cached *one);
struct slice finding_name(const struct cached *one, enum wire_type *type);

/* Values: n names, built in scratch and borrowed from it, or n addresses. */
struct slice finding_of_names(struct buf *scratch, const struct slice *names,
	size_t n);
struct slice finding_of_addresses(const struct ip *addresses, size_t n);

/* The name with this index; empty: there are no more. */
struct slice finding_hostname(const struct cached *one, unsigned index);
bool finding_has_address(const struct cached *one, const struct ip *ip);

/* Whether it is none: nobody could say. */
bool finding_is_failure(enum rdns_status status);

/* How long it may be believed, in milliseconds.  Failures is how many there
 * have been in a row, with this one. */
int64_t finding_lifetime(enum rdns_status status, uint32_t ttl,
	unsigned failures);

#endif
