/* SPDX-License-Identifier: ISC */
#ifndef BASE_PACKING_H
#define BASE_PACKING_H

#include <stdbool.h>

#include "base/err.h"
#include "base/slice.h"

/* How a file is packed; its first bytes tell. */
enum packing { PACKING_UNKNOWN, PACKING_NONE, PACKING_GZIP };

/* What the first bytes say; PACKING_UNKNOWN: more are needed.  whole: the file
 * has no more.  A compression that we do not read is an error: e says what
 * does, to stand behind the name of the file, EX_DATAERR.  0 or -1. */
int packing_find(struct slice head, bool whole, enum packing *packing,
	struct err *e);

#endif
