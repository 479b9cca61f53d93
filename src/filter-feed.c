/* SPDX-License-Identifier: ISC */
/* Inputs one after the other, while threads read those that come next. */
#include "filter-feed.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

enum { THREADS_MAX = 8 };

struct feeds {
	struct sieve sieve;	/* as it begins */
	char **names;
	int n, opened, next;
	int threads;		/* at a time; 0: none */
	/* Input i is in ring[i % (THREADS_MAX + 1)]: what is in use, and those
	 * read ahead. */
	struct feed ring[THREADS_MAX + 1];
};

static struct feed *
feed_at(struct feeds *all, int i)
{
	return &all->ring[i % (THREADS_MAX + 1)];
}

static void
sift(void *with, struct slice block, struct buf *out)
{
	sieve_block(with, block, out);
}

static void
study(void *with, struct slice left, struct buf *readings)
{
	sieve_read(with, left, readings);
}

int
feed_next(struct feed *s, struct slice *block, struct slice *readings,
    struct err *e)
{
	if (s->ahead)
		return ahead_next(s->ahead, block, readings, e);
	*readings = (struct slice){ NULL, 0 };
	return input_next(s->in, block, e);
}

int
feed_wait(struct feed *s, int64_t microseconds, int other,
    const sigset_t *mask)
{
	return s->ahead ? ahead_wait(s->ahead, microseconds, other, mask) :
	    input_wait(s->in, microseconds, other, mask);
}

uint64_t
feed_taken(struct feed *s)
{
	return s->ahead ? ahead_taken(s->ahead) : input_taken(s->in);
}

void
feed_stop(struct feed *s)
{
	ahead_free(s->ahead);
	s->ahead = NULL;
}

static void
feed_close(struct feed *s)
{
	feed_stop(s);
	input_close(s->in);
	s->in = NULL;
}

static void
feed_open(struct feeds *all, struct feed *s, const char *name)
{
	struct ahead_work work = { .sift = sift, .study = study,
		.with = &s->sieve };

	s->in = input_open(name, &s->e);
	s->ahead = NULL;
	s->sieve = all->sieve;
	if (s->in && !input_is_live(s->in) && all->threads)
		s->ahead = ahead_new(s->in, &work);
}

/* Only what nobody else reads, or waits for, is opened before its turn. */
static bool
may_be_early(const char *name)
{
	struct stat st;

	return strcmp(name, "-") != 0 && stat(name, &st) == 0 &&
	    S_ISREG(st.st_mode);
}

static int
count_processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof set, &set) < 0 ? 1 :
	    CPU_COUNT(&set);
}

struct feeds *
feeds_new(const struct sieve *sieve, char **names, int n)
{
	struct feeds *all = mem_new(sizeof *all);
	int processors = count_processors();

	all->sieve = *sieve;
	all->names = names;
	all->n = n;
	all->threads = processors > THREADS_MAX ? THREADS_MAX :
	    processors > 1 ? processors : 0;
	return all;
}

void
feeds_free(struct feeds *all)
{
	for (int i = all->next ? all->next - 1 : 0; i < all->opened; i++)
		feed_close(feed_at(all, i));
	free(all);
}

struct feed *
feeds_next(struct feeds *all)
{
	if (all->next > 0)
		feed_close(feed_at(all, all->next - 1));
	if (all->next == all->n)
		return NULL;
	while (all->opened < all->n && (all->opened == all->next ||
	    (all->opened < all->next + all->threads &&
	    may_be_early(all->names[all->opened])))) {
		feed_open(all, feed_at(all, all->opened),
		    all->names[all->opened]);
		all->opened++;
	}
	return feed_at(all, all->next++);
}
