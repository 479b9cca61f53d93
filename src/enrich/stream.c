/* SPDX-License-Identifier: ISC */
/* One DNS question over TCP. */
#include "enrich/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/mem.h"

struct stream {
	int fd, epoll;
	uint64_t tag;
	const struct wire_query *q;
	size_t sent, got;
	uint8_t answer[2 + STREAM_ANSWER_MAX];
};

static bool
watch(struct stream *s, int operation, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.u64 = s->tag };

	return epoll_ctl(s->epoll, operation, s->fd, &event) == 0;
}

struct stream *
stream_open(const struct sockaddr *address, socklen_t length,
    const struct wire_query *q, int epoll, uint64_t tag)
{
	struct stream *s = mem_new(sizeof *s);

	s->q = q;
	s->epoll = epoll;
	s->tag = tag;
	s->fd = socket(address->sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd >= 0 && (connect(s->fd, address, length) == 0 ||
	    errno == EINPROGRESS) && watch(s, EPOLL_CTL_ADD, EPOLLOUT))
		return s;
	stream_close(s);
	return NULL;
}

void
stream_close(struct stream *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

static bool
may_come(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* Length and question: 1: sent; 0: not all yet; -1: error. */
static int
send_question(struct stream *s)
{
	uint8_t head[2] = { (uint8_t)(s->q->n >> 8), (uint8_t)s->q->n };
	size_t in_head = s->sent < 2 ? 2 - s->sent : 0;
	size_t from = s->sent < 2 ? 0 : s->sent - 2;
	struct iovec pieces[2] = {
		{ head + 2 - in_head, in_head },
		{ (void *)(uintptr_t)(s->q->message + from), s->q->n - from },
	};
	struct msghdr message = { .msg_iov = pieces, .msg_iovlen = 2 };
	ssize_t n = sendmsg(s->fd, &message, MSG_NOSIGNAL);

	if (n < 0)
		return may_come() ? 0 : -1;
	s->sent += (size_t)n;
	if (s->sent < 2 + (size_t)s->q->n)
		return 0;
	return watch(s, EPOLL_CTL_MOD, EPOLLIN) ? 1 : -1;
}

int
stream_go_on(struct stream *s, const uint8_t **m, size_t *n)
{
	size_t want = 2;
	ssize_t got;

	if (s->sent < 2 + (size_t)s->q->n) {
		int rc = send_question(s);

		return rc < 0 ? -1 : 0;
	}
	do {
		if (s->got >= 2)
			want = 2 + (size_t)wire_16(s->answer);
		if (want > sizeof s->answer)
			return -1;
		got = recv(s->fd, s->answer + s->got, want - s->got, 0);
		if (got < 0)
			return may_come() ? 0 : -1;
		if (got == 0)
			return -1;
		s->got += (size_t)got;
	} while (s->got < want || want == 2);
	*m = s->answer + 2;
	*n = want - 2;
	return 1;
}
