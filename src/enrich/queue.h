/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_QUEUE_H
#define ENRICH_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "enrich/rdns.h"
#include "schema/column.h"

/* Rows on their way, in the order they came, while the names of their
 * addresses are asked for: a ring with a ceiling in rows and in bytes, into
 * which each event is copied once. */
struct queue;

enum {
	QUEUE_ROWS = 524288,
	QUEUE_BYTES = 40 << 20,
};

/* columns: set of 1 << enum column; only what these need of an event is
 * copied. */
struct queue *queue_new(struct rdns *rdns, unsigned columns, size_t rows,
	size_t bytes);
void queue_free(struct queue *q);

/* Takes an event that came at a time (milliseconds, monotonic) and asks for the
 * name of its address; may_wait: as rdns_ask().  QUEUE_PASSED: all is known and no row is before it:
 * *row is complete, borrows from the event, and is not in the queue.
 * QUEUE_FULL: nothing is taken before rows have left. */
enum queue_result { QUEUE_ADDED, QUEUE_PASSED, QUEUE_FULL };
enum queue_result queue_add(struct queue *q, const struct event *event,
	int64_t now, bool may_wait, struct row *row);

/* The oldest row, if all is known about it, or if it came at or before overdue:
 * then without a name, TIMEOUT.  Place is left empty.  What *row borrows lives
 * until the next call of any of these. */
bool queue_next(struct queue *q, int64_t overdue, struct row *row);

size_t queue_rows(const struct queue *q);

/* When the oldest row came; INT64_MAX: there is none. */
int64_t queue_oldest(const struct queue *q);

#endif
