/* SPDX-License-Identifier: ISC */
/* Networks nobody answers for. */
#include "enrich/networks.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"

enum {
	PLACES = 8192,		/* a power of two */
	SILENT = 3,		/* questions in a row */
	MEMORY = 60 * 1000,	/* milliseconds */
};

struct network {
	uint64_t prefix;	/* its bits and family; 0: nobody */
	int64_t answered_at, silent_at;	/* 0: never */
	unsigned silent;
	bool has_probe;
	uint32_t held;
};

struct networks {
	struct siphash_key key;
	struct network places[PLACES];
};

struct networks *
networks_new(void)
{
	struct networks *n = mem_new(sizeof *n);

	n->key = siphash_random_key();
	return n;
}

void
networks_free(struct networks *n)
{
	free(n);
}

static uint64_t
prefix_of(const struct ip *ip)
{
	return ip->family == IP_V4 ? ip->low >> 8 << 2 | 1 :
	    (ip->high >> 16) << 2 | 2;
}

static struct network *
place_of(struct networks *n, uint64_t prefix)
{
	struct slice key = { (const char *)&prefix, sizeof prefix };

	return &n->places[siphash(&n->key, key) & (PLACES - 1)];
}

static struct network *
find(struct networks *n, const struct ip *ip)
{
	uint64_t prefix = prefix_of(ip);
	struct network *one = place_of(n, prefix);

	return one->prefix == prefix ? one : NULL;
}

/* Its place, unless another network needs it more. */
static struct network *
claim(struct networks *n, const struct ip *ip)
{
	uint64_t prefix = prefix_of(ip);
	struct network *one = place_of(n, prefix);

	if (one->prefix == prefix)
		return one;
	if (one->has_probe || one->held)
		return NULL;
	*one = (struct network){ .prefix = prefix };
	return one;
}

static bool
is_dead(const struct network *one, int64_t now)
{
	return one->silent >= SILENT && now - one->silent_at < MEMORY &&
	    (!one->answered_at || now - one->answered_at >= MEMORY);
}

enum networks_advice
networks_advise(struct networks *n, const struct ip *ip, int64_t now)
{
	struct network *one = find(n, ip);

	if (!one || !is_dead(one, now))
		return NETWORKS_ASK;
	if (one->has_probe)
		return NETWORKS_HOLD;
	one->has_probe = true;
	return NETWORKS_ASK;
}

uint32_t *
networks_held(struct networks *n, const struct ip *ip)
{
	struct network *one = find(n, ip);

	return one ? &one->held : NULL;
}

void
networks_answered(struct networks *n, const struct ip *ip, int64_t now)
{
	struct network *one = claim(n, ip);

	if (!one)
		return;
	one->answered_at = now;
	one->silent = 0;
	one->has_probe = false;
}

void
networks_silent(struct networks *n, const struct ip *ip, int64_t now)
{
	struct network *one = claim(n, ip);

	if (!one)
		return;
	if (now - one->silent_at >= MEMORY)
		one->silent = 0;
	one->silent++;
	one->silent_at = now;
	one->has_probe = false;
}

void
networks_withdrawn(struct networks *n, const struct ip *ip)
{
	struct network *one = find(n, ip);

	if (one)
		one->has_probe = false;
}
