/* SPDX-License-Identifier: ISC */
/* A progress bar. */
#include "base/progress.h"

#include <time.h>

enum { BAR = 30 };

static double
monotonic(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void
progress_start(struct progress *p, FILE *out, uint64_t total)
{
	*p = (struct progress){
		.out = out, .total = total, .started = monotonic(),
	};
}

static void
show_bar(const struct progress *p, double share, double left)
{
	int full = (int)(share * (double)BAR);

	fputc('[', p->out);
	for (int i = 0; i < BAR; i++)
		fputc(i < full ? '#' : '.', p->out);
	fprintf(p->out, "] %3d %%  %d:%02d left  ", (int)(share * 100),
	    (int)left / 60, (int)left % 60);
}

void
progress_show(struct progress *p, uint64_t done, uint64_t rows)
{
	double now, spent;

	if (!p->out)
		return;
	now = monotonic();
	if (now - p->drawn < 0.1)
		return;
	p->drawn = now;
	spent = now - p->started;
	fputc('\r', p->out);
	if (p->total && done && done <= p->total)
		show_bar(p, (double)done / (double)p->total,
		    spent * ((double)p->total / (double)done - 1));
	fprintf(p->out, "%.1f MB  %.0f MB/s", (double)done / 1e6,
	    spent > 0 ? (double)done / 1e6 / spent : 0);
	if (rows != PROGRESS_NO_ROWS)
		fprintf(p->out, "  %llu rows", (unsigned long long)rows);
	fputs("\033[K", p->out);
	fflush(p->out);
}

void
progress_end(struct progress *p)
{
	if (!p->out || p->drawn == 0)
		return;
	fputs("\r\033[K", p->out);
	fflush(p->out);
}
