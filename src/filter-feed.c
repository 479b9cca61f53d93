/* SPDX-License-Identifier: ISC */
/* Inputs one after the other, large ones in parts, while threads read those that
 * come next. */
#include "filter-feed.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

enum {
	THREADS_MAX = 8,
	PART = 32 << 20,	/* bytes; starting a thread costs nothing then */
};

struct feeds {
	struct sieve sieve;	/* as it begins */
	char **names, **end;	/* those that are not opened yet */
	struct input *whole;	/* what is read in parts, */
	uint64_t from;		/* from here on */
	int threads;		/* at a time; 0: none */
	/* Feed i is in ring[i % (THREADS_MAX + 1)]: what is in use, and those
	 * read ahead. */
	unsigned opened, next;
	struct feed ring[THREADS_MAX + 1];
};

static struct feed *
feed_at(struct feeds *all, unsigned i)
{
	return &all->ring[i % (THREADS_MAX + 1)];
}

static void
sift(void *with, struct slice block, struct buf *out)
{
	sieve_block(with, block, out);
}

int
feed_next(struct feed *s, struct slice *block, struct err *e)
{
	return s->ahead ? ahead_next(s->ahead, block, e) :
	    input_next(s->in, block, e);
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

/* The next part of the file that is read so. */
static void
open_part(struct feeds *all, struct feed *s)
{
	bool is_last = input_size(all->whole) < all->from + 2 * PART;
	uint64_t to = is_last ? UINT64_MAX : all->from + PART;

	s->goes_on = all->from > 0;
	s->in = input_part(all->whole, all->from, to, &s->e);
	all->from = to;
	if (!is_last)
		return;
	input_close(all->whole);
	all->whole = NULL;
}

static void
open_next(struct feeds *all, struct feed *s)
{
	*s = (struct feed){ .sieve = all->sieve };
	if (!all->whole) {
		s->in = input_open(*all->names++, &s->e);
		if (s->in && all->threads && input_size(s->in) >= 2 * PART &&
		    input_has_parts(s->in)) {
			all->whole = s->in;
			all->from = 0;
		}
	}
	if (all->whole)
		open_part(all, s);
	if (s->in && !input_is_live(s->in) && all->threads)
		s->ahead = ahead_new(s->in, sift, &s->sieve);
}

/* Only what nobody else reads, or waits for, is opened before its turn. */
static bool
may_be_early(const struct feeds *all)
{
	struct stat st;

	return all->whole || (strcmp(*all->names, "-") != 0 &&
	    stat(*all->names, &st) == 0 && S_ISREG(st.st_mode));
}

static bool
has_more(const struct feeds *all)
{
	return all->whole || all->names < all->end;
}

static int
count_processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof set, &set) < 0 ? 1 :
	    CPU_COUNT(&set);
}

struct feeds *
feeds_new(const struct parser *parser, char **names, int n)
{
	struct feeds *all = mem_new(sizeof *all);
	int processors = count_processors();

	sieve_init(&all->sieve, parser);
	all->names = names;
	all->end = names + n;
	all->threads = processors > THREADS_MAX ? THREADS_MAX :
	    processors > 1 ? processors : 0;
	return all;
}

void
feeds_free(struct feeds *all)
{
	for (unsigned i = all->next ? all->next - 1 : 0; i < all->opened; i++)
		feed_close(feed_at(all, i));
	input_close(all->whole);
	free(all);
}

struct feed *
feeds_next(struct feeds *all)
{
	if (all->next > 0)
		feed_close(feed_at(all, all->next - 1));
	if (all->next == all->opened && !has_more(all))
		return NULL;
	while (has_more(all) && (all->opened == all->next ||
	    (all->opened < all->next + (unsigned)all->threads &&
	    may_be_early(all))))
		open_next(all, feed_at(all, all->opened++));
	return feed_at(all, all->next++);
}
