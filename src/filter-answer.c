/* SPDX-License-Identifier: ISC */
/* Answers, and dots. */
#include "filter-answer.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "base/signals.h"

enum { DOT_MS = 1000 };

/* What somebody waits for: a number of its own each time, 0: nothing; the last
 * of these numbers; and since when at least, to the handler's knowledge. */
static volatile sig_atomic_t awaited, last, seen;
static int64_t seen_at;

/* Whoever sends a line has read the answer to the one before. */
static bool
is_line_there(void)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };

	return poll(&p, 1, 0) > 0 && p.revents & POLLIN;
}

static void
tick(void)
{
	int waits = awaited ? awaited : is_line_there() ? -last : 0;
	struct timespec t;
	int64_t now;

	if (!waits)
		return;
	clock_gettime(CLOCK_MONOTONIC, &t);
	now = t.tv_sec * 1000 + t.tv_nsec / 1000000;
	if (waits != seen) {
		seen = waits;
		seen_at = now;
	} else if (now - seen_at >= DOT_MS) {
		seen_at = now;
		if (write(STDOUT_FILENO, ".", 1) < 0)
			return;	/* whoever answers will notice */
	}
}

void
filter_answer_begin(void)
{
	filter_answer_await();
	filter_answer_interrupt(false);
}

void
filter_answer_interrupt(bool on)
{
	signals_tick(on ? FILTER_ANSWER_MS : DOT_MS / 2, on, tick);
}

void
filter_answer_await(void)
{
	last = last % 30000 + 1;
	awaited = last;
}

bool
filter_answer_give(struct slice text)
{
	size_t done = 0;

	awaited = 0;
	while (done < text.n) {
		ssize_t n = write(STDOUT_FILENO, text.p + done,
		    text.n - done);
		struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };

		if (n >= 0)
			done += (size_t)n;
		else if (errno == EAGAIN)
			(void)poll(&p, 1, -1);
		else if (errno != EINTR)
			return false;
	}
	return true;
}
