/* SPDX-License-Identifier: ISC */
/* What may have been missed. */
#include "deliver/gap.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char written_on[] =
    "somebody went on writing to a file that had been rotated away";

void
gap_init(struct gap *g, const char *log)
{
	*g = (struct gap){ .log = log, .left = -1 };
}

void
gap_release(struct gap *g)
{
	if (g->left >= 0)
		close(g->left);
	g->left = -1;
}

void
gap_note(struct gap *g, uint64_t from, uint64_t to, const char *why)
{
	size_t i = 0;

	while (i < g->n && g->notes[i].why != why)
		i++;
	if (to && to < from)	/* a file may be born before another ends */
		to = from;
	if (i == g->n) {
		assert(g->n < GAP_KINDS);
		g->notes[g->n].why = why;
		g->notes[g->n].from = from;
		g->notes[g->n++].to = to;
		return;
	}
	if (from < g->notes[i].from)
		g->notes[i].from = from;
	if (g->notes[i].to && (to == 0 || to > g->notes[i].to))
		g->notes[i].to = to;
}

static void
add_time(char *text, size_t n, uint64_t when)
{
	time_t seconds = (time_t)(when / 1000000000);
	struct tm tm;

	if (when == 0 || !localtime_r(&seconds, &tm) ||
	    strftime(text, n, "%Y-%m-%dT%H:%M:%S%z", &tm) == 0)
		snprintf(text, n, "now");
}

static void
add_period(char *text, size_t n, uint64_t from, uint64_t to)
{
	char a[40], b[40];

	add_time(a, sizeof a, from);
	add_time(b, sizeof b, to);
	if (from == 0)
		snprintf(text, n, "before %s", b);
	else if (strcmp(a, b) == 0)
		snprintf(text, n, "about %s", a);
	else
		snprintf(text, n, "between %s and %s", a, b);
}

const char *
gap_next(struct gap *g)
{
	size_t n = 0;

	if (g->n == 0)
		return NULL;
	for (size_t i = 0; i < g->n && n < sizeof g->text; i++) {
		char period[100];

		add_period(period, sizeof period, g->notes[i].from,
		    g->notes[i].to);
		n += (size_t)snprintf(g->text + n, sizeof g->text - n,
		    "%slines of '%s' written %s may be missing: %s",
		    n ? "; " : "", g->log, period, g->notes[i].why);
	}
	g->n = 0;
	return g->text;
}

int
gap_leave(struct gap *g, int fd, uint64_t size, uint64_t changed,
    struct err *e)
{
	if (gap_look(g, e) < 0)
		return -1;
	gap_release(g);
	g->left = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	g->left_size = size;
	g->left_changed = changed;
	if (g->left < 0)
		return err_errno(e, EX_IOERR, "cannot watch what was '%s'",
		    g->log);
	return 0;
}

int
gap_look(struct gap *g, struct err *e)
{
	struct rotated now;

	if (g->left < 0)
		return 0;
	if (rotated_look(&now, g->left, NULL, e) < 0)
		return -1;
	if (now.size > g->left_size) {
		gap_note(g, g->left_changed, now.changed, written_on);
		g->left_size = now.size;
		g->left_changed = now.changed;
	}
	return 0;
}
