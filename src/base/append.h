/* SPDX-License-Identifier: ISC */
#ifndef BASE_APPEND_H
#define BASE_APPEND_H

#include <sys/stat.h>

#include "base/err.h"

/* Opens a file to append to it, for reading too; created with mode 0640.  It
 * must be a regular file with one name, and not a symbolic link: a program that
 * may write to a place others can write to must not be led elsewhere.  Fills
 * *st.  Returns the descriptor; -1: e says why (EX_CANTCREAT). */
int append_open(const char *file, struct stat *st, struct err *e);

#endif
