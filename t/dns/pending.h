/* SPDX-License-Identifier: ISC */
#ifndef PENDING_H
#define PENDING_H

#include <netinet/in.h>

#include "query.h"

/* Who asked: a datagram's source, or a connection. */
struct peer {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} from;
	socklen_t n;
	int connection;		/* -1: by UDP */
	uint32_t generation;	/* tells that connection from its successor */
};

/* A question whose answer is to be given at a time. */
struct waiting {
	struct query query;
	struct peer peer;
	uint64_t due;		/* microseconds */
};

/* Questions that wait: a queue for those that are due in the order they came,
 * a heap for the others.  All memory is had at once. */
struct pending;

struct pending *pending_new(size_t max);

/* A place for a question that is due at a time.  In order: no such question
 * is due later.  NULL: no room. */
struct waiting *pending_add(struct pending *, uint64_t due, bool in_order);

/* Takes the next that is due; NULL: none is.  Borrowed until pending_add(). */
const struct waiting *pending_next(struct pending *, uint64_t now);

/* When the next is due; UINT64_MAX: nothing waits. */
uint64_t pending_due(const struct pending *);

size_t pending_count(const struct pending *);

#endif
