/* SPDX-License-Identifier: ISC */
#ifndef FILTER_CONFIRM_H
#define FILTER_CONFIRM_H

#include "filter-run.h"

/* rsyslog's confirmation protocol (omprog, confirmMessages="on") on standard
 * input and output: "OK" when we are ready, then one answer for each line, at
 * once if it gives no row, else as soon as it stands in the journal. */

/* Serves until the end of input, and closes the sink.  Returns the exit
 * status; what went wrong has been said. */
int filter_confirm_run(struct filter_run *run);

#endif
