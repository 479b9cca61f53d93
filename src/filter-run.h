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
#include "parse/parser.h"
#include "parse/rules.h"

/* One run of mls-filter: inputs in, rows out, signals heeded on the way. */
struct filter_run {
	struct options options;
	struct diag diag;
	struct rules *rules;
	struct parser *parser;
	struct ipdb *ipdb;	/* NULL: no column needs it */
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
	int64_t stop_at, heard_at, now;	/* milliseconds, monotonic */
	uint64_t files, bytes, lines_cut, found;
	int status;		/* the first failure that let us go on */
};

/* The columns of a row, as a set of 1 << enum column. */
unsigned filter_run_columns(const struct filter_run *run);

/* Prepares to ask for names, if a column needs them. */
void filter_run_names(struct filter_run *run);

/* What the stamps of an input are read against. */
struct clock filter_run_clock(const struct filter_run *run,
	const struct input *in);

/* Reads the inputs named and closes the sink.  Returns the exit status; what
 * went wrong has been said. */
int filter_run_inputs(struct filter_run *run, char **names, int n);

#endif
