/* SPDX-License-Identifier: ISC */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "base/buf.h"
#include "report/model.h"

/* The report as plain UTF-8 text of TEXT_COLUMNS columns: for terminals and as
 * the plain part of a mail. */
enum { TEXT_COLUMNS = 78 };

void text_add(struct buf *out, const struct model *m);

#endif
