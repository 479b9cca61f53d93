/* SPDX-License-Identifier: ISC */
#ifndef DELIVER_CUT_H
#define DELIVER_CUT_H

#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "deliver/checkpoint.h"

/* Takes off the end of an output what a run wrote and did not live to record:
 * it will be written again. */

/* Cuts an open file of size st->st_size back to a length, once what is cut off
 * has been added to FILE.cut and is safe there.  -1: e says why. */
int cut_back(int fd, const char *file, struct stat *st, uint64_t length,
	struct err *e);

/* The same with a file that may have been moved away: looks for it in the
 * directory of FILE.  1: it is there and as it should be now, *bytes of it were
 * cut off; 0: it is not there, or shorter; -1: e says why. */
int cut_elsewhere(const char *file, const struct output_place *place,
	uint64_t *bytes, struct err *e);

#endif
