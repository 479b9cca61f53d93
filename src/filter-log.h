/* SPDX-License-Identifier: ISC */
#ifndef FILTER_LOG_H
#define FILTER_LOG_H

#include "filter-run.h"

/* Reads one log on where it was left, and closes the sink.  Returns the exit
 * status; what went wrong has been said. */
int filter_log_run(struct filter_run *run, const char *name);

#endif
