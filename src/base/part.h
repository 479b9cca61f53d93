/* SPDX-License-Identifier: ISC */
#ifndef BASE_PART_H
#define BASE_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The lines of a file that begin at or behind one offset and before another;
 * the last of them may end anywhere.  What is read begins with the byte before
 * the first offset, unless that is 0: up to the first newline it belongs to the
 * part before. */
struct part {
	uint64_t from, to;
	uint64_t at;		/* of the next read */
	bool is_over;
};

struct part part_of(uint64_t from, uint64_t to);

/* One pread(2) of at most n bytes, which leaves the file's own offset alone.  0:
 * that was all; -1: see errno. */
ssize_t part_read(struct part *p, int fd, char *text, size_t n);

/* How many bytes between its offsets have been read. */
uint64_t part_taken(const struct part *p);

#endif
