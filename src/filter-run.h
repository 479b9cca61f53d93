/* SPDX-License-Identifier: ISC */
#ifndef FILTER_RUN_H
#define FILTER_RUN_H

#include "base/diag.h"
#include "base/input.h"
#include "base/pace.h"
#include "base/progress.h"
#include "deliver/sink.h"
#include "enrich/filestamp.h"
#include "enrich/ipdb.h"
#include "enrich/queue.h"
#include "enrich/rdns.h"
#include "filter-options.h"
#include "filter-state.h"
#include "parse/parser.h"
#include "parse/rules.h"

/* The exit status when lines may be missing that nobody can read any more. */
enum { FILTER_GAP = 1 };

/* One run of mls-filter: inputs in, rows out, signals heeded on the way.
 *
 * Blocks of lines are read by filter-inputs (streams, whole files), filter-log
 * (--state) or filter-journal (what filter-confirm has accepted).
 * filter_run_block() sends their events on, through the queue if they need a
 * name, to the sink; filter-state records how far that has come. */
struct filter_run {
	struct options options;
	struct diag diag;
	struct rules *rules;
	struct parser *parser;
	struct ipdb *ipdb;	/* NULL: no column or row needs it yet */
	bool has_default;	/* of it the installed one is the first */
	struct filestamp *stamps;	/* of the files it may come from */
	int64_t databases_due;	/* to be looked at again, as now */
	struct sink *sink;
	struct sink_shape shape;
	struct progress progress;
	struct clock clock;
	unsigned events;	/* set of 1 << enum event_kind */
	struct resolvconf resolvers;	/* n 0: those of resolv.conf */
	struct rdns *rdns;	/* NULL: no names are asked for */
	struct queue *queue;	/* rows that wait for them */
	unsigned unmoved;	/* rows added since the queue was looked at */
	struct pace pace;
	bool stopping;
	/* Behind mark all is written, and before from it was by another run:
	 * bytes of the input. */
	struct stretch mark;
	uint64_t from;
	struct filter_state state;
	int64_t stop_at, heard_at, now;	/* milliseconds, monotonic */
	uint64_t files, bytes, lines_cut, found;
	int status;		/* the first failure that let us go on */
};

/* The columns of a row, as a set of 1 << enum column. */
unsigned filter_run_columns(const struct filter_run *run);

/* Prepares to ask for names, if a column needs them.  -1: EX_UNAVAILABLE. */
int filter_run_names(struct filter_run *run, struct err *e);

/* What the stamps of an input are read against. */
struct clock filter_run_clock(const struct filter_run *run,
	const struct input *in);

/* Opens the output, as it was recorded if it was.  -1: e says why. */
int filter_run_open(struct filter_run *run, const struct output_place *place,
	struct err *e);

/* Milliseconds, monotonic. */
int64_t filter_run_now(void);

/* Something is wrong that does not end the run. */
void filter_run_note(struct filter_run *run, const struct err *e);

/*
 * Of these, 0: go on; 1: enough, since nobody reads our rows any more, or since
 * we are told to stop and can go on another time; -1: error.
 */

/* All events of a block, on their way. */
int filter_run_block(struct filter_run *run, struct slice block,
	struct err *e);

/* Signals that came. */
int filter_run_heed(struct filter_run *run, struct err *e);

/* Writes rows that are complete or have waited long enough. */
int filter_run_move(struct filter_run *run, struct err *e);

/* A block has been read to its end: if no row waits, that is the mark. */
void filter_run_mark(struct filter_run *run);

/* Waits until all rows are written. */
int filter_run_settle(struct filter_run *run, struct err *e);

/* The same after the last input; live input does not end for it to take
 * long. */
int filter_run_drain(struct filter_run *run, struct err *e);

/* Microseconds until something has to be done though nothing comes; -1: never.
 * If we are reading, input that is not known to be live may turn out to be by
 * its silence. */
enum { FILTER_SILENCE_MS = 500 };	/* after SIGTERM: no more is coming */
int64_t filter_run_patience(const struct filter_run *run, bool reading);

/* Counters, what went wrong at last (rc < 0), and the sink closed.  Returns the
 * exit status. */
int filter_run_end(struct filter_run *run, int rc, struct err *e);

#endif
