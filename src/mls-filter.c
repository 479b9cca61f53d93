/* SPDX-License-Identifier: ISC */
/* mls-filter: mail syslog in, one enriched row per failed SASL login out.
 * Here: what it is asked, and what must be there before the first line. */
#include <stdio.h>

#include "base/input.h"
#include "base/signals.h"
#include "filter-answer.h"
#include "filter-confirm.h"
#include "filter-databases.h"
#include "filter-inputs.h"
#include "filter-log.h"
#include "filter-run.h"
#include "schema/cell.h"

enum { ANSWER_MAX = 4 * 1024 * 1024 };

static int
load_rules(struct filter_run *run)
{
	const struct text_list *list = &run->options.filters;
	struct err_list complaints = { 0 };

	run->rules = rules_new();
	for (size_t i = 0; i < list->n; i++)
		(void)rules_add(run->rules, list->items[i], &complaints);
	return diag_complain(&run->diag, DIAG_ERROR, &complaints);
}

/* Every line, and what becomes of it. */
static int
explain(struct filter_run *run, const char *name)
{
	struct err e = { 0 };
	struct input *in = input_open(name, &e);
	struct slice block, line;
	struct clock clock;
	struct buf out;
	int rc;

	if (!in)
		return diag_fail(&run->diag, &e);
	buf_init(&out, ANSWER_MAX);
	clock = filter_run_clock(run, in);
	parser_start(run->parser, &clock);
	while ((void)input_wait(in, -1, -1, NULL),
	    (rc = input_next(in, &block, &e)) > 0) {
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
		    "output': %m");
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
	diag_say(&run->diag, DIAG_ERROR, "cannot write to 'standard output': "
	    "%m");
	return EX_IOERR;
}

/* Rules were checked when they were loaded; databases are now, and whether names
 * can be asked for. */
static int
check(struct filter_run *run)
{
	struct buf out;
	struct err e;
	int status = filter_databases_open(run) ? EX_DATAERR : 0;
	size_t n = run->ipdb ? ipdb_sources(run->ipdb) : 0;

	if (run->ipdb && ipdb_check(run->ipdb, &e) < 0) {
		status = diag_fail(&run->diag, &e);
		n = 0;
	}
	if (filter_run_names(run, &e) < 0)
		status = diag_fail(&run->diag, &e);
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

	signals_restore();
	buf_init(&out, ANSWER_MAX);
	program_answer(&options_program, &run->options.program,
	    &run->options.settings, &out);
	status = print(run, &out);
	buf_release(&out);
	return status;
}

/* All that can be wrong before the first line is read. */
static int
prepare(struct filter_run *run, struct err *e)
{
	if (options_shape(&run->options, &run->shape, e) < 0 ||
	    options_events(&run->options, &run->shape, &run->events, e) < 0 ||
	    options_clock(&run->options, &run->clock, e) < 0 ||
	    options_resolvers(&run->options, &run->resolvers, e) < 0 ||
	    diag_open(&run->diag, run->options.program.log,
	    (enum diag_level)run->options.program.log_level, e) < 0)
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
	if (run->options.confirm && !run->options.check &&
	    !run->options.explain)
		filter_answer_begin();
	if (prepare(run, &e) < 0)
		return e.text[0] ? diag_fail(&run->diag, &e) : e.status;
	if (run->options.check || run->options.explain)
		signals_restore();
	if (run->options.explain && !run->options.check)
		return explain_files(run, names, n);
	if (options_check_state(&run->options, &e) < 0)
		return diag_fail(&run->diag, &e);
	if (run->options.check)
		return check(run);
	if (options_check_operands(&run->options, n, names[0], &e) < 0)
		return diag_fail(&run->diag, &e);
	if (filter_run_names(run, &e) < 0)
		return diag_fail(&run->diag, &e);
	if (run->options.confirm) {
		n = filter_confirm_run(run);
	} else if (run->options.state) {
		n = filter_log_run(run, names[0]);
	} else if (filter_run_open(run, NULL, &e) == 0) {
		diag_say(&run->diag, DIAG_INFO, "started");
		n = filter_inputs(run, names, n);
	} else {
		return diag_fail(&run->diag, &e);
	}
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
	diag_init(&run.diag, options_program.name);
	if (options_read(&run.options, &argc, argv, &operands, &e) < 0)
		status = diag_fail(&run.diag, &e);
	else if (program_is_asked(&run.options.program))
		status = answer(&run);
	else
		status = work(&run, argv + operands, argc - operands);
	diag_close(&run.diag);
	parser_free(run.parser);
	rules_free(run.rules);
	filter_databases_close(&run);
	queue_free(run.queue);
	rdns_free(run.rdns);
	follow_close(run.state.follow);
	journal_close(run.state.journal);
	statefile_close(run.state.file);
	options_release(&run.options);
	return status;
}
