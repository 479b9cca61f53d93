/* SPDX-License-Identifier: ISC */
/* Questions to DNS resolvers, many at once. */
#include "enrich/resolver.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "enrich/answer.h"
#include "enrich/lookup.h"
#include "enrich/servers.h"
#include "enrich/window.h"

enum {
	SECOND = 1000000,
	EVENTS = 64,
	READY = 512,		/* waiting to be sent, at most */
	STREAMS = 16,		/* TCP connections at once */
	STREAM_TAG = 1,		/* above 32 bits of an epoll tag */
	FAILED_MAX = 1,		/* SERVFAIL: asked again so often */
	REFUSED_MAX = 2,	/* refused: the same, */
	OVERRUN_MAX = 6,	/* unless refusing is how it says "too many" */
	LIFE = 9 * SECOND,	/* of a question, whatever happens */
	SILENCE = 5 * SECOND,	/* no answer to so many: */
	SILENCE_ASKED = 32,	/* they are all dead */
	PROBE = SECOND,		/* and one question a second finds out */
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

struct resolver {
	struct servers servers;
	struct lookups lookups;
	struct window window;
	struct reply reply;
	int epoll;
	bool use_tcp, is_blocked;
	unsigned tries, streams;
	resolver_done *done;
	void *owner;
	int64_t now;
	/* Whether anybody is there. */
	int64_t last_answer, silent_since, probe_at;
	unsigned unanswered;
	bool is_dead, is_probing;
	double refused_share;
	struct resolver_counters count;
};

static int64_t
clock_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * (int64_t)SECOND + t.tv_nsec / 1000;
}

/*
 * The life of a question.
 */

static void
forget_tickets(struct resolver *r, struct lookup *l)
{
	for (unsigned i = 0; i < r->servers.n; i++)
		if (l->has_ticket >> i & 1)
			nameserver_forget(r->servers.list[i].ns,
			    l->tickets[i]);
	l->has_ticket = 0;
}

static void
drop_stream(struct resolver *r, struct lookup *l)
{
	if (!l->stream)
		return;
	stream_close(l->stream);
	l->stream = NULL;
	r->streams--;
}

static void
finish(struct resolver *r, struct lookup *l, enum rdns_status status,
    bool given_up)
{
	uint64_t who = l->who;

	if (l->is_probe)
		r->is_probing = false;
	forget_tickets(r, l);
	drop_stream(r, l);
	lookups_give_back(&r->lookups, l);
	r->count.by_status[status]++;
	r->count.given_up += given_up;
	r->done(r->owner, who, status, &r->reply, given_up);
}

/* No answer, or none that helps: what has been heard on the way is said. */
static void
give_up(struct resolver *r, struct lookup *l, bool given_up)
{
	enum rdns_status status = l->status;

	if (status == RDNS_TIMEOUT && !l->was_silent &&
	    r->servers.list[l->server].unreachable_at)
		status = RDNS_UNREACHABLE;
	reply_reset(&r->reply);
	finish(r, l, status, given_up);
}

static void
set_query(struct resolver *r, struct lookup *l, const struct wire_name *name,
    enum wire_type type)
{
	forget_tickets(r, l);
	wire_query_init(&l->q, name, type, !l->plain);
}

/* The same question to be sent again, at once or after n pauses. */
static void
ask_again(struct resolver *r, struct lookup *l, unsigned pauses)
{
	l->pauses = (uint8_t)pauses;
	lookups_move(&r->lookups, l, pauses ? LOOKUP_PAUSE : LOOKUP_READY,
	    r->now);
}

/* A server failed: another one, or the same a little later if it may be asked
 * again, or the end. */
static void
turn_away(struct resolver *r, struct lookup *l, enum rdns_status status,
    unsigned pauses)
{
	int other = servers_other(&r->servers, l->server, r->now);

	l->status = status;
	if (r->now - l->first_sent > LIFE) {
		give_up(r, l, false);
	} else if (other >= 0 && l->failed++ < r->servers.n) {
		l->server = (uint8_t)other;
		ask_again(r, l, 0);
	} else if (pauses) {
		ask_again(r, l, pauses);
	} else {
		give_up(r, l, false);
	}
}

static void
take_failure(struct resolver *r, struct lookup *l, enum rdns_status status)
{
	unsigned last = FAILED_MAX;

	servers_failed(&r->servers, l->server, r->now);
	turn_away(r, l, status, r->servers.n == 1 && l->failed++ < last);
}

/* Refused: by policy, or because there are too many of us. */
static void
take_refusal(struct resolver *r, struct lookup *l)
{
	bool overrun = r->refused_share > 0.03 || r->window.ceiling;
	unsigned last = overrun ? OVERRUN_MAX : REFUSED_MAX;
	bool others_pass = r->refused_share < 0.98;

	servers_failed(&r->servers, l->server, r->now);
	l->refused++;
	turn_away(r, l, RDNS_REFUSED, others_pass && l->refused <= last ?
	    l->refused : 0);
}

/* FORMERR and its like: some do not know EDNS. */
static void
take_form_error(struct resolver *r, struct lookup *l)
{
	struct wire_name name;

	if (l->plain) {
		take_failure(r, l, RDNS_BADREPLY);
		return;
	}
	l->plain = true;
	wire_query_name(&l->q, &name);
	set_query(r, l, &name, wire_query_type(&l->q));
	ask_again(r, l, 0);
}

static void
take_rcode(struct resolver *r, struct lookup *l, unsigned rcode)
{
	if (rcode == WIRE_REFUSED)
		take_refusal(r, l);
	else if (rcode == WIRE_FORMERR || rcode == WIRE_NOTIMP ||
	    rcode == WIRE_BADVERS)
		take_form_error(r, l);
	else
		take_failure(r, l, rcode == WIRE_SERVFAIL ? RDNS_SERVFAIL :
		    RDNS_BADREPLY);
}

/* The target of a CNAME is another question. */
static void
chase(struct resolver *r, struct lookup *l)
{
	struct wire_name target = r->reply.alias;

	l->hops = (uint8_t)(l->hops + r->reply.hops);
	if (l->hops > WIRE_HOPS_MAX) {
		reply_reset(&r->reply);
		finish(r, l, RDNS_BADREPLY, false);
		return;
	}
	set_query(r, l, &target, wire_query_type(&l->q));
	l->sent = 0;
	ask_again(r, l, 0);
}

/* Too long for UDP.  Where there is no TCP there is no answer. */
static void
start_stream(struct resolver *r, struct lookup *l)
{
	socklen_t length;
	const struct sockaddr *address = nameserver_address(
	    r->servers.list[l->server].ns, &length);

	l->wants_tcp = true;
	if (r->streams == STREAMS) {
		if (r->now - l->first_sent > LIFE)
			give_up(r, l, false);
		else
			ask_again(r, l, 1);
		return;
	}
	r->count.tcp++;
	l->stream_id = (uint16_t)wire_16(l->q.message);
	l->stream = stream_open(address, length, &l->q, r->epoll,
	    (uint64_t)STREAM_TAG << 32 | lookups_slot(&r->lookups, l));
	if (!l->stream) {
		l->wants_tcp = r->use_tcp;
		take_failure(r, l, RDNS_BADREPLY);
		return;
	}
	r->streams++;
	lookups_move(&r->lookups, l, LOOKUP_TCP, r->now);
}

/* Those the window is about: what had to be sent again is probably out for
 * reasons of its own, and would fill it. */
static unsigned
count_young(const struct resolver *r)
{
	return r->lookups.in_use - r->lookups.lists[LOOKUP_SECOND].n -
	    r->lookups.lists[LOOKUP_LAST].n;
}

static unsigned
count_ready(const struct resolver *r)
{
	return r->lookups.lists[LOOKUP_READY].n;
}

/* How the way there is doing. */
static void
note_answer(struct resolver *r, const struct lookup *l, bool is_refusal,
    bool by_tcp)
{
	bool is_first = l->sent == 1 && !l->refused && !by_tcp;
	int64_t rtt = r->now - l->sent_at;
	int64_t whole = r->now - l->first_sent;

	r->last_answer = r->now;
	r->unanswered = 0;
	r->is_dead = false;
	r->count.answered++;
	if (whole > r->count.slowest)
		r->count.slowest = whole;
	/* Those that are always refused are not to count each time. */
	if (!l->refused)
		r->refused_share += ((is_refusal ? 1 : 0) -
		    r->refused_share) / 512;
	if (is_refusal && !l->refused)
		window_refused(&r->window, l->sent_at);
	else if (!is_refusal && l->refused)
		window_recovered(&r->window, l->sent_before);
	if (l->sent > 1 && !l->refused &&
	    rtt < 2 * r->window.srtt + FREE_OF_CHARGE)
		window_lost(&r->window, l->sent_before);
	window_answered(&r->window, r->now, is_first && !is_refusal ?
	    (rtt > 0 ? rtt : 1) : 0, count_young(r) - count_ready(r));
}

/* r->reply answers l. */
static void
take_reply(struct resolver *r, struct lookup *l)
{
	static const enum rdns_status statuses[] = {
		[REPLY_NAMES] = RDNS_OK, [REPLY_ADDRESSES] = RDNS_OK,
		[REPLY_NODATA] = RDNS_NODATA, [REPLY_NXDOMAIN] = RDNS_NXDOMAIN,
	};
	const struct reply *reply = &r->reply;
	bool by_tcp = l->stream != NULL;

	drop_stream(r, l);
	note_answer(r, l, reply->kind == REPLY_FAILURE &&
	    reply->rcode == WIRE_REFUSED, by_tcp);
	switch (reply->kind) {
	case REPLY_FAILURE:
		take_rcode(r, l, reply->rcode);
		return;
	case REPLY_BAD:
		take_failure(r, l, RDNS_BADREPLY);
		return;
	case REPLY_TRUNCATED:
		if (by_tcp)
			take_failure(r, l, RDNS_BADREPLY);
		else
			start_stream(r, l);
		return;
	case REPLY_ALIAS:
		servers_good(&r->servers, l->server);
		chase(r, l);
		return;
	default:
		servers_good(&r->servers, l->server);
		if (l->plain)
			servers_set_plain(&r->servers, l->server, r->now);
		finish(r, l, statuses[reply->kind], false);
	}
}

static unsigned
index_of(const struct resolver *r, const struct nameserver *ns)
{
	unsigned i = 0;

	while (r->servers.list[i].ns != ns)
		i++;
	return i;
}

/* A datagram with the id of a question of ours. */
static void
got_datagram(void *owner, struct nameserver *ns, unsigned slot,
    nameserver_ticket ticket, const uint8_t *m, size_t n, bool is_cut)
{
	struct resolver *r = owner;
	struct lookup *l = &r->lookups.slots[slot];
	uint16_t id = (uint16_t)ticket;

	if (l->stream)
		return;		/* it is being fetched whole */
	if (!l->plain && wire_is_refusal_of_form(id, m, n)) {
		take_form_error(r, l);
		return;
	}
	if (!wire_is_answer(&l->q, id, m, n)) {
		r->count.strays++;
		return;
	}
	l->server = (uint8_t)index_of(r, ns);
	answer_read(&l->q, m, n, &r->reply);
	if (is_cut)
		r->reply.kind = REPLY_TRUNCATED;
	take_reply(r, l);
}

static void
got_stream(struct resolver *r, unsigned slot)
{
	struct lookup *l = &r->lookups.slots[slot];
	const uint8_t *m;
	size_t n;
	int rc = l->stream ? stream_go_on(l->stream, &m, &n) : 0;

	if (rc == 0)
		return;
	if (rc > 0 && !wire_is_answer(&l->q, l->stream_id, m, n))
		rc = -1;
	l->wants_tcp = r->use_tcp;
	if (rc < 0) {
		drop_stream(r, l);
		take_failure(r, l, RDNS_BADREPLY);
		return;
	}
	answer_read(&l->q, m, n, &r->reply);
	take_reply(r, l);
}

/*
 * Sending.
 */

/* ICMP says that nobody is there: whatever waits for that server goes to
 * another one at once. */
static void
leave_server(struct resolver *r, unsigned i)
{
	if (!servers_unreachable(&r->servers, i, r->now) ||
	    servers_other(&r->servers, i, r->now) < 0)
		return;
	for (unsigned slot = 0; slot < r->lookups.n; slot++) {
		struct lookup *l = &r->lookups.slots[slot];

		if (l->server == i && l->list >= LOOKUP_FRESH &&
		    l->list <= LOOKUP_LAST)
			lookups_move(&r->lookups, l, LOOKUP_READY, r->now);
	}
}

static bool
put_on_wire(struct resolver *r, struct lookup *l, unsigned slot)
{
	struct nameserver *ns = r->servers.list[l->server].ns;
	unsigned i = l->server;

	if (l->has_ticket >> i & 1) {
		nameserver_send_again(ns, slot, &l->q, l->tickets[i]);
		return true;
	}
	if (!nameserver_send(ns, slot, &l->q, &l->tickets[i]))
		return false;
	l->has_ticket |= (uint8_t)(1 << i);
	return true;
}

static void
send_one(struct resolver *r, struct lookup *l)
{
	static const enum lookup_list lists[] = { LOOKUP_FRESH, LOOKUP_SECOND,
		LOOKUP_LAST };
	unsigned n = l->sent < r->tries ? l->sent : r->tries - 1;
	struct wire_name name;

	/* It has been sent, and has to wait for a connection. */
	if (l->wants_tcp && l->sent) {
		start_stream(r, l);
		return;
	}
	l->server = (uint8_t)servers_choose(&r->servers, l->server, r->now);
	/* Once sent it stays the same: a late answer counts. */
	if (!l->plain && l->sent == 0 &&
	    servers_is_plain(&r->servers, l->server, r->now)) {
		l->plain = true;
		wire_query_name(&l->q, &name);
		set_query(r, l, &name, wire_query_type(&l->q));
	}
	r->count.sent++;
	r->count.repeats += l->sent > 0;
	r->unanswered++;
	if (!r->silent_since || r->silent_since < r->last_answer)
		r->silent_since = r->now;
	if (!l->first_sent)
		l->first_sent = r->now;
	l->sent_before = l->sent_at;
	l->sent_at = r->now;
	if (l->sent < UINT8_MAX)
		l->sent++;
	if (l->wants_tcp) {
		uint16_t id;

		if (getrandom(&id, sizeof id, 0) == sizeof id)
			wire_query_set_id(&l->q, id);
		start_stream(r, l);
		return;
	}
	if (!put_on_wire(r, l, lookups_slot(&r->lookups, l)))
		servers_unreachable(&r->servers, l->server, r->now);
	/* The last of fewer tries waits as long as the last of three. */
	lookups_move(&r->lookups, l, n + 1 == r->tries ? LOOKUP_LAST :
	    lists[n], r->now);
}

static void
flush(struct resolver *r)
{
	r->is_blocked = false;
	for (unsigned i = 0; i < r->servers.n; i++) {
		int rc = nameserver_flush(r->servers.list[i].ns);

		if (rc < 0)
			leave_server(r, i);
		else if (rc == 0)
			r->is_blocked = true;
	}
}

/*
 * Time.
 */

/* Sent, and no answer in time. */
static void
expire(struct resolver *r, struct lookup *l, bool is_last)
{
	if (r->servers.list[l->server].unreachable_at < l->sent_at)
		l->was_silent = true;
	servers_failed(&r->servers, l->server, r->now);
	/* It was probably we who drowned it. */
	if (is_last && !l->is_second_round &&
	    r->window.cut_at > l->first_sent) {
		l->is_second_round = true;
		l->sent = 1;
		is_last = false;
	}
	if (is_last || r->now - l->first_sent > LIFE) {
		give_up(r, l, false);
		return;
	}
	if (r->servers.n > 1)
		l->server = (uint8_t)((l->server + 1) % r->servers.n);
	ask_again(r, l, 0);
}

static void
end_pause(struct resolver *r, struct lookup *l)
{
	if (l->pauses > 1)
		ask_again(r, l, l->pauses - 1u);
	else
		ask_again(r, l, 0);
}

static void
run_timers(struct resolver *r)
{
	struct lookups *t = &r->lookups;
	struct lookup *l;

	while ((l = lookups_due(t, LOOKUP_FRESH, r->now))) {
		window_late(&r->window, l->sent_at);
		lookups_move(t, l, LOOKUP_FIRST, r->now);
	}
	while ((l = lookups_due(t, LOOKUP_FIRST, r->now)))
		expire(r, l, false);
	while ((l = lookups_due(t, LOOKUP_SECOND, r->now)))
		expire(r, l, false);
	while ((l = lookups_due(t, LOOKUP_LAST, r->now)))
		expire(r, l, true);
	while ((l = lookups_due(t, LOOKUP_PAUSE, r->now)))
		end_pause(r, l);
	while ((l = lookups_due(t, LOOKUP_TCP, r->now))) {
		drop_stream(r, l);
		l->was_silent = true;
		give_up(r, l, false);
	}
}

/* Nobody has answered for long: what is out is given up, and so is what comes,
 * but for a probe now and then, until an answer comes. */
static void
check_for_life(struct resolver *r)
{
	int64_t since = r->silent_since > r->last_answer ? r->silent_since :
	    r->last_answer;

	if (r->is_dead || r->unanswered < SILENCE_ASKED ||
	    r->now - since < SILENCE)
		return;
	r->is_dead = true;
	r->probe_at = r->now + PROBE;
	for (unsigned slot = 0; slot < r->lookups.n; slot++)
		if (r->lookups.slots[slot].list != LOOKUP_FREE)
			give_up(r, &r->lookups.slots[slot], true);
}

/*
 * Outside.
 */

struct resolver *
resolver_new(unsigned in_flight, unsigned rate, resolver_done *done,
    void *owner)
{
	struct resolver *r = mem_new(sizeof *r);

	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	lookups_init(&r->lookups, in_flight);
	memcpy(r->lookups.delays, schedule, sizeof schedule);
	window_init(&r->window, in_flight, rate);
	reply_init(&r->reply);
	r->done = done;
	r->owner = owner;
	r->now = clock_us();
	return r;
}

void
resolver_free(struct resolver *r)
{
	if (!r)
		return;
	servers_close(&r->servers);
	lookups_release(&r->lookups);
	reply_release(&r->reply);
	close(r->epoll);
	free(r);
}

/* What resolv.conf says are limits to our schedule. */
static void
set_schedule(struct resolver *r, const struct resolvconf *conf)
{
	int64_t *delays = r->lookups.delays, limit;

	memcpy(delays, schedule, sizeof schedule);
	r->tries = LOOKUP_LAST - LOOKUP_FIRST + 1;
	if (conf->attempts && conf->attempts * conf->n < r->tries)
		r->tries = conf->attempts * (unsigned)conf->n;
	limit = (int64_t)conf->timeout * SECOND * r->tries;
	/* Where there is one try, it is the last. */
	for (unsigned i = LOOKUP_FRESH; r->tries > 1 &&
	    i < LOOKUP_FIRST + r->tries - 1; i++)
		limit -= delays[i];
	if (conf->timeout && limit < delays[LOOKUP_LAST])
		delays[LOOKUP_LAST] = limit;
}

void
resolver_set_servers(struct resolver *r, const struct resolvconf *conf)
{
	for (unsigned slot = 0; slot < r->lookups.n; slot++) {
		struct lookup *l = &r->lookups.slots[slot];

		if (l->list == LOOKUP_FREE)
			continue;
		forget_tickets(r, l);
		drop_stream(r, l);
		l->server = 0;
		ask_again(r, l, 0);
	}
	for (unsigned i = 0; i < r->servers.n; i++)
		r->count.strays += nameserver_strays(r->servers.list[i].ns);
	servers_close(&r->servers);
	servers_open(&r->servers, conf, r->epoll);
	set_schedule(r, conf);
	r->use_tcp = conf->use_vc;
	r->is_dead = false;
	r->unanswered = 0;
}

unsigned
resolver_room(const struct resolver *r)
{
	unsigned left = r->lookups.n - r->lookups.in_use;
	unsigned young = count_young(r);

	if (r->is_dead)
		return left;
	/* Those who wait to be sent may as well wait outside. */
	if (young >= r->window.size || count_ready(r) >= READY)
		return 0;
	if (left > READY - count_ready(r))
		left = READY - count_ready(r);
	return left < r->window.size - young ? left :
	    r->window.size - young;
}

void
resolver_ask(struct resolver *r, uint64_t who, const struct wire_name *name,
    enum wire_type type)
{
	struct lookup *l = lookups_take(&r->lookups);

	r->now = clock_us();
	r->count.asked++;
	l->who = who;
	l->wants_tcp = r->use_tcp;
	l->server = (uint8_t)servers_first(&r->servers);
	set_query(r, l, name, type);
	if (!r->is_dead)
		return;
	if (r->is_probing || r->now < r->probe_at) {
		give_up(r, l, true);
		return;
	}
	l->is_probe = true;
	r->is_probing = true;
	r->probe_at = r->now + PROBE;
}

void
resolver_receive(struct resolver *r)
{
	struct epoll_event events[EVENTS];
	int n = r->lookups.in_use ? epoll_wait(r->epoll, events, EVENTS, 0) :
	    0;

	r->now = clock_us();
	for (int i = 0; i < n; i++) {
		uint64_t tag = events[i].data.u64;
		unsigned server = (unsigned)(tag >> 16);

		if (tag >> 32)
			got_stream(r, (unsigned)(tag & UINT32_MAX));
		else if (nameserver_receive(r->servers.list[server].ns,
		    (unsigned)(tag & 0xffff), got_datagram, r) < 0)
			leave_server(r, server);
	}
	run_timers(r);
	check_for_life(r);
}

void
resolver_send(struct resolver *r)
{
	unsigned n = count_ready(r);

	if (r->is_blocked)
		flush(r);
	if (n == 0 || r->is_blocked)
		return;
	n = window_take(&r->window, r->now, n);
	while (n--) {
		struct lookup *l = lookups_head(&r->lookups, LOOKUP_READY);

		if (!l)
			break;
		send_one(r, l);
	}
	flush(r);
}

int
resolver_fd(const struct resolver *r)
{
	return r->epoll;
}

int64_t
resolver_pause(const struct resolver *r)
{
	int64_t due = lookups_next_due(&r->lookups), pause = -1, wait;

	if (due != INT64_MAX) {
		pause = due - clock_us();
		if (pause < 0)
			pause = 0;
	}
	wait = r->is_blocked ? BLOCKED : count_ready(r) ?
	    window_pause(&r->window) : -1;
	if (wait >= 0 && (pause < 0 || wait < pause))
		pause = wait;
	return pause;
}

struct resolver_counters
resolver_count(const struct resolver *r)
{
	struct resolver_counters count = r->count;

	for (unsigned i = 0; i < r->servers.n; i++)
		count.strays += nameserver_strays(r->servers.list[i].ns);
	count.window = r->window.size;
	count.in_flight = r->lookups.in_use;
	return count;
}
