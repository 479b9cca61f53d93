/* SPDX-License-Identifier: ISC */
/* The loop of mls-filter. */
#include "filter-run.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/signals.h"
#include "filter-databases.h"

enum {
	STOP_MS = 1500,		/* after SIGTERM or the end of live input: time
				 * is up */
	MOVE = 32,		/* rows added between looks at the queue */
	DAY = 24 * 60 * 60,
	YEAR_2000 = 946684800,
};

int64_t
filter_run_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
filter_run_note(struct filter_run *run, const struct err *e)
{
	int status = diag_fail(&run->diag, e);

	/* That something is missing weighs less than that something failed. */
	if (run->status <= FILTER_GAP)
		run->status = status;
}

unsigned
filter_run_columns(const struct filter_run *run)
{
	unsigned set = 0;

	for (size_t i = 0; i < run->shape.n; i++)
		set |= 1u << run->shape.columns[i];
	return set;
}

enum {
	NAMES = 1 << COLUMN_HOSTNAME | 1 << COLUMN_STATUS |
	    1 << COLUMN_FORWARD,
};

int
filter_run_names(struct filter_run *run, struct err *e)
{
	const struct options *o = &run->options;
	struct err_list complaints = { 0 };
	size_t rows = QUEUE_ROWS;
	struct rdns_settings settings = {
		.servers = run->resolvers.n ? &run->resolvers : NULL,
		.resolv_conf = "/etc/resolv.conf",
		.hosts = "/etc/hosts",
		.in_flight = (unsigned)o->dns_in_flight,
		.rate = (unsigned)o->dns_rate,
		.cache = (size_t)o->dns_cache,
		.confirm = o->dns_confirm ||
		    filter_run_columns(run) & 1 << COLUMN_FORWARD,
		.mismatch = o->dns_confirm,
	};

	if (o->dns == DNS_OFF || !(filter_run_columns(run) & NAMES))
		return 0;
	/* Those that are out must fit, and leave room. */
	if (settings.in_flight > settings.cache / 2)
		settings.in_flight = (unsigned)(settings.cache / 2);
	run->rdns = rdns_new(&settings, &complaints, e);
	if (!run->rdns)
		return -1;
	/* The addresses of rows that wait leave room for those of names. */
	if (settings.confirm && rows > settings.cache / 2)
		rows = settings.cache / 2;
	run->queue = queue_new(run->rdns, filter_run_columns(run), rows,
	    QUEUE_BYTES);
	(void)diag_complain(&run->diag, DIAG_WARNING, &complaints);
	return 0;
}

static void
answer_names(struct filter_run *run)
{
	struct buf line;

	if (!run->rdns)
		return;
	buf_init(&line, 4096);
	rdns_add_counters(run->rdns, &line);
	diag_answer(&run->diag, "%.*s", (int)line.n, line.p);
	buf_release(&line);
}

static void
answer_stats(struct filter_run *run)
{
	size_t n = run->ipdb ? ipdb_sources(run->ipdb) : 0;

	diag_answer(&run->diag, "inputs: %llu, bytes: %llu, lines looked at: "
	    "%llu, events: %llu, rows: %llu, lines cut: %llu",
	    (unsigned long long)run->files, (unsigned long long)run->bytes,
	    (unsigned long long)parser_candidates(run->parser),
	    (unsigned long long)run->found,
	    (unsigned long long)(run->sink ? sink_rows(run->sink) : 0),
	    (unsigned long long)run->lines_cut);
	for (size_t i = 0; i < n; i++) {
		const struct ipdb_source *s = ipdb_source(run->ipdb, i);

		long long days = (time(NULL) - s->time) / DAY;

		diag_answer(&run->diag, "database %s: %s, %zu IPv4 and %zu "
		    "IPv6 ranges, %lld days old", s->file, s->format, s->v4,
		    s->v6, days < 0 ? 0 : days);
	}
	answer_names(run);
}

/* 0: goes on; 1: nobody reads our rows any more; -1: error. */
static int
write_row(struct filter_run *run, struct row *row, struct err *e)
{
	int rc;

	if (run->ipdb)
		ipdb_find(run->ipdb, &row->event->ip, &row->place);
	rc = sink_add(run->sink, row, e);
	if (rc == 0)
		run->mark = row->event->line;
	return rc;
}

/* Rows that came at or before this have waited long enough. */
static int64_t
overdue(const struct filter_run *run)
{
	int64_t deadline = (int64_t)run->options.dns_deadline;
	int64_t from = pace_counts_from(&run->pace);

	if (run->stopping && !run->state.file && run->now >= run->stop_at)
		return INT64_MAX;
	if (from == INT64_MAX || run->now - from < deadline)
		return -1;
	return run->now - deadline;
}

/* Writes the rows at the head that are complete, or came by then.  As
 * write_row(). */
static int
write_rows(struct filter_run *run, int64_t late, struct err *e)
{
	struct row row;
	int rc = 0;

	while (rc == 0 && queue_next(run->queue, late, &row))
		rc = write_row(run, &row, e);
	return rc;
}

int
filter_run_move(struct filter_run *run, struct err *e)
{
	int rc = 0;

	run->now = filter_run_now();
	run->unmoved = 0;
	if (run->queue) {
		rdns_step(run->rdns);
		rc = write_rows(run, overdue(run), e);
	}
	return rc ? rc : filter_state_keep(run, e);
}

/* As write_row(). */
static int
reopen_output(struct filter_run *run, struct err *e)
{
	int rc = sink_flush(run->sink, e);

	if (rc == 0)
		rc = filter_state_commit(run, e);
	if (rc)
		return rc;
	rc = sink_reopen(run->sink, e);
	if (rc < 0 && e->status == EX_IOERR)
		return -1;
	if (rc < 0)
		diag_say(&run->diag, DIAG_WARNING, "%s; going on with the old "
		    "file", e->text);
	return filter_state_commit(run, e);
}

/* SIGHUP: whatever logrotate or an update has moved away. */
static int
reopen(struct filter_run *run, struct err *e)
{
	int rc = run->sink ? reopen_output(run, e) : 0;
	bool are_good;

	if (rc)
		return rc;
	if (diag_reopen(&run->diag, e) < 0)
		diag_say(&run->diag, DIAG_WARNING, "%s", e->text);
	are_good = run->ipdb && filter_databases_open(run) == 0;
	diag_say(&run->diag, DIAG_INFO, are_good ? "output, log and "
	    "databases opened again" : "output and log opened again");
	return 0;
}

static void
stop(struct filter_run *run)
{
	run->stopping = true;
	run->now = run->heard_at = filter_run_now();
	run->stop_at = run->now + STOP_MS;
}

int
filter_run_heed(struct filter_run *run, struct err *e)
{
	int rc = 0;

	if (signals_take(SIGTERM) && !run->stopping) {
		stop(run);
		diag_say(&run->diag, DIAG_INFO, "told to stop");
	}
	if (signals_take(SIGUSR1))
		answer_stats(run);
	if (signals_take(SIGHUP))
		rc = reopen(run, e);
	/* What is not written yet is left for the next run. */
	return rc ? rc : run->stopping && run->state.follow;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t
filter_run_patience(const struct filter_run *run, bool reading)
{
	int64_t until = INT64_MAX, from = pace_counts_from(&run->pace);
	int64_t pause = run->rdns ? rdns_pause(run->rdns) : -1, wait;

	if (run->queue && queue_rows(run->queue)) {
		int64_t came = queue_oldest(run->queue);

		if (from != INT64_MAX)
			until = (came > from ? came : from) +
			    (int64_t)run->options.dns_deadline;
		if (reading && run->pace.is != PACE_LIVE)
			until = earlier(until, run->heard_at + PACE_SILENCE);
	}
	if (run->stopping && !run->state.file)
		until = earlier(until, earlier(run->stop_at, reading ?
		    run->heard_at + FILTER_SILENCE_MS : INT64_MAX));
	if (until == INT64_MAX)
		return pause;
	wait = until > run->now ? (until - run->now) * 1000 : 0;
	return pause < 0 ? wait : earlier(pause, wait);
}

/* Whether reading may stop until names have come. */
static bool
may_wait(const struct filter_run *run)
{
	return !run->stopping && run->pace.is != PACE_LIVE;
}

/* Waits for answers, a signal, or time.  As write_row(). */
static int
wait_for_names(struct filter_run *run, struct err *e)
{
	struct pollfd p = { .fd = rdns_fd(run->rdns), .events = POLLIN };
	int64_t wait;
	int rc;

	signals_hold();
	rc = filter_run_heed(run, e);
	wait = filter_run_patience(run, false);
	if (rc == 0)
		(void)ppoll(&p, 1, wait < 0 ? NULL : &(struct timespec){
		    .tv_sec = wait / 1000000,
		    .tv_nsec = wait % 1000000 * 1000 }, signals_mask());
	signals_let_go();
	return rc ? rc : filter_run_move(run, e);
}

/* No room for a row of a heap: waits until rows have left. */
static int
wait_for_room(struct filter_run *run, const struct event *event,
    struct row *row, enum queue_result *added, struct err *e)
{
	int rc = filter_run_move(run, e);

	while (rc == 0 && (*added = queue_add(run->queue, event, run->now,
	    may_wait(run), row)) == QUEUE_FULL && may_wait(run)) {
		pace_hold(&run->pace);
		rc = sink_flush(run->sink, e);
		if (rc == 0)
			rc = wait_for_names(run, e);
	}
	return rc;
}

/* No room for a row that must not wait: those before it leave as they are, and
 * if that is of no use, it does. */
static int
force_row(struct filter_run *run, const struct event *event, struct row *row,
    enum queue_result *added, struct err *e)
{
	int rc = write_rows(run, INT64_MAX, e);

	*added = queue_add(run->queue, event, run->now, false, row);
	if (*added == QUEUE_FULL) {
		*row = (struct row){ .event = event, .status = RDNS_TIMEOUT };
		*added = QUEUE_PASSED;
	}
	return rc;
}

/* A row on its way: at once if all is known, else to those that wait for a
 * name.  As write_row(). */
static int
add_row(struct filter_run *run, const struct event *event, struct err *e)
{
	struct row row = { .event = event, .status = RDNS_SKIPPED };
	enum queue_result added = QUEUE_PASSED;
	int rc = 0;

	run->found++;
	if (run->queue)
		added = queue_add(run->queue, event, run->now, may_wait(run),
		    &row);
	if (added == QUEUE_FULL)
		rc = wait_for_room(run, event, &row, &added, e);
	if (rc == 0 && added == QUEUE_FULL)
		rc = force_row(run, event, &row, &added, e);
	if (rc == 0 && added == QUEUE_PASSED)
		rc = write_row(run, &row, e);
	if (rc || !run->queue || ++run->unmoved < MOVE)
		return rc;
	return filter_run_move(run, e);
}

void
filter_run_mark(struct filter_run *run)
{
	struct stretch end = parser_end(run->parser);

	/* What is read once more on resuming is no step back. */
	if ((!run->queue || queue_rows(run->queue) == 0) &&
	    end.to >= run->mark.to)
		run->mark = end;
}

/* As many as the parser lets us have at a time, so that their addresses can be
 * looked up together. */
static size_t
next_events(struct filter_run *run, const struct event **events)
{
	struct ip ips[PARSER_AHEAD];
	size_t n = 0;

	for (; n < PARSER_AHEAD && (events[n] = parser_next(run->parser)); n++)
		ips[n] = events[n]->ip;
	if (n)
		filter_databases_need(run);
	if (run->ipdb)
		ipdb_expect(run->ipdb, ips, n);
	if (run->rdns)
		rdns_expect(run->rdns, ips, n);
	return n;
}

int
filter_run_block(struct filter_run *run, struct slice block, struct err *e)
{
	const struct event *events[PARSER_AHEAD];
	size_t n = PARSER_AHEAD;
	int rc = 0;

	filter_databases_check(run);
	parser_begin(run->parser, block);
	while (rc == 0 && n == PARSER_AHEAD) {
		n = next_events(run, events);
		for (size_t i = 0; i < n && rc == 0; i++)
			if (events[i]->line.from >= run->from)
				rc = add_row(run, events[i], e);
	}
	if (rc == 0)
		filter_run_mark(run);
	return rc;
}

static bool
is_same_file(const char *one, const char *other)
{
	struct stat a, b;

	return one && other && stat(one, &a) == 0 && stat(other, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int
filter_run_open(struct filter_run *run, const struct output_place *place,
    struct err *e)
{
	if (is_same_file(run->options.output, run->diag.file))
		return err_set(e, EX_USAGE, "'%s' cannot be both output and "
		    "log", run->options.output);
	run->sink = sink_open(run->options.output, &run->shape, place, e);
	if (!run->sink)
		return -1;
	if (sink_was_torn(run->sink))
		diag_say(&run->diag, DIAG_WARNING, "'%s' ended in the middle "
		    "of a row", run->options.output);
	return 0;
}

struct clock
filter_run_clock(const struct filter_run *run, const struct input *in)
{
	struct clock clock = run->clock;

	/* A file from before syslog is one whose time was not kept. */
	if (!run->options.now && input_time(in) < clock.now &&
	    input_time(in) >= YEAR_2000)
		clock.now = input_time(in);
	return clock;
}

int
filter_run_settle(struct filter_run *run, struct err *e)
{
	int rc = filter_run_move(run, e);

	while (rc == 0 && run->queue && queue_rows(run->queue)) {
		rc = sink_flush(run->sink, e);
		if (rc == 0)
			rc = wait_for_names(run, e);
	}
	if (rc == 0)
		filter_run_mark(run);
	return rc;
}

int
filter_run_drain(struct filter_run *run, struct err *e)
{
	pace_end(&run->pace);
	if (run->queue && run->pace.is == PACE_LIVE && !run->stopping)
		stop(run);
	return filter_run_settle(run, e);
}

int
filter_run_end(struct filter_run *run, int rc, struct err *e)
{
	int closed;

	progress_end(&run->progress);
	if (run->options.stats)
		answer_stats(run);
	if (rc < 0)
		filter_run_note(run, e);
	closed = sink_close(run->sink, e);
	run->sink = NULL;
	if (closed < 0 && rc >= 0)
		filter_run_note(run, e);
	return run->status;
}
