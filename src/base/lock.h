/* SPDX-License-Identifier: ISC */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <sys/stat.h>

#include "base/err.h"

/* Locks an open file against others who do the same, until it is closed
 * (flock(2): a crash leaves nothing behind).  st: of the file.  -1: e says why;
 * EX_TEMPFAIL: another process has the lock, named if the system tells. */
int lock_take(int fd, const char *file, const struct stat *st, struct err *e);

#endif
