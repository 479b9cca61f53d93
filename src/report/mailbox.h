/* SPDX-License-Identifier: ISC */
#ifndef REPORT_MAILBOX_H
#define REPORT_MAILBOX_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

/* Where mail goes to or comes from: "ann@example.net", "root", or
 * "Ann Lee <ann@example.net>".  Borrowed from the text it was read from. */
struct mailbox {
	struct slice name;	/* UTF-8, without quotes; empty: none */
	struct slice address;	/* ASCII; without a domain: a local user */
};

/* Reads the whole of text.  -1: e says what is wrong with it (EX_USAGE): a
 * control character, more than one address, an address no mail program takes
 * as one (RFC 5321, section 4.1.2, without quoted local parts), or one that
 * could be taken for an option, a file or a program. */
int mailbox_parse(struct slice text, struct mailbox *m, struct err *e);

/* What stands behind the @; empty: nothing. */
struct slice mailbox_domain(const struct mailbox *m);

/* The address of who runs this program, as the mail of this machine is known
 * outside: the user's name, and the name in mailname (/etc/mailname) or the
 * host's, if one has a domain; else the mail program has to know. */
void mailbox_add_own(struct buf *out, const char *mailname);

#endif
