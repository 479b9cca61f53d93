/* SPDX-License-Identifier: ISC */
/* One log, read on where it was left. */
#include "filter-state.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/signals.h"
#include "filter-run.h"

enum {
	KEEP_MS = 1000,			/* a checkpoint at least so often, */
	KEEP_BYTES = 8 * 1024 * 1024,	/* or after so much input */
	LOOK_MS = 1000,			/* however quiet the system is */
	TEXT_MAX_BYTES = 4096,
};

/*
 * Checkpoints.
 */

int
filter_state_open(struct filter_run *run, struct err *e)
{
	const char *name = run->options.state;
	struct filter_state *s = &run->state;
	char *old = NULL;
	struct buf text;
	int rc;

	s->file = statefile_open(name, e);
	if (!s->file)
		return -1;
	if (run->options.reset_state &&
	    statefile_archive(s->file, &old, e) < 0)
		return -1;
	if (old)
		diag_say(&run->diag, DIAG_WARNING, "the state was put away as "
		    "'%s'", old);
	free(old);
	rc = statefile_read(s->file, &text, e);
	if (rc > 0 && checkpoint_parse(buf_slice(&text), &s->last, e) < 0) {
		err_prefix(e, "'%s': ", name);
		rc = -1;
	}
	buf_release(&text);
	if (rc < 0 && e->status == EX_DATAERR)
		err_add(e, "; restore it, or begin anew with --reset-state");
	return rc;
}

static int
write_checkpoint(struct filter_run *run, struct checkpoint *now,
    struct err *e)
{
	struct filter_state *s = &run->state;
	struct buf text;
	int rc;

	now->sequence = s->last.sequence + 1;
	buf_init(&text, TEXT_MAX_BYTES);
	checkpoint_add(now, &text);
	rc = statefile_write(s->file, buf_slice(&text), e);
	buf_release(&text);
	if (rc == 0)
		s->last = *now;
	return rc;
}

/* Whether two checkpoints say the same. */
static bool
is_same(const struct checkpoint *a, const struct checkpoint *b)
{
	return a->rows == b->rows && a->segment == b->segment &&
	    a->input.device == b->input.device &&
	    a->input.inode == b->input.inode &&
	    a->input.offset == b->input.offset &&
	    a->output.device == b->output.device &&
	    a->output.inode == b->output.inode &&
	    a->output.length == b->output.length && a->ended == b->ended;
}

static int
commit(struct filter_run *run, bool ended, struct err *e)
{
	struct filter_state *s = &run->state;
	struct checkpoint now = { .ended = ended,
		.rows = s->rows_before + sink_rows(run->sink) };

	if (!s->file || !s->follow)
		return 0;
	s->written_at = filter_run_now();
	s->written_to = run->mark.to;
	s->written_file = run->files;
	if (sink_sync(run->sink, &now.output, e) < 0 ||
	    follow_place(s->follow, run->mark.first, run->mark.to, &now.input,
	    e) < 0)
		return -1;
	if (is_same(&now, &s->last))
		return 0;
	return write_checkpoint(run, &now, e);
}

int
filter_state_commit(struct filter_run *run, struct err *e)
{
	return commit(run, false, e);
}

int
filter_state_keep(struct filter_run *run, struct err *e)
{
	const struct filter_state *s = &run->state;

	if (run->mark.to == s->written_to && run->files == s->written_file)
		return 0;
	if (run->now - s->written_at < KEEP_MS &&
	    run->mark.to - s->written_to < KEEP_BYTES)
		return 0;
	return commit(run, false, e);
}

/*
 * Reading.
 */

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
	parser_start(run->parser, &clock);
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
		rc = commit(run, false, e);
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

/* A piece of the file, if there is one.  *more: there was. */
static int
read_piece(struct filter_run *run, struct input *in, bool *more,
    struct err *e)
{
	uint64_t before = input_taken(in);
	struct slice block;
	int got = input_next(in, &block, e), rc = 0;

	run->now = filter_run_now();
	*more = got > 0 && (input_is_packed(in) || !input_is_at_end(in));
	if (got < 0 && e->status != EX_DATAERR)
		return -1;
	if (got < 0) {
		filter_run_note(run, e);
		follow_give_up(run->state.follow);
		return 0;
	}
	run->bytes += input_taken(in) - before;
	if (input_taken(in) != before) {
		run->heard_at = run->now;
		pace_read(&run->pace, run->bytes, run->now);
	}
	if (block.n) {
		*more = true;
		parser_set_place(run->parser, input_place(in) - block.n);
		rc = filter_run_block(run, block, e);
	}
	progress_show(&run->progress, run->bytes, sink_rows(run->sink));
	return rc;
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
	rc = commit(run, false, e);
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

/* Output as the checkpoint has it, and the log where it stopped. */
static int
resume(struct filter_run *run, const char *name, bool is_first,
    struct err *e)
{
	struct filter_state *s = &run->state;
	struct sink_resumed resumed;

	s->rows_before = s->last.rows;
	s->follow = follow_open(name, is_first ? NULL :
	    &s->last.input, run->options.backlog == BACKLOG_ALL, e);
	if (!s->follow)
		return -1;
	if (filter_run_open(run, is_first ? NULL : &s->last.output, e) < 0)
		return -1;
	resumed = sink_resumed(run->sink);
	if (resumed.cut)
		diag_say(&run->diag, DIAG_INFO, "%llu bytes behind the last "
		    "checkpoint were moved to '%s.cut'; their rows are written "
		    "again", (unsigned long long)resumed.cut,
		    run->options.output);
	if (resumed.is_gone && !s->last.ended)
		diag_say(&run->diag, DIAG_WARNING, "the output that was being "
		    "written is gone: if it is kept somewhere, its last rows "
		    "may come again");
	return 0;
}

int
filter_state_run(struct filter_run *run, const char *name)
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
		rc = commit(run, true, &e);
	return filter_run_end(run, rc, &e);
}
