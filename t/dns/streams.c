/* SPDX-License-Identifier: ISC */
/* Connections: messages behind a length of two octets (RFC 1035, 4.2.2). */
#include "streams.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "message.h"

enum { QUERY_MAX = 1024 };

struct connection {
	int fd;			/* -1: none */
	uint32_t generation;
	uint64_t used;		/* by the clock of streams */
	size_t n, taken;
	struct peer peer;
	uint8_t bytes[2 + QUERY_MAX];
};

struct streams {
	int fd;
	uint64_t clock;
	size_t open;		/* connections */
	size_t scan;		/* where streams_next() goes on */
	struct connection at[STREAMS_MAX];
};

struct streams *
streams_open(const struct peer *at)
{
	struct streams *s = calloc(1, sizeof(*s));
	int on = 1;

	if (!s)
		err(71, "memory");
	for (size_t i = 0; i < STREAMS_MAX; i++)
		s->at[i].fd = -1;
	s->fd = socket(at->from.any.sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd >= 0 && setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &on,
	    sizeof(on)) == 0 && bind(s->fd, &at->from.any, at->n) == 0 &&
	    listen(s->fd, SOMAXCONN) == 0)
		return s;
	if (s->fd >= 0)
		close(s->fd);
	free(s);
	return NULL;
}

static void
hangup(struct streams *s, struct connection *c)
{
	close(c->fd);
	c->fd = -1;
	s->open--;
	c->generation++;
	c->n = c->taken = 0;
}

size_t
streams_poll(const struct streams *s, struct pollfd polls[STREAMS_MAX + 1])
{
	size_t n = 0;

	polls[n++] = (struct pollfd){ .fd = s->fd, .events = POLLIN };
	for (size_t i = 0; n <= s->open; i++)
		if (s->at[i].fd >= 0)
			polls[n++] = (struct pollfd){
				.fd = s->at[i].fd, .events = POLLIN };
	return n;
}

/* A free place, or that of the connection silent longest. */
static struct connection *
place(struct streams *s)
{
	struct connection *oldest = s->at;

	for (size_t i = 0; i < STREAMS_MAX; i++) {
		if (s->at[i].fd < 0)
			return &s->at[i];
		if (s->at[i].used < oldest->used)
			oldest = &s->at[i];
	}
	hangup(s, oldest);
	return oldest;
}

static void
take(struct streams *s)
{
	for (;;) {
		struct peer peer = { .n = sizeof(peer.from) };
		int fd = accept4(s->fd, &peer.from.any, &peer.n,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct connection *c;

		if (fd < 0)
			return;
		c = place(s);
		c->fd = fd;
		s->open++;
		c->used = ++s->clock;
		peer.connection = (int)(c - s->at);
		peer.generation = c->generation;
		c->peer = peer;
	}
}

static void
fill(struct streams *s, struct connection *c)
{
	ssize_t n;

	memmove(c->bytes, c->bytes + c->taken, c->n - c->taken);
	c->n -= c->taken;
	c->taken = 0;
	/* A full buffer without a message in it: too long for a query. */
	n = recv(c->fd, c->bytes + c->n, sizeof(c->bytes) - c->n, 0);
	if (n <= 0) {
		hangup(s, c);
		return;
	}
	c->n += (size_t)n;
	c->used = ++s->clock;
}

void
streams_read(struct streams *s, const struct pollfd *polls, size_t n)
{
	size_t i = 0;

	for (size_t p = 1; p < n; p++) {
		while (i < STREAMS_MAX && s->at[i].fd != polls[p].fd)
			i++;
		if (polls[p].revents && i < STREAMS_MAX)
			fill(s, &s->at[i]);
	}
	if (polls[0].revents)
		take(s);
	s->scan = 0;
}

bool
streams_next(struct streams *s, const uint8_t **bytes, size_t *n,
    struct peer *peer)
{
	for (; s->open > 0 && s->scan < STREAMS_MAX; s->scan++) {
		struct connection *c = &s->at[s->scan];
		const uint8_t *p = c->bytes + c->taken;

		if (c->fd < 0 || c->n - c->taken < 2)
			continue;
		*n = (size_t)p[0] << 8 | p[1];
		if (c->n - c->taken - 2 < *n)
			continue;
		*bytes = p + 2;
		*peer = c->peer;
		c->taken += 2 + *n;
		return true;
	}
	return false;
}

/* The connection, if it is still the same. */
static struct connection *
find(struct streams *s, const struct peer *peer)
{
	struct connection *c = &s->at[peer->connection];

	return c->fd >= 0 && c->generation == peer->generation ? c : NULL;
}

void
streams_add(struct streams *s, const struct peer *to, const void *bytes,
    size_t n)
{
	struct connection *c = find(s, to);
	uint8_t whole[2 + MESSAGE_MAX] = { (uint8_t)(n >> 8), (uint8_t)n };

	if (!c)
		return;
	memcpy(whole + 2, bytes, n);
	if (send(c->fd, whole, n + 2, MSG_NOSIGNAL) != (ssize_t)n + 2)
		hangup(s, c);
}

void
streams_hangup(struct streams *s, const struct peer *peer)
{
	struct connection *c = find(s, peer);

	if (c)
		hangup(s, c);
}
