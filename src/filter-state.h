/* SPDX-License-Identifier: ISC */
#ifndef FILTER_STATE_H
#define FILTER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/statefile.h"
#include "deliver/checkpoint.h"
#include "deliver/follow.h"
#include "deliver/journal.h"

struct filter_run;

/* What is remembered from run to run, and how: --state. */
struct filter_state {
	struct statefile *file;		/* NULL: nothing is */
	struct checkpoint last;		/* written */
	uint64_t rows_before;		/* this run */
	struct checkpoint_text log;	/* which is read */
	struct checkpoint_text carried;	/* before its first line */
	/* What is read: one of these. */
	struct follow *follow;
	struct journal *journal;
	int64_t written_at;		/* monotonic milliseconds */
	uint64_t written_to, written_file;	/* mark and files then */
};

/* Opens the state file and reads it; reads it again.  1: there is a checkpoint
 * in last; 0: there is none; -1: e says why, and what could not be opened is
 * closed, so that it may be tried again. */
int filter_state_open(struct filter_run *run, struct err *e);
int filter_state_read(struct filter_run *run, struct err *e);

/* Opens the output, as the last checkpoint has it.  -1: e says why. */
int filter_state_output(struct filter_run *run, bool is_first, struct err *e);

/* Writes a checkpoint, if there is a state file and anything has changed, or
 * only when it is time to.  0; -1: e says why. */
int filter_state_commit(struct filter_run *run, struct err *e);
int filter_state_keep(struct filter_run *run, struct err *e);

/* The last one: nothing more will be written. */
int filter_state_end(struct filter_run *run, struct err *e);

#endif
