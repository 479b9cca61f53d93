/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_RESERVED_H
#define ENRICH_RESERVED_H

#include <stdbool.h>

#include "schema/ip.h"

/* Whether an address is of a network about which no server outside can say
 * anything (RFC 6303, RFC 6890): this host and net, loopback, link-local,
 * multicast, documentation, and what is reserved for ever.  Private networks
 * are not among them: sites have zones for those. */
bool reserved_has(const struct ip *ip);

#endif
