/* SPDX-License-Identifier: ISC */
#ifndef SCHEMA_IP_H
#define SCHEMA_IP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

/* An IP address.  An IPv4-mapped IPv6 address (::ffff:192.0.2.1) is the IPv4
 * address.  As number: IPv4 in low's lower 32 bits, high 0. */
enum ip_family { IP_NONE, IP_V4, IP_V6 };

struct ip {
	enum ip_family family;
	uint64_t high, low;
};

/* The whole of s as an address: dotted quad of four decimal numbers without
 * leading zeros, or RFC 4291 text; no port, prefix, scope or brackets. */
bool ip_parse(struct slice s, struct ip *ip);

/* Whether ip_parse() would take it, for less. */
bool ip_is(struct slice s);

/* The dotted quad that s begins with: its bytes, up to the first that is
 * neither digit nor dot; 0: there is none, and *ip is as it was. */
size_t ip_scan_v4(struct slice s, struct ip *ip);

/* Canonical text (RFC 5952); nothing for IP_NONE. */
void ip_add(struct buf *out, const struct ip *ip);

/* The /24 or /48 an address is in, as 192.0.2.0/24; nothing for IP_NONE. */
void ip_add_network(struct buf *out, const struct ip *ip);

bool ip_equal(const struct ip *a, const struct ip *b);

#endif
