/* SPDX-License-Identifier: ISC */
/* mls-ipinfo: addresses in, country and network out; and the databases that
 * know them. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/progress.h"
#include "base/signals.h"
#include "enrich/update.h"
#include "ipinfo-run.h"
#include "ipinfo-sources.h"
#include "schema/cell.h"

/* Writes what is there.  Returns the exit status, given what it was. */
static int
print(struct ipinfo_run *run, int status)
{
	struct err e;

	if (output_flush(&run->out, &e) < 0)
		return diag_fail(&run->diag, &e);
	return status;
}

static int
answer(struct ipinfo_run *run)
{
	program_answer(&ipinfo_program, &run->options.program,
	    &run->options.settings, &run->out.bytes);
	return print(run, 0);
}

static int
show_sources(struct ipinfo_run *run, const struct text_list *files)
{
	const struct ipinfo_options *o = &run->options;
	int status = ipinfo_run_open(run, files);

	sources_add(&run->out.bytes, run->ipdb, o->csv ? ANSWER_CSV :
	    o->json ? ANSWER_JSON : ANSWER_TEXT,
	    o->header == HEADER_ALWAYS ||
	    (o->header == HEADER_AUTO && !output_is_begun()), time(NULL));
	return print(run, status);
}

static int
verify(struct ipinfo_run *run, const struct text_list *files)
{
	int status = files->n ? 0 : ipinfo_run_open(run, files);

	for (size_t i = 0; i < files->n; i++) {
		struct err_list complaints = { 0 };

		if (ipdb_verify(files->items[i], &complaints) == 0) {
			cell_add(&run->out.bytes, slice_text(files->items[i]),
			    CELL_PLAIN);
			buf_add(&run->out.bytes, SLICE(": good\n"));
		}
		if (complaints.n && !status)
			status = complaints.status;
		(void)diag_complain(&run->diag, DIAG_ERROR, &complaints);
	}
	return print(run, status);
}

static int
compile(struct ipinfo_run *run, const struct text_list *files)
{
	int status = ipinfo_run_open(run, files);
	struct err e;

	if (status)
		return status;
	if (ipdb_compile(run->ipdb, run->options.output, &e) < 0)
		return diag_fail(&run->diag, &e);
	diag_say(&run->diag, DIAG_INFO, "compiled '%s'",
	    run->options.output);
	return 0;
}

/* Said on standard output, unless that is too much; in the log, where that is
 * elsewhere. */
static int
say_update(struct ipinfo_run *run, const struct buf *said)
{
	struct slice rest = buf_slice(said), line;

	if (!run->options.program.quiet)
		buf_add(&run->out.bytes, rest);
	while (strcmp(run->options.program.log, "stderr") &&
	    slice_cut(&rest, '\n', &line))
		diag_say(&run->diag, DIAG_INFO, "%.*s", (int)line.n, line.p);
	return print(run, 0);
}

/* A bar for each file that is fetched. */
struct bar {
	struct progress progress;
	uint64_t done;
};

static void
show_progress(void *arg, uint64_t done, uint64_t total)
{
	struct bar *bar = arg;

	if (done < bar->done)
		progress_start(&bar->progress, stderr, total);
	bar->done = done;
	bar->progress.total = total;
	progress_show(&bar->progress, done, PROGRESS_NO_ROWS);
}

static int
update(struct ipinfo_run *run)
{
	const struct ipinfo_options *o = &run->options;
	bool is_shown = isatty(STDERR_FILENO) && !o->program.quiet;
	struct bar bar = { .done = 0 };
	const struct update_settings settings = {
		.sources = o->sources.items,
		.n = o->sources.n,
		.file = o->output ? o->output : IPDB_DEFAULT,
		.ca_file = o->ca_file,
		.min_interval = o->min_interval,
		.timeout = o->timeout,
		.max_bytes = o->max_bytes,
		.force = o->force,
		.dry_run = o->dry_run,
		.now = time(NULL),
		.progress = is_shown ? show_progress : NULL,
		.arg = &bar,
	};
	struct buf said;
	struct err e;
	int status;

	buf_init(&said, 64 * 1024);
	progress_start(&bar.progress, is_shown ? stderr : NULL, 0);
	status = update_run(&settings, &said, &e);
	progress_end(&bar.progress);
	status = status < 0 ? diag_fail(&run->diag, &e) :
	    say_update(run, &said);
	buf_release(&said);
	return status;
}

static int
act(struct ipinfo_run *run, char **operands, int n)
{
	const struct ipinfo_options *o = &run->options;
	struct text_list named = { .n = 0 };
	const struct text_list *files = &named;
	int status;

	/* Nothing here has to be finished when told to end. */
	signals_restore();
	signal(SIGPIPE, SIG_IGN);
	if (o->update)
		return update(run);
	for (int i = 0; i < n; i++)
		text_list_add(&named, operands[i]);
	if (n == 0)
		files = ipinfo_run_files(run);
	status = o->verify ? verify(run, files) : o->compile ?
	    compile(run, files) : show_sources(run, files);
	free(named.items);
	return status;
}

static int
work(struct ipinfo_run *run, char **operands, int n)
{
	const struct ipinfo_options *o = &run->options;
	struct err e;
	int status;

	if (ipinfo_options_check(o, n, &e) < 0 || diag_open(&run->diag,
	    o->program.log, (enum diag_level)o->program.log_level, &e) < 0)
		return diag_fail(&run->diag, &e);
	if (o->update || o->verify || o->compile || o->show_info)
		return act(run, operands, n);
	status = ipinfo_run_open(run, ipinfo_run_files(run));
	if (status)
		return status;
	if (n == 0 || (n == 1 && strcmp(operands[0], "-") == 0))
		return ipinfo_run_input(run);
	return ipinfo_run_addresses(run, operands, n);
}

int
main(int argc, char **argv)
{
	struct ipinfo_run run = { .status = 0 };
	struct err e;
	int operands, status;

	signals_catch();
	diag_claim_standard();
	diag_init(&run.diag, ipinfo_program.name);
	output_init(&run.out);
	buf_init(&run.scratch, 256);
	if (ipinfo_options_read(&run.options, argc, argv, &operands, &e) < 0)
		status = diag_fail(&run.diag, &e);
	else if (program_is_asked(&run.options.program))
		status = answer(&run);
	else
		status = work(&run, argv + operands, argc - operands);
	diag_close(&run.diag);
	ipdb_close(run.ipdb);
	answers_free(run.answers);
	table_free(run.table);
	output_release(&run.out);
	buf_release(&run.scratch);
	ipinfo_options_release(&run.options);
	return status;
}
