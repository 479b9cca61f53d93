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

struct counting {
	struct tally *tally;
	struct batch batches[BATCHES];	/* in turn */
	struct batch *batch;		/* the next row's */
	bool has_thread;
	pthread_t thread;
	pthread_mutex_t lock;		/* for all that follows */
	pthread_cond_t given_some, counted_some;
	unsigned long given, counted;	/* batches */
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

static void
count(struct counting *c, struct batch *b)
{
	tally_count(c->tally, b);
	batch_reset(b);
}

static void *
count_given(void *with)
{
	struct counting *c = with;

	pthread_mutex_lock(&c->lock);
	for (;;) {
		while (c->counted == c->given && !c->is_over)
			pthread_cond_wait(&c->given_some, &c->lock);
		if (c->counted == c->given)
			break;
		pthread_mutex_unlock(&c->lock);
		count(c, &c->batches[c->counted % BATCHES]);
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

/* Hands over the batch, and waits for room if there is none. */
static void
give(struct counting *c)
{
	pthread_mutex_lock(&c->lock);
	c->given++;
	if (c->given - c->counted >= ENOUGH)
		pthread_cond_signal(&c->given_some);
	if (c->given - c->counted == BATCHES)
		while (c->given - c->counted > BATCHES - ENOUGH)
			pthread_cond_wait(&c->counted_some, &c->lock);
	pthread_mutex_unlock(&c->lock);
	c->batch = &c->batches[c->given % BATCHES];
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
		count(c, c->batch);
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
	count(c, c->batch);
}
