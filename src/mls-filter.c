/* SPDX-License-Identifier: ISC */
/* mls-filter: mail syslog in, one enriched row per failed SASL login out.
 * Options and wiring; the work is done in the rooms below. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/input.h"
#include "base/progress.h"
#include "base/signals.h"
#include "enrich/ipdb.h"
#include "filter-options.h"
#include "parse/parser.h"
#include "parse/rules.h"
#include "schema/cell.h"

enum {
	SILENCE_MS = 500,	/* after SIGTERM: nothing more is coming */
	STOP_MS = 1500,		/* after SIGTERM: time is up */
	ANSWER_MAX = 4 * 1024 * 1024,
	DAY = 24 * 60 * 60,
	YEAR_2000 = 946684800,
};

/* One run: what the loop needs. */
struct filter_run {
	struct options options;
	struct diag diag;
	struct rules *rules;
	struct parser *parser;
	struct ipdb *ipdb;
	struct sink *sink;
	struct sink_shape shape;
	struct progress progress;
	struct clock clock;
	unsigned events;	/* set of 1 << enum event_kind */
	bool stopping;
	int64_t stop_at;	/* milliseconds, monotonic */
	uint64_t files, bytes, lines_cut, found;
	int status;		/* the first failure that let us go on */
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
note_damage(struct filter_run *run, struct err *e)
{
	size_t n = strlen(e->text);

	snprintf(e->text + n, sizeof e->text - n, "; rows up to there are "
	    "written");
	note_failure(run, e);
}

static int
say_all(struct filter_run *run, enum diag_level level,
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

static int
load_rules(struct filter_run *run)
{
	const struct text_list *list = &run->options.filters;
	struct err_list complaints = { 0 };

	run->rules = rules_new();
	for (size_t i = 0; i < list->n; i++)
		(void)rules_add(run->rules, list->items[i], &complaints);
	return say_all(run, DIAG_ERROR, &complaints);
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

/* Returns the status of a database that cannot be used, 0 if all are good.
 * Called again, it replaces the databases only if all of the new are good. */
static int
load_databases(struct filter_run *run)
{
	static const char *const usual[] = { "/usr/share/tor/geoip",
		"/usr/share/tor/geoip6" };
	struct text_list *list = &run->options.databases;
	struct err_list complaints = { 0 };
	struct ipdb *db;

	if (!needs_places(run))
		return 0;
	if (settings_origin(&run->options.settings, "database") ==
	    SETTING_BY_DEFAULT && list->n == 0)
		for (size_t i = 0; i < 2; i++)
			if (access(usual[i], R_OK) == 0)
				text_list_add(list, usual[i]);
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
	return say_all(run, DIAG_WARNING, &complaints);
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
	if (sink_reopen(run->sink, e) < 0)
		diag_say(&run->diag, DIAG_WARNING, "%s; going on with the old "
		    "file", e->text);
	if (diag_reopen(&run->diag, e) < 0)
		diag_say(&run->diag, DIAG_WARNING, "%s", e->text);
	(void)load_databases(run);
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
			note_damage(run, e);
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

/* As filter_input(), with a file that may not be there. */
static int
filter_file(struct filter_run *run, const char *name, struct err *e)
{
	struct clock clock = run->clock;
	struct input *in = input_open(name, e);
	int rc;

	if (!in) {
		note_failure(run, e);
		return 0;
	}
	/* A file from before syslog is one whose time was not kept. */
	if (!run->options.now && input_time(in) < clock.now &&
	    input_time(in) >= YEAR_2000)
		clock.now = input_time(in);
	parser_start(run->parser, &clock);
	run->files++;
	rc = filter_input(run, in, e);
	run->lines_cut += input_cut_lines(in);
	if (input_has_garbage(in))
		diag_say(&run->diag, DIAG_WARNING, "'%s': bytes behind the "
		    "gzip data were ignored", name);
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

/* Exit status of the whole run. */
static int
filter_files(struct filter_run *run, char **names, int n)
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

/* Every line, and what becomes of it. */
static int
explain(struct filter_run *run, const char *name)
{
	struct err e = { 0 };
	struct input *in = input_open(name, &e);
	struct slice block, line;
	struct buf out;
	int rc;

	if (!in)
		return diag_fail(&run->diag, &e);
	buf_init(&out, ANSWER_MAX);
	parser_start(run->parser, &run->clock);
	while ((rc = input_next(in, &block, &e)) > 0) {
		if (block.n == 0)
			(void)input_wait(in, -1, NULL);
		while (input_line(&block, &line)) {
			buf_reset(&out);
			parser_explain(run->parser,
			    slice_to(line, INPUT_LINE_MAX), &out);
			fwrite(out.p, 1, out.n, stdout);
		}
		fflush(stdout);
	}
	input_close(in);
	buf_release(&out);
	return rc < 0 ? diag_fail(&run->diag, &e) : 0;
}

static int
explain_files(struct filter_run *run, char **names, int n)
{
	int status = 0;

	for (int i = 0; i < n; i++) {
		int one = explain(run, names[i]);

		if (!status)
			status = one;
	}
	if (fflush(stdout) == EOF || ferror(stdout)) {
		diag_say(&run->diag, DIAG_ERROR, "cannot write to 'standard "
		    "output'");
		status = EX_IOERR;
	}
	return status;
}

static int
print(struct filter_run *run, const struct buf *text)
{
	if (fwrite(text->p, 1, text->n, stdout) == text->n &&
	    fflush(stdout) == 0)
		return 0;
	diag_say(&run->diag, DIAG_ERROR, "cannot write to 'standard output'");
	return EX_IOERR;
}

/* Rules were checked when they were loaded; databases are now. */
static int
check(struct filter_run *run)
{
	struct buf out;
	int status = load_databases(run);
	size_t n = run->ipdb ? ipdb_sources(run->ipdb) : 0;

	buf_init(&out, ANSWER_MAX);
	rules_list(run->rules, &out);
	for (size_t i = 0; i < n; i++) {
		const struct ipdb_source *s = ipdb_source(run->ipdb, i);

		cell_add(&out, slice_text(s->file), CELL_PLAIN);
		buf_addf(&out, ": %s: good\n", s->format);
	}
	if (print(run, &out) && !status)
		status = EX_IOERR;
	buf_release(&out);
	return status;
}

static int
answer(struct filter_run *run)
{
	struct buf out;
	int status;

	buf_init(&out, ANSWER_MAX);
	if (run->options.help)
		options_add_help(&run->options, &out);
	else if (run->options.version)
		buf_addf(&out, "mls-filter " VERSION "\n");
	else
		options_add_config(&run->options, &out);
	status = print(run, &out);
	buf_release(&out);
	return status;
}

static bool
is_same_file(const char *one, const char *other)
{
	struct stat a, b;

	return one && other && stat(one, &a) == 0 && stat(other, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int
start_sink(struct filter_run *run, struct err *e)
{
	if (is_same_file(run->options.output, run->diag.file))
		return err_set(e, EX_USAGE, "'%s' cannot be both output and "
		    "log", run->options.output);
	run->sink = sink_open(run->options.output, &run->shape, e);
	if (!run->sink)
		return -1;
	if (sink_was_torn(run->sink))
		diag_say(&run->diag, DIAG_WARNING, "'%s' ended in the middle "
		    "of a row", run->options.output);
	return 0;
}

/* All that can be wrong before the first line is read. */
static int
prepare(struct filter_run *run, struct err *e)
{
	if (options_shape(&run->options, &run->shape, e) < 0 ||
	    options_events(&run->options, &run->shape, &run->events, e) < 0 ||
	    options_clock(&run->options, &run->clock, e) < 0 ||
	    diag_open(&run->diag, run->options.log,
	    (enum diag_level)run->options.log_level, e) < 0)
		return -1;
	e->status = load_rules(run);
	if (e->status)
		return -1;	/* said already: e->text is empty */
	run->parser = parser_new(run->rules, run->events, e);
	return run->parser ? 0 : -1;
}

static int
work(struct filter_run *run, char **names, int n)
{
	static char *standard_input[] = { "-" };
	struct err e = { 0 };

	if (n == 0) {
		names = standard_input;
		n = 1;
	}
	if (prepare(run, &e) < 0)
		return e.text[0] ? diag_fail(&run->diag, &e) : e.status;
	if (run->options.check || run->options.explain)
		signals_restore();
	if (run->options.check)
		return check(run);
	if (run->options.explain)
		return explain_files(run, names, n);
	(void)load_databases(run);
	if (start_sink(run, &e) < 0)
		return diag_fail(&run->diag, &e);
	diag_say(&run->diag, DIAG_INFO, "started");
	n = filter_files(run, names, n);
	diag_say(&run->diag, DIAG_INFO, "ended");
	return n;
}

int
main(int argc, char **argv)
{
	struct filter_run run = { .events = 0 };
	struct err e = { 0 };
	int operands, status;

	signals_catch();
	diag_claim_standard();
	diag_init(&run.diag, "mls-filter");
	if (options_read(&run.options, argc, argv, &operands, &e) < 0)
		status = diag_fail(&run.diag, &e);
	else if (run.options.help || run.options.version ||
	    run.options.print_config)
		status = answer(&run);
	else
		status = work(&run, argv + operands, argc - operands);
	diag_close(&run.diag);
	parser_free(run.parser);
	rules_free(run.rules);
	ipdb_close(run.ipdb);
	options_release(&run.options);
	return status;
}
