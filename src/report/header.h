/* SPDX-License-Identifier: ISC */
#ifndef REPORT_HEADER_H
#define REPORT_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/slice.h"

struct mailbox;

/* Fields of a message's header (RFC 5322), folded at 76 columns where they can
 * be; what is not ASCII as encoded words (RFC 2047).  A field ends in \n. */

/* Whether a text may stand in a header: UTF-8 without control characters, and
 * without those that turn the direction of writing. */
bool header_is_text(struct slice text);

/* Free text.  It must be header_is_text(). */
void header_add(struct buf *out, const char *name, struct slice text);

/* Addresses, n > 0. */
void header_add_mailboxes(struct buf *out, const char *name,
	const struct mailbox *mailboxes, size_t n);

#endif
