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
 * studies what waits there, which is work taken off whoever comes for it, and
 * when that is done, it waits. */
struct ahead;

/* What is done in the thread.  sift adds what is wanted of a block of whole
 * lines, at most two bytes more than the block has; it is called for one block
 * after the other.  study adds what can be told of several blocks together, of
 * those that there is time for. */
struct ahead_work {
	void (*sift)(void *with, struct slice block, struct buf *out);
	void (*study)(void *with, struct slice left, struct buf *told);
	void *with;
};

/* The input, a regular file, belongs to the thread until ahead_free(), but for
 * what does not change: its name, time and size.  NULL: there can be no thread;
 * the input is as it was. */
struct ahead *ahead_new(struct input *in, const struct ahead_work *work);
void ahead_free(struct ahead *a);

/* As input_next(), input_wait() and input_taken(); told is what study has made
 * of the block, empty if it was not called. */
int ahead_next(struct ahead *a, struct slice *block, struct slice *told,
	struct err *e);
int ahead_wait(struct ahead *a, int64_t microseconds, int other,
	const sigset_t *mask);
uint64_t ahead_taken(struct ahead *a);

#endif
