/* SPDX-License-Identifier: ISC */
/* What goes on between us and the servers. */
#include "enrich/exchange.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum {
	SECOND = 1000000,
	EVENTS = 64,
	READY = 512,		/* waiting to be sent, at most */
	STREAMS = 16,		/* TCP connections at once */
	STREAM_TAG = 1,		/* above 32 bits of an epoll tag */
	BLOCKED = 1000,		/* no room in the kernel: tried again */
	FREE_OF_CHARGE = 5000,	/* an answer so soon after a repetition is */
};

/* When what is sent is sent again, and given up. */
static const int64_t schedule[LOOKUP_LISTS] = {
	[LOOKUP_FRESH] = WINDOW_LATE,
	[LOOKUP_FIRST] = SECOND / 2 - WINDOW_LATE,
	[LOOKUP_SECOND] = SECOND,
	[LOOKUP_LAST] = 2 * SECOND,
	[LOOKUP_PAUSE] = SECOND / 4,
	[LOOKUP_TCP] = 3 * SECOND,
};

static int64_t
clock_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * (int64_t)SECOND + t.tv_nsec / 1000;
}

static void
forget_tickets(struct exchange *x, struct lookup *l)
{
	for (unsigned i = 0; i < x->servers.n; i++)
		if (l->has_ticket >> i & 1)
			nameserver_forget(x->servers.list[i].ns,
			    l->tickets[i]);
	l->has_ticket = 0;
}

/* Those the window is about: what had to be sent again is probably out for
 * reasons of its own, and would fill it. */
static unsigned
count_young(const struct exchange *x)
{
	return x->lookups.in_use - x->lookups.lists[LOOKUP_SECOND].n -
	    x->lookups.lists[LOOKUP_LAST].n;
}

/* ICMP says that nobody is there: whatever waits for that server goes to
 * another one at once. */
static void
leave_server(struct exchange *x, unsigned i)
{
	if (!servers_unreachable(&x->servers, i, x->now) ||
	    servers_other(&x->servers, i, x->now) < 0)
		return;
	for (unsigned slot = 0; slot < x->lookups.n; slot++) {
		struct lookup *l = &x->lookups.slots[slot];

		if (l->server == i && l->list >= LOOKUP_FRESH &&
		    l->list <= LOOKUP_LAST)
			lookups_move(&x->lookups, l, LOOKUP_READY, x->now);
	}
}

static bool
put_on_wire(struct exchange *x, struct lookup *l)
{
	struct nameserver *ns = x->servers.list[l->server].ns;
	unsigned i = l->server, slot = lookups_slot(&x->lookups, l);

	if (l->has_ticket >> i & 1) {
		nameserver_send_again(ns, slot, &l->q, l->tickets[i]);
		return true;
	}
	if (!nameserver_send(ns, slot, &l->q, &l->tickets[i]))
		return false;
	l->has_ticket |= (uint8_t)(1 << i);
	return true;
}

/* What resolv.conf says are limits to our schedule. */
static void
set_schedule(struct exchange *x, const struct resolvconf *conf)
{
	int64_t *delays = x->lookups.delays, limit;

	memcpy(delays, schedule, sizeof schedule);
	x->tries = LOOKUP_LAST - LOOKUP_FIRST + 1;
	if (conf->attempts && conf->attempts * conf->n < x->tries)
		x->tries = conf->attempts * (unsigned)conf->n;
	limit = (int64_t)conf->timeout * SECOND * x->tries;
	/* Where there is one try, it is the last. */
	for (unsigned i = LOOKUP_FRESH; x->tries > 1 &&
	    i < LOOKUP_FIRST + x->tries - 1; i++)
		limit -= delays[i];
	if (conf->timeout && limit < delays[LOOKUP_LAST])
		delays[LOOKUP_LAST] = limit;
}

void
exchange_init(struct exchange *x, unsigned in_flight, unsigned rate)
{
	*x = (struct exchange){ .epoll = epoll_create1(EPOLL_CLOEXEC) };
	lookups_init(&x->lookups, in_flight);
	memcpy(x->lookups.delays, schedule, sizeof schedule);
	window_init(&x->window, in_flight, rate);
	x->now = clock_us();
}

void
exchange_release(struct exchange *x)
{
	servers_close(&x->servers);
	lookups_release(&x->lookups);
	close(x->epoll);
}

void
exchange_look_at_clock(struct exchange *x)
{
	x->now = clock_us();
}

void
exchange_set_servers(struct exchange *x, const struct resolvconf *conf)
{
	for (unsigned slot = 0; slot < x->lookups.n; slot++) {
		struct lookup *l = &x->lookups.slots[slot];

		if (l->list == LOOKUP_FREE)
			continue;
		forget_tickets(x, l);
		exchange_hang_up(x, l);
		l->server = 0;
		exchange_line_up(x, l, 0);
	}
	x->count.strays = exchange_strays(x);
	servers_close(&x->servers);
	servers_open(&x->servers, conf, x->epoll);
	set_schedule(x, conf);
	x->use_tcp = conf->use_vc;
	breaker_close(&x->breaker);
}

unsigned
exchange_room(const struct exchange *x)
{
	unsigned left = x->lookups.n - x->lookups.in_use;
	unsigned young = count_young(x), ready = exchange_ready(x);

	if (x->breaker.is_open)
		return left;
	/* Those who wait to be sent may as well wait outside. */
	if (young >= x->window.size || ready >= READY)
		return 0;
	if (left > READY - ready)
		left = READY - ready;
	return left < x->window.size - young ? left :
	    x->window.size - young;
}

unsigned
exchange_ready(const struct exchange *x)
{
	return x->lookups.lists[LOOKUP_READY].n;
}

void
exchange_set_query(struct exchange *x, struct lookup *l,
    const struct wire_name *name, enum wire_type type)
{
	forget_tickets(x, l);
	wire_query_init(&l->q, name, type, !l->plain);
}

void
exchange_set_plain(struct exchange *x, struct lookup *l)
{
	struct wire_name name;

	l->plain = true;
	wire_query_name(&l->q, &name);
	exchange_set_query(x, l, &name, wire_query_type(&l->q));
}

void
exchange_line_up(struct exchange *x, struct lookup *l, unsigned pauses)
{
	l->pauses = (uint8_t)pauses;
	lookups_move(&x->lookups, l, pauses ? LOOKUP_PAUSE : LOOKUP_READY,
	    x->now);
}

void
exchange_begin(struct exchange *x, struct lookup *l)
{
	l->server = (uint8_t)servers_choose(&x->servers, l->server, x->now);
	/* Once sent it stays the same: a late answer counts. */
	if (!l->plain && l->sent == 0 &&
	    servers_is_plain(&x->servers, l->server, x->now))
		exchange_set_plain(x, l);
	x->count.sent++;
	x->count.repeats += l->sent > 0;
	breaker_sent(&x->breaker, x->now);
	if (!l->first_sent)
		l->first_sent = x->now;
	l->sent_before = l->sent_at;
	l->sent_at = x->now;
	if (l->sent < UINT8_MAX)
		l->sent++;
}

void
exchange_post(struct exchange *x, struct lookup *l)
{
	static const enum lookup_list lists[] = { LOOKUP_FRESH, LOOKUP_SECOND,
		LOOKUP_LAST };

	if (!put_on_wire(x, l))
		servers_unreachable(&x->servers, l->server, x->now);
	/* The last of fewer tries waits as long as the last of three. */
	lookups_move(&x->lookups, l, l->sent >= x->tries ? LOOKUP_LAST :
	    lists[l->sent - 1], x->now);
}

int
exchange_connect(struct exchange *x, struct lookup *l)
{
	socklen_t length;
	const struct sockaddr *address = nameserver_address(
	    x->servers.list[l->server].ns, &length);
	uint16_t id;

	if (x->streams == STREAMS)
		return 0;
	x->count.tcp++;
	if (!l->has_ticket && getrandom(&id, sizeof id, 0) == sizeof id)
		wire_query_set_id(&l->q, id);
	l->stream_id = (uint16_t)wire_16(l->q.message);
	l->stream = stream_open(address, length, &l->q, x->epoll,
	    (uint64_t)STREAM_TAG << 32 | lookups_slot(&x->lookups, l));
	if (!l->stream)
		return -1;
	x->streams++;
	lookups_move(&x->lookups, l, LOOKUP_TCP, x->now);
	return 1;
}

void
exchange_hang_up(struct exchange *x, struct lookup *l)
{
	if (!l->stream)
		return;
	stream_close(l->stream);
	l->stream = NULL;
	x->streams--;
}

void
exchange_flush(struct exchange *x)
{
	x->is_blocked = false;
	for (unsigned i = 0; i < x->servers.n; i++) {
		int rc = nameserver_flush(x->servers.list[i].ns);

		if (rc < 0)
			leave_server(x, i);
		else if (rc == 0)
			x->is_blocked = true;
	}
}

void
exchange_end(struct exchange *x, struct lookup *l)
{
	if (l->is_probe)
		breaker_probed(&x->breaker);
	forget_tickets(x, l);
	exchange_hang_up(x, l);
	lookups_give_back(&x->lookups, l);
}

/* One hearing: what nameserver_got() needs to hand on. */
struct hearing {
	struct exchange *x;
	const struct exchange_hears *hears;
	void *owner;
	unsigned server;
};

static void
got_datagram(void *hearing, unsigned slot, nameserver_ticket ticket,
    const uint8_t *m, size_t n, bool is_cut)
{
	const struct hearing *h = hearing;
	struct lookup *l = &h->x->lookups.slots[slot];

	if (!l->stream)		/* else it is being fetched whole */
		h->hears->datagram(h->owner, l, h->server, (uint16_t)ticket,
		    m, n, is_cut);
}

static void
ready_stream(const struct hearing *h, size_t slot)
{
	struct lookup *l = &h->x->lookups.slots[slot];

	if (l->stream)		/* else it was closed just now */
		h->hears->stream(h->owner, l);
}

void
exchange_receive(struct exchange *x, const struct exchange_hears *hears,
    void *owner)
{
	struct epoll_event events[EVENTS];
	int n = x->lookups.in_use ? epoll_wait(x->epoll, events, EVENTS, 0) :
	    0;

	x->now = clock_us();
	for (int i = 0; i < n; i++) {
		uint64_t tag = events[i].data.u64;
		struct hearing h = { x, hears, owner, (unsigned)(tag >> 16) };

		if (tag >> 32)
			ready_stream(&h, tag & UINT32_MAX);
		else if (nameserver_receive(x->servers.list[h.server].ns,
		    (unsigned)(tag & 0xffff), got_datagram, &h) < 0)
			leave_server(x, h.server);
	}
}

void
exchange_answered(struct exchange *x, const struct lookup *l,
    bool is_refusal, bool by_tcp)
{
	bool is_first = l->sent == 1 && !l->refused && !by_tcp;
	int64_t rtt = x->now - l->sent_at;
	int64_t whole = x->now - l->first_sent;

	breaker_close(&x->breaker);
	x->count.answered++;
	if (whole > x->count.slowest)
		x->count.slowest = whole;
	/* Those that are always refused are not to count each time. */
	if (!l->refused)
		x->refused_share += ((is_refusal ? 1 : 0) -
		    x->refused_share) / 512;
	if (is_refusal && !l->refused)
		window_refused(&x->window, l->sent_at);
	else if (!is_refusal && l->refused)
		window_recovered(&x->window, l->sent_before);
	if (l->sent > 1 && !l->refused &&
	    rtt < 2 * x->window.srtt + FREE_OF_CHARGE)
		window_lost(&x->window, l->sent_before);
	window_answered(&x->window, x->now, is_first && !is_refusal ?
	    (rtt > 0 ? rtt : 1) : 0, count_young(x) - exchange_ready(x));
}

int64_t
exchange_pause(const struct exchange *x)
{
	int64_t due = lookups_next_due(&x->lookups), pause = -1, wait;

	if (due != INT64_MAX) {
		pause = due - clock_us();
		if (pause < 0)
			pause = 0;
	}
	wait = x->is_blocked ? BLOCKED : exchange_ready(x) ?
	    window_pause(&x->window) : -1;
	if (wait >= 0 && (pause < 0 || wait < pause))
		pause = wait;
	return pause;
}

uint64_t
exchange_strays(const struct exchange *x)
{
	uint64_t strays = x->count.strays;

	for (unsigned i = 0; i < x->servers.n; i++)
		strays += nameserver_strays(x->servers.list[i].ns);
	return strays;
}
