/* SPDX-License-Identifier: ISC */
#ifndef FILTER_FEED_H
#define FILTER_FEED_H

#include <signal.h>
#include <stdint.h>

#include "base/ahead.h"
#include "base/input.h"
#include "parse/sieve.h"

/* An input of a run: what it holds as it is, or, of a regular file where there
 * are processors enough, what a thread has left of it. */
struct feed {
	struct input *in;	/* NULL: it could not be opened */
	struct err e;		/* and why */
	struct ahead *ahead;	/* NULL: no thread */
	struct sieve sieve;
};

/* As input_next(), input_wait(), input_taken().  Readings: what sieve_read() has
 * made of the block, or empty. */
int feed_next(struct feed *s, struct slice *block, struct slice *readings,
	struct err *e);
int feed_wait(struct feed *s, int64_t microseconds, int other,
	const sigset_t *mask);
uint64_t feed_taken(struct feed *s);

/* Nothing more is read: what input_*() tell is final. */
void feed_stop(struct feed *s);

/* The inputs of a run, some of them read ahead of their turn. */
struct feeds;

/* The names must live as long; the sieve is copied. */
struct feeds *feeds_new(const struct sieve *sieve, char **names, int n);
void feeds_free(struct feeds *all);

/* The next, until the next call.  NULL: that was all. */
struct feed *feeds_next(struct feeds *all);

#endif
