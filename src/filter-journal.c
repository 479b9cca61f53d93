/* SPDX-License-Identifier: ISC */
/* Lines that were accepted become rows. */
#include "filter-journal.h"

#include <poll.h>
#include <time.h>

#include "filter-run.h"

enum {
	RETRY_MS = 5000,	/* between tries to write rows */
	STEP_MS = 10,		/* lines wait no longer than this */
	KEEP_MS = 1000,		/* nor does a checkpoint, or a look at files */
	END_MS = 1500,		/* after the end of input: time is up */
};

static void
set_clock(struct filter_run *run)
{
	if (run->options.now)
		return;
	run->clock.now = time(NULL);
	parser_set_clock(run->parser, &run->clock);
}

/* What somebody did to the files of the journal. */
static void
say_changes(struct filter_journal *j)
{
	struct filter_run *run = j->run;
	const char *gap = journal_gap(run->state.journal);
	struct err e;

	if (journal_was_restored(run->state.journal))
		diag_say(&run->diag, DIAG_WARNING, "somebody has removed or "
		    "changed the journal: it was written again, nothing is "
		    "lost");
	if (!gap)
		return;
	j->has_gap = true;
	err_set(&e, FILTER_GAP, "rows of lines that were accepted may be "
	    "missing: %s", gap);
	filter_run_note(run, &e);
}

static void
start_segment(struct filter_journal *j)
{
	struct filter_run *run = j->run;
	const struct journal *journal = run->state.journal;

	run->from = journal_from(journal);
	run->mark = (struct stretch){
		.first = input_place(journal_input(journal)),
		.from = run->from, .to = run->from };
	parser_start(run->parser, &run->clock);
	parser_set_place(run->parser, run->from);
	set_clock(run);
	say_changes(j);
	run->files++;
	j->is_behind = true;
}

/* Output and journal as the last checkpoint has them. */
static int
resume(struct filter_journal *j, struct err *e)
{
	struct filter_run *run = j->run;
	const struct checkpoint *last = &run->state.last;

	if (filter_state_output(run, last->sequence == 0, e) < 0 ||
	    journal_enter(run->state.journal, last->segment,
	    last->input.offset, last->input.again, e) < 0)
		return -1;
	start_segment(j);
	return filter_state_commit(run, e);
}

static void
close_sink(struct filter_run *run)
{
	struct err e;

	/* What is lost with it is in the journal. */
	if (run->sink)
		(void)sink_close(run->sink, &e);
	run->sink = NULL;
}

/* No line is accepted before there is a state. */
static int
open_journal(struct filter_run *run, struct err *e)
{
	struct filter_state *s = &run->state;

	s->journal = journal_open(run->options.state, s->last.segment, e);
	if (s->journal && !s->last.sequence && journal_size(s->journal))
		diag_say(&run->diag, DIAG_WARNING, "'%s' is gone, but its "
		    "journal is there: rows of it that are written already "
		    "come again", run->options.state);
	return s->journal ? 0 : -1;
}

int
filter_journal_open(struct filter_journal *j, struct filter_run *run,
    struct err *e)
{
	struct filter_state *s = &run->state;

	j->run = run;
	if (!s->file && filter_state_open(run, e) < 0)
		return -1;
	if (s->last.sequence && !s->last.segment)
		return err_set(e, EX_CONFIG, "'%s' is the state of a log: "
		    "--confirm needs another one", run->options.state);
	if (!s->journal && open_journal(run, e) < 0)
		return -1;
	if (resume(j, e) == 0)
		return 0;
	close_sink(run);
	return -1;
}

void
filter_journal_fail(struct filter_journal *j, const struct err *e)
{
	struct filter_run *run = j->run;
	struct row row;

	if (!j->is_down)
		diag_say(&run->diag, DIAG_ERROR, "%s; rows wait in the "
		    "journal", e->text);
	j->is_down = true;
	j->retry_at = filter_run_now() + RETRY_MS;
	run->status = e->status;
	while (run->queue && queue_next(run->queue, INT64_MAX, &row))
		continue;
	close_sink(run);
}

static int
next_segment(struct filter_journal *j, struct err *e)
{
	if (filter_state_commit(j->run, e) < 0 ||
	    journal_advance(j->run->state.journal, e) < 0)
		return -1;
	start_segment(j);
	return filter_state_commit(j->run, e);
}

static int
read_piece(struct filter_journal *j, struct err *e)
{
	struct filter_run *run = j->run;
	struct input *in = journal_input(run->state.journal);
	struct slice block;

	j->unread = 0;
	set_clock(run);
	if (input_next(in, &block, e) < 0)
		return -1;
	j->is_behind = !input_is_at_end(in);
	if (block.n == 0)
		return 0;
	run->bytes += block.n;
	parser_set_place(run->parser, input_place(in) - block.n);
	return filter_run_block(run, block, e);
}

static bool
has_waiting(const struct filter_run *run)
{
	return run->queue && queue_rows(run->queue);
}

static int
step(struct filter_journal *j, struct err *e)
{
	struct filter_run *run = j->run;

	if ((j->unread || j->is_behind) && read_piece(j, e) < 0)
		return -1;
	if (filter_run_move(run, e) < 0 || sink_flush(run->sink, e) < 0)
		return -1;
	filter_run_mark(run);
	if (j->is_behind || has_waiting(run) ||
	    !journal_is_finished(run->state.journal))
		return 0;
	return next_segment(j, e);
}

/* What was written to the output or the state before it failed is not known
 * for certain: what stands in the state counts. */
static int
rise(struct filter_journal *j, struct err *e)
{
	struct filter_run *run = j->run;

	if (filter_state_read(run, e) < 0 || resume(j, e) < 0)
		return -1;
	j->is_down = false;
	run->status = j->has_gap ? FILTER_GAP : 0;
	diag_say(&run->diag, DIAG_WARNING, "rows are written again");
	return 0;
}

void
filter_journal_work(struct filter_journal *j)
{
	struct filter_run *run = j->run;
	struct err e = { 0 };

	run->now = j->stepped_at = filter_run_now();
	/* Whether it can be made good is known when a line is to be accepted. */
	if (run->now - j->checked_at >= KEEP_MS) {
		j->checked_at = run->now;
		(void)journal_check(run->state.journal, &e);
	}
	say_changes(j);
	if (j->is_down && run->now < j->retry_at)
		return;
	if ((j->is_down && rise(j, &e) < 0) || step(j, &e) < 0)
		filter_journal_fail(j, &e);
}

int64_t
filter_journal_patience(const struct filter_journal *j)
{
	const struct filter_run *run = j->run;
	int64_t wait;

	if (j->is_down)
		return j->retry_at > run->now ?
		    (j->retry_at - run->now) * 1000 : 0;
	if (j->is_behind)
		return 0;
	if (j->unread)
		return STEP_MS * 1000;
	wait = filter_run_patience(run, false);
	if ((has_waiting(run) || run->mark.to != run->state.written_to) &&
	    (wait < 0 || wait > KEEP_MS * 1000))
		wait = KEEP_MS * 1000;
	return wait;
}

int
filter_journal_finish(struct filter_journal *j, struct err *e)
{
	struct filter_run *run = j->run;
	int64_t end = filter_run_now() + END_MS;
	struct pollfd p = { .fd = run->rdns ? rdns_fd(run->rdns) : -1,
		.events = POLLIN };

	j->is_behind = true;
	do {
		int64_t wait, left;

		filter_journal_work(j);
		if (j->is_down || (!j->is_behind && !has_waiting(run)))
			break;
		wait = filter_journal_patience(j);
		left = end > run->now ? (end - run->now) * 1000 : 0;
		if (wait < 0 || wait > left)
			wait = left;
		(void)ppoll(&p, 1, &(struct timespec){
		    .tv_sec = wait / 1000000,
		    .tv_nsec = wait % 1000000 * 1000 }, NULL);
	} while (filter_run_now() < end);
	return j->is_down ? 0 : filter_state_end(run, e);
}
