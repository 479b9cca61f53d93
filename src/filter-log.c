/* SPDX-License-Identifier: ISC */
/* One log, read on where it was left. */
#include "filter-log.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/siblings.h"
#include "base/signals.h"

enum { LOOK_MS = 1000 };	/* however quiet the system is */

static void
say_gap(struct filter_run *run)
{
	const char *gap = follow_gap(run->state.follow);

	if (!gap)
		return;
	diag_say(&run->diag, DIAG_ERROR, "%s", gap);
	if (!run->status)
		run->status = FILTER_GAP;
}

/* Begins a file, with what a repetition in its first line repeats. */
static void
begin_file(struct filter_run *run, const struct input *in,
    const struct clock *clock)
{
	enum follow_start start = follow_start(run->state.follow);
	struct checkpoint_text *line = &run->state.carried;

	if (start == FOLLOW_BEHIND)
		checkpoint_set_text(line, parser_last(run->parser));
	else if (start == FOLLOW_APART)
		line->n = 0;
	parser_start(run->parser, clock);
	if (start != FOLLOW_LATE && line->n && input_place(in) == 0)
		parser_set_last(run->parser, checkpoint_text(line));
}

/* Another file. */
static void
start_file(struct filter_run *run)
{
	struct input *in = follow_input(run->state.follow);
	struct clock clock = run->clock;

	say_gap(run);
	run->mark = (struct stretch){ .first = 0 };
	run->from = 0;
	if (!in)
		return;
	run->from = follow_from(run->state.follow);
	run->mark = (struct stretch){ .first = input_place(in),
		.from = run->from, .to = run->from };
	clock = filter_run_clock(run, in);
	begin_file(run, in, &clock);
	parser_set_place(run->parser, run->from);
	run->files++;
}

/* The file is finished: its rows are written, and the next one opened. */
static int
next_file(struct filter_run *run, struct err *e)
{
	struct filter_state *s = &run->state;
	int rc = filter_run_settle(run, e);

	if (rc == 0)
		rc = filter_state_commit(run, e);
	if (rc == 0)
		rc = follow_advance(s->follow, &s->last.input, e);
	if (rc == 0)
		start_file(run);
	return rc;
}

/* Waits for the log to grow; meanwhile rows leave. */
static int
wait_for_log(struct filter_run *run, struct err *e)
{
	struct pollfd p[2] = {
		{ .fd = follow_watch(run->state.follow), .events = POLLIN },
		{ .fd = run->rdns ? rdns_fd(run->rdns) : -1,
			.events = POLLIN },
	};
	int64_t wait, limit = LOOK_MS * 1000;
	int rc;

	if (run->now - run->heard_at >= PACE_SILENCE)
		pace_silent(&run->pace, run->now);
	rc = sink_flush(run->sink, e);
	signals_hold();
	if (rc == 0)
		rc = filter_run_heed(run, e);
	wait = filter_run_patience(run, true);
	if (wait < 0 || wait > limit)
		wait = limit;
	if (rc == 0)
		(void)ppoll(p, 2, &(struct timespec){
		    .tv_sec = wait / 1000000,
		    .tv_nsec = wait % 1000000 * 1000 }, signals_mask());
	signals_let_go();
	follow_watched(run->state.follow);
	if (rc == 0)
		rc = filter_run_move(run, e);
	if (rc == 0)
		filter_run_mark(run);
	return rc;
}

/* What is to be done with a piece that was read of the file. */
static int
take_piece(struct filter_run *run, const struct input *in, struct slice block,
    uint64_t bytes, struct err *e)
{
	int rc = 0;

	if (bytes) {
		run->bytes += bytes;
		run->heard_at = run->now;
		pace_read(&run->pace, run->bytes, run->now);
	}
	if (block.n) {
		parser_set_place(run->parser, input_place(in) - block.n);
		rc = filter_run_block(run, block, e);
	}
	progress_show(&run->progress, run->bytes, sink_rows(run->sink));
	return rc;
}

/* A piece of the file, if there is one.  *more: there was. */
static int
read_piece(struct filter_run *run, struct input *in, bool *more,
    struct err *e)
{
	uint64_t before = input_taken(in);
	struct slice block;
	int got = input_next(in, &block, e), rc = 1;

	run->now = filter_run_now();
	if (got < 0 && e->status != EX_DATAERR)
		return -1;
	*more = false;
	if (got < 0) {
		filter_run_note(run, e);
		follow_give_up(run->state.follow);
		return 0;
	}
	if (input_taken(in) != before)
		rc = follow_confirm(run->state.follow, e);
	if (rc <= 0)
		return rc;
	*more = block.n || (got > 0 && (input_is_packed(in) ||
	    !input_is_at_end(in)));
	return take_piece(run, in, block, input_taken(in) - before, e);
}

/* At the end of what there is, or behind a pause: a log that was emptied
 * meanwhile must not be read on.  1: that was all; 0: *more: there may be
 * something to read. */
static int
look(struct filter_run *run, bool *more, struct err *e)
{
	enum follow_step step;
	int rc;

	if (follow_look(run->state.follow, &step, e) < 0)
		return -1;
	*more = step == FOLLOW_GOES_ON;
	if (step == FOLLOW_NEXT) {
		rc = next_file(run, e);
		*more = follow_input(run->state.follow) != NULL;
		return rc;
	}
	if (step == FOLLOW_GOES_ON)
		return 0;
	say_gap(run);
	if (!run->options.follow)
		return 1;
	if (!run->options.now) {
		run->clock.now = time(NULL);
		parser_set_clock(run->parser, &run->clock);
	}
	return wait_for_log(run, e);
}

static int
read_log(struct filter_run *run, struct err *e)
{
	bool more;
	int rc = 0;

	run->now = run->heard_at = filter_run_now();
	pace_start(&run->pace, !run->options.follow, run->now);
	if (run->rdns)
		rdns_set_lasting(run->rdns, !run->options.follow);
	start_file(run);
	rc = filter_state_commit(run, e);
	more = follow_input(run->state.follow) != NULL;
	while (rc == 0) {
		struct input *in = follow_input(run->state.follow);

		rc = filter_run_heed(run, e);
		if (rc == 0)
			rc = filter_run_move(run, e);
		if (rc == 0)
			rc = in && more ? read_piece(run, in, &more, e) :
			    look(run, &more, e);
	}
	return rc;
}

/* The log's name from the root on, wherever it is called from. */
static void
set_name(struct checkpoint_text *text, const char *name)
{
	const char *own = siblings_own(name);
	char *directory = siblings_directory(name);
	char *real = realpath(directory, NULL);
	struct buf whole;

	buf_init(&whole, 2 * CHECKPOINT_TEXT);
	if (real)
		buf_addf(&whole, "%s/", strcmp(real, "/") ? real : "");
	else
		buf_addf(&whole, "%.*s", (int)(own - name), name);
	buf_addf(&whole, "%s", own);
	checkpoint_set_text(text, buf_slice(&whole));
	buf_release(&whole);
	free(real);
	free(directory);
}

/* A state says nothing about another log, unless that is the same under another
 * name. */
static int
check_name(struct filter_run *run, const char *name, struct err *e)
{
	struct filter_state *s = &run->state;
	struct slice last = checkpoint_text(&s->last.log);

	if (last.n == 0 || slice_is(last, checkpoint_text(&s->log)) ||
	    follow_is_found(s->follow))
		return 0;
	return err_set(e, EX_CONFIG, "'%s' is the state of '%.*s': '%s' needs "
	    "one of its own, and an output of its own; if that log was moved "
	    "there, begin anew with --reset-state", run->options.state,
	    (int)last.n, last.p, name);
}

/* A state may have been lost: then the output holds what would come again. */
static int
check_first(struct filter_run *run, struct err *e)
{
	const struct options *o = &run->options;

	if (o->reset_state || !sink_has_rows(o->output, &run->shape))
		return 0;
	if (o->backlog == BACKLOG_ALL)
		return err_set(e, EX_DATAERR, "there is no state '%s', but "
		    "'%s' holds rows, which may all come again: restore the "
		    "state, or move the output away; with --backlog none only "
		    "what is new is read, with --reset-state all there is",
		    o->state, o->output);
	diag_say(&run->diag, DIAG_WARNING, "there is no state '%s', but '%s' "
	    "holds rows: what has been logged since is passed over", o->state,
	    o->output);
	return 0;
}

/* Output as the checkpoint has it, and the log where it stopped. */
static int
resume(struct filter_run *run, const char *name, bool is_first,
    struct err *e)
{
	struct filter_state *s = &run->state;

	if (s->last.segment)
		return err_set(e, EX_CONFIG, "'%s' is the state of --confirm: "
		    "a log needs another one", run->options.state);
	if (is_first && check_first(run, e) < 0)
		return -1;
	s->follow = follow_open(name, is_first ? NULL : &s->last.input,
	    &s->last.left, run->options.backlog == BACKLOG_ALL, e);
	if (!s->follow)
		return -1;
	set_name(&s->log, name);
	s->carried = s->last.carried;
	if (check_name(run, name, e) < 0)
		return -1;
	return filter_state_output(run, is_first, e);
}

int
filter_log_run(struct filter_run *run, const char *name)
{
	struct err e = { 0 };
	int rc = filter_state_open(run, &e);

	if (rc < 0 || resume(run, name, rc == 0, &e) < 0)
		return diag_fail(&run->diag, &e);
	diag_say(&run->diag, DIAG_INFO, "started");
	progress_start(&run->progress,
	    run->options.progress == PROGRESS_ALWAYS ? stderr : NULL, 0);
	rc = read_log(run, &e);
	if (rc > 0 && !run->stopping)
		rc = filter_run_drain(run, &e);
	if (rc >= 0)
		rc = filter_state_end(run, &e);
	return filter_run_end(run, rc, &e);
}
