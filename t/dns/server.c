/* SPDX-License-Identifier: ISC */
/* The server: one loop over all sockets. */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "answer.h"
#include "datagrams.h"
#include "flood.h"
#include "streams.h"
#include "tally.h"

/* Enough for any client; more are lost, as in a full socket buffer. */
enum { PENDING_MAX = 131072, ASKED_BITS = 18, PORT_TRIES = 100 };

enum { POLL_SIGNAL, POLL_DATAGRAM, POLL_STREAM };

struct server {
	const struct server_settings *settings;
	struct answerer answerer;
	struct datagrams *datagrams;
	struct streams *streams;
	struct pending *pending;
	struct tally *tally;
	struct flood *flood;
	struct answer answer;
	int signals;
	uint64_t start, now;	/* microseconds */
	uint64_t filled;	/* when the bucket last was */
	double bucket;		/* queries that the rate still allows */
};

static uint64_t
microseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static bool
parse_address(struct peer *at, const char *text, uint16_t port)
{
	memset(at, 0, sizeof(*at));
	at->n = sizeof(at->from.v4);
	at->from.v4.sin_family = AF_INET;
	at->from.v4.sin_port = htons(port);
	if (inet_pton(AF_INET, text, &at->from.v4.sin_addr) == 1)
		return true;
	at->n = sizeof(at->from.v6);
	at->from.v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6,
		.sin6_port = htons(port) };
	return inet_pton(AF_INET6, text, &at->from.v6.sin6_addr) == 1;
}

/* Both sockets on one port.  One that is free for UDP may be taken for TCP:
 * then another is tried, if any will do. */
static int
open_sockets(struct server *s, struct peer *at)
{
	const struct server_settings *settings = s->settings;

	for (int tries = 0; tries < PORT_TRIES; tries++) {
		if (!parse_address(at, settings->address, settings->port)) {
			errno = EINVAL;
			return -1;
		}
		s->datagrams = datagrams_open(at, settings->buffer);
		if (!s->datagrams)
			return -1;
		s->streams = streams_open(at);
		if (s->streams)
			return 0;
		datagrams_close(s->datagrams);
		if (settings->port != 0 || errno != EADDRINUSE)
			return -1;
	}
	return -1;
}

static int
open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static uint32_t
milliseconds(const struct server *s)
{
	return (uint32_t)((s->now - s->start) / 1000);
}

static void
send_answer(struct server *s, const struct peer *peer)
{
	const struct answer *a = &s->answer;

	for (size_t i = 0; i < a->n; i++) {
		const struct message *m = &a->messages[i];

		if (peer->connection >= 0)
			streams_add(s->streams, peer, m->b, m->n);
		else
			datagrams_add(s->datagrams, peer, m->b, m->n,
			    a->stranger && i == 0);
	}
	if (a->hangup)
		streams_hangup(s->streams, peer);
}

static void
give(struct server *s, const struct query *q, const struct peer *peer)
{
	answer_make(&s->answer, q, peer->connection >= 0, milliseconds(s),
	    &s->answerer);
	send_answer(s, peer);
}

static void
refuse(struct server *s, const struct query *q, const struct peer *peer)
{
	answer_refuse(&s->answer, q, peer->connection >= 0, &s->answerer);
	send_answer(s, peer);
}

/* Whether the rate is exceeded: a bucket that holds a twentieth of it. */
static bool
is_too_fast(struct server *s)
{
	double rate = s->settings->rate, depth = rate / 20;

	if (s->settings->rate == 0)
		return false;
	s->bucket += (double)(s->now - s->filled) * rate / 1e6;
	s->filled = s->now;
	if (depth < 1)
		depth = 1;
	if (s->bucket > depth)
		s->bucket = depth;
	if (s->bucket < 1)
		return true;
	s->bucket -= 1;
	return false;
}

/* After how many microseconds the answer is due. */
static uint64_t
delay(struct server *s, const struct query *q)
{
	const struct server_settings *set = s->settings;
	uint64_t us = (uint64_t)set->latency * 1000;

	if (set->jitter > 0)
		us += answer_random(&s->answerer) %
		    ((uint64_t)set->jitter * 1000 + 1);
	if (q->code == SLOW && q->place.kind == PLACE_REVERSE)
		us += (uint64_t)set->slow * 1000;
	return us;
}

static void
wait_for(struct server *s, const struct query *q, const struct peer *peer,
    uint64_t us)
{
	bool in_order = us == (uint64_t)s->settings->latency * 1000;
	struct waiting *w = pending_add(s->pending, s->now + us, in_order);

	if (!w)
		return;
	w->query = *q;
	w->peer = *peer;
	tally_pending(s->tally, pending_count(s->pending));
}

/* A message that came in. */
static void
take(struct server *s, const uint8_t *bytes, size_t n,
    const struct peer *peer)
{
	const struct server_settings *set = s->settings;
	struct query q;
	uint64_t us;

	if (!query_parse(&q, bytes, n, &set->mix))
		return;
	tally_add(s->tally, &q, peer, milliseconds(s));
	if (peer->connection < 0)
		flood_see(s->flood, &q, peer);
	if (peer->connection < 0 && set->loss > 0 &&
	    answer_random(&s->answerer) % 100 < set->loss)
		return;
	if (is_too_fast(s)) {
		if (set->refuse)
			refuse(s, &q, peer);
		return;
	}
	us = delay(s, &q);
	if (us == 0)
		give(s, &q, peer);
	else if (set->outstanding > 0 &&
	    pending_count(s->pending) >= set->outstanding)
		refuse(s, &q, peer);
	else
		wait_for(s, &q, peer, us);
}

/* False: it is time to end. */
static bool
read_signals(struct server *s)
{
	struct signalfd_siginfo signal;
	bool goes_on = true;

	while (read(s->signals, &signal, sizeof(signal)) ==
	    (ssize_t)sizeof(signal)) {
		tally_print(s->tally, flood_count(s->flood), STDERR_FILENO);
		if (signal.ssi_signo != SIGUSR1)
			goes_on = false;
	}
	return goes_on;
}

static void
read_datagrams(struct server *s)
{
	size_t count = datagrams_read(s->datagrams);

	for (size_t i = 0; i < count; i++) {
		struct peer peer;
		size_t n;
		const uint8_t *bytes = datagrams_get(s->datagrams, i, &n,
		    &peer);

		take(s, bytes, n, &peer);
	}
}

static void
read_streams(struct server *s, const struct pollfd *polls, size_t count)
{
	struct peer peer;
	const uint8_t *bytes;
	size_t n;

	streams_read(s->streams, polls, count);
	while (streams_next(s->streams, &bytes, &n, &peer))
		take(s, bytes, n, &peer);
}

static void
give_due(struct server *s)
{
	const struct waiting *w;

	while ((w = pending_next(s->pending, s->now)))
		give(s, &w->query, &w->peer);
}

static void
forge_due(struct server *s)
{
	struct peer to;

	while (flood_next(s->flood, s->now, &s->answer, &to))
		send_answer(s, &to);
}

/* When there is something to do though nothing comes. */
static uint64_t
next_due(const struct server *s)
{
	uint64_t answers = pending_due(s->pending);
	uint64_t forgeries = flood_due(s->flood, s->now);

	return answers < forgeries ? answers : forgeries;
}

static void
sleep_until(struct server *s, uint64_t due, struct pollfd *polls, size_t n)
{
	uint64_t now = microseconds(), us = due > now ? due - now : 0;
	struct timespec t = { (time_t)(us / 1000000),
		(long)(us % 1000000) * 1000 };

	ppoll(polls, n, due == UINT64_MAX ? NULL : &t, NULL);
	s->now = microseconds();
}

static void
loop(struct server *s)
{
	struct pollfd polls[POLL_STREAM + STREAMS_MAX + 1] = {
		[POLL_SIGNAL] = { .fd = s->signals, .events = POLLIN },
		[POLL_DATAGRAM] = { .fd = datagrams_fd(s->datagrams),
			.events = POLLIN },
	};

	do {
		size_t n = streams_poll(s->streams, polls + POLL_STREAM);

		sleep_until(s, next_due(s), polls, POLL_STREAM + n);
		give_due(s);
		forge_due(s);
		if (polls[POLL_DATAGRAM].revents)
			read_datagrams(s);
		read_streams(s, polls + POLL_STREAM, n);
		datagrams_flush(s->datagrams);
	} while (!polls[POLL_SIGNAL].revents || read_signals(s));
}

int
server_run(const struct server_settings *settings)
{
	static struct server s;
	struct peer at;

	s.settings = settings;
	s.start = s.now = s.filled = microseconds();
	s.bucket = settings->rate;
	s.answerer.ttl = settings->ttl;
	s.answerer.negative_ttl = settings->negative_ttl;
	s.answerer.random = settings->mix.seed;
	s.answerer.asked = asked_new(ASKED_BITS);
	s.tally = tally_new();
	s.flood = flood_new(settings->flood, &s.answerer);
	s.pending = pending_new(PENDING_MAX);
	s.signals = open_signals();
	if (s.signals < 0 || open_sockets(&s, &at) != 0)
		return -1;
	/* The port is at the same place in both kinds of address. */
	printf("ready %u\n", ntohs(at.from.v4.sin_port));
	if (fflush(stdout) != 0)
		return -1;
	loop(&s);
	return 0;
}
