/* SPDX-License-Identifier: ISC */
#ifndef FILTER_STATE_H
#define FILTER_STATE_H

#include <stdint.h>

#include "base/err.h"
#include "base/statefile.h"
#include "deliver/checkpoint.h"
#include "deliver/follow.h"

struct filter_run;

/* What is remembered from run to run, and how: --state. */
struct filter_state {
	struct statefile *file;		/* NULL: nothing is */
	struct checkpoint last;		/* written */
	uint64_t rows_before;		/* this run */
	struct follow *follow;
	int64_t written_at;		/* monotonic milliseconds */
	uint64_t written_to, written_file;	/* mark and files then */
};

/* Reads one log on where it was left, and closes the sink.  Returns the exit
 * status; what went wrong has been said. */
int filter_state_run(struct filter_run *run, const char *name);

/* Opens the state file.  1: there is a checkpoint in last; 0: there is none;
 * -1: e says why. */
int filter_state_open(struct filter_run *run, struct err *e);

/* Writes a checkpoint, if there is a state file and anything has changed, or
 * only when it is time to.  0; -1: e says why. */
int filter_state_commit(struct filter_run *run, struct err *e);
int filter_state_keep(struct filter_run *run, struct err *e);

#endif
