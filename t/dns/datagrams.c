/* SPDX-License-Identifier: ISC */
/* Datagrams, in and out. */
#include "datagrams.h"

#include <err.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "message.h"

enum { BATCH = 64, QUERY_MAX = 1024, PATIENCE_MS = 20 };

/* Datagrams that share a system call. */
struct batch {
	size_t n;
	struct mmsghdr headers[BATCH];
	struct iovec vectors[BATCH];
	struct peer peers[BATCH];
};

struct datagrams {
	int fd, stranger;
	struct batch in, out;
	uint8_t in_bytes[BATCH][QUERY_MAX], out_bytes[BATCH][MESSAGE_MAX];
};

static void
tie(struct batch *batch, size_t i, void *bytes, size_t n)
{
	struct msghdr *m = &batch->headers[i].msg_hdr;

	batch->vectors[i].iov_base = bytes;
	batch->vectors[i].iov_len = n;
	m->msg_iov = &batch->vectors[i];
	m->msg_iovlen = 1;
	m->msg_name = &batch->peers[i].from;
	m->msg_namelen = sizeof(batch->peers[i].from);
}

static void
set_buffer(int fd, int size)
{
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static int
open_socket(const struct peer *at)
{
	int fd = socket(at->from.any.sa_family,
	    SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0 && bind(fd, &at->from.any, at->n) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

struct datagrams *
datagrams_open(struct peer *at, int buffer)
{
	struct datagrams *d = calloc(1, sizeof(*d));
	struct peer other = *at;

	if (!d)
		err(71, "memory");
	/* At the same place in both kinds of address. */
	other.from.v4.sin_port = 0;
	d->fd = open_socket(at);
	d->stranger = open_socket(&other);
	if (d->fd < 0 || d->stranger < 0 ||
	    getsockname(d->fd, &at->from.any, &at->n) != 0) {
		datagrams_close(d);
		return NULL;
	}
	set_buffer(d->fd, buffer);
	for (size_t i = 0; i < BATCH; i++)
		tie(&d->in, i, d->in_bytes[i], QUERY_MAX);
	return d;
}

void
datagrams_close(struct datagrams *d)
{
	if (d->fd >= 0)
		close(d->fd);
	if (d->stranger >= 0)
		close(d->stranger);
	free(d);
}

int
datagrams_fd(const struct datagrams *d)
{
	return d->fd;
}

size_t
datagrams_read(struct datagrams *d)
{
	int n;

	for (size_t i = 0; i < d->in.n; i++)
		d->in.headers[i].msg_hdr.msg_namelen =
		    sizeof(d->in.peers[i].from);
	n = recvmmsg(d->fd, d->in.headers, BATCH, MSG_DONTWAIT, NULL);
	d->in.n = n > 0 ? (size_t)n : 0;
	return d->in.n;
}

const uint8_t *
datagrams_get(struct datagrams *d, size_t i, size_t *n, struct peer *peer)
{
	*n = d->in.headers[i].msg_len;
	*peer = d->in.peers[i];
	peer->n = d->in.headers[i].msg_hdr.msg_namelen;
	peer->connection = -1;
	return d->in_bytes[i];
}

/* A full buffer is waited for, once; any other error costs one datagram. */
static void
send_all(int fd, struct mmsghdr *headers, size_t n)
{
	struct pollfd room = { .fd = fd, .events = POLLOUT };
	bool waited = false;

	while (n > 0) {
		int sent = sendmmsg(fd, headers, (unsigned)n, MSG_DONTWAIT);

		if (sent <= 0 && !waited) {
			poll(&room, 1, PATIENCE_MS);
			waited = true;
			continue;
		}
		sent = sent > 0 ? sent : 1;
		headers += sent;
		n -= (size_t)sent;
	}
}

void
datagrams_flush(struct datagrams *d)
{
	send_all(d->fd, d->out.headers, d->out.n);
	d->out.n = 0;
}

void
datagrams_add(struct datagrams *d, const struct peer *to, const void *bytes,
    size_t n, bool stranger)
{
	size_t i;

	if (stranger) {
		datagrams_flush(d);
		sendto(d->stranger, bytes, n, MSG_DONTWAIT, &to->from.any,
		    to->n);
		return;
	}
	if (d->out.n == BATCH)
		datagrams_flush(d);
	i = d->out.n++;
	memcpy(d->out_bytes[i], bytes, n);
	d->out.peers[i] = *to;
	tie(&d->out, i, d->out_bytes[i], n);
	d->out.headers[i].msg_hdr.msg_namelen = to->n;
}
