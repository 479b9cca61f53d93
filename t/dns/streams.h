/* SPDX-License-Identifier: ISC */
#ifndef STREAMS_H
#define STREAMS_H

#include <poll.h>

#include "pending.h"

/* The TCP side: a listening socket and its connections.  When there are too
 * many, the one that was silent longest is closed. */
struct streams;

enum { STREAMS_MAX = 256 };

/* Listens.  NULL: errno says why. */
struct streams *streams_open(const struct peer *at);

/* Sets what to poll, the listening socket first; returns how many. */
size_t streams_poll(const struct streams *,
    struct pollfd polls[STREAMS_MAX + 1]);

/* Accepts and reads where the poll says so. */
void streams_read(struct streams *, const struct pollfd *polls, size_t n);

/* Takes a message that is complete, borrowed until the next call of any
 * kind.  False: there is none. */
bool streams_next(struct streams *, const uint8_t **bytes, size_t *n,
    struct peer *);

/* Writes a message.  A client that does not take it loses its connection. */
void streams_add(struct streams *, const struct peer *, const void *bytes,
    size_t n);

void streams_hangup(struct streams *, const struct peer *);

#endif
