/* SPDX-License-Identifier: ISC */
/* The loop of mls-filter. */
#include "filter-run.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/input.h"
#include "base/signals.h"

enum {
	SILENCE_MS = 500,	/* after SIGTERM: nothing more is coming */
	STOP_MS = 1500,		/* after SIGTERM: time is up */
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

int
filter_run_say(struct filter_run *run, enum diag_level level,
    struct err_list *complaints)
{
	int status = complaints->status;

	for (unsigned i = 0; i < complaints->n && i < ERR_LIST_MAX; i++)
		diag_say(&run->diag, level, "%s", complaints->texts[i]);
	if (complaints->n > ERR_LIST_MAX)
		diag_say(&run->diag, level, "and %u more",
		    complaints->n - ERR_LIST_MAX);
	err_list_release(complaints);
	return status;
}

static bool
needs_places(const struct filter_run *run)
{
	for (size_t i = 0; i < run->shape.n; i++)
		if (run->shape.columns[i] == COLUMN_COUNTRY ||
		    run->shape.columns[i] == COLUMN_ASN ||
		    run->shape.columns[i] == COLUMN_ASO)
			return true;
	return false;
}

int
filter_run_databases(struct filter_run *run)
{
	static const char *const usual[] = { "/usr/share/tor/geoip",
		"/usr/share/tor/geoip6" };
	struct text_list *list = &run->options.databases;
	struct err_list complaints = { 0 };
	struct ipdb *db;

	if (!needs_places(run) && !run->options.check)
		return 0;
	/* Looked for each time: one may have been installed meanwhile. */
	if (settings_origin(&run->options.settings, "database") ==
	    SETTING_BY_DEFAULT) {
		list->n = 0;
		for (size_t i = 0; i < 2; i++)
			if (access(usual[i], R_OK) == 0)
				text_list_add(list, usual[i]);
	}
	if (list->n == 0)
		diag_say(&run->diag, DIAG_WARNING, "no IP database: "
		    "country_code, asn and aso stay empty (install "
		    "tor-geoipdb, or name files with --database)");
	db = ipdb_open(list->items, list->n, &complaints);
	if (run->ipdb && complaints.n) {
		diag_say(&run->diag, DIAG_WARNING, "going on with the "
		    "databases as they were");
		ipdb_close(db);
	} else {
		ipdb_close(run->ipdb);
		run->ipdb = db;
	}
	return filter_run_say(run, DIAG_WARNING, &complaints);
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
}

/* 0: goes on; 1: nobody reads our rows any more; -1: error. */
static int
write_row(struct filter_run *run, const struct event *event, struct err *e)
{
	struct row row = { .event = event, .status = RDNS_SKIPPED };

	run->found++;
	if (run->ipdb)
		ipdb_find(run->ipdb, &event->ip, &row.place);
	return sink_add(run->sink, &row, e);
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
	(void)filter_run_databases(run);
	diag_say(&run->diag, DIAG_INFO, "output, log and databases opened "
	    "again");
	return 0;
}

/* As write_row(). */
static int
heed_signals(struct filter_run *run, struct err *e)
{
	if (signals_take(SIGTERM) && !run->stopping) {
		run->stopping = true;
		run->stop_at = monotonic_ms() + STOP_MS;
		diag_say(&run->diag, DIAG_INFO, "told to stop");
	}
	if (signals_take(SIGUSR1))
		answer_stats(run);
	return signals_take(SIGHUP) ? reopen(run, e) : 0;
}

/* Waits until there is input; what is there is written before we wait.  0: it
 * has come; 1: time to end; -1: error. */
static int
wait_for_input(struct filter_run *run, struct input *in, struct err *e)
{
	int rc = heed_signals(run, e);

	while (rc == 0 && input_wait(in, 0, NULL) <= 0) {
		int ready;

		rc = sink_flush(run->sink, e);
		if (rc)
			return rc;
		signals_hold();
		rc = heed_signals(run, e);
		ready = rc ? 1 : input_wait(in, run->stopping ? SILENCE_MS :
		    -1, signals_mask());
		signals_let_go();
		if (ready == 0)
			return 1;
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

/* As write_row(). */
static int
filter_block(struct filter_run *run, struct slice block, struct err *e)
{
	struct event event;
	int rc = 0;

	parser_begin(run->parser, block);
	while (rc == 0 && parser_next(run->parser, &event))
		rc = write_row(run, &event, e);
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

	while ((rc = await_input(run, in, e)) == 0) {
		int got = input_next(in, &block, e);

		if (goes_on) {
			run->clock.now = time(NULL);
			parser_set_clock(run->parser, &run->clock);
		}
		if (got < 0)
			note_damage(run, in, e);
		if (got <= 0)
			break;
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
