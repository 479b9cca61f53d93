/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_ANSWER_H
#define ENRICH_ANSWER_H

#include "base/err.h"
#include "enrich/wire.h"

/* What an answer to q says that wire_is_answer() has let through: the usual one
 * is read by hand, others by the thorough reader.  The thorough reader is
 * ldns's, and this its only file: of ldns nothing else is used, its resolver
 * would take forged answers. */

/* Loads ldns: before the first answer is read.  -1: as library_load(). */
int answer_start(struct err *e);

void answer_read(const struct wire_query *q, const uint8_t *m, size_t n,
	struct reply *r);
void answer_read_thoroughly(const struct wire_query *q, const uint8_t *m,
	size_t n, struct reply *r);

#endif
