/* SPDX-License-Identifier: ISC */
/* Which server to ask. */
#include "enrich/servers.h"

enum {
	FAILURES = 10,			/* in a row: benched */
	BENCH = 5000000,
	PLAIN = 600000000,		/* then EDNS is tried again */
};

void
servers_open(struct servers *s, const struct resolvconf *conf, int epoll)
{
	*s = (struct servers){ .n = (unsigned)conf->n,
		.rotate = conf->rotate };
	for (unsigned i = 0; i < s->n; i++)
		s->list[i].ns = nameserver_new(&conf->servers[i].address,
		    conf->servers[i].length, epoll, i);
}

void
servers_close(struct servers *s)
{
	for (unsigned i = 0; i < s->n; i++)
		nameserver_free(s->list[i].ns);
	s->n = 0;
}

unsigned
servers_first(struct servers *s)
{
	if (!s->rotate)
		return 0;
	s->next = (s->next + 1) % s->n;
	return s->next;
}

/* Whether it may be asked; if its time on the bench is over, this question is
 * the trial, and the next one has to wait for how it goes. */
static bool
may_ask(struct server *one, int64_t now)
{
	if (!one->benched_until)
		return true;
	if (now < one->benched_until)
		return false;
	one->benched_until = now + BENCH;
	return true;
}

unsigned
servers_choose(struct servers *s, unsigned from, int64_t now)
{
	unsigned best = from;

	for (unsigned k = 0; k < s->n; k++) {
		unsigned i = (from + k) % s->n;

		if (may_ask(&s->list[i], now))
			return i;
		if (s->list[i].benched_until < s->list[best].benched_until)
			best = i;
	}
	return best;
}

int
servers_other(struct servers *s, unsigned than, int64_t now)
{
	for (unsigned k = 1; k < s->n; k++) {
		unsigned i = (than + k) % s->n;

		if (!s->list[i].benched_until ||
		    now >= s->list[i].benched_until)
			return (int)i;
	}
	return -1;
}

void
servers_good(struct servers *s, unsigned i)
{
	s->list[i].failures = 0;
	s->list[i].benched_until = 0;
}

void
servers_failed(struct servers *s, unsigned i, int64_t now)
{
	struct server *one = &s->list[i];

	if (++one->failures >= FAILURES && s->n > 1 && !one->benched_until)
		one->benched_until = now + BENCH;
}

bool
servers_unreachable(struct servers *s, unsigned i, int64_t now)
{
	struct server *one = &s->list[i];
	bool is_new = s->n > 1 && !one->benched_until;

	one->unreachable_at = now;
	if (is_new)
		one->benched_until = now + BENCH;
	return is_new;
}

bool
servers_is_plain(const struct servers *s, unsigned i, int64_t now)
{
	return now < s->list[i].plain_until;
}

void
servers_set_plain(struct servers *s, unsigned i, int64_t now)
{
	s->list[i].plain_until = now + PLAIN;
}
