/* SPDX-License-Identifier: ISC */
#ifndef BASE_SIBLINGS_H
#define BASE_SIBLINGS_H

#include <sys/types.h>

#include "base/err.h"

/* The names in the directory of a file, itself among them if it is there. */

/* Told of one; other than 0 ends the walk with that.  -1: e says why. */
typedef int siblings_each_fn(void *with, const char *name, ino_t inode,
	struct err *e);

/* 0: all were told; else what each gave; -1: e says why, with this status if the
 * directory cannot be opened, EX_IOERR if it cannot be read. */
int siblings_each(const char *file, int status, siblings_each_fn *each,
	void *with, struct err *e);

/* The directory of a file: "." if its path has none; and the path of a name in
 * it.  The caller frees both. */
char *siblings_directory(const char *file);
char *siblings_path(const char *file, const char *name);

/* The name of a file in its directory: the end of the path. */
const char *siblings_own(const char *file);

#endif
