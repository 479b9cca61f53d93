/* SPDX-License-Identifier: ISC */
#ifndef REPORT_COUNTING_H
#define REPORT_COUNTING_H

#include "report/record.h"
#include "report/tally.h"

/* Rows on their way to the tally: a thread counts them while the next are read.
 * What comes of it is the same as without: they are counted in their order. */
struct counting;

/* t belongs to it until counting_end(). */
struct counting *counting_new(struct tally *t);
void counting_free(struct counting *c);

void counting_add(struct counting *c, const struct record *row);

/* All are counted, and the thread is gone.  Nothing may be added any more. */
void counting_end(struct counting *c);

#endif
