/* SPDX-License-Identifier: ISC */
#ifndef REPORT_LETTER_H
#define REPORT_LETTER_H

#include "base/buf.h"

struct model;

/* The report as HTML for mail readers: tables, colours in attributes as well as
 * in styles, nothing that is fetched or run, host names that are no links.  At
 * most LETTER_MAX bytes, since some readers cut longer ones: tables get shorter
 * until it fits.  note: a sentence of our own at its end; empty: none. */
enum { LETTER_MAX = 80 * 1024 };
void letter_add(struct buf *out, const struct model *m, struct slice note);

#endif
