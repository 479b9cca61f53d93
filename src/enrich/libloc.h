/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_LIBLOC_H
#define ENRICH_LIBLOC_H

#include "base/err.h"
#include "base/slice.h"
#include "enrich/field.h"

/* The text that `location dump` writes (libloc, the IPFire Location database):
 * blocks of "key: value" lines with an empty line between them,
 *
 *   aut-num:  AS64496           net:      192.0.2.0/24
 *   name:     Example           country:  DE
 *                               aut-num:  64496
 *
 * Networks nest.  Other keys (is-anycast, drop, ...) are passed over. */
struct libloc {
	enum { LIBLOC_NONE, LIBLOC_AS, LIBLOC_NET } block;
	struct record record;
};

/* Starts zeroed and takes one line, the empty ones too, and an empty one at
 * the end.  1: *out is the block that ended here; its key's name must have
 * been copied before the next line; 0: nothing yet; -1: e says what is wrong
 * with the line. */
int libloc_line(struct libloc *l, struct slice line, struct record *out,
	struct err *e);

#endif
