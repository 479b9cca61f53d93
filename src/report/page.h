/* SPDX-License-Identifier: ISC */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "base/buf.h"

struct model;

/* The report as one HTML page that needs nothing else: no script, no link,
 * nothing fetched; light or dark as the reader's screen is. */
void page_add(struct buf *out, const struct model *m);

#endif
