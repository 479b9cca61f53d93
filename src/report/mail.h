/* SPDX-License-Identifier: ISC */
#ifndef REPORT_MAIL_H
#define REPORT_MAIL_H

#include "base/buf.h"
#include "base/slice.h"
#include "report/attach.h"
#include "report/mailbox.h"

struct model;

/* A report as a message. */
struct mail {
	struct mailbox from;
	const struct mailbox *to;
	size_t recipients;	/* at least one */
	struct slice subject;	/* how it begins: "[mls] mx1";
				 * header_is_text() */
	const struct model *model;
	struct slice text;	/* the report as text */
	struct attach *rows;	/* those of the period; NULL: none are to be
				 * attached */
	enum attach_kind kind;	/* of rows */
};

/* Writes the whole of it: the subject goes on with the number of failed logins,
 * of alerts, and the period; a text and an HTML part say the same; the rows are
 * attached, or a sentence says that they are too many.  -1: out has not enough
 * room. */
int mail_add(struct buf *out, const struct mail *mail);

#endif
