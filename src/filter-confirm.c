/* SPDX-License-Identifier: ISC */
/* Lines that are confirmed: in front they are accepted and answered, behind
 * they become rows. */
#include "filter-confirm.h"

#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "base/signals.h"
#include "filter-answer.h"
#include "filter-journal.h"

enum {
	HOLD_MS = 250,		/* between tries to accept a line */
	HELD_MS = 10000,	/* between saying that none is */
	STEP_LINES = 32,	/* accepted, then rows are looked after */
	SILENCE_MS = 1000,	/* after SIGTERM: nobody talks to us any more */
};

struct confirm {
	struct filter_run *run;
	struct filter_journal behind;
	struct parser *front;
	struct input *in;
	bool in_transaction, is_gone, is_holding, is_busy;
	int64_t held_at;	/* last said */
};

static void
answer(struct confirm *c, struct slice text)
{
	c->is_gone |= !filter_answer_give(text);
}

static void
heed(struct confirm *c)
{
	struct err e = { 0 };

	if (filter_run_heed(c->run, &e) < 0)
		filter_journal_fail(&c->behind, &e);
}

/* While a line is in our hand, or we are not ready: whether somebody still
 * waits for the answer. */
static bool
hold(struct confirm *c)
{
	struct pollfd p[2] = { { .fd = STDIN_FILENO },
		{ .fd = STDOUT_FILENO } };
	struct timespec limit = { .tv_nsec = HOLD_MS * 1000000 };

	(void)ppoll(p, 2, &limit, signals_mask());
	c->is_gone |= (p[0].revents | p[1].revents) & (POLLHUP | POLLERR);
	return !c->is_gone;
}

/* Where there is room for one line now and then, not each time. */
static void
say_held(struct confirm *c, const struct err *e)
{
	int64_t now = filter_run_now();

	if (c->is_holding || (c->held_at && now - c->held_at < HELD_MS))
		return;
	diag_say(&c->run->diag, DIAG_ERROR, "%s; no lines are accepted "
	    "meanwhile", e->text);
	c->is_holding = true;
	c->held_at = now;
}

static void
say_accepted(struct confirm *c)
{
	if (c->is_holding)
		diag_say(&c->run->diag, DIAG_WARNING, "lines are accepted "
		    "again");
	c->is_holding = false;
}

/* Into the journal, however long that takes; when nobody waits any more, into
 * the room that was kept for it; and on the disk, if that is wanted.  -1: e, it
 * is not there. */
static int
accept_line(struct confirm *c, struct slice line, bool may_begin,
    struct err *e)
{
	struct journal *journal = c->run->state.journal;
	int rc;

	while ((rc = journal_append(journal, line, may_begin, c->is_gone,
	    e)) == 0 && !c->is_gone) {
		say_held(c, e);
		filter_journal_work(&c->behind);
		heed(c);
		(void)hold(c);
	}
	if (rc <= 0)
		return -1;
	say_accepted(c);
	c->behind.unread++;
	return c->run->options.fsync ? journal_sync(journal, e) : 0;
}

/* The row that a line gives, NULL: none. */
static const struct event *
row_of(struct confirm *c, struct slice line)
{
	const struct event *row = NULL, *next;

	/* To the end: the line may be repeated by the next one. */
	parser_begin(c->front, line);
	while ((next = parser_next(c->front)))
		row = next;
	return row;
}

/* Transactions need not be switched on; if they are, each line is safe before
 * its answer all the same.  Who sends a line like theirs need not be rsyslogd. */
static int
take_line(struct confirm *c, struct slice whole, struct err *e)
{
	struct slice line = whole;
	const struct event *row;
	bool begins;

	filter_answer_await();
	if (slice_ends(line, SLICE("\n")))
		line.n--;
	begins = slice_is(line, SLICE("BEGIN TRANSACTION"));
	if (begins || slice_is(line, SLICE("COMMIT TRANSACTION"))) {
		c->in_transaction = begins;
		answer(c, SLICE("OK\n"));
		return 0;
	}
	row = row_of(c, whole);
	if (row && accept_line(c, line, row->line.first == row->line.from,
	    e) < 0)
		return -1;
	answer(c, c->in_transaction ? SLICE("DEFER_COMMIT\n") :
	    SLICE("OK\n"));
	return 0;
}

/* 1: there was a line; 0: none for now; -1: e. */
static int
take_lines(struct confirm *c, struct err *e)
{
	struct slice block;
	int rc = 0;

	if (input_next(c->in, &block, e) < 0)
		return -1;
	while (rc >= 0 && block.n && !c->is_gone) {
		size_t n = slice_find_byte(block, '\n') + 1;

		rc = take_line(c, slice_to(block, n), e) < 0 ? -1 : 1;
		block = slice_from(block, n);
	}
	c->is_gone |= input_is_at_end(c->in);
	return rc;
}

/* Waits for a line, or for something to do behind.  True: a line. */
static bool
wait_for_line(struct confirm *c)
{
	struct filter_run *run = c->run;
	int64_t wait = filter_journal_patience(&c->behind);

	/* Whoever was told to end does so when nobody talks any more. */
	if (run->stopping && (wait < 0 || wait > SILENCE_MS * 1000))
		wait = SILENCE_MS * 1000;
	return input_wait(c->in, wait, run->rdns ? rdns_fd(run->rdns) : -1,
	    signals_mask()) > 0;
}

/* Where a line has just come another one will: it is read for at once, without
 * asking whether it is there; if it is not, that takes a moment. */
static void
set_busy(struct confirm *c, bool busy)
{
	if (c->is_busy != busy)
		filter_answer_interrupt(busy);
	c->is_busy = busy;
}

/* Lines as long as they come, but not for too long.  -1: e. */
static int
take_some(struct confirm *c, struct err *e)
{
	struct filter_run *run = c->run;
	int got = 0;

	if (!c->is_busy && !wait_for_line(c))
		return 0;
	do {
		got = take_lines(c, e);
		if (got < 0)
			return -1;
		set_busy(c, got > 0);
		run->now = filter_run_now();
		if (got > 0)
			run->heard_at = run->now;
	} while (got > 0 && !c->is_gone && c->behind.unread < STEP_LINES &&
	    run->now - c->behind.stepped_at < FILTER_ANSWER_MS);
	return 0;
}

static int
serve(struct confirm *c, struct err *e)
{
	struct filter_run *run = c->run;
	int rc = 0;

	answer(c, SLICE("OK\n"));
	run->heard_at = filter_run_now();
	while (!c->is_gone && (rc = take_some(c, e)) == 0) {
		signals_let_go();
		signals_hold();
		heed(c);
		filter_journal_work(&c->behind);
		if (run->stopping && run->now - run->heard_at >= SILENCE_MS)
			break;
	}
	set_busy(c, false);
	return rc;
}

/* Another instance may be about to end, a full disk to get room.  1: ready; 0:
 * nobody waits any more; -1: e. */
static int
get_ready(struct confirm *c, struct err *e)
{
	while (filter_journal_open(&c->behind, c->run, e) < 0) {
		if (e->status != EX_TEMPFAIL && e->status != EX_IOERR)
			return -1;
		say_held(c, e);
		if (signals_take(SIGTERM) || !hold(c)) {
			c->run->status = e->status;
			return 0;
		}
	}
	c->is_holding = false;
	return 1;
}

static int
end(struct confirm *c, int rc, struct err *e)
{
	parser_free(c->front);
	input_close(c->in);
	if (c->run->sink)
		return filter_run_end(c->run, rc, e);
	return rc < 0 ? diag_fail(&c->run->diag, e) : c->run->status;
}

int
filter_confirm_run(struct filter_run *run)
{
	struct confirm c = { .run = run };
	struct err e = { 0 };
	int rc;

	signals_hold();
	c.in = input_open("-", &e);
	c.front = parser_new(run->rules, run->events, &e);
	if (!c.in || !c.front)
		return end(&c, -1, &e);
	parser_start(c.front, &run->clock);
	input_set_plain(c.in);
	input_set_growing(c.in, true);
	input_set_interruptible(c.in);
	run->now = filter_run_now();
	pace_start(&run->pace, false, run->now);
	pace_read(&run->pace, 1, run->now);
	pace_silent(&run->pace, run->now);
	rc = get_ready(&c, &e);
	if (rc > 0) {
		diag_say(&run->diag, DIAG_INFO, "started");
		rc = serve(&c, &e);
		if (rc == 0)
			rc = filter_journal_finish(&c.behind, &e);
	}
	return end(&c, rc, &e);
}
