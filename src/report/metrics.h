/* SPDX-License-Identifier: ISC */
#ifndef REPORT_METRICS_H
#define REPORT_METRICS_H

#include "base/buf.h"
#include "report/model.h"

/* The report as metrics for Prometheus's textfile collector (its text format,
 * version 0.0.4).  There are as many label values as lines in a table, at most,
 * and none of them is a user or an address. */
void metrics_add(struct buf *out, const struct model *m);

#endif
