/* SPDX-License-Identifier: ISC */
#ifndef SUMMARIZE_MAIL_H
#define SUMMARIZE_MAIL_H

#include "base/diag.h"
#include "report/attach.h"
#include "report/mailbox.h"
#include "report/model.h"
#include "report/reader.h"
#include "summarize-options.h"

/* The report as a mail: who writes to whom, the rows that go with it. */
struct summarize_mail {
	const struct summarize_options *options;
	struct mailbox from, *to;
	size_t recipients;
	struct buf own, subject;	/* our own address; how it begins */
	struct attach *rows;		/* NULL: none are wanted */
	struct buf scratch;
};

/* Before anything is read: looks at addresses and subject, and whether sendmail
 * is there if it is to be run.  -1: e says which setting is wrong.
 * summarize_mail_release() must follow in any case. */
int summarize_mail_prepare(struct summarize_mail *m,
	const struct summarize_options *o, struct err *e);
void summarize_mail_release(struct summarize_mail *m);

/* The next row of the period. */
void summarize_mail_take(struct summarize_mail *m, const struct record *row);

/* The whole message.  -1: e, it would be too large. */
int summarize_mail_add(struct summarize_mail *m, const struct model *model,
	struct buf *out, struct err *e);

/* Hands it to sendmail.  -1: e has sendmail's own status, see report/send.h. */
int summarize_mail_send(const struct summarize_mail *m, struct slice message,
	struct diag *diag, struct err *e);

#endif
