/* SPDX-License-Identifier: ISC */
#ifndef FILTER_INPUTS_H
#define FILTER_INPUTS_H

#include "filter-run.h"

/* Reads the inputs named and closes the sink.  Returns the exit status; what
 * went wrong has been said. */
int filter_inputs(struct filter_run *run, char **names, int n);

#endif
