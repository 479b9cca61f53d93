/* SPDX-License-Identifier: ISC */
#ifndef PARSE_ENVELOPE_H
#define PARSE_ENVELOPE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"
#include "base/when.h"

/* What a syslog daemon, the journal or a container puts around a message.
 * Read strictly from left to right: the tag is where the envelope says, never
 * where a text looks like one, so nothing a client wrote can precede it. */
enum envelope_form {
	ENVELOPE_RFC3164,	/* and every form with a tag "program[pid]:" */
	ENVELOPE_RFC5424,
	ENVELOPE_JOURNAL,	/* journalctl -o json, json-seq, json-sse */
	ENVELOPE_JSON,		/* rsyslog's JSON list */
	ENVELOPE_BARE,		/* a stamp and a text: a daemon's own log */
	ENVELOPE_FORMS
};

struct envelope {
	enum envelope_form form;
	struct when when;	/* as logged: not resolved yet */
	bool has_when;		/* RFC 5424 may leave it out */
	struct slice server;	/* empty: none logged */
	struct slice program;	/* tag without pid; empty: no tag */
	struct slice pid;
	struct slice message;	/* behind the tag, leading blanks off */
	bool cut;		/* the tag may have gone on: APP-NAME by
				 * rsyslog ends before the first slash, a
				 * forwarded tag after 32 bytes */
	uint32_t repeats;	/* further copies: "message repeated N times:
				 * [...]" (message is then what stands in the
				 * brackets), or "last message repeated N
				 * times" (message is empty) */
	bool repeats_last;
};

/* Reads one line (no newline).  False: no envelope we know.  Slices are
 * borrowed from the line, or from scratch where JSON had to be decoded: it is
 * reset first, and its max is that of a line.  Without scratch (NULL) a line
 * of JSON is not read, and form is ENVELOPE_JSON. */
bool envelope_parse(struct slice line, struct buf *scratch,
	struct envelope *out);

/* For --explain: "RFC 3164", and a hint about a line that has no envelope. */
const char *envelope_form_name(enum envelope_form form);
const char *envelope_hint(struct slice line);

#endif
