/* SPDX-License-Identifier: ISC */
/* The names of addresses. */
#include "enrich/rdns.h"

#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "enrich/cache.h"
#include "enrich/files.h"
#include "enrich/finding.h"
#include "enrich/line.h"
#include "enrich/networks.h"
#include "enrich/reserved.h"

enum {
	BYTES_AN_ENTRY = 96,	/* the cache's ceiling in bytes, for each */
	SECOND = 1000,
	LOCAL_LIFE = 60 * SECOND,
	LINE = 65536,		/* more would only stand there */
};

/* What happens to an entry of the cache. */
enum state {
	WAITING,	/* in the line of those to be asked */
	ASKED,
	HELD,		/* its network has a probe out */
	CONFIRMING,	/* its name's addresses are being asked for */
	KNOWN,
};

struct rdns {
	struct rdns_settings settings;
	struct resolver *resolver;
	struct cache *cache;
	struct networks *networks;
	struct files *files;
	bool is_lasting;
	int64_t now;		/* milliseconds, monotonic */
	struct line line;
	struct buf scratch;
	uint64_t lookups, known, local, held;
};

static int64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return t.tv_sec * (int64_t)SECOND + t.tv_nsec / 1000000;
}

static void
line_up(struct rdns *r, cache_id id, bool in_front)
{
	cache_at(r->cache, id)->state = WAITING;
	line_add(&r->line, r->cache, id, in_front);
}

static bool
is_expired(const struct rdns *r, const struct cached *one)
{
	if (r->now < one->expires || one->pins)
		return false;
	return !r->is_lasting || finding_is_failure((enum rdns_status)one->status);
}

/* Known now; nobody but rows needs it any more. */
static void
settle(struct rdns *r, cache_id id)
{
	struct cached *one = cache_at(r->cache, id);

	one->state = KNOWN;
	one->next = 0;
	one->pins--;
}

/*
 * Forward confirmation (RFC 8601, iprev).
 */

/* Asks for the addresses of a name, or finds them; 0: cannot. */
static cache_id
ask_forward(struct rdns *r, const struct ip *ip, struct slice name)
{
	char key[FINDING_KEY_MAX];
	struct slice whole = finding_forward_key(key, ip->family, name);
	cache_id id = cache_find(r->cache, whole);

	if (id && cache_at(r->cache, id)->state == KNOWN &&
	    is_expired(r, cache_at(r->cache, id))) {
		cache_at(r->cache, id)->pins++;
		line_up(r, id, true);
	}
	if (id)
		return id;
	id = cache_add(r->cache, whole);
	if (id)
		line_up(r, id, true);
	return id;
}

/* Goes on with the next name that is not refuted yet. */
static void
confirm(struct rdns *r, cache_id id)
{
	struct ip ip = finding_ip(cache_at(r->cache, id));

	for (;;) {
		struct slice name = finding_hostname(cache_at(r->cache, id),
		    cache_at(r->cache, id)->chosen);
		struct cached *one = cache_at(r->cache, id), *other;
		struct wire_name wire;
		cache_id forward;

		if (name.n == 0)
			break;
		if (!wire_name_parse(&wire, name)) {
			one->chosen++;	/* no host can be called so */
			continue;
		}
		forward = ask_forward(r, &ip, name);
		other = cache_at(r->cache, forward);
		if (forward && other->state != KNOWN) {
			one->state = CONFIRMING;
			one->next = other->chosen_by;
			other->chosen_by = id;
			return;
		}
		if (forward && finding_has_address(other, &ip)) {
			one->forward = FORWARD_PASS;
			settle(r, id);
			return;
		}
		if (!forward || finding_is_failure((enum rdns_status)other->status)) {
			one->forward = FORWARD_TEMPERROR;
			one->failed = forward ? other->status : RDNS_TIMEOUT;
		}
		one->chosen++;
	}
	cache_at(r->cache, id)->chosen = 0;
	settle(r, id);
}

/* The addresses of a name are known: those who wait for it go on. */
static void
wake_confirming(struct rdns *r, cache_id id)
{
	cache_id waiting = cache_at(r->cache, id)->chosen_by;

	cache_at(r->cache, id)->chosen_by = 0;
	while (waiting) {
		cache_id next = cache_at(r->cache, waiting)->next;

		confirm(r, waiting);
		waiting = next;
	}
}

/*
 * Ends of questions.
 */

static void
end_forward(struct rdns *r, cache_id id, const struct reply *reply)
{
	cache_set(r->cache, id, finding_of_addresses(reply->addresses,
	    reply->kind == REPLY_ADDRESSES ? reply->n : 0));
	settle(r, id);
	wake_confirming(r, id);
}

/* RFC 8601 section 2.7.3, before any name has been checked. */
static enum forward
forward_of(enum rdns_status status)
{
	if (status == RDNS_OK)
		return FORWARD_FAIL;
	return finding_is_failure(status) ? FORWARD_TEMPERROR :
	    FORWARD_PERMERROR;
}

static void
end_reverse(struct rdns *r, cache_id id, const struct reply *reply)
{
	struct cached *one = cache_at(r->cache, id);

	if (one->status == RDNS_OK)
		cache_set(r->cache, id, finding_of_names(&r->scratch,
		    reply->names, r->settings.confirm ? reply->n : 1));
	else
		cache_set(r->cache, id, (struct slice){ NULL, 0 });
	one = cache_at(r->cache, id);
	one->chosen = 0;
	one->failed = 0;
	one->forward = FORWARD_NONE;
	if (r->settings.confirm)
		one->forward = (uint8_t)forward_of(
		    (enum rdns_status)one->status);
	if (r->settings.confirm && one->status == RDNS_OK)
		confirm(r, id);
	else
		settle(r, id);
}

static void
set_status(struct rdns *r, cache_id id, enum rdns_status status,
    const struct reply *reply, bool given_up)
{
	struct cached *one = cache_at(r->cache, id);

	/* A name that says nothing at all is none. */
	if (status == RDNS_OK && reply->n == 0)
		status = RDNS_NODATA;
	one->status = (uint8_t)status;
	one->failures = finding_is_failure(status) ?
	    (uint8_t)(one->failures < 8 ? one->failures + 1 : 8) : 0;
	one->expires = r->now + (given_up ? SECOND :
	    finding_lifetime(status, reply->ttl, one->failures));
}

/* Those of the same network who were held back: asked now, or as unlucky. */
static void
end_held(struct rdns *r, const struct ip *ip, enum rdns_status status,
    const struct reply *reply, bool given_up)
{
	uint32_t *held = networks_held(r->networks, ip);
	cache_id id = held ? *held : 0;

	if (id)
		*held = 0;
	while (id) {
		cache_id next = cache_at(r->cache, id)->next;

		if (status == RDNS_TIMEOUT) {
			r->held++;
			set_status(r, id, status, reply, given_up);
			end_reverse(r, id, reply);
		} else {
			line_up(r, id, true);
		}
		id = next;
	}
}

static void
end_question(void *owner, uint64_t who, enum rdns_status status,
    const struct reply *reply, bool given_up)
{
	struct rdns *r = owner;
	cache_id id = (cache_id)who;
	struct ip ip;

	set_status(r, id, status, reply, given_up);
	if (finding_is_forward(cache_at(r->cache, id))) {
		end_forward(r, id, reply);
		return;
	}
	ip = finding_ip(cache_at(r->cache, id));
	end_reverse(r, id, reply);
	if (given_up || status == RDNS_UNREACHABLE)
		networks_withdrawn(r->networks, &ip);
	else if (status == RDNS_TIMEOUT)
		networks_silent(r->networks, &ip, r->now);
	else
		networks_answered(r->networks, &ip, r->now);
	end_held(r, &ip, status, reply, given_up);
}

/*
 * Beginnings.
 */

/* Whether it was answered here. */
static bool
answer_locally(struct rdns *r, cache_id id, const struct ip *ip)
{
	struct slice name = { NULL, 0 };
	bool is_named = files_name(r->files, ip, &name);

	if (!is_named && !reserved_has(ip))
		return false;
	r->local++;
	cache_set(r->cache, id, finding_of_names(&r->scratch, &name,
	    is_named));
	cache_at(r->cache, id)->status = RDNS_LOCAL;
	cache_at(r->cache, id)->forward = FORWARD_NONE;
	cache_at(r->cache, id)->expires = r->now + LOCAL_LIFE;
	settle(r, id);
	return true;
}

static void
begin(struct rdns *r, cache_id id, const struct ip *ip)
{
	if (!answer_locally(r, id, ip))
		line_up(r, id, false);
}

rdns_ticket
rdns_ask(struct rdns *r, const struct ip *ip, bool may_wait)
{
	char bytes[FINDING_KEY_MAX];
	struct slice key = finding_key(bytes, ip);
	cache_id id = cache_find(r->cache, key);
	struct cached *one = cache_at(r->cache, id);

	r->now = clock_ms();
	if (!id) {
		id = r->line.n < LINE || !may_wait ?
		    cache_add(r->cache, key) : 0;
		if (!id)
			return 0;
		begin(r, id, ip);
	} else if (one->state == KNOWN && is_expired(r, one)) {
		one->pins = 1;
		begin(r, id, ip);
	} else {
		r->known++;
	}
	r->lookups++;
	cache_at(r->cache, id)->pins++;
	return id;
}

_Static_assert((int)RDNS_EXPECTED <= (int)CACHE_EXPECTED, "too many");

void
rdns_expect(struct rdns *r, const struct ip *ips, size_t n)
{
	char bytes[RDNS_EXPECTED][FINDING_KEY_IP];
	struct slice keys[RDNS_EXPECTED];

	for (size_t i = 0; i < n; i++)
		keys[i] = finding_key(bytes[i], &ips[i]);
	cache_expect(r->cache, keys, n);
}

bool
rdns_answer(struct rdns *r, rdns_ticket ticket, struct rdns_name *name)
{
	const struct cached *one = cache_at(r->cache, ticket);

	if (one->state != KNOWN)
		return false;
	name->status = (enum rdns_status)one->status;
	name->forward = (enum forward)one->forward;
	name->hostname = finding_hostname(one, one->chosen);
	if (!r->settings.mismatch || name->status != RDNS_OK)
		return true;
	if (name->forward == FORWARD_FAIL)
		name->status = RDNS_MISMATCH;
	else if (name->forward == FORWARD_TEMPERROR)
		name->status = (enum rdns_status)one->failed;
	return true;
}

void
rdns_release(struct rdns *r, rdns_ticket ticket)
{
	cache_at(r->cache, ticket)->pins--;
}

/* The next in the line, to the resolver or to the others of its network. */
static void
ask_next(struct rdns *r)
{
	cache_id id = line_take(&r->line, r->cache);
	struct cached *one = cache_at(r->cache, id);
	struct wire_name name;
	enum wire_type type = WIRE_PTR;

	one->state = ASKED;
	if (finding_is_forward(one)) {
		/* It has been parsed before. */
		(void)wire_name_parse(&name, finding_name(one, &type));
	} else {
		struct ip ip = finding_ip(one);

		if (networks_advise(r->networks, &ip, r->now) ==
		    NETWORKS_HOLD) {
			uint32_t *held = networks_held(r->networks, &ip);

			one->state = HELD;
			one->next = *held;
			*held = id;
			return;
		}
		wire_reverse(&name, &ip);
	}
	resolver_ask(r->resolver, id, &name, type);
}

void
rdns_step(struct rdns *r)
{
	struct resolvconf conf;

	r->now = clock_ms();
	if (files_look(r->files, r->now, &conf))
		resolver_set_servers(r->resolver, &conf);
	resolver_receive(r->resolver);
	while (r->line.first && resolver_room(r->resolver))
		ask_next(r);
	resolver_send(r->resolver);
}

int
rdns_fd(const struct rdns *r)
{
	return resolver_fd(r->resolver);
}

int64_t
rdns_pause(const struct rdns *r)
{
	/* Those in the line may go when something has come, or given up. */
	return r->line.first && resolver_room(r->resolver) ? 0 :
	    resolver_pause(r->resolver);
}

struct rdns *
rdns_new(const struct rdns_settings *settings, struct err_list *complaints,
    struct err *e)
{
	struct rdns *r = mem_new(sizeof *r);
	struct resolvconf conf;

	r->resolver = resolver_new(settings->in_flight, settings->rate,
	    end_question, r, e);
	if (!r->resolver) {
		free(r);
		return NULL;
	}
	r->settings = *settings;
	r->cache = cache_new(settings->cache, settings->cache *
	    BYTES_AN_ENTRY);
	r->networks = networks_new();
	buf_init(&r->scratch, WIRE_NAMES_MAX * (2 + WIRE_TEXT_MAX));
	r->files = files_open(settings->hosts);
	r->now = clock_ms();
	if (settings->servers)
		conf = *settings->servers;
	else
		files_servers(r->files, settings->resolv_conf, &conf,
		    complaints);
	resolver_set_servers(r->resolver, &conf);
	return r;
}

void
rdns_free(struct rdns *r)
{
	if (!r)
		return;
	resolver_free(r->resolver);
	cache_free(r->cache);
	networks_free(r->networks);
	files_close(r->files);
	buf_release(&r->scratch);
	free(r);
}

void
rdns_set_lasting(struct rdns *r, bool lasting)
{
	r->is_lasting = lasting;
}

void
rdns_add_counters(const struct rdns *r, struct buf *out)
{
	buf_addf(out, "dns: look-ups %llu, known %llu, local %llu, held back "
	    "%llu, kept %zu", (unsigned long long)r->lookups,
	    (unsigned long long)r->known, (unsigned long long)r->local,
	    (unsigned long long)r->held, cache_count(r->cache));
	resolver_add_counters(r->resolver, out);
}
