/* SPDX-License-Identifier: ISC */
/* Whether anybody is there. */
#include "enrich/breaker.h"

enum {
	SECOND = 1000000,
	SILENCE = 5 * SECOND,	/* no answer */
	ASKED = 32,		/* to so many: they are all dead */
	PROBE = SECOND,
};

void
breaker_sent(struct breaker *b, int64_t now)
{
	if (b->unanswered++ == 0)
		b->silent_since = now;
}

bool
breaker_opens(struct breaker *b, int64_t now)
{
	if (b->is_open || b->unanswered < ASKED ||
	    now - b->silent_since < SILENCE)
		return false;
	b->is_open = true;
	b->probe_at = now + PROBE;
	return true;
}

bool
breaker_lets_probe(struct breaker *b, int64_t now)
{
	if (b->is_probing || now < b->probe_at)
		return false;
	b->is_probing = true;
	b->probe_at = now + PROBE;
	return true;
}

void
breaker_probed(struct breaker *b)
{
	b->is_probing = false;
}

void
breaker_close(struct breaker *b)
{
	b->is_open = false;
	b->unanswered = 0;
}
