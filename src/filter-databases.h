/* SPDX-License-Identifier: ISC */
#ifndef FILTER_DATABASES_H
#define FILTER_DATABASES_H

#include "filter-run.h"

/* Opens the databases that the columns need.  Returns the status of one that
 * cannot be used (said already), 0 if all are good.  Called again, it replaces
 * the databases only if all of the new are good. */
int filter_databases_open(struct filter_run *run);

/* The same, unless they are open: with the first row, since a run may have
 * none. */
void filter_databases_need(struct filter_run *run);

/* Every few seconds, by run->now: opens them again if one was replaced. */
void filter_databases_check(struct filter_run *run);

void filter_databases_close(struct filter_run *run);

#endif
