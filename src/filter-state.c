/* SPDX-License-Identifier: ISC */
/* Checkpoints. */
#include "filter-state.h"

#include <stdlib.h>

#include "deliver/segment.h"
#include "filter-run.h"

enum {
	KEEP_MS = 1000,			/* a checkpoint at least so often, */
	KEEP_BYTES = 8 * 1024 * 1024,	/* or after so much input */
};

int
filter_state_read(struct filter_run *run, struct err *e)
{
	const char *name = run->options.state;
	struct filter_state *s = &run->state;
	struct buf text;
	int rc = statefile_read(s->file, &text, e);

	if (rc > 0 && checkpoint_parse(buf_slice(&text), &s->last, e) < 0) {
		err_prefix(e, "'%s': ", name);
		rc = -1;
	}
	buf_release(&text);
	if (rc < 0 && e->status == EX_DATAERR) {
		err_add(e, "; restore it, or begin anew with --reset-state, ");
		err_add(e, run->options.confirm ? "which puts the journal "
		    "away, too" : "after which all rows come again (with "
		    "--backlog none only those of later lines come, and what "
		    "was not read yet is passed over)");
	}
	return rc;
}

/* The journal goes first: a state whose journal is elsewhere does no harm, a
 * journal without its state gives rows that are written already. */
static int
put_away(struct filter_run *run, struct err *e)
{
	char *aside = statefile_aside(run->state.file);
	int segments = segments_move(run->options.state, aside, e);
	int state = segments < 0 ? -1 :
	    statefile_archive(run->state.file, aside, e);

	if (state > 0)
		diag_say(&run->diag, DIAG_WARNING, "the state was put away as "
		    "'%s'", aside);
	if (segments > 0)
		diag_say(&run->diag, DIAG_WARNING, "the journal was put away "
		    "as '%s.journal.*': lines in it whose rows are not written "
		    "yet give none", aside);
	free(aside);
	return state < 0 ? -1 : 0;
}

int
filter_state_open(struct filter_run *run, struct err *e)
{
	struct filter_state *s = &run->state;
	int rc = 0;

	s->file = statefile_open(run->options.state, e);
	if (!s->file)
		return -1;
	if (run->options.reset_state)
		rc = put_away(run, e);
	if (rc == 0)
		rc = filter_state_read(run, e);
	if (rc >= 0)
		return rc;
	statefile_close(s->file);
	s->file = NULL;
	return -1;
}

static int
write_checkpoint(struct filter_run *run, struct checkpoint *now,
    struct err *e)
{
	struct filter_state *s = &run->state;
	struct buf text;
	int rc;

	now->sequence = s->last.sequence + 1;
	buf_init(&text, CHECKPOINT_MAX);
	checkpoint_add(now, &text);
	rc = statefile_write(s->file, buf_slice(&text), e);
	buf_release(&text);
	if (rc == 0)
		s->last = *now;
	return rc;
}

/* Whether two checkpoints say the same. */
static bool
is_same(const struct checkpoint *a, const struct checkpoint *b)
{
	return a->rows == b->rows && a->segment == b->segment &&
	    a->input.device == b->input.device &&
	    a->input.inode == b->input.inode &&
	    a->input.offset == b->input.offset &&
	    a->left.inode == b->left.inode &&
	    a->left.offset == b->left.offset &&
	    a->output.device == b->output.device &&
	    a->output.inode == b->output.inode &&
	    a->output.length == b->output.length && a->ended == b->ended;
}

/* Where reading has to go on. */
static int
take_place(struct filter_run *run, struct checkpoint *now, struct err *e)
{
	const struct filter_state *s = &run->state;

	if (s->follow) {
		int rc = follow_place(s->follow, run->mark.first,
		    run->mark.to, &now->input, e);

		now->left = follow_left(s->follow);
		/* What precedes is needed again, and stands elsewhere. */
		if (now->input.again == now->input.offset)
			now->carried = s->carried;
		return rc;
	}
	now->segment = journal_segment(s->journal);
	now->input.offset = run->mark.to;
	now->input.again = run->mark.to - run->mark.first;
	return 0;
}

static int
commit(struct filter_run *run, bool ended, struct err *e)
{
	struct filter_state *s = &run->state;
	struct checkpoint now = { .ended = ended, .log = s->log,
		.rows = s->rows_before + sink_rows(run->sink) };

	if (!s->file || !run->sink || (!s->follow && !s->journal))
		return 0;
	s->written_at = filter_run_now();
	s->written_to = run->mark.to;
	s->written_file = run->files;
	if (sink_sync(run->sink, &now.output, e) < 0 ||
	    take_place(run, &now, e) < 0)
		return -1;
	if (is_same(&now, &s->last))
		return 0;
	if (write_checkpoint(run, &now, e) < 0)
		return -1;
	return s->journal ? journal_drop(s->journal, now.segment, e) : 0;
}

int
filter_state_commit(struct filter_run *run, struct err *e)
{
	return commit(run, false, e);
}

int
filter_state_end(struct filter_run *run, struct err *e)
{
	return commit(run, true, e);
}

int
filter_state_keep(struct filter_run *run, struct err *e)
{
	const struct filter_state *s = &run->state;

	if (!s->file || !run->sink)
		return 0;
	if (run->mark.to == s->written_to && run->files == s->written_file)
		return 0;
	if (run->now - s->written_at < KEEP_MS &&
	    run->mark.to - s->written_to < KEEP_BYTES)
		return 0;
	return commit(run, false, e);
}

int
filter_state_output(struct filter_run *run, bool is_first, struct err *e)
{
	struct filter_state *s = &run->state;
	struct sink_resumed resumed;

	s->rows_before = s->last.rows;
	if (filter_run_open(run, is_first ? NULL : &s->last.output, e) < 0)
		return -1;
	resumed = sink_resumed(run->sink);
	if (resumed.cut)
		diag_say(&run->diag, DIAG_INFO, "%llu bytes behind the last "
		    "checkpoint were moved to '%s.cut'; their rows are written "
		    "again", (unsigned long long)resumed.cut,
		    run->options.output);
	if (resumed.is_gone && !s->last.ended)
		diag_say(&run->diag, DIAG_WARNING, "the output that was being "
		    "written is gone: if it is kept somewhere, its last rows "
		    "may come again");
	return 0;
}
