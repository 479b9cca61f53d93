/* SPDX-License-Identifier: ISC */
#ifndef PARSE_JSONLOG_H
#define PARSE_JSONLOG_H

#include "parse/envelope.h"

/* The envelope of a line that is one JSON object: as journalctl writes it
 * (SYSLOG_IDENTIFIER, MESSAGE as text or as an array of bytes, ...), or as
 * rsyslog's JSON list templates do (@timestamp, host, tag, message).  Fills
 * all but repeats; scratch must have room for the line. */
bool jsonlog_parse(struct slice line, struct buf *scratch,
	struct envelope *out);

#endif
