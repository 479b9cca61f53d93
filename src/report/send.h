/* SPDX-License-Identifier: ISC */
#ifndef REPORT_SEND_H
#define REPORT_SEND_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "report/mailbox.h"

/* Gives a whole message to a program with sendmail's command line. */
struct send {
	const char *program;	/* absolute */
	const struct mailbox *from;	/* envelope's; NULL: the program's own */
	const struct mailbox *to;
	size_t recipients;	/* at least one */
	uint64_t timeout;	/* milliseconds */
};

/* Whether the program can be run at all, to be asked before any work is done.
 * -1: e says why (EX_CONFIG). */
int send_check(const struct send *s, struct err *e);

/* Runs "program -i [-f from] -- to..." with the message as its standard input,
 * which is a file of its own that is whole before the program starts; no shell,
 * nothing of our environment but TZ, and no recipient that stands in the
 * message alone.  The start of what it says is added to said, up to its
 * ceiling: a warning, if it succeeds.
 *
 * Returns 0 once it has ended with 0.  -1: e says why.  Its status is the
 * program's own; EX_TEMPFAIL if a signal ended it, if it took longer than the
 * timeout, or if we were told to end (signals_take()): it and what it started
 * have been ended then; EX_CONFIG if it cannot be run; EX_CANTCREAT or EX_IOERR
 * if the message cannot be stored. */
int send_message(const struct send *s, struct slice message,
	struct buf *said, struct err *e);

#endif
