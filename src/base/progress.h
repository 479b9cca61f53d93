/* SPDX-License-Identifier: ISC */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A bar on a terminal: how much of the input is read, how fast, how long it
 * will take.  Redrawn at most ten times a second, wiped at the end. */
struct progress {
	FILE *out;		/* NULL: no bar */
	uint64_t total;		/* bytes; 0: unknown */
	double started, drawn;	/* seconds, monotonic; drawn 0: never */
};

/* Where there are no rows to tell of. */
#define PROGRESS_NO_ROWS UINT64_MAX

void progress_start(struct progress *p, FILE *out, uint64_t total);
void progress_show(struct progress *p, uint64_t done, uint64_t rows);
void progress_end(struct progress *p);

#endif
