/* SPDX-License-Identifier: ISC */
/* Rows in, a model out. */
#include "summarize-run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/input.h"
#include "base/mem.h"
#include "report/digest.h"
#include "summarize-extent.h"

int
summarize_run_prepare(struct summarize_run *run, struct err *e)
{
	const struct summarize_options *o = &run->options;

	allow_init(&run->allow);
	if (summarize_options_now(o, &run->now, e) < 0)
		return -1;
	if (period_parse(&run->period, o->period, &run->now, e) < 0)
		return settings_err(&o->settings, "period", e);
	if (o->format == FORMAT_MAIL &&
	    summarize_mail_prepare(&run->mail, o, e) < 0)
		return -1;
	if (o->mail.since_last && !(run->bookmark =
	    bookmark_open(o->mail.since_last, e)))
		return -1;
	return o->allow ? allow_read(&run->allow, o->allow, e) : 0;
}

void
summarize_run_release(struct summarize_run *run)
{
	reader_free(run->reader);
	counting_free(run->counting);
	tally_free(run->tally);
	model_release(&run->model);
	allow_release(&run->allow);
	summarize_mail_release(&run->mail);
	bookmark_close(run->bookmark);
	free(run->files);
}

/* Something is wrong that does not end the run. */
static void
note_failure(struct summarize_run *run, const struct err *e)
{
	int status = diag_fail(&run->diag, e);

	if (!run->status)
		run->status = status;
}

static void
note_unread(struct summarize_run *run, const struct err *e)
{
	run->unread++;
	note_failure(run, e);
}

static void
start_progress(struct summarize_run *run, char **names, int n)
{
	const struct summarize_options *o = &run->options;
	bool is_shown = o->progress == PROGRESS_ALWAYS ||
	    (o->progress == PROGRESS_AUTO && isatty(STDERR_FILENO) &&
	    !o->program.quiet);

	progress_start(&run->progress, is_shown ? stderr : NULL,
	    input_sizes(names, n));
}

static void
take_rows(struct summarize_run *run, struct slice block)
{
	struct record row;

	reader_take(run->reader, block);
	while (reader_next(run->reader, &row)) {
		if (period_has(&run->period, row.slot))
			summarize_mail_take(&run->mail, &row);
		counting_add(run->counting, &row);
	}
}

/* The next block of a file, of which x is what was read; twin: what was read of
 * the same file by its other name. */
static void
take_block(struct summarize_run *run, struct slice block,
    const struct extent *x, const struct extent *twin)
{
	struct slice passed;

	if (run->bookmark)
		bookmark_take(run->bookmark, x->end, &block, &passed);
	else
		passed = extent_pass(x, twin, &block);
	reader_pass(run->reader, passed);
	take_rows(run, block);
}

/* What is to be said of a file as a whole, and shown of it. */
static void
note_end(struct summarize_run *run, const struct input *in, const char *name)
{
	const struct reader_counts *counts = reader_counts(run->reader);

	if (input_has_garbage(in))
		diag_say(&run->diag, DIAG_WARNING, "'%s': bytes behind the "
		    "gzip data were ignored", input_name(in));
	run->files[run->n_files++] = (struct model_file){
		.name = slice_text(name),
		.bytes = input_taken(in), .lines = counts->lines - counts->passed,
		.rows = counts->rows, .damaged = counts->damaged,
		.is_packed = input_is_packed(in),
	};
	run->bytes += input_taken(in);
	run->rows += counts->rows;
	run->outside += counts->outside;
}

/* Says in x what was read.  -1: e, it cannot be opened. */
static int
read_file(struct summarize_run *run, const char *name,
    const struct extent *twin, struct extent *x, struct err *e)
{
	struct slice block;
	struct input *in = input_open(name, e);
	int got;

	*x = (struct extent){ .n = 0 };
	if (!in)
		return -1;
	/* What lives longer than the input. */
	name = strcmp(name, "-") ? name : "standard input";
	reader_begin(run->reader, input_name(in));
	if (run->bookmark)
		bookmark_begin(run->bookmark);
	while ((got = input_next(in, &block, e)) > 0) {
		extent_add(x, block, input_place(in));
		take_block(run, block, x, twin);
		progress_show(&run->progress, run->bytes + input_taken(in),
		    run->rows + reader_counts(run->reader)->rows);
		if (block.n == 0)
			(void)input_wait(in, -1, -1, NULL);
	}
	/* What was read of it until then is reported, too. */
	if (run->bookmark)
		bookmark_end(run->bookmark);
	if (twin->n == 0 || !extent_is_within(x, twin)) {
		if (got < 0)
			note_unread(run, e);
		note_end(run, in, name);
	}
	input_close(in);
	return 0;
}

/* A file, and what more of it there is by its packed name. */
static void
read_both(struct summarize_run *run, const char *name, const char *packed)
{
	const struct extent none = { .n = 0 };
	struct extent plain, rest;
	struct err e;

	/* It may have been packed and removed since it was listed. */
	if (read_file(run, name, &none, &plain, &e) < 0 &&
	    !(packed && e.status == EX_NOINPUT && access(name, F_OK) < 0))
		note_unread(run, &e);
	if (packed && read_file(run, packed, &plain, &rest, &e) < 0)
		note_unread(run, &e);
}

static void
make_model(struct summarize_run *run)
{
	const struct digest digest = {
		.top = run->options.top,
		.limits = run->options.alerts,
		.has_older = reader_has_older(run->reader),
		.files = run->files,
		.n_files = run->n_files,
		.unread = run->unread,
	};

	counting_end(run->counting);
	tally_end(run->tally);
	model_init(&run->model, &run->now);
	digest_make(&digest, run->tally, &run->model);
	run->model.outside = run->outside;
}

int
summarize_run_read(struct summarize_run *run, char **names, int n)
{
	struct err_list *complaints;
	int status;

	run->reader = reader_new(&run->period);
	run->tally = tally_new(&run->period, run->options.max_keys);
	run->counting = counting_new(run->tally);
	run->files = mem_array((size_t)n, sizeof *run->files);
	start_progress(run, names, n);
	for (int i = 0; i < n; i++)
		if (!extent_unpacked(names, n, names[i]))
			read_both(run, names[i], extent_packed(names, n,
			    names[i]));
	progress_end(&run->progress);
	complaints = reader_complaints(run->reader);
	status = diag_complain(&run->diag, DIAG_ERROR, complaints);
	if (!run->status)
		run->status = status;
	if (run->n_files == 0)
		return -1;
	make_model(run);
	return 0;
}
