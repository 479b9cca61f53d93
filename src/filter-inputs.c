/* SPDX-License-Identifier: ISC */
/* Streams, and whole files one after the other. */
#include "filter-inputs.h"

#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/signals.h"
#include "filter-feed.h"

enum {
	LINE_MS = 200,		/* for the rest of a line that has begun */
	TIME_IS_OVER = 2,
};

/* An input that cannot be read to its end. */
static void
note_damage(struct filter_run *run, const struct input *in, struct err *e)
{
	if (input_is_packed(in))
		err_add(e, "; rows up to there are written");
	filter_run_note(run, e);
}

/* Waits until there is input; meanwhile rows leave.  0: it has come;
 * TIME_IS_OVER, since we are told to stop; 1: nobody wants rows; -1: error. */
static int
wait_for_input(struct filter_run *run, struct feed *f, struct err *e)
{
	int other = run->rdns ? rdns_fd(run->rdns) : -1;
	bool is_live = input_is_live(f->in);
	int rc = filter_run_heed(run, e);

	while (rc == 0 && (rc = filter_run_move(run, e)) == 0 &&
	    feed_wait(f, 0, -1, NULL) <= 0) {
		if (run->now - run->heard_at >= PACE_SILENCE)
			pace_silent(&run->pace, run->now);
		if (run->stopping && (run->now - run->heard_at >=
		    FILTER_SILENCE_MS || (is_live && run->now >= run->stop_at)))
			return TIME_IS_OVER;
		/* A thread of ours will not be long. */
		rc = f->ahead ? 0 : sink_flush(run->sink, e);
		if (rc)
			return rc;
		signals_hold();
		rc = filter_run_heed(run, e);
		if (rc == 0)
			(void)feed_wait(f, filter_run_patience(run, true),
			    other, signals_mask());
		signals_let_go();
		if (rc == 0)
			rc = filter_run_heed(run, e);
	}
	return rc;
}

/* The same, but not for ever once we are told to stop. */
static int
await_input(struct filter_run *run, struct feed *f, struct err *e)
{
	if (run->stopping && filter_run_now() >= run->stop_at)
		return TIME_IS_OVER;
	return wait_for_input(run, f, e);
}

/* Reads the next block, and makes rows of it.  0: there may be more; 1: that was
 * all, or nobody wants rows; -1: error.  *at_end: the first. */
static int
read_block(struct filter_run *run, struct feed *f, bool *at_end, struct err *e)
{
	bool goes_on = input_is_live(f->in) && !run->options.now;
	struct slice block, readings;
	int got = feed_next(f, &block, &readings, e);

	run->now = run->heard_at = filter_run_now();
	pace_read(&run->pace, feed_taken(f), run->now);
	if (goes_on) {
		run->clock.now = time(NULL);
		parser_set_clock(run->parser, &run->clock);
	}
	if (got < 0)
		note_damage(run, f->in, e);
	*at_end = got <= 0;
	if (*at_end)
		return 1;
	parser_set_readings(run->parser, readings);
	return filter_run_block(run, block, e);
}

/* Time is over in the middle of a line: reads its end, and nothing behind it,
 * which would be lost.  Whether there is something to read now. */
static bool
end_line(struct feed *f)
{
	int64_t until = filter_run_now() + LINE_MS, left;
	int got = 0;

	for (size_t n = 0; got == 0 && n <= INPUT_LINE_MAX; n++) {
		got = input_take_byte(f->in, 0);
		if (got < 0 && (left = until - filter_run_now()) > 0)
			got = input_take_byte(f->in, (int)left);
	}
	return got > 0;
}

/* Whether there is more of live input, which stays where it is. */
static bool
has_more(struct feed *f)
{
	struct pollfd p = { .fd = input_fd(f->in), .events = POLLIN };

	if (input_is_packed(f->in))
		return feed_wait(f, 1, -1, NULL) != 0;
	return poll(&p, 1, 0) > 0 && p.revents & POLLIN;
}

/* Once time is over: the last line, and what is said of the rest.  As
 * read_block(). */
static int
end_input(struct filter_run *run, struct feed *f, bool *at_end, struct err *e)
{
	bool is_live = input_is_live(f->in);
	int rc = 0;

	if (is_live && input_has_begun(f->in) && end_line(f)) {
		do
			rc = read_block(run, f, at_end, e);
		while (rc == 0 && input_is_at_end(f->in));
		if (rc)
			return rc;
	}
	err_set(e, EX_TEMPFAIL, is_live && input_has_begun(f->in) ?
	    "told to stop: the last line of the input was not read to its "
	    "end" : "told to stop: the rest of the input was not read");
	if (!is_live)
		filter_run_note(run, e);
	else if (input_has_begun(f->in) || has_more(f))
		diag_say(&run->diag, DIAG_WARNING, "%s", e->text);
	return 1;
}

/* Reads an input to its end; what is wrong with it is said here.  0: done; 1:
 * no more inputs are wanted; -1: our output failed. */
static int
filter_input(struct filter_run *run, struct feed *f, struct err *e)
{
	uint64_t before = run->bytes;
	bool is_live = input_is_live(f->in), at_end = false;
	int rc;

	run->now = run->heard_at = filter_run_now();
	pace_start(&run->pace, !is_live, run->now);
	if (run->rdns)
		rdns_set_lasting(run->rdns, !is_live);

	while ((rc = await_input(run, f, e)) == 0) {
		rc = read_block(run, f, &at_end, e);
		if (rc)
			break;
		run->bytes = before + feed_taken(f);
		progress_show(&run->progress, run->bytes,
		    sink_rows(run->sink));
	}
	if (rc == TIME_IS_OVER)
		rc = end_input(run, f, &at_end, e);
	feed_stop(f);
	run->bytes = before + input_taken(f->in);
	return at_end ? 0 : rc;
}

/* As filter_input(), with a file that may not be there. */
static int
filter_file(struct filter_run *run, struct feed *f, struct err *e)
{
	struct clock clock;
	int rc;

	if (!f->in) {
		filter_run_note(run, &f->e);
		return 0;
	}
	clock = filter_run_clock(run, f->in);
	(f->ahead ? parser_start_sifted : parser_start)(run->parser, &clock);
	run->files++;
	rc = filter_input(run, f, e);
	run->lines_cut += input_cut_lines(f->in);
	if (input_has_garbage(f->in))
		diag_say(&run->diag, DIAG_WARNING, "'%s': bytes behind the "
		    "gzip data were ignored", input_name(f->in));
	return rc;
}

static void
start_progress(struct filter_run *run, uint64_t total)
{
	bool wanted = run->options.progress == PROGRESS_ALWAYS;

	/* By itself only where it cannot get between rows. */
	if (run->options.progress == PROGRESS_AUTO)
		wanted = total && isatty(STDERR_FILENO) &&
		    (run->options.output || !isatty(STDOUT_FILENO));
	progress_start(&run->progress, wanted ? stderr : NULL, total);
}

int
filter_inputs(struct filter_run *run, char **names, int n)
{
	struct feeds *feeds = feeds_new(parser_sieve(run->parser), names, n);
	struct err e = { 0 };
	struct feed *feed;
	int rc = 0;

	start_progress(run, input_sizes(names, n));
	while (rc == 0 && (feed = feeds_next(feeds)))
		rc = filter_file(run, feed, &e);
	feeds_free(feeds);
	/* No more inputs are wanted, but what has been read is. */
	if (rc == 0 || (rc > 0 && run->stopping))
		rc = filter_run_drain(run, &e);
	return filter_run_end(run, rc, &e);
}
