/* SPDX-License-Identifier: ISC */
/* What may have been missed. */
#include "deliver/gap.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const reasons[] = {
	[GAP_GONE] = "the file that was being read is not there any more",
	[GAP_SHORT] = "the file that was being read does not hold any more "
	    "what was read of it",
	[GAP_HOLE] = "a file among those that were rotated away is missing",
	[GAP_FOREIGN] = "a file that was rotated away is compressed, but not "
	    "with gzip: have logrotate use gzip, or delaycompress",
	[GAP_LATE] = "somebody went on writing to a file that had been "
	    "rotated away, and it was emptied",
};

void
gap_init(struct gap *g, const char *log)
{
	*g = (struct gap){ .log = log };
}

void
gap_note(struct gap *g, enum gap_reason why, uint64_t from, uint64_t to)
{
	if (to && to < from)	/* a file may be born before another ends */
		to = from;
	if (!g->notes[why].is_new) {
		g->notes[why].is_new = true;
		g->notes[why].from = from;
		g->notes[why].to = to;
		return;
	}
	if (from < g->notes[why].from)
		g->notes[why].from = from;
	if (g->notes[why].to && (to == 0 || to > g->notes[why].to))
		g->notes[why].to = to;
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

	for (int i = 0; i < GAP_REASONS; i++) {
		char period[100];

		if (!g->notes[i].is_new || n >= sizeof g->text)
			continue;
		add_period(period, sizeof period, g->notes[i].from,
		    g->notes[i].to);
		n += (size_t)snprintf(g->text + n, sizeof g->text - n,
		    "%slines of '%s' written %s may be missing: %s",
		    n ? "; " : "", g->log, period, reasons[i]);
		g->notes[i].is_new = false;
	}
	return n ? g->text : NULL;
}
