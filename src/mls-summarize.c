/* SPDX-License-Identifier: ISC */
/* mls-summarize: rows of mls-filter in, a report out. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/signals.h"
#include "report/blocklist.h"
#include "report/jsonmodel.h"
#include "report/metrics.h"
#include "report/page.h"
#include "report/text.h"
#include "summarize-run.h"

#define OUTPUT_MAX ((size_t)1 << 30)

/* Writes what is there, whole.  Returns the exit status, given what it was. */
static int
print(struct summarize_run *run, const struct buf *out, int status)
{
	struct err e;

	if ((out->n == 0 || fwrite(out->p, 1, out->n, stdout) == out->n) &&
	    fflush(stdout) == 0)
		return status;
	err_errno(&e, EX_IOERR, "cannot write to 'standard output'");
	return diag_fail(&run->diag, &e);
}

static void
add_blocklist(struct summarize_run *run, struct buf *out)
{
	const struct summarize_options *o = &run->options;
	const struct blocklist list = {
		.form = (enum blocklist_form)o->blocklist_form,
		.of_networks = o->blocklist_of == BLOCKLIST_OF_NETWORKS,
		.least = o->min_attempts,
		.allow = &run->allow,
	};

	(void)blocklist_add(out, &list, run->tally);
}

static void
add_report(struct summarize_run *run, struct buf *out)
{
	switch (run->options.format) {
	case FORMAT_HTML:
		page_add(out, &run->model);
		break;
	case FORMAT_TEXT:
		text_add(out, &run->model);
		break;
	case FORMAT_JSON:
		jsonmodel_add(out, &run->model);
		break;
	case FORMAT_PROMETHEUS:
		metrics_add(out, &run->model);
		break;
	case FORMAT_BLOCKLIST:
		add_blocklist(run, out);
		break;
	}
}

static bool
is_empty(const struct model *m)
{
	return m->total == 0 && m->n_alerts == 0 && m->unread == 0 &&
	    m->damaged == 0;
}

static int
send(struct summarize_run *run, struct buf *out, struct err *e)
{
	if (run->options.mail.skip_empty && is_empty(&run->model))
		return 0;
	if (summarize_mail_add(&run->mail, &run->model, out, e) < 0)
		return -1;
	return summarize_mail_send(&run->mail, buf_slice(out), &run->diag, e);
}

/* The mail, printed or sent.  Returns the exit status. */
static int
deliver(struct summarize_run *run, struct buf *out)
{
	struct err e;

	if (!run->options.mail.send)
		return summarize_mail_add(&run->mail, &run->model, out,
		    &e) < 0 ? diag_fail(&run->diag, &e) :
		    print(run, out, run->status);
	/* What was not delivered was not reported. */
	if (send(run, out, &e) < 0 || (run->bookmark &&
	    bookmark_write(run->bookmark, &e) < 0))
		return diag_fail(&run->diag, &e);
	return run->status;
}

static int
work(struct summarize_run *run, char **names, int n, struct buf *out)
{
	static char *standard_input[] = { "-", NULL };
	const struct program_options *o = &run->options.program;
	struct err e;

	if (summarize_run_prepare(run, &e) < 0 || diag_open(&run->diag,
	    o->log, (enum diag_level)o->log_level, &e) < 0)
		return diag_fail(&run->diag, &e);
	if (n == 0)
		n = 1, names = standard_input;
	if (summarize_run_read(run, names, n) < 0)
		return run->status;
	if (run->options.format == FORMAT_MAIL)
		return deliver(run, out);
	add_report(run, out);
	return print(run, out, run->status);
}

int
main(int argc, char **argv)
{
	struct summarize_run run = { .status = 0 };
	struct buf out;
	struct err e;
	int operands, status;

	/* Nothing here has to be finished when told to end. */
	signals_catch();
	signals_restore();
	diag_claim_standard();
	diag_init(&run.diag, summarize_program.name);
	buf_init(&out, OUTPUT_MAX);
	if (summarize_options_read(&run.options, argc, argv, &operands,
	    &e) < 0) {
		status = diag_fail(&run.diag, &e);
	} else if (program_is_asked(&run.options.program)) {
		program_answer(&summarize_program, &run.options.program,
		    &run.options.settings, &out);
		status = print(&run, &out, 0);
	} else {
		status = work(&run, argv + operands, argc - operands, &out);
	}
	diag_close(&run.diag);
	summarize_run_release(&run);
	summarize_options_release(&run.options);
	buf_release(&out);
	return status;
}
