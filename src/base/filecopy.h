/* SPDX-License-Identifier: ISC */
#ifndef BASE_FILECOPY_H
#define BASE_FILECOPY_H

#include <stddef.h>
#include <sys/types.h>

/* A file's first n bytes, wherever it is read otherwise, which stays so.  How
 * many there are; -1: errno. */
ssize_t filecopy_read(int fd, void *p, size_t n);

/* The same, n at least 1, in memory of our own: whatever becomes of the file, the
 * bytes stay as they were copied.  The caller ends it with munmap(2).  NULL:
 * errno says why; ENODATA: the file is shorter. */
void *filecopy_map(int fd, size_t n);

#endif
