/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_NETWORKS_H
#define ENRICH_NETWORKS_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/ip.h"

/* Which networks (/24, /48) have nobody who answers for their addresses.  A
 * provider whose name servers are gone would otherwise cost the full time for
 * each of its addresses, and fill the window.  A network is dead when three
 * questions in a row got no answer and none got one in the last minute; then
 * one question at a time is asked for it, and the others share its fate.  Some
 * networks are forgotten when there are too many. */
struct networks;

struct networks *networks_new(void);
void networks_free(struct networks *n);

/* What to do with a question about an address: ask, and tell below how it
 * went; or hold it back until another one about its network has ended.
 * Milliseconds, monotonic. */
enum networks_advice { NETWORKS_ASK, NETWORKS_HOLD };
enum networks_advice networks_advise(struct networks *n, const struct ip *ip,
	int64_t now);

/* A place for the user to chain what it holds back, by network; NULL: the
 * network has no place here (then nothing was held for it). */
uint32_t *networks_held(struct networks *n, const struct ip *ip);

/* A question about the address got an answer of any kind, or none in time. */
void networks_answered(struct networks *n, const struct ip *ip, int64_t now);
void networks_silent(struct networks *n, const struct ip *ip, int64_t now);

/* It was never asked: says nothing about the network. */
void networks_withdrawn(struct networks *n, const struct ip *ip);

#endif
