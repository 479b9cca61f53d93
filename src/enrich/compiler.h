/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_COMPILER_H
#define ENRICH_COMPILER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "enrich/compiled.h"
#include "enrich/image.h"
#include "schema/ip.h"

/* Makes a compiled database, address by address. */
struct compiler;

struct compiler *compiler_new(void);
void compiler_free(struct compiler *c);

/* A place as it is kept: equal places get equal bytes.  Its name is borrowed
 * until compiler_finish(), and so are all others. */
struct image_place compiler_keep(struct compiler *c,
	const struct place *place);

/* From first on the place is this one.  The addresses of a family come in
 * ascending order, the first of each is 0.0.0.0 or ::. */
void compiler_add(struct compiler *c, const struct ip *first,
	const struct image_place *place);

/* Once, behind the last.  NULL: e says that it became too large, EX_DATAERR. */
struct compiled *compiler_finish(struct compiler *c, struct err *e);

#endif
