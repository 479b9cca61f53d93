/* SPDX-License-Identifier: ISC */
#ifndef CHAIN_H
#define CHAIN_H

#include "reply.h"

/* Aliases of a reverse name: the one of RFC 2317; eight in a row; one that
 * leads back; one whose target must be asked for. */
void chain_range(struct reply *);
void chain_long(struct reply *);
void chain_loop(struct reply *);
void chain_only(struct reply *);

/* The answer for a host that is the target of these. */
void chain_target(struct reply *);

#endif
