/* SPDX-License-Identifier: ISC */
#ifndef FILTER_JOURNAL_H
#define FILTER_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct filter_run;

/* From the journal to rows, as from any log.  What fails there is said and
 * tried again: lines go on being accepted meanwhile. */
struct filter_journal {
	struct filter_run *run;
	unsigned unread;	/* lines in it that were not looked at */
	bool is_behind;		/* there may be more of them */
	int64_t stepped_at, checked_at;
	bool has_gap;		/* lines of it were lost */
	bool is_down;
	int64_t retry_at;
};

/* Opens state, journal and output, and goes to where the last run stopped.  -1:
 * e says why; what is open stays so, and this may be called again. */
int filter_journal_open(struct filter_journal *j, struct filter_run *run,
	struct err *e);

/* Does what there is to do.  What goes wrong has been said. */
void filter_journal_work(struct filter_journal *j);

/* Rows cannot be written for now: e. */
void filter_journal_fail(struct filter_journal *j, const struct err *e);

/* Microseconds until there is something to do; -1: never. */
int64_t filter_journal_patience(const struct filter_journal *j);

/* Rows of what is there, as long as that may take; the others are for the next
 * run.  0; -1: e. */
int filter_journal_finish(struct filter_journal *j, struct err *e);

#endif
