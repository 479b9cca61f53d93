/* SPDX-License-Identifier: ISC */
/* Files read by threads. */
#include "base/ahead.h"

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/signals.h"

enum {
	/* Worth handing over, since it wakes somebody: so much of the text, or
	 * what so many blocks have left. */
	ENOUGH = 64 * 1024,
	BLOCKS = 16,
	/* Ahead of whoever takes them; and of one who will, but not yet. */
	CHUNKS = 8,
	CHUNKS_EARLY = 128,
	/* What a chunk holds: what was not enough, and a block with what sift
	 * adds to it; 64, so that what is told stands behind it aligned.  Of
	 * what there is no room for, nothing is told. */
	TEXT_MAX = ENOUGH + INPUT_BLOCK_MAX + 64,
	TOLD_MAX = TEXT_MAX,
};

/* What is left of several blocks, and what has been told of it. */
struct chunk {
	struct buf text, told;
	bool is_alone;			/* its memory is its own */
	enum { STUDY_WANTED, STUDY_GOES_ON, STUDY_DONE } study;
	unsigned blocks;
	struct chunk *next;
};

struct ahead {
	struct input *in;
	struct ahead_work work;
	pthread_t thread;
	int bell;			/* eventfd: there is something */
	pthread_mutex_t lock;		/* for all that follows */
	pthread_cond_t room, studied;
	struct chunk *first, *last;	/* to be handed out */
	struct chunk *out;		/* is */
	struct chunk *spare;
	unsigned chunks;
	char *memory;			/* of most of them; NULL: not yet */
	uint64_t taken;
	bool is_asked, is_over, is_unwanted;
	int rc;				/* of the last input_next() */
	struct err e;
};

static void
chunk_free(struct chunk *c)
{
	while (c) {
		struct chunk *next = c->next;

		if (c->is_alone) {
			buf_release(&c->text);
			buf_release(&c->told);
		}
		free(c);
		c = next;
	}
}

static void
ring(struct ahead *a)
{
	uint64_t one = 1;

	/* It cannot fail before 2^64 - 1 rings. */
	if (write(a->bell, &one, sizeof one) < 0)
		return;
}

/* Of the next few that are not studied, the last; not the very next, whose turn
 * may come before we are done. */
static struct chunk *
find_unstudied(struct ahead *a)
{
	struct chunk *found = NULL, *c = a->first;

	for (int i = 0; c && i < CHUNKS; i++, c = c->next)
		if (i > 0 && c->study == STUDY_WANTED)
			found = c;
	return found;
}

/* Under the lock, but for the study itself.  False: there is nothing. */
static bool
study_one(struct ahead *a)
{
	struct chunk *c = a->is_asked ? find_unstudied(a) : NULL;

	if (!c)
		return false;
	c->study = STUDY_GOES_ON;
	pthread_mutex_unlock(&a->lock);
	a->work.study(a->work.with, buf_slice(&c->text), &c->told);
	pthread_mutex_lock(&a->lock);
	c->study = STUDY_DONE;
	pthread_cond_signal(&a->studied);
	return true;
}

static bool
has_room(const struct ahead *a)
{
	return a->spare || a->is_unwanted ||
	    a->chunks < (a->is_asked ? CHUNKS : CHUNKS_EARLY);
}

/* Under the lock.  The first, which is all that small files need, and those that
 * are early have memory of their own; the others lie together, on large pages. */
static struct chunk *
chunk_new(struct ahead *a)
{
	struct chunk *c = mem_new(sizeof *c);
	unsigned i = a->chunks++;

	c->is_alone = i == 0 || i >= CHUNKS;
	if (!c->is_alone && !a->memory)
		a->memory = mem_large(CHUNKS - 1, TEXT_MAX + TOLD_MAX);
	if (c->is_alone) {
		buf_init(&c->text, TEXT_MAX);
		(void)buf_room(&c->text, TEXT_MAX);
		buf_init(&c->told, TOLD_MAX);
	} else {
		char *p = a->memory + (size_t)(i - 1) *
		    (TEXT_MAX + TOLD_MAX);

		buf_init_in(&c->text, p, TEXT_MAX);
		buf_init_in(&c->told, p + TEXT_MAX, TOLD_MAX);
	}
	return c;
}

/* An empty chunk.  NULL: nothing is wanted any more. */
static struct chunk *
take_chunk(struct ahead *a)
{
	struct chunk *c = NULL;

	pthread_mutex_lock(&a->lock);
	while (!has_room(a))
		if (!study_one(a))
			pthread_cond_wait(&a->room, &a->lock);
	if (!a->is_unwanted && a->spare) {
		c = a->spare;
		a->spare = c->next;
	} else if (!a->is_unwanted) {
		c = chunk_new(a);
	}
	pthread_mutex_unlock(&a->lock);
	if (c) {
		buf_reset(&c->text);
		buf_reset(&c->told);
		c->study = STUDY_WANTED;
		c->blocks = 0;
	}
	return c;
}

/* Hands a chunk over if it is worth it. */
static bool
give_chunk(struct ahead *a, struct chunk *c, bool is_last)
{
	bool gives;

	pthread_mutex_lock(&a->lock);
	a->taken = input_taken(a->in);
	gives = c->text.n >= ENOUGH || ++c->blocks == BLOCKS || is_last;
	if (gives) {
		c->next = NULL;
		if (a->first)
			a->last->next = c;
		else
			a->first = c;
		a->last = c;
		ring(a);
	}
	pthread_mutex_unlock(&a->lock);
	return gives;
}

static void *
read_ahead(void *with)
{
	struct ahead *a = with;
	struct chunk *c = take_chunk(a);
	struct slice block;
	struct err e = { 0 };
	int rc = 1;

	while (c && (rc = input_next(a->in, &block, &e)) > 0) {
		if (block.n)
			a->work.sift(a->work.with, block, &c->text);
		if (give_chunk(a, c, false))
			c = take_chunk(a);
	}
	if (c)
		(void)give_chunk(a, c, true);
	pthread_mutex_lock(&a->lock);
	a->is_over = true;
	a->rc = rc;
	a->e = e;
	ring(a);
	/* What comes next moves on. */
	while (!a->is_unwanted && a->first)
		if (!study_one(a))
			pthread_cond_wait(&a->room, &a->lock);
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

struct ahead *
ahead_new(struct input *in, const struct ahead_work *work)
{
	struct ahead *a = mem_new(sizeof *a);

	a->in = in;
	a->work = *work;
	a->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->room, NULL);
	pthread_cond_init(&a->studied, NULL);
	if (a->bell >= 0 && signals_thread(&a->thread, read_ahead, a))
		return a;
	if (a->bell >= 0)
		close(a->bell);
	free(a);
	return NULL;
}

void
ahead_free(struct ahead *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->is_unwanted = true;
	pthread_cond_signal(&a->room);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	chunk_free(a->first);
	chunk_free(a->out);
	chunk_free(a->spare);
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->room);
	pthread_cond_destroy(&a->studied);
	close(a->bell);
	mem_large_free(a->memory, CHUNKS - 1, TEXT_MAX + TOLD_MAX);
	free(a);
}

int
ahead_next(struct ahead *a, struct slice *block, struct slice *told,
    struct err *e)
{
	int rc = 1;

	*block = *told = (struct slice){ NULL, 0 };
	pthread_mutex_lock(&a->lock);
	if (a->out && a->out->is_alone && a->chunks > CHUNKS) {
		a->chunks--;
		chunk_free(a->out);
	} else if (a->out) {
		a->out->next = a->spare;
		a->spare = a->out;
	}
	pthread_cond_signal(&a->room);
	a->is_asked = true;
	a->out = a->first;
	if (a->out) {
		a->first = a->out->next;
		a->out->next = NULL;
		while (a->out->study == STUDY_GOES_ON)
			pthread_cond_wait(&a->studied, &a->lock);
		*block = buf_slice(&a->out->text);
		*told = buf_slice(&a->out->told);
	} else if (a->is_over) {
		rc = a->rc;
		*e = a->e;
	}
	pthread_mutex_unlock(&a->lock);
	return rc;
}

static bool
is_ready(struct ahead *a)
{
	bool ready;

	pthread_mutex_lock(&a->lock);
	ready = a->first || a->is_over;
	pthread_mutex_unlock(&a->lock);
	return ready;
}

int
ahead_wait(struct ahead *a, int64_t microseconds, int other,
    const sigset_t *mask)
{
	struct pollfd p[2] = { { .fd = a->bell, .events = POLLIN },
		{ .fd = other, .events = POLLIN } };
	struct timespec limit = { .tv_sec = microseconds / 1000000,
		.tv_nsec = microseconds % 1000000 * 1000 };
	uint64_t rings;

	if (is_ready(a))
		return 1;
	if (ppoll(p, other < 0 ? 1 : 2, microseconds < 0 ? NULL : &limit,
	    mask) < 0)
		return -1;
	if (p[0].revents && read(a->bell, &rings, sizeof rings) < 0)
		return 0;
	return is_ready(a);
}

uint64_t
ahead_taken(struct ahead *a)
{
	uint64_t taken;

	pthread_mutex_lock(&a->lock);
	taken = a->taken;
	pthread_mutex_unlock(&a->lock);
	return taken;
}
