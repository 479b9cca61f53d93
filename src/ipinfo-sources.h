/* SPDX-License-Identifier: ISC */
#ifndef IPINFO_SOURCES_H
#define IPINFO_SOURCES_H

#include "base/buf.h"
#include "enrich/ipdb.h"
#include "ipinfo-answer.h"

/* What databases are: file, form, date, age in days at now, rows, and ranges
 * of either family; an unknown cell is empty, or "-" in text.  has_header: of
 * CSV. */
void sources_add(struct buf *out, const struct ipdb *db,
	enum answer_format format, bool has_header, int64_t now);

#endif
