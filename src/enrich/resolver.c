/* SPDX-License-Identifier: ISC */
/* Questions to DNS resolvers, many at once. */
#include "enrich/resolver.h"

#include <stdlib.h>

#include "base/mem.h"
#include "enrich/answer.h"
#include "enrich/exchange.h"

enum {
	SECOND = 1000000,
	FAILED_MAX = 1,		/* SERVFAIL: asked again so often */
	REFUSED_MAX = 2,	/* refused: the same, */
	OVERRUN_MAX = 6,	/* unless refusing is how it says "too many" */
	LIFE = 9 * SECOND,	/* of a question, whatever happens */
};

struct resolver {
	struct exchange x;
	struct reply reply;
	resolver_done *done;
	void *owner;
	uint64_t asked, given_up, by_status[RDNS_STATUSES];
};

/*
 * The end of a question.
 */

static void
finish(struct resolver *r, struct lookup *l, enum rdns_status status,
    bool given_up)
{
	uint64_t who = l->who;

	exchange_end(&r->x, l);
	r->by_status[status]++;
	r->given_up += given_up;
	r->done(r->owner, who, status, &r->reply, given_up);
}

/* No answer, or none that helps: what has been heard on the way is said. */
static void
give_up(struct resolver *r, struct lookup *l, bool given_up)
{
	enum rdns_status status = l->status;

	if (status == RDNS_TIMEOUT && !l->was_silent &&
	    r->x.servers.list[l->server].unreachable_at)
		status = RDNS_UNREACHABLE;
	reply_reset(&r->reply);
	finish(r, l, status, given_up);
}

static bool
is_too_old(const struct resolver *r, const struct lookup *l)
{
	return r->x.now - l->first_sent > LIFE;
}

/*
 * What an answer means.
 */

/* A server failed: another one, or the same a little later if it may be asked
 * again, or the end. */
static void
turn_away(struct resolver *r, struct lookup *l, enum rdns_status status,
    unsigned pauses)
{
	int other = servers_other(&r->x.servers, l->server, r->x.now);

	l->status = status;
	if (is_too_old(r, l)) {
		give_up(r, l, false);
	} else if (other >= 0 && l->failed++ < r->x.servers.n) {
		l->server = (uint8_t)other;
		exchange_line_up(&r->x, l, 0);
	} else if (pauses) {
		exchange_line_up(&r->x, l, pauses);
	} else {
		give_up(r, l, false);
	}
}

static void
take_failure(struct resolver *r, struct lookup *l, enum rdns_status status)
{
	unsigned last = FAILED_MAX;

	servers_failed(&r->x.servers, l->server, r->x.now);
	turn_away(r, l, status, r->x.servers.n == 1 && l->failed++ < last);
}

/* Refused: by policy, or because there are too many of us. */
static void
take_refusal(struct resolver *r, struct lookup *l)
{
	bool overrun = r->x.refused_share > 0.03 || r->x.window.ceiling;
	unsigned last = overrun ? OVERRUN_MAX : REFUSED_MAX;
	bool others_pass = r->x.refused_share < 0.98;

	servers_failed(&r->x.servers, l->server, r->x.now);
	l->refused++;
	turn_away(r, l, RDNS_REFUSED, others_pass && l->refused <= last ?
	    l->refused : 0);
}

/* FORMERR and its like: some do not know EDNS. */
static void
take_form_error(struct resolver *r, struct lookup *l)
{
	if (l->plain) {
		take_failure(r, l, RDNS_BADREPLY);
		return;
	}
	exchange_set_plain(&r->x, l);
	exchange_line_up(&r->x, l, 0);
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
	exchange_set_query(&r->x, l, &target, wire_query_type(&l->q));
	l->sent = 0;
	exchange_line_up(&r->x, l, 0);
}

/* Too long for UDP.  Where there is no TCP there is no answer. */
static void
start_stream(struct resolver *r, struct lookup *l)
{
	int rc = exchange_connect(&r->x, l);

	l->wants_tcp = rc >= 0 || r->x.use_tcp;
	if (rc < 0)
		take_failure(r, l, RDNS_BADREPLY);
	else if (rc == 0 && is_too_old(r, l))
		give_up(r, l, false);
	else if (rc == 0)
		exchange_line_up(&r->x, l, 1);
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

	exchange_hang_up(&r->x, l);
	exchange_answered(&r->x, l, reply->kind == REPLY_FAILURE &&
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
		servers_good(&r->x.servers, l->server);
		chase(r, l);
		return;
	default:
		servers_good(&r->x.servers, l->server);
		if (l->plain)
			servers_set_plain(&r->x.servers, l->server, r->x.now);
		finish(r, l, statuses[reply->kind], false);
	}
}

/* A datagram with the id of a question of ours. */
static void
got_datagram(void *owner, struct lookup *l, unsigned server, uint16_t id,
    const uint8_t *m, size_t n, bool is_cut)
{
	struct resolver *r = owner;

	if (!l->plain && wire_is_refusal_of_form(id, m, n)) {
		take_form_error(r, l);
		return;
	}
	if (!wire_is_answer(&l->q, id, m, n)) {
		r->x.count.strays++;
		return;
	}
	l->server = (uint8_t)server;
	answer_read(&l->q, m, n, &r->reply);
	if (is_cut)
		r->reply.kind = REPLY_TRUNCATED;
	take_reply(r, l);
}

static void
got_stream(void *owner, struct lookup *l)
{
	struct resolver *r = owner;
	const uint8_t *m;
	size_t n;
	int rc = stream_go_on(l->stream, &m, &n);

	if (rc == 0)
		return;
	if (rc > 0 && !wire_is_answer(&l->q, l->stream_id, m, n))
		rc = -1;
	l->wants_tcp = r->x.use_tcp;
	if (rc < 0) {
		exchange_hang_up(&r->x, l);
		take_failure(r, l, RDNS_BADREPLY);
		return;
	}
	answer_read(&l->q, m, n, &r->reply);
	take_reply(r, l);
}

/*
 * What silence means.
 */

/* Sent, and no answer in time. */
static void
expire(struct resolver *r, struct lookup *l, bool is_last)
{
	struct exchange *x = &r->x;

	if (x->servers.list[l->server].unreachable_at < l->sent_at)
		l->was_silent = true;
	servers_failed(&x->servers, l->server, x->now);
	/* It was probably we who drowned it. */
	if (is_last && !l->is_second_round &&
	    x->window.cut_at > l->first_sent) {
		l->is_second_round = true;
		l->sent = 1;
		is_last = false;
	}
	if (is_last || is_too_old(r, l)) {
		give_up(r, l, false);
		return;
	}
	if (x->servers.n > 1)
		l->server = (uint8_t)((l->server + 1) % x->servers.n);
	exchange_line_up(x, l, 0);
}

static void
run_timers(struct resolver *r)
{
	struct exchange *x = &r->x;
	struct lookups *t = &x->lookups;
	struct lookup *l;

	while ((l = lookups_due(t, LOOKUP_FRESH, x->now))) {
		window_late(&x->window, l->sent_at);
		lookups_move(t, l, LOOKUP_FIRST, x->now);
	}
	while ((l = lookups_due(t, LOOKUP_FIRST, x->now)))
		expire(r, l, false);
	while ((l = lookups_due(t, LOOKUP_SECOND, x->now)))
		expire(r, l, false);
	while ((l = lookups_due(t, LOOKUP_LAST, x->now)))
		expire(r, l, true);
	while ((l = lookups_due(t, LOOKUP_PAUSE, x->now)))
		exchange_line_up(x, l, l->pauses - 1u);
	while ((l = lookups_due(t, LOOKUP_TCP, x->now))) {
		exchange_hang_up(x, l);
		l->was_silent = true;
		give_up(r, l, false);
	}
}

/* Nobody has answered for long: what is out is given up, and so is what comes,
 * but for a probe now and then, until an answer comes. */
static void
check_for_life(struct resolver *r)
{
	struct lookups *t = &r->x.lookups;

	if (!breaker_opens(&r->x.breaker, r->x.now))
		return;
	for (unsigned slot = 0; slot < t->n; slot++)
		if (t->slots[slot].list != LOOKUP_FREE)
			give_up(r, &t->slots[slot], true);
}

static void
send_one(struct resolver *r, struct lookup *l)
{
	/* It has been sent, and has to wait for a connection. */
	if (!l->wants_tcp || !l->sent)
		exchange_begin(&r->x, l);
	if (l->wants_tcp)
		start_stream(r, l);
	else
		exchange_post(&r->x, l);
}

/*
 * Outside.
 */

struct resolver *
resolver_new(unsigned in_flight, unsigned rate, resolver_done *done,
    void *owner, struct err *e)
{
	struct resolver *r;

	if (answer_start(e) < 0)
		return NULL;
	r = mem_new(sizeof *r);
	exchange_init(&r->x, in_flight, rate);
	reply_init(&r->reply);
	r->done = done;
	r->owner = owner;
	return r;
}

void
resolver_free(struct resolver *r)
{
	if (!r)
		return;
	exchange_release(&r->x);
	reply_release(&r->reply);
	free(r);
}

void
resolver_set_servers(struct resolver *r, const struct resolvconf *conf)
{
	exchange_set_servers(&r->x, conf);
}

unsigned
resolver_room(const struct resolver *r)
{
	return exchange_room(&r->x);
}

void
resolver_ask(struct resolver *r, uint64_t who, const struct wire_name *name,
    enum wire_type type)
{
	struct lookup *l = lookups_take(&r->x.lookups);
	struct breaker *b = &r->x.breaker;

	exchange_look_at_clock(&r->x);
	r->asked++;
	l->who = who;
	l->wants_tcp = r->x.use_tcp;
	l->server = (uint8_t)servers_first(&r->x.servers);
	exchange_set_query(&r->x, l, name, type);
	if (!b->is_open)
		return;
	if (breaker_lets_probe(b, r->x.now))
		l->is_probe = true;
	else
		give_up(r, l, true);
}

void
resolver_receive(struct resolver *r)
{
	static const struct exchange_hears hears = { got_datagram,
		got_stream };

	exchange_receive(&r->x, &hears, r);
	run_timers(r);
	check_for_life(r);
}

void
resolver_send(struct resolver *r)
{
	struct exchange *x = &r->x;
	unsigned n = exchange_ready(x);

	if (x->is_blocked)
		exchange_flush(x);
	if (n == 0 || x->is_blocked)
		return;
	n = window_take(&x->window, x->now, n);
	while (n--) {
		struct lookup *l = lookups_head(&x->lookups, LOOKUP_READY);

		if (!l)
			break;
		send_one(r, l);
	}
	exchange_flush(x);
}

int
resolver_fd(const struct resolver *r)
{
	return r->x.epoll;
}

int64_t
resolver_pause(const struct resolver *r)
{
	return exchange_pause(&r->x);
}

static void
add_count(struct buf *out, const char *name, uint64_t n)
{
	buf_addf(out, ", %s %llu", name, (unsigned long long)n);
}

void
resolver_add_counters(const struct resolver *r, struct buf *out)
{
	const struct exchange_counters *c = &r->x.count;

	add_count(out, "asked", r->asked);
	add_count(out, "answered", c->answered);
	add_count(out, "sent", c->sent);
	add_count(out, "repeated", c->repeats);
	add_count(out, "by TCP", c->tcp);
	add_count(out, "strays", exchange_strays(&r->x));
	add_count(out, "given up", r->given_up);
	add_count(out, "window", r->x.window.size);
	add_count(out, "out", r->x.lookups.in_use);
	buf_addf(out, ", slowest %.1f ms", (double)c->slowest / 1000);
	for (int i = 0; i < RDNS_STATUSES; i++) {
		struct slice name = rdns_status_name((enum rdns_status)i);

		if (r->by_status[i])
			buf_addf(out, ", %.*s %llu", (int)name.n, name.p,
			    (unsigned long long)r->by_status[i]);
	}
}
