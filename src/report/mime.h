/* SPDX-License-Identifier: ISC */
#ifndef REPORT_MIME_H
#define REPORT_MIME_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"
#include "report/mailbox.h"

/* A message (RFC 5322) with a text and an HTML part that say the same, and
 * perhaps a file. */
struct mime_file {
	const char *name, *type;	/* ASCII of our own, without quotes */
	struct slice bytes;
};

struct mime {
	struct mailbox from;
	const struct mailbox *to;
	size_t recipients;	/* at least one */
	struct slice subject;	/* header_is_text() */
	int64_t date;		/* seconds since the epoch */
	uint64_t attempts, alerts;	/* for the reader's own filters */
	struct slice text, html;	/* UTF-8, lines end in \n */
	const struct mime_file *file;	/* NULL: none */
};

/* Writes the whole message, lines ending in \n, in as many bytes as
 * mime_size_max() says at most.  The same message for the same input: its id
 * and its boundaries come from what is in it. */
void mime_add(struct buf *out, const struct mime *m);

size_t mime_size_max(const struct mime *m);

#endif
