/* SPDX-License-Identifier: ISC */
/* The look-ups of mls-ipinfo. */
#include "ipinfo-run.h"

#include "base/signals.h"

enum {
	NOT_FOUND = 1,		/* exit status */
	SHOWN = 100,		/* of what is no address */
	INVALID_SAID = ERR_LIST_MAX,
};

const struct text_list *
ipinfo_run_files(struct ipinfo_run *run)
{
	struct text_list *list = &run->options.databases;

	/* Looked for each time: one may have been installed meanwhile. */
	if (settings_origin(&run->options.settings, "database") ==
	    SETTING_BY_DEFAULT)
		ipdb_usual(list);
	return list;
}

int
ipinfo_run_open(struct ipinfo_run *run, const struct text_list *files)
{
	struct err_list complaints = { 0 };

	run->ipdb = ipdb_open(files->items, files->n, IPDB_IN_FILE,
	    &complaints);
	if (files->n)
		return diag_complain(&run->diag, DIAG_ERROR, &complaints);
	diag_say(&run->diag, DIAG_ERROR, "no IP database: fetch one with "
	    "mls-ipinfo --update, or install one (apt-get install "
	    "tor-geoipdb: countries only), or name files with --database");
	return EX_NOINPUT;
}

/* Something is wrong that does not end the run. */
static void
note_failure(struct ipinfo_run *run, const struct err *e)
{
	int status = diag_fail(&run->diag, e);

	if (!run->status)
		run->status = status;
}

/* line 0: on the command line. */
static void
note_invalid(struct ipinfo_run *run, uint64_t line, struct slice text)
{
	bool is_row = line && !run->options.column &&
	    slice_find_byte(text, ',') < text.n;
	struct err e;

	err_set(&e, EX_DATAERR, "'%.*s' is no address%s",
	    (int)slice_to(text, SHOWN).n, text.p ? text.p : "", is_row ?
	    "; of a table, name its column with --column" : "");
	if (line)
		err_prefix(&e, "standard input:%llu: ",
		    (unsigned long long)line);
	if (++run->invalid <= INVALID_SAID)
		note_failure(run, &e);
}

/* A row that is no row. */
static void
note_row(struct ipinfo_run *run, struct err *e)
{
	err_prefix(e, "standard input:%llu: ", (unsigned long long)run->lines);
	if (++run->invalid <= INVALID_SAID)
		note_failure(run, e);
}

static void
add_answer(struct ipinfo_run *run, size_t i)
{
	struct slice text = run->texts[i];

	if (!run->table) {
		/* The only text of an IPv4 address that is taken is the
		 * canonical one; but not so where it is mapped. */
		if (run->ips[i].family != IP_V4 ||
		    slice_find_byte(text, ':') < text.n) {
			buf_reset(&run->scratch);
			ip_add(&run->scratch, &run->ips[i]);
			text = buf_slice(&run->scratch);
		}
		answers_add(run->answers, &run->out.bytes, text,
		    &run->places[i]);
		return;
	}
	if (run->options.json)
		table_add_json(run->table, &run->out.bytes, text);
	else
		buf_add(&run->out.bytes, text);
	buf_add(&run->out.bytes, answers_end(run->answers, &run->places[i]));
}

/* Answers what has been asked.  0: goes on; 1: nobody reads our answers any
 * more; -1: they cannot be written, e. */
static int
answer(struct ipinfo_run *run, struct err *e)
{
	ipdb_find_many(run->ipdb, run->ips, run->n, run->places);
	for (size_t i = 0; i < run->n; i++)
		answers_foresee(run->answers, &run->places[i]);
	for (size_t i = 0; i < run->n; i++) {
		bool is_asked = run->ips[i].family != IP_NONE;

		run->asked += is_asked;
		run->unknown += is_asked && place_is_unknown(&run->places[i]);
		add_answer(run, i);
	}
	run->n = 0;
	return output_is_full(&run->out) ? output_flush(&run->out, e) : 0;
}

/* As answer(). */
static int
ask(struct ipinfo_run *run, const struct ip *ip, struct slice text,
    struct err *e)
{
	run->ips[run->n] = *ip;
	run->texts[run->n++] = text;
	return run->n == QUESTIONS ? answer(run, e) : 0;
}

/* Blanks and tabs. */
static struct slice
trim(struct slice s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = slice_from(s, 1);
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* As answer(). */
static int
take_address(struct ipinfo_run *run, struct slice line, struct err *e)
{
	struct slice text = trim(slice_to(line, INPUT_LINE_MAX));
	struct ip ip;

	if (text.n == 0 || text.p[0] == '#')
		return 0;
	if (ip_parse(text, &ip))
		return ask(run, &ip, text, e);
	note_invalid(run, run->lines, text);
	return 0;
}

static const struct slice *
added_names(struct slice names[ANSWER_CELLS])
{
	names[0] = column_name(COLUMN_COUNTRY);
	names[1] = column_name(COLUMN_ASN);
	names[2] = column_name(COLUMN_ASO);
	return names;
}

/* Whether the names of the columns are wanted. */
static bool
has_header(const struct ipinfo_run *run)
{
	if (run->options.header == HEADER_AUTO)
		return !output_is_begun();
	return run->options.header == HEADER_ALWAYS;
}

/* As answer(). */
static int
take_header(struct ipinfo_run *run, struct slice line, struct err *e)
{
	struct slice names[ANSWER_CELLS];
	const struct slice *twin;
	enum answer_format format = run->options.json ? ANSWER_JSON :
	    ANSWER_CSV;

	run->table = table_new(line, run->options.column, e);
	if (!run->table) {
		err_prefix(e, "standard input:%llu: ",
		    (unsigned long long)run->lines);
		return -1;
	}
	twin = format == ANSWER_JSON ? table_twin(run->table) : NULL;
	if (twin)
		return err_set(e, EX_DATAERR, "standard input:%llu: two "
		    "columns are called '%.*s', and an object has each name "
		    "once: rename one", (unsigned long long)run->lines,
		    (int)slice_to(*twin, SHOWN).n, twin->p);
	run->answers = answers_new(format, table_delimiter(run->table));
	answers_set_suffix(run->answers, table_suffix(run->table,
	    added_names(names), ANSWER_CELLS));
	if (format == ANSWER_JSON || !has_header(run))
		return 0;
	buf_add(&run->out.bytes, table_header(run->table));
	answers_add_names(run->answers, &run->out.bytes);
	return 0;
}

/* As answer(). */
static int
take_row(struct ipinfo_run *run, struct slice line, struct err *e)
{
	struct ip ip = { .family = IP_NONE };
	struct slice cell;
	struct err damage;

	if (line.n == 0)
		return 0;
	if (line.n > INPUT_LINE_MAX) {
		err_set(&damage, EX_DATAERR, "more than %d bytes: the row is "
		    "left out", INPUT_LINE_MAX);
		note_row(run, &damage);
		return 0;
	}
	if (!run->table)
		return take_header(run, line, e);
	if (table_is_header(run->table, line))
		return 0;
	if (table_row(run->table, line, &cell, &damage) < 0) {
		note_row(run, &damage);
		return 0;
	}
	/* An empty cell is where a log did not say. */
	cell = trim(cell);
	if (cell.n && !ip_parse(cell, &ip))
		note_invalid(run, run->lines, cell);
	return ask(run, &ip, line, e);
}

/* As answer(). */
static int
take_block(struct ipinfo_run *run, struct slice block, struct err *e)
{
	struct slice line;
	int rc = 0;

	while (rc == 0 && input_line(&block, &line)) {
		if (run->lines++ == 0)
			slice_skip(&line, SLICE("\xef\xbb\xbf"));
		rc = run->options.column ? take_row(run, line, e) :
		    take_address(run, line, e);
	}
	return rc ? rc : answer(run, e);
}

static void
say_counters(struct ipinfo_run *run)
{
	diag_answer(&run->diag, "lines: %llu, addresses: %llu, not found: "
	    "%llu, invalid: %llu", (unsigned long long)run->lines,
	    (unsigned long long)run->asked, (unsigned long long)run->unknown,
	    (unsigned long long)run->invalid);
}

/* SIGHUP: a new database may have been installed. */
static void
reopen(struct ipinfo_run *run)
{
	struct ipdb *old = run->ipdb;
	struct err e;

	if (diag_reopen(&run->diag, &e) < 0)
		diag_say(&run->diag, DIAG_WARNING, "%s", e.text);
	if (ipinfo_run_open(run, ipinfo_run_files(run)) != 0) {
		diag_say(&run->diag, DIAG_WARNING, "going on with the "
		    "databases as they were");
		ipdb_close(run->ipdb);
		run->ipdb = old;
		return;
	}
	ipdb_close(old);
	if (run->answers)
		answers_forget(run->answers);
	diag_say(&run->diag, DIAG_INFO, "databases opened again");
}

/* True: told to stop. */
static bool
heed_signals(struct ipinfo_run *run)
{
	if (signals_take(SIGUSR1))
		say_counters(run);
	if (signals_take(SIGHUP))
		reopen(run);
	return signals_take(SIGTERM);
}

static void
note_stop(struct ipinfo_run *run, const struct input *in)
{
	struct err e;

	if (input_is_live(in))
		return;
	err_set(&e, EX_TEMPFAIL, "told to stop: the rest of the input was not "
	    "read");
	note_failure(run, &e);
}

/* Waits until there is input; before it does, all answers leave.  As answer();
 * 1 too where told to stop. */
static int
await_input(struct ipinfo_run *run, struct input *in, struct err *e)
{
	bool is_told = heed_signals(run);
	int rc;

	while (!is_told && input_wait(in, 0, -1, NULL) <= 0) {
		rc = output_flush(&run->out, e);
		if (rc)
			return rc;
		signals_hold();
		is_told = heed_signals(run);
		if (!is_told)
			(void)input_wait(in, -1, -1, signals_mask());
		signals_let_go();
		is_told = is_told || heed_signals(run);
	}
	if (is_told)
		note_stop(run, in);
	return is_told;
}

/* As answer(). */
static int
read_input(struct ipinfo_run *run, struct input *in, struct err *e)
{
	struct slice block;
	struct err damage;
	int rc;

	while ((rc = await_input(run, in, e)) == 0) {
		int got = input_next(in, &block, &damage);

		if (got < 0)
			note_failure(run, &damage);
		if (got <= 0)
			break;
		rc = take_block(run, block, e);
		if (rc)
			break;
	}
	return rc;
}

/* What is to be said of the input as a whole. */
static void
note_end(struct ipinfo_run *run, const struct input *in)
{
	if (!run->options.column && input_cut_lines(in))
		diag_say(&run->diag, DIAG_WARNING, "'%s': %llu lines were cut "
		    "after %d bytes", input_name(in),
		    (unsigned long long)input_cut_lines(in), INPUT_LINE_MAX);
	if (input_has_garbage(in))
		diag_say(&run->diag, DIAG_WARNING, "'%s': bytes behind the "
		    "gzip data were ignored", input_name(in));
}

/* Writes what is left.  rc as answer(). */
static int
finish(struct ipinfo_run *run, int rc, const struct err *e)
{
	struct err last;

	if (run->invalid > INVALID_SAID)
		diag_say(&run->diag, DIAG_ERROR, "and %llu more like these",
		    (unsigned long long)run->invalid - INVALID_SAID);
	if (rc < 0)
		note_failure(run, e);
	if (output_flush(&run->out, &last) < 0)
		note_failure(run, &last);
	if (run->status || run->out.is_reader_gone)
		return run->status;
	return run->unknown ? NOT_FOUND : 0;
}

static enum answer_format
answer_format(const struct ipinfo_run *run)
{
	return run->options.csv ? ANSWER_CSV : run->options.json ?
	    ANSWER_JSON : ANSWER_TEXT;
}

/* For answers that are not those of a table. */
static void
start_answers(struct ipinfo_run *run)
{
	run->answers = answers_new(answer_format(run), ',');
	if (answer_format(run) != ANSWER_CSV || !has_header(run))
		return;
	buf_add(&run->out.bytes, column_name(COLUMN_IP));
	answers_add_names(run->answers, &run->out.bytes);
}

int
ipinfo_run_input(struct ipinfo_run *run)
{
	struct err e;
	struct input *in = input_open("-", &e);
	int rc;

	if (!in)
		return diag_fail(&run->diag, &e);
	if (!run->options.column) {
		start_answers(run);
		answers_expect_usual(run->answers);
	}
	rc = read_input(run, in, &e);
	note_end(run, in);
	input_close(in);
	return finish(run, rc, &e);
}

/* Makes the columns of text wide enough before the first is written. */
static void
expect(struct ipinfo_run *run, const struct ip *ip)
{
	struct place place;

	ipdb_find_many(run->ipdb, ip, 1, &place);
	buf_reset(&run->scratch);
	ip_add(&run->scratch, ip);
	answers_expect(run->answers, buf_slice(&run->scratch), &place);
}

int
ipinfo_run_addresses(struct ipinfo_run *run, char **texts, int n)
{
	struct err e;
	struct ip ip;
	int rc = 0;

	start_answers(run);
	for (int i = 0; i < n; i++) {
		if (ip_parse(slice_text(texts[i]), &ip))
			expect(run, &ip);
		else
			note_invalid(run, 0, slice_text(texts[i]));
	}
	for (int i = 0; i < n && rc == 0; i++)
		if (ip_parse(slice_text(texts[i]), &ip))
			rc = ask(run, &ip, slice_text(texts[i]), &e);
	if (rc == 0)
		rc = answer(run, &e);
	return finish(run, rc, &e);
}
