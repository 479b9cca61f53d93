/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_MERGE_H
#define ENRICH_MERGE_H

#include <stddef.h>

#include "base/err.h"
#include "enrich/compiled.h"
#include "enrich/source.h"

/* What several sources say together, as one: of each field what the first of
 * them says that knows it, but a name only of the same AS.  NULL: e says that
 * it became too large, EX_DATAERR. */
struct compiled *merge(struct source *const *sources, size_t n, struct err *e);

#endif
