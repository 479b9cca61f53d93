/* SPDX-License-Identifier: ISC */
/* Forged answers. */
#include "flood.h"

#include <err.h>
#include <stdlib.h>

#include "reply.h"

enum { SEEN = 256, TURN_US = 500, BURST = 128 };

enum forgery { WRONG_ID, WRONG_QUESTION, WRONG_SOURCE, WRONG_PORT,
	FORGERIES };

struct flood {
	unsigned rate;
	struct answerer *by;
	struct { struct query query; struct peer peer; } seen[SEEN];
	size_t n;			/* ever seen */
	uint64_t then, count;
	double due;
};

struct flood *
flood_new(unsigned rate, struct answerer *by)
{
	struct flood *f = calloc(1, sizeof(*f));

	if (!f)
		err(71, "memory");
	f->rate = rate;
	f->by = by;
	return f;
}

void
flood_see(struct flood *f, const struct query *q, const struct peer *peer)
{
	f->seen[f->n % SEEN].query = *q;
	f->seen[f->n++ % SEEN].peer = *peer;
}

static size_t
any(const struct flood *f)
{
	return answer_random(f->by) % (f->n < SEEN ? f->n : SEEN);
}

static void
forge(struct flood *f, enum forgery how, struct answer *answer,
    struct peer *to)
{
	size_t which = any(f), other = any(f);
	const struct query *q = &f->seen[which].query;
	struct reply r = { .q = q, .by = f->by, .answer = answer,
		.ttl = f->by->ttl };
	struct name name = f->seen[other].query.name;
	unsigned id = (unsigned)answer_random(f->by) & 0xffff;

	*to = f->seen[which].peer;
	if (how == WRONG_PORT)
		to->from = f->seen[other].peer.from;
	/* Right by chance: then wrong in another way.  The port is at the same
	 * place in both kinds of address. */
	if (how == WRONG_PORT && to->from.v4.sin_port ==
	    f->seen[which].peer.from.v4.sin_port)
		how = WRONG_SOURCE;
	if (f->seen[other].query.hash == q->hash)
		name_text(&name, "other-question.example.net");
	answer->n = 0;
	answer->hangup = false;
	answer->stranger = how == WRONG_SOURCE;
	if (how == WRONG_QUESTION)
		reply_begin_with(&r, 0, &name, TYPE_PTR);
	else
		reply_begin(&r, 0);
	reply_evil(&r, "flood");
	reply_end(&r);
	if (how == WRONG_ID)
		message_set(r.m, 0, id == q->id ? id ^ 0x5555 : id);
}

bool
flood_next(struct flood *f, uint64_t now, struct answer *answer,
    struct peer *to)
{
	if (f->n == 0 || f->rate == 0)
		return false;
	if (f->then)
		f->due += (double)(now - f->then) * f->rate / 1e6;
	f->then = now;
	if (f->due > BURST)
		f->due = BURST;
	if (f->due < 1)
		return false;
	f->due -= 1;
	f->count++;
	forge(f, (enum forgery)(f->count % FORGERIES), answer, to);
	return true;
}

uint64_t
flood_due(const struct flood *f, uint64_t now)
{
	return f->n && f->rate ? now + TURN_US : UINT64_MAX;
}

uint64_t
flood_count(const struct flood *f)
{
	return f->count;
}
