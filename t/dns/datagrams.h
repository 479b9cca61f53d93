/* SPDX-License-Identifier: ISC */
#ifndef DATAGRAMS_H
#define DATAGRAMS_H

#include "pending.h"

/* A UDP socket that is read and written in batches, and another one that
 * answers in its place when a stranger is wanted. */
struct datagrams;

/* Binds; *at holds the address, and in the end the port.  NULL: errno says
 * why. */
struct datagrams *datagrams_open(struct peer *at, int buffer);
void datagrams_close(struct datagrams *);

int datagrams_fd(const struct datagrams *);

/* Reads a batch.  Returns its size, 0: there is nothing. */
size_t datagrams_read(struct datagrams *);

/* The i-th of the batch, borrowed until the next. */
const uint8_t *datagrams_get(struct datagrams *, size_t i, size_t *n,
    struct peer *);

/* Writes a datagram, at the latest when flushed.  What the system does not
 * take is lost, as datagrams are. */
void datagrams_add(struct datagrams *, const struct peer *, const void *bytes,
    size_t n, bool stranger);
void datagrams_flush(struct datagrams *);

#endif
