/* SPDX-License-Identifier: ISC */
/* One DNS server and the sockets we talk to it through. */
#include "enrich/nameserver.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/mem.h"

enum {
	RUN = 32,		/* questions by one socket, then the next */
	RETIRE = 20000,		/* questions by one port, then another */
	OUTBOX = 256,
	BATCH = 64,		/* answers taken by one system call */
	ANSWER_SIZE = 1536,
	BUFFER = 1 << 20,	/* asked for; what we get is the system's */
	IDS = 65536,
	RANDOMS = 256,
};

struct door {
	int fd;			/* -1: closed */
	unsigned used, out;	/* questions sent, and not yet forgotten */
	uint16_t *slots;	/* by id: slot + 1 */
};

struct parcel {
	struct wire_query *q;
	unsigned door, slot;
	uint16_t id;
};

struct nameserver {
	struct sockaddr_storage address;
	socklen_t length;
	int epoll;
	unsigned tag, door, run;
	struct door doors[NAMESERVER_SOCKETS];
	struct parcel outbox[OUTBOX];
	size_t n;
	bool is_unreachable;
	uint64_t strays;
	uint16_t randoms[RANDOMS];
	size_t random;
	uint8_t answers[BATCH][ANSWER_SIZE];
	struct mmsghdr messages[BATCH];		/* they point to answers */
	struct iovec pieces[BATCH];
};

struct nameserver *
nameserver_new(const struct sockaddr_storage *address, socklen_t length,
    int epoll, unsigned tag)
{
	struct nameserver *s = mem_new(sizeof *s);

	s->address = *address;
	s->length = length;
	s->epoll = epoll;
	s->tag = tag;
	s->random = RANDOMS;
	for (size_t i = 0; i < NAMESERVER_SOCKETS; i++)
		s->doors[i].fd = -1;
	for (size_t i = 0; i < BATCH; i++) {
		s->pieces[i] = (struct iovec){ s->answers[i], ANSWER_SIZE };
		s->messages[i].msg_hdr = (struct msghdr){
			.msg_iov = &s->pieces[i], .msg_iovlen = 1 };
	}
	return s;
}

void
nameserver_free(struct nameserver *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < NAMESERVER_SOCKETS; i++) {
		if (s->doors[i].fd >= 0)
			close(s->doors[i].fd);
		free(s->doors[i].slots);
	}
	free(s);
}

const struct sockaddr *
nameserver_address(const struct nameserver *s, socklen_t *length)
{
	*length = s->length;
	return (const struct sockaddr *)&s->address;
}

static uint16_t
random_id(struct nameserver *s)
{
	if (s->random == RANDOMS) {
		while (getrandom(s->randoms, sizeof s->randoms, 0) !=
		    sizeof s->randoms)
			;
		s->random = 0;
	}
	return s->randoms[s->random++];
}

/* connect() gives the socket a random port of the kernel's choice. */
static bool
door_open(struct nameserver *s, unsigned i)
{
	struct door *d = &s->doors[i];
	struct epoll_event event = { .events = EPOLLIN,
		.data.u64 = (uint64_t)s->tag << 16 | i };
	int size = BUFFER, fd = socket(s->address.ss_family,
	    SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return false;
	/* More than the default where the system lets us. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	if (connect(fd, (struct sockaddr *)&s->address, s->length) < 0 ||
	    epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		close(fd);
		return false;
	}
	if (!d->slots)
		d->slots = mem_array(IDS, sizeof *d->slots);
	d->fd = fd;
	d->used = 0;
	return true;
}

/* A socket that may take another question, open: its index, or -1. */
static int
next_door(struct nameserver *s)
{
	for (unsigned tries = 0; tries <= NAMESERVER_SOCKETS; tries++) {
		struct door *d = &s->doors[s->door];
		bool is_old = d->used >= RETIRE;

		if (s->run++ >= RUN || (is_old && d->out)) {
			s->run = 0;
			s->door = (s->door + 1) % NAMESERVER_SOCKETS;
			d = &s->doors[s->door];
			is_old = d->used >= RETIRE;
			if (is_old && d->out)
				continue;
		}
		if (is_old && d->fd >= 0) {
			close(d->fd);
			d->fd = -1;
		}
		if (d->fd >= 0 || door_open(s, s->door))
			return (int)s->door;
		s->run = RUN;
	}
	return -1;
}

static void
post(struct nameserver *s, const struct parcel *p)
{
	if (s->n == OUTBOX && nameserver_flush(s) < 0)
		s->is_unreachable = true;
	/* Still full: as if it were lost on the way. */
	if (s->n < OUTBOX)
		s->outbox[s->n++] = *p;
}

bool
nameserver_send(struct nameserver *s, unsigned slot, struct wire_query *q,
    nameserver_ticket *ticket)
{
	int i = next_door(s);
	struct door *d;
	uint16_t id;

	if (i < 0)
		return false;
	d = &s->doors[i];
	do {
		id = random_id(s);
	} while (d->slots[id]);
	d->slots[id] = (uint16_t)(slot + 1);
	d->used++;
	d->out++;
	post(s, &(struct parcel){ q, (unsigned)i, slot, id });
	*ticket = (uint32_t)i << 16 | id;
	return true;
}

void
nameserver_send_again(struct nameserver *s, unsigned slot,
    struct wire_query *q, nameserver_ticket ticket)
{
	post(s, &(struct parcel){ q, ticket >> 16, slot,
	    (uint16_t)ticket });
}

void
nameserver_forget(struct nameserver *s, nameserver_ticket ticket)
{
	struct door *d = &s->doors[ticket >> 16];

	d->slots[ticket & 0xffff] = 0;
	d->out--;
}

static bool
is_wanted(const struct nameserver *s, const struct parcel *p)
{
	return s->doors[p->door].slots[p->id] == p->slot + 1;
}

/* The first parcels of the outbox that go by one socket.  Returns how many are
 * gone; 0: the kernel has no room; -1: unreachable. */
static int
flush_run(struct nameserver *s, size_t from)
{
	struct mmsghdr messages[RUN] = { 0 };
	struct iovec pieces[RUN];
	unsigned door = s->outbox[from].door, n = 0;
	int sent;

	for (size_t i = from; i < s->n && n < RUN &&
	    s->outbox[i].door == door; i++, n++) {
		struct wire_query *q = s->outbox[i].q;

		wire_query_set_id(q, s->outbox[i].id);
		pieces[n] = (struct iovec){ q->message, q->n };
		messages[n].msg_hdr.msg_iov = &pieces[n];
		messages[n].msg_hdr.msg_iovlen = 1;
	}
	sent = sendmmsg(s->doors[door].fd, messages, n, MSG_DONTWAIT);
	if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK ||
	    errno == ENOBUFS || errno == EINTR))
		return 0;
	return sent;
}

int
nameserver_flush(struct nameserver *s)
{
	int result = s->is_unreachable ? -1 : 1;
	size_t done = 0, kept = 0;

	/* What was answered meanwhile need not go. */
	for (size_t i = 0; i < s->n; i++)
		if (is_wanted(s, &s->outbox[i]))
			s->outbox[kept++] = s->outbox[i];
	s->n = kept;
	s->is_unreachable = false;
	while (done < s->n) {
		int sent = flush_run(s, done);

		if (sent == 0) {
			result = result < 0 ? result : 0;
			break;
		}
		/* The error belongs to a question sent before, or to this one:
		 * it counts as sent either way, so that this loop ends. */
		if (sent < 0) {
			result = -1;
			sent = 1;
		}
		done += (size_t)sent;
	}
	memmove(s->outbox, s->outbox + done, (s->n - done) *
	    sizeof *s->outbox);
	s->n -= done;
	return result;
}

/* One batch.  Returns how many came; -1: unreachable. */
static int
receive_batch(struct nameserver *s, unsigned door, nameserver_got *got,
    void *owner)
{
	struct door *d = &s->doors[door];
	int n = recvmmsg(d->fd, s->messages, BATCH, MSG_DONTWAIT, NULL);

	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ||
		    errno == EINTR ? 0 : -1;
	for (int i = 0; i < n; i++) {
		const uint8_t *m = s->answers[i];
		size_t size = s->messages[i].msg_len;
		uint16_t id = size >= 2 ? (uint16_t)wire_16(m) : 0;

		if (size < 2 || !d->slots[id]) {
			s->strays++;
			continue;
		}
		got(owner, d->slots[id] - 1u, (uint32_t)door << 16 | id, m,
		    size, s->messages[i].msg_hdr.msg_flags & MSG_TRUNC);
	}
	return n;
}

int
nameserver_receive(struct nameserver *s, unsigned door, nameserver_got *got,
    void *owner)
{
	int n;

	/* Its event may have been waiting while it was given up. */
	if (s->doors[door].fd < 0)
		return 1;
	do {
		n = receive_batch(s, door, got, owner);
	} while (n == BATCH);
	return n < 0 ? -1 : 1;
}

uint64_t
nameserver_strays(const struct nameserver *s)
{
	return s->strays;
}
