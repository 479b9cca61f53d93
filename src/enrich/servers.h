/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_SERVERS_H
#define ENRICH_SERVERS_H

#include "enrich/nameserver.h"
#include "enrich/resolvconf.h"

/* The servers in the order they are asked, and how they have been lately.  One
 * that failed often without a good answer between sits on the bench for some
 * seconds, then gets one question as a trial; never for ever.  The last one
 * left is never benched.  Times are microseconds. */
struct servers {
	unsigned n, next;
	bool rotate;
	struct server {
		struct nameserver *ns;
		unsigned failures;	/* since the last good answer */
		int64_t benched_until;	/* 0: plays */
		int64_t unreachable_at;	/* 0: never */
		int64_t plain_until;	/* does not understand EDNS */
	} list[3];
};

void servers_open(struct servers *s, const struct resolvconf *conf,
	int epoll);
void servers_close(struct servers *s);

/* Whom to ask first. */
unsigned servers_first(struct servers *s);

/* Whom to ask, beginning at one: that one, or the next that is not benched. */
unsigned servers_choose(struct servers *s, unsigned from, int64_t now);

/* Another one than this that is worth asking; -1: none. */
int servers_other(struct servers *s, unsigned than, int64_t now);

void servers_good(struct servers *s, unsigned i);
void servers_failed(struct servers *s, unsigned i, int64_t now);

/* ICMP, or no route.  True if it was not known. */
bool servers_unreachable(struct servers *s, unsigned i, int64_t now);

bool servers_is_plain(const struct servers *s, unsigned i, int64_t now);
void servers_set_plain(struct servers *s, unsigned i, int64_t now);

#endif
