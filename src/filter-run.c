/* SPDX-License-Identifier: ISC */
/* The loop of mls-filter. */
#include "filter-run.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/input.h"
#include "base/signals.h"
#include "filter-databases.h"

enum {
	SILENCE_MS = 500,	/* after SIGTERM: nothing more is coming */
	STOP_MS = 1500,		/* after SIGTERM or the end of live input: time
				 * is up */
	MOVE = 32,		/* rows added between looks at the queue */
	DAY = 24 * 60 * 60,
	YEAR_2000 = 946684800,
};

static int64_t
monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Something is wrong that does not end the run. */
static void
note_failure(struct filter_run *run, const struct err *e)
{
	int status = diag_fail(&run->diag, e);

	if (!run->status)
		run->status = status;
}

/* An input that cannot be read to its end. */
static void
note_damage(struct filter_run *run, const struct input *in, struct err *e)
{
	size_t n = strlen(e->text);

	if (input_is_packed(in))
		snprintf(e->text + n, sizeof e->text - n, "; rows up to there "
		    "are written");
	note_failure(run, e);
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

void
filter_run_names(struct filter_run *run)
{
	const struct options *o = &run->options;
	struct err_list complaints = { 0 };
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
		return;
	/* Those that are out must fit, and leave room. */
	if (settings.in_flight > settings.cache / 2)
		settings.in_flight = (unsigned)(settings.cache / 2);
	run->rdns = rdns_new(&settings, &complaints);
	run->queue = queue_new(run->rdns, filter_run_columns(run), QUEUE_ROWS,
	    QUEUE_BYTES);
	(void)diag_complain(&run->diag, DIAG_WARNING, &complaints);
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
	    (unsigned long long)sink_rows(run->sink),
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
	if (run->ipdb)
		ipdb_find(run->ipdb, &row->event->ip, &row->place);
	return sink_add(run->sink, row, e);
}

/* Rows that came at or before this have waited long enough. */
static int64_t
overdue(const struct filter_run *run)
{
	int64_t deadline = (int64_t)run->options.dns_deadline;
	int64_t from = pace_counts_from(&run->pace);

	if (run->stopping && run->now >= run->stop_at)
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

static int
move_rows(struct filter_run *run, struct err *e)
{

	run->now = monotonic_ms();
	run->unmoved = 0;
	if (!run->queue)
		return 0;
	rdns_step(run->rdns);
	return write_rows(run, overdue(run), e);
}

/* SIGHUP: whatever logrotate or an update has moved away. */
static int
reopen(struct filter_run *run, struct err *e)
{
	int rc = sink_flush(run->sink, e);

	if (rc)
		return rc;
	rc = sink_reopen(run->sink, e);
	if (rc < 0 && e->status == EX_IOERR)
		return -1;
	if (rc < 0)
		diag_say(&run->diag, DIAG_WARNING, "%s; going on with the old "
		    "file", e->text);
	if (diag_reopen(&run->diag, e) < 0)
		diag_say(&run->diag, DIAG_WARNING, "%s", e->text);
	(void)filter_databases_open(run);
	diag_say(&run->diag, DIAG_INFO, "output, log and databases opened "
	    "again");
	return 0;
}

static void
stop(struct filter_run *run)
{
	run->stopping = true;
	run->now = run->heard_at = monotonic_ms();
	run->stop_at = run->now + STOP_MS;
}

/* As write_row(). */
static int
heed_signals(struct filter_run *run, struct err *e)
{
	if (signals_take(SIGTERM) && !run->stopping) {
		stop(run);
		diag_say(&run->diag, DIAG_INFO, "told to stop");
	}
	if (signals_take(SIGUSR1))
		answer_stats(run);
	return signals_take(SIGHUP) ? reopen(run, e) : 0;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Microseconds until something has to be done though nothing comes; -1: never.
 * Input that is not known to be live may turn out to be by its silence. */
static int64_t
patience(const struct filter_run *run, const struct input *in)
{
	int64_t until = INT64_MAX, from = pace_counts_from(&run->pace);
	int64_t pause = run->rdns ? rdns_pause(run->rdns) : -1, wait;

	if (run->queue && queue_rows(run->queue)) {
		int64_t came = queue_oldest(run->queue);

		if (from != INT64_MAX)
			until = (came > from ? came : from) +
			    (int64_t)run->options.dns_deadline;
		if (in && run->pace.is != PACE_LIVE)
			until = earlier(until, run->heard_at + PACE_SILENCE);
	}
	if (run->stopping)
		until = earlier(until, earlier(run->stop_at, in ?
		    run->heard_at + SILENCE_MS : INT64_MAX));
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
	rc = heed_signals(run, e);
	wait = patience(run, NULL);
	if (rc == 0)
		(void)ppoll(&p, 1, wait < 0 ? NULL : &(struct timespec){
		    .tv_sec = wait / 1000000,
		    .tv_nsec = wait % 1000000 * 1000 }, signals_mask());
	signals_let_go();
	return rc ? rc : move_rows(run, e);
}

/* No room for a row of a heap: waits until rows have left. */
static int
wait_for_room(struct filter_run *run, const struct event *event,
    struct row *row, enum queue_result *added, struct err *e)
{
	int rc = move_rows(run, e);

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
	return move_rows(run, e);
}

/* Waits until there is input; meanwhile rows leave.  0: it has come; 1: time to
 * end; -1: error. */
static int
wait_for_input(struct filter_run *run, struct input *in, struct err *e)
{
	int other = run->rdns ? rdns_fd(run->rdns) : -1;
	int rc = heed_signals(run, e);

	while (rc == 0 && (rc = move_rows(run, e)) == 0 &&
	    input_wait(in, 0, -1, NULL) <= 0) {
		if (run->now - run->heard_at >= PACE_SILENCE)
			pace_silent(&run->pace, run->now);
		if (run->stopping && run->now - run->heard_at >= SILENCE_MS)
			return 1;
		rc = sink_flush(run->sink, e);
		if (rc)
			return rc;
		signals_hold();
		rc = heed_signals(run, e);
		if (rc == 0)
			(void)input_wait(in, patience(run, in), other,
			    signals_mask());
		signals_let_go();
		if (rc == 0)
			rc = heed_signals(run, e);
	}
	return rc;
}

/* The same, but not for ever once we are told to stop. */
static int
await_input(struct filter_run *run, struct input *in, struct err *e)
{
	int rc = wait_for_input(run, in, e);

	if (rc || !run->stopping || monotonic_ms() < run->stop_at)
		return rc;
	err_set(e, EX_TEMPFAIL, "told to stop: the rest of the input was not "
	    "read");
	if (input_is_live(in))
		diag_say(&run->diag, DIAG_WARNING, "%s", e->text);
	else
		note_failure(run, e);
	return 1;
}

/* As many as the parser lets us have at a time, so that their addresses can be
 * looked up together. */
static size_t
next_events(struct filter_run *run, struct event *events)
{
	struct ip ips[PARSER_AHEAD];
	size_t n = 0;

	for (; n < PARSER_AHEAD && parser_next(run->parser, &events[n]); n++)
		ips[n] = events[n].ip;
	if (run->ipdb)
		ipdb_expect(run->ipdb, ips, n);
	return n;
}

/* As write_row(). */
static int
filter_block(struct filter_run *run, struct slice block, struct err *e)
{
	struct event events[PARSER_AHEAD];
	size_t n = PARSER_AHEAD;
	int rc = 0;

	parser_begin(run->parser, block);
	while (rc == 0 && n == PARSER_AHEAD) {
		n = next_events(run, events);
		for (size_t i = 0; i < n && rc == 0; i++)
			rc = add_row(run, &events[i], e);
	}
	return rc;
}

/* Reads an input to its end; what is wrong with it is said here.  0: done; 1:
 * no more inputs are wanted; -1: our output failed. */
static int
filter_input(struct filter_run *run, struct input *in, struct err *e)
{
	uint64_t before = run->bytes;
	bool goes_on = input_is_live(in) && !run->options.now;
	struct slice block;
	int rc;

	run->now = run->heard_at = monotonic_ms();
	pace_start(&run->pace, !input_is_live(in), run->now);
	if (run->rdns)
		rdns_set_lasting(run->rdns, !input_is_live(in));

	while ((rc = await_input(run, in, e)) == 0) {
		int got = input_next(in, &block, e);

		run->now = run->heard_at = monotonic_ms();
		pace_read(&run->pace, input_taken(in), run->now);
		if (goes_on) {
			run->clock.now = time(NULL);
			parser_set_clock(run->parser, &run->clock);
		}
		if (got < 0)
			note_damage(run, in, e);
		if (got <= 0)
			break;
		filter_databases_check(run);
		rc = filter_block(run, block, e);
		if (rc)
			break;
		run->bytes = before + input_taken(in);
		progress_show(&run->progress, run->bytes,
		    sink_rows(run->sink));
	}
	run->bytes = before + input_taken(in);
	return rc;
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

/* As filter_input(), with a file that may not be there. */
static int
filter_file(struct filter_run *run, const char *name, struct err *e)
{
	struct input *in = input_open(name, e);
	struct clock clock;
	int rc;

	if (!in) {
		note_failure(run, e);
		return 0;
	}
	clock = filter_run_clock(run, in);
	parser_start(run->parser, &clock);
	run->files++;
	rc = filter_input(run, in, e);
	run->lines_cut += input_cut_lines(in);
	if (input_has_garbage(in))
		diag_say(&run->diag, DIAG_WARNING, "'%s': bytes behind the "
		    "gzip data were ignored", input_name(in));
	input_close(in);
	return rc;
}

/* All that is still waiting for a name, after the last input: live input does
 * not end for it to take long.  As write_row(). */
static int
drain(struct filter_run *run, struct err *e)
{
	int rc = 0;

	if (!run->queue)
		return 0;
	pace_end(&run->pace);
	if (run->pace.is == PACE_LIVE && !run->stopping)
		stop(run);
	rc = move_rows(run, e);
	while (rc == 0 && queue_rows(run->queue)) {
		rc = sink_flush(run->sink, e);
		if (rc == 0)
			rc = wait_for_names(run, e);
	}
	return rc;
}

/* Bytes of all inputs, 0 if that cannot be known. */
static uint64_t
size_of_inputs(char **names, int n)
{
	uint64_t total = 0;

	for (int i = 0; i < n; i++) {
		bool is_stdin = strcmp(names[i], "-") == 0;
		struct stat st;

		if ((is_stdin ? fstat(STDIN_FILENO, &st) :
		    stat(names[i], &st)) < 0 || !S_ISREG(st.st_mode))
			return 0;
		total += (uint64_t)st.st_size;
	}
	return total;
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
filter_run_inputs(struct filter_run *run, char **names, int n)
{
	struct err e = { 0 };
	int rc = 0, closed;

	start_progress(run, size_of_inputs(names, n));
	for (int i = 0; i < n && rc == 0; i++)
		rc = filter_file(run, names[i], &e);
	/* No more inputs are wanted, but what has been read is. */
	if (rc == 0 || (rc > 0 && run->stopping))
		rc = drain(run, &e);
	progress_end(&run->progress);
	if (run->options.stats)
		answer_stats(run);
	if (rc < 0)
		note_failure(run, &e);
	closed = sink_close(run->sink, &e);
	run->sink = NULL;
	if (closed < 0 && rc >= 0)
		note_failure(run, &e);
	return run->status;
}
