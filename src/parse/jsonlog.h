/* SPDX-License-Identifier: ISC */
#ifndef PARSE_JSONLOG_H
#define PARSE_JSONLOG_H

#include "base/buf.h"
#include "base/slice.h"
#include "base/when.h"

/* A log line that is one JSON object: as journalctl -o json writes it
 * (SYSLOG_IDENTIFIER, MESSAGE as text or as an array of bytes, ...), or as
 * rsyslog's JSON list templates do (@timestamp, host, tag, message). */
struct jsonlog {
	bool is_journal;
	struct slice server;
	struct slice tag;	/* "postfix/smtpd[250]:"; rsyslog only */
	struct slice program;	/* if there is no tag */
	struct slice pid;
	struct slice message;
	struct when when;
};

/* False: no such object, or one without time, program or message.  Slices are
 * borrowed from the line, or from scratch, which must have room for it. */
bool jsonlog_parse(struct slice line, struct buf *scratch,
	struct jsonlog *out);

#endif
