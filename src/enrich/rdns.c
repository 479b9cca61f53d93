/* SPDX-License-Identifier: ISC */
/* The names of addresses. */
#include "enrich/rdns.h"

#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "enrich/cache.h"
#include "enrich/filestamp.h"
#include "enrich/hosts.h"
#include "enrich/networks.h"

enum {
	KEY_IP = 1 + 2 * sizeof(uint64_t),
	BYTES_AN_ENTRY = 96,	/* the cache's ceiling in bytes, for each */
	SECOND = 1000,
	MINUTE = 60 * SECOND,
	TTL_MIN = MINUTE, TTL_MAX = 24 * 60 * MINUTE,
	NEGATIVE_MAX = 3 * 60 * MINUTE,
	FAILURE_MIN = 30 * SECOND, FAILURE_MAX = 5 * MINUTE,
	LOOK = 5 * SECOND,	/* how often at resolv.conf */
	LINE = 2048,		/* more in the line would only wait there */
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
	struct hosts *hosts;
	struct filestamp resolv_stamp;
	bool watches_resolv, is_lasting;
	int64_t now, look_at;	/* milliseconds, monotonic */
	cache_id first, last;	/* the line */
	size_t line;		/* how many stand there */
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

/*
 * Keys: 'P' and an address; 'A' or '6' and a name.
 */

static struct slice
address_key(const struct ip *ip, char key[KEY_IP])
{
	key[0] = 'P';
	if (ip->family == IP_V4)
		key[0] = 'p';
	memcpy(key + 1, &ip->high, sizeof ip->high);
	memcpy(key + 1 + sizeof ip->high, &ip->low, sizeof ip->low);
	return (struct slice){ key, KEY_IP };
}

static bool
is_forward(const struct cached *one)
{
	return *one->bytes == 'A' || *one->bytes == '6';
}

static struct ip
address_of(const struct cached *one)
{
	struct ip ip = { .family = *one->bytes == 'p' ? IP_V4 : IP_V6 };

	memcpy(&ip.high, one->bytes + 1, sizeof ip.high);
	memcpy(&ip.low, one->bytes + 1 + sizeof ip.high, sizeof ip.low);
	return ip;
}

/*
 * Values: names, each with its length in two bytes before it; or addresses.
 */

static void
set_names(struct rdns *r, cache_id id, const struct slice *names, size_t n)
{
	buf_reset(&r->scratch);
	for (size_t i = 0; i < n; i++) {
		buf_add_byte(&r->scratch, (char)(names[i].n >> 8));
		buf_add_byte(&r->scratch, (char)names[i].n);
		buf_add(&r->scratch, names[i]);
	}
	cache_set(r->cache, id, buf_slice(&r->scratch));
}

/* The name with this index; empty: there are no more. */
static struct slice
name_at(const struct cached *one, unsigned index)
{
	struct slice rest = cached_value(one), name = { NULL, 0 };

	do {
		if (rest.n < 2)
			return (struct slice){ NULL, 0 };
		name = slice_to(slice_from(rest, 2),
		    (size_t)(unsigned char)rest.p[0] << 8 |
		    (unsigned char)rest.p[1]);
		rest = slice_from(rest, 2 + name.n);
	} while (index--);
	return name;
}

static bool
has_address(const struct cached *one, const struct ip *ip)
{
	struct slice value = cached_value(one);

	for (; value.n; value = slice_from(value, sizeof *ip)) {
		struct ip other;

		memcpy(&other, value.p, sizeof other);
		if (ip_equal(&other, ip))
			return true;
	}
	return false;
}

/*
 * The line of those to be asked; the chains of those who wait for another.
 */

static void
line_up(struct rdns *r, cache_id id, bool in_front)
{
	struct cached *one = cache_at(r->cache, id);

	r->line++;
	one->state = WAITING;
	one->next = in_front ? r->first : 0;
	if (in_front || !r->first)
		r->first = id;
	else
		cache_at(r->cache, r->last)->next = id;
	if (!in_front || !one->next)
		r->last = id;
}

static cache_id
take_first(struct rdns *r)
{
	cache_id id = r->first;

	r->line--;
	r->first = cache_at(r->cache, id)->next;
	if (!r->first)
		r->last = 0;
	cache_at(r->cache, id)->next = 0;
	return id;
}

/*
 * What an answer is worth, and for how long.
 */

static bool
is_failure(enum rdns_status status)
{
	return status == RDNS_SERVFAIL || status == RDNS_REFUSED ||
	    status == RDNS_TIMEOUT || status == RDNS_UNREACHABLE ||
	    status == RDNS_BADREPLY;
}

static int64_t
lifetime(struct cached *one, const struct reply *reply, bool given_up)
{
	int64_t life, most = TTL_MAX;

	if (given_up)
		return SECOND;
	if (is_failure((enum rdns_status)one->status)) {
		life = FAILURE_MIN;
		for (unsigned i = 1; i < one->failures; i++)
			life *= 2;
		return life < FAILURE_MAX ? life : FAILURE_MAX;
	}
	life = (int64_t)reply->ttl * SECOND;
	if (one->status != RDNS_OK)
		most = NEGATIVE_MAX;
	return life < TTL_MIN ? TTL_MIN : life > most ? most : life;
}

static bool
is_expired(const struct rdns *r, const struct cached *one)
{
	if (r->now < one->expires || one->pins)
		return false;
	return !r->is_lasting || is_failure((enum rdns_status)one->status);
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
	char key[1 + WIRE_TEXT_MAX];
	struct slice whole = { key, 1 + name.n };
	cache_id id;

	key[0] = ip->family == IP_V4 ? 'A' : '6';
	memcpy(key + 1, name.p, name.n);
	id = cache_find(r->cache, whole);
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
	struct ip ip = address_of(cache_at(r->cache, id));

	for (;;) {
		struct slice name = name_at(cache_at(r->cache, id),
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
		if (forward && has_address(other, &ip)) {
			one->forward = FORWARD_PASS;
			settle(r, id);
			return;
		}
		if (!forward || is_failure((enum rdns_status)other->status)) {
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
	const struct ip *addresses = reply->addresses;

	cache_set(r->cache, id, (struct slice){ (const char *)addresses,
		reply->kind == REPLY_ADDRESSES ? reply->n * sizeof *addresses :
		0 });
	settle(r, id);
	wake_confirming(r, id);
}

/* RFC 8601 section 2.7.3, before any name has been checked. */
static enum forward
forward_of(enum rdns_status status)
{
	if (status == RDNS_OK)
		return FORWARD_FAIL;
	return is_failure(status) ? FORWARD_TEMPERROR : FORWARD_PERMERROR;
}

static void
end_reverse(struct rdns *r, cache_id id, const struct reply *reply)
{
	struct cached *one = cache_at(r->cache, id);

	if (one->status == RDNS_OK)
		set_names(r, id, reply->names, r->settings.confirm ?
		    reply->n : 1);
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
	one->failures = is_failure(status) ?
	    (uint8_t)(one->failures < 8 ? one->failures + 1 : 8) : 0;
	one->expires = r->now + lifetime(one, reply, given_up);
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
	if (is_forward(cache_at(r->cache, id))) {
		end_forward(r, id, reply);
		return;
	}
	ip = address_of(cache_at(r->cache, id));
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

/* Networks that no server outside can say anything about. */
static bool
is_local(const struct ip *ip)
{
	static const struct {
		enum ip_family family;
		unsigned bits;
		uint64_t value;		/* the upper half, for IPv6 */
	} nets[] = {
		{ IP_V4, 8, 0x00000000 }, { IP_V4, 8, 0x7f000000 },
		{ IP_V4, 16, 0xa9fe0000 }, { IP_V4, 24, 0xc0000200 },
		{ IP_V4, 24, 0xc6336400 }, { IP_V4, 24, 0xcb007100 },
		{ IP_V4, 4, 0xe0000000 }, { IP_V4, 4, 0xf0000000 },
		{ IP_V6, 10, 0xfe80000000000000 },
		{ IP_V6, 8, 0xff00000000000000 },
		{ IP_V6, 32, 0x20010db800000000 },
		{ IP_V6, 20, 0x3fff000000000000 },
	};
	uint64_t value = ip->family == IP_V4 ? ip->low << 32 : ip->high;

	if (ip->family == IP_V6 && ip->high == 0 && ip->low <= 1)
		return true;
	for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
		uint64_t net = ip->family == IP_V4 ? nets[i].value << 32 :
		    nets[i].value;

		if (nets[i].family == ip->family &&
		    (value ^ net) >> (64 - nets[i].bits) == 0)
			return true;
	}
	return false;
}

/* Whether it was answered here. */
static bool
answer_locally(struct rdns *r, cache_id id, const struct ip *ip)
{
	struct slice name = { NULL, 0 };
	bool is_named = hosts_find(r->hosts, ip, &name);

	if (!is_named && !is_local(ip))
		return false;
	r->local++;
	set_names(r, id, &name, is_named);
	cache_at(r->cache, id)->status = RDNS_LOCAL;
	cache_at(r->cache, id)->forward = FORWARD_NONE;
	cache_at(r->cache, id)->expires = r->now + TTL_MIN;
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
	char bytes[KEY_IP];
	struct slice key = address_key(ip, bytes);
	cache_id id = cache_find(r->cache, key);
	struct cached *one = cache_at(r->cache, id);

	r->now = clock_ms();
	if (!id) {
		id = r->line < LINE || !may_wait ?
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

bool
rdns_answer(struct rdns *r, rdns_ticket ticket, struct rdns_name *name)
{
	const struct cached *one = cache_at(r->cache, ticket);

	if (one->state != KNOWN)
		return false;
	name->status = (enum rdns_status)one->status;
	name->forward = (enum forward)one->forward;
	name->hostname = name_at(one, one->chosen);
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
	cache_id id = take_first(r);
	struct cached *one = cache_at(r->cache, id);
	struct wire_name name;
	enum wire_type type = WIRE_PTR;

	one->state = ASKED;
	if (is_forward(one)) {
		type = *one->bytes == 'A' ? WIRE_A : WIRE_AAAA;
		/* It has been parsed before. */
		(void)wire_name_parse(&name, slice_from(cached_key(one), 1));
	} else {
		struct ip ip = address_of(one);

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

/* Both files may change under a program that runs for months. */
static void
look_at_files(struct rdns *r)
{
	if (r->now < r->look_at)
		return;
	r->look_at = r->now + LOOK;
	if (hosts_is_stale(r->hosts)) {
		hosts_free(r->hosts);
		r->hosts = hosts_read(r->settings.hosts);
	}
	if (r->watches_resolv && filestamp_is_stale(&r->resolv_stamp,
	    r->settings.resolv_conf)) {
		struct err_list ignored = { 0 };
		struct resolvconf conf;

		filestamp_take(&r->resolv_stamp, r->settings.resolv_conf);
		resolvconf_read(&conf, r->settings.resolv_conf, &ignored);
		err_list_release(&ignored);
		resolver_set_servers(r->resolver, &conf);
	}
}

void
rdns_step(struct rdns *r)
{
	r->now = clock_ms();
	look_at_files(r);
	resolver_receive(r->resolver);
	while (r->first && resolver_room(r->resolver))
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
	return r->first && resolver_room(r->resolver) ? 0 :
	    resolver_pause(r->resolver);
}

struct rdns *
rdns_new(const struct rdns_settings *settings, struct err_list *complaints)
{
	struct rdns *r = mem_new(sizeof *r);
	struct resolvconf conf;

	r->settings = *settings;
	r->resolver = resolver_new(settings->in_flight, settings->rate,
	    end_question, r);
	r->cache = cache_new(settings->cache, settings->cache *
	    BYTES_AN_ENTRY);
	r->networks = networks_new();
	buf_init(&r->scratch, WIRE_NAMES_MAX * (2 + WIRE_TEXT_MAX));
	r->hosts = hosts_read(settings->hosts);
	r->now = clock_ms();
	if (settings->servers) {
		conf = *settings->servers;
	} else {
		filestamp_take(&r->resolv_stamp, settings->resolv_conf);
		resolvconf_read(&conf, settings->resolv_conf, complaints);
		r->watches_resolv = !conf.no_reload;
	}
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
	hosts_free(r->hosts);
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
	struct resolver_counters c = resolver_count(r->resolver);

	buf_addf(out, "dns: look-ups %llu, known %llu, local %llu, asked "
	    "%llu, answered %llu, sent %llu, repeated %llu, by TCP %llu, "
	    "strays %llu, given up %llu, held back %llu, window %u, out %u, "
	    "slowest %.1f ms, kept %zu",
	    (unsigned long long)r->lookups, (unsigned long long)r->known,
	    (unsigned long long)r->local, (unsigned long long)c.asked,
	    (unsigned long long)c.answered, (unsigned long long)c.sent,
	    (unsigned long long)c.repeats, (unsigned long long)c.tcp,
	    (unsigned long long)c.strays, (unsigned long long)c.given_up,
	    (unsigned long long)r->held, c.window, c.in_flight,
	    (double)c.slowest / 1000, cache_count(r->cache));
	for (int i = 0; i < RDNS_STATUSES; i++) {
		struct slice name = rdns_status_name((enum rdns_status)i);

		if (c.by_status[i])
			buf_addf(out, ", %.*s %llu", (int)name.n, name.p,
			    (unsigned long long)c.by_status[i]);
	}
}
