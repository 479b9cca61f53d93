/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_NAMESERVER_H
#define ENRICH_NAMESERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "enrich/wire.h"

/* One DNS server, and the UDP sockets we talk to it through: several, since
 * each buffers only so many answers, each connected, so that the kernel drops
 * what other addresses send, each with a random port that is given up now and
 * then.  What is sent is a slot's question; the answers come back by slot. */
struct nameserver;

enum { NAMESERVER_SOCKETS = 16, NAMESERVER_SLOTS_MAX = 65000 };

/* A question on its way: which socket, and in the lower half its id. */
typedef uint32_t nameserver_ticket;

/* epoll: where sockets are watched; events carry tag << 16 | socket. */
struct nameserver *nameserver_new(const struct sockaddr_storage *address,
	socklen_t length, int epoll, unsigned tag);
void nameserver_free(struct nameserver *s);

const struct sockaddr *nameserver_address(const struct nameserver *s,
	socklen_t *length);

/* Puts a question into the outbox, with a new random id.  It must stay where
 * it is until nameserver_forget() or the next nameserver_flush().  False: no
 * socket can be had; *ticket is not set. */
bool nameserver_send(struct nameserver *s, unsigned slot,
	struct wire_query *q, nameserver_ticket *ticket);

/* The same bytes by the same socket. */
void nameserver_send_again(struct nameserver *s, unsigned slot,
	struct wire_query *q, nameserver_ticket ticket);

/* Answers to it are no longer wanted. */
void nameserver_forget(struct nameserver *s, nameserver_ticket ticket);

/* Sends what is in the outbox.  1: all is gone; 0: the kernel has no room, try
 * again in a moment; -1: the server cannot be reached (ICMP, no route). */
int nameserver_flush(struct nameserver *s);

/* Reads what has come to one socket; each message goes to got() with the slot
 * its id belongs to, cut says that it was longer than we take.  Messages that
 * nobody waits for are counted.  Returns as nameserver_flush(): 1 or -1. */
typedef void nameserver_got(void *owner, unsigned slot,
	nameserver_ticket ticket, const uint8_t *m, size_t n, bool cut);
int nameserver_receive(struct nameserver *s, unsigned socket,
	nameserver_got *got, void *owner);
uint64_t nameserver_strays(const struct nameserver *s);

#endif
