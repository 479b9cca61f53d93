/* SPDX-License-Identifier: ISC */
/* Rows on their way to the tally. */
#include "report/counting.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/signals.h"
#include "report/batch.h"

/* Whoever has to wait for the other waits for so many that waking it is worth
 * its cost. */
enum { BATCHES = 16, ENOUGH = BATCHES / 2 };

/* A batch is filled by whoever reads, and counted by the thread.  In between it is
 * prepared: by the thread, or by whoever reads, who would wait otherwise. */
enum stage { FILLED, TAKEN, PREPARED };

struct counting {
	struct tally *tally;
	struct batch batches[BATCHES];	/* in turn */
	struct batch *batch;		/* the next row's */
	bool has_thread;
	pthread_t thread;
	pthread_mutex_t lock;		/* for all that follows */
	pthread_cond_t given_some, counted_some;
	unsigned long given, counted;	/* batches */
	enum stage stages[BATCHES];	/* of those that were given */
	bool is_over;
};

struct counting *
counting_new(struct tally *t)
{
	struct counting *c = mem_new(sizeof *c);

	c->tally = t;
	for (int i = 0; i < BATCHES; i++)
		batch_init(&c->batches[i], t->period);
	c->batch = c->batches;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->given_some, NULL);
	pthread_cond_init(&c->counted_some, NULL);
	return c;
}

void
counting_free(struct counting *c)
{
	if (!c)
		return;
	counting_end(c);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->given_some);
	pthread_cond_destroy(&c->counted_some);
	for (int i = 0; i < BATCHES; i++)
		batch_release(&c->batches[i]);
	free(c);
}

/* Prepares a batch that was given, whose stage is FILLED.  The lock is released
 * meanwhile. */
static void
prepare(struct counting *c, unsigned long number)
{
	c->stages[number % BATCHES] = TAKEN;
	pthread_mutex_unlock(&c->lock);
	batch_prepare(&c->batches[number % BATCHES], &c->tally->key);
	pthread_mutex_lock(&c->lock);
	c->stages[number % BATCHES] = PREPARED;
}

static void *
count_given(void *with)
{
	struct counting *c = with;

	pthread_mutex_lock(&c->lock);
	for (;;) {
		struct batch *b = &c->batches[c->counted % BATCHES];
		enum stage *stage = &c->stages[c->counted % BATCHES];

		while (c->counted == c->given && !c->is_over)
			pthread_cond_wait(&c->given_some, &c->lock);
		if (c->counted == c->given)
			break;
		if (*stage == FILLED)
			prepare(c, c->counted);
		while (*stage != PREPARED)
			pthread_cond_wait(&c->given_some, &c->lock);
		pthread_mutex_unlock(&c->lock);
		tally_count(c->tally, b);
		batch_reset(b);
		pthread_mutex_lock(&c->lock);
		c->counted++;
		if (c->given - c->counted == BATCHES - ENOUGH)
			pthread_cond_signal(&c->counted_some);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static bool
start(struct counting *c)
{
	c->has_thread = signals_thread(&c->thread, count_given, c);
	return c->has_thread;
}

/* Prepares the last of those that are not yet.  False: there is none. */
static bool
help(struct counting *c)
{
	unsigned long number = c->given;

	do
		if (number-- == c->counted)
			return false;
	while (c->stages[number % BATCHES] != FILLED);
	prepare(c, number);
	/* The thread may have come to wait for it. */
	pthread_cond_signal(&c->given_some);
	return true;
}

/* Hands over the batch; if there is no room, there are other things to do, or
 * else it waits. */
static void
give(struct counting *c)
{
	pthread_mutex_lock(&c->lock);
	c->stages[c->given % BATCHES] = FILLED;
	c->given++;
	if (c->given - c->counted >= ENOUGH)
		pthread_cond_signal(&c->given_some);
	while (c->given - c->counted == BATCHES && help(c))
		continue;
	if (c->given - c->counted == BATCHES)
		while (c->given - c->counted > BATCHES - ENOUGH)
			pthread_cond_wait(&c->counted_some, &c->lock);
	pthread_mutex_unlock(&c->lock);
	c->batch = &c->batches[c->given % BATCHES];
}

static void
count_here(struct counting *c)
{
	batch_prepare(c->batch, &c->tally->key);
	tally_count(c->tally, c->batch);
	batch_reset(c->batch);
}

void
counting_add(struct counting *c, const struct record *row)
{
	batch_add(c->batch, row);
	if (!batch_is_full(c->batch))
		return;
	if (c->has_thread || start(c))
		give(c);
	else
		count_here(c);
}

void
counting_end(struct counting *c)
{
	if (c->has_thread) {
		pthread_mutex_lock(&c->lock);
		c->is_over = true;
		pthread_cond_signal(&c->given_some);
		pthread_mutex_unlock(&c->lock);
		pthread_join(c->thread, NULL);
		c->has_thread = false;
	}
	count_here(c);
}
