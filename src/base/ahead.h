/* SPDX-License-Identifier: ISC */
#ifndef BASE_AHEAD_H
#define BASE_AHEAD_H

#include <signal.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/input.h"
#include "base/slice.h"

/* A file that a thread of its own reads, unpacks and sifts, ahead of whoever
 * wants what is left of it.  What is ahead has a ceiling: then the thread
 * waits. */
struct ahead;

/* Adds what is wanted of a block of whole lines, at most two bytes more than
 * the block has.  Called in the thread, for one block after the other. */
typedef void ahead_sift(void *with, struct slice block, struct buf *out);

/* The input, a regular file, belongs to the thread until ahead_free(), but for
 * what does not change: its name, time and size.  NULL: there can be no thread;
 * the input is as it was. */
struct ahead *ahead_new(struct input *in, ahead_sift *sift, void *with);
void ahead_free(struct ahead *a);

/* As input_next(), input_wait() and input_taken(). */
int ahead_next(struct ahead *a, struct slice *block, struct err *e);
int ahead_wait(struct ahead *a, int64_t microseconds, int other,
	const sigset_t *mask);
uint64_t ahead_taken(struct ahead *a);

#endif
