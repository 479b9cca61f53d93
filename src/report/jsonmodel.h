/* SPDX-License-Identifier: ISC */
#ifndef REPORT_JSONMODEL_H
#define REPORT_JSONMODEL_H

#include "base/buf.h"
#include "report/model.h"

/* The whole model as one JSON object (RFC 8259), its keys always in the same
 * order; mls-summarize(1) lists them. */
void jsonmodel_add(struct buf *out, const struct model *m);

#endif
