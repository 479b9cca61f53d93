/* SPDX-License-Identifier: ISC */
/* What may have been missed. */
#include "deliver/gap.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

static void
add_time(char *text, size_t n, uint64_t when)
{
	time_t seconds = (time_t)(when / 1000000000);
	struct tm tm;

	if (when == 0 || !localtime_r(&seconds, &tm) ||
	    strftime(text, n, "%Y-%m-%dT%H:%M:%S%z", &tm) == 0)
		snprintf(text, n, "now");
}

void
gap_note(struct gap *g, uint64_t from, uint64_t to, const char *why)
{
	size_t n = g->is_new ? strlen(g->text) : 0;
	char a[40], b[40];

	add_time(a, sizeof a, from);
	add_time(b, sizeof b, to);
	snprintf(g->text + n, sizeof g->text - n, "%slines of '%s' written "
	    "between %s and %s may be missing: %s", n ? "; " : "", g->log, a,
	    b, why);
	g->is_new = true;
}

const char *
gap_next(struct gap *g)
{
	bool is_new = g->is_new;

	g->is_new = false;
	return is_new ? g->text : NULL;
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
		gap_note(g, g->left_changed, now.changed, "somebody went on "
		    "writing to a file that had been rotated away");
		g->left_size = now.size;
		g->left_changed = now.changed;
	}
	return 0;
}
