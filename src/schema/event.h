/* SPDX-License-Identifier: ISC */
#ifndef SCHEMA_EVENT_H
#define SCHEMA_EVENT_H

#include "base/slice.h"
#include "base/when.h"
#include "schema/ip.h"

enum event_kind {
	EVENT_AUTH_FAILURE,	/* wrong password, unknown mechanism, ... */
	EVENT_AUTH_ERROR,	/* the server's own fault */
	EVENT_AUTH_ABORTED,	/* the client gave up */
	EVENT_AUTH_SUCCESS,
	EVENT_KINDS
};

/* Where a line stands in its input: bytes [from, to).  Whoever wants to go on
 * behind it, and to understand a "last message repeated" there, has to begin at
 * first. */
struct stretch {
	uint64_t first, from, to;
};

/* What one log line says.  Every slice is borrowed from that line (or from
 * what it was decoded into) and lives as long as the block it came in; empty
 * means the log does not say. */
struct event {
	enum event_kind kind;
	uint32_t count;		/* attempts it stands for */
	struct when when;	/* resolved: year and offset are known */
	struct ip ip;		/* IP_NONE: the daemon did not know */
	struct slice server;	/* host that logged the line */
	struct slice program;	/* syslog tag without pid */
	struct slice pid;
	struct slice service;
	struct slice user, mechanism, client, reason;
	struct slice message;	/* behind the tag, as it was logged */
	struct stretch line;
};

/* "auth-failure" and so on; and back, -1 if it is no such name. */
struct slice event_name(enum event_kind kind);
int event_find(struct slice name);

#endif
