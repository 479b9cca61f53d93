/* SPDX-License-Identifier: ISC */
/* The report as a mail. */
#include "summarize-mail.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/signals.h"
#include "report/header.h"
#include "report/mail.h"
#include "report/send.h"
#include "report/text.h"

enum {
	TIMEOUT = 60 * 1000,		/* milliseconds for sendmail */
	SAID_MAX = 1000,		/* bytes of what it says */
	ADDRESS_MAX = 1000,
	SUBJECT_MAX = 64 * 1024,
	CELLS_MAX = 1024 * 1024,
	TEXT_MAX = 16 * 1024 * 1024,
};

static int
read_recipients(struct summarize_mail *m, struct err *e)
{
	static const char *nobody[] = { "root" };
	const struct text_list root = { nobody, 1 };
	const struct text_list *list = &m->options->mail.to;

	if (list->n == 0)
		list = &root;
	m->to = mem_array(list->n, sizeof *m->to);
	for (size_t i = 0; i < list->n; i++)
		if (mailbox_parse(slice_text(list->items[i]), &m->to[i],
		    e) < 0)
			return settings_err(&m->options->settings, "to", e);
	m->recipients = list->n;
	return 0;
}

static int
read_sender(struct summarize_mail *m, struct err *e)
{
	const char *from = m->options->mail.from;

	if (!from)
		mailbox_add_own(&m->own, "/etc/mailname");
	if (mailbox_parse(from ? slice_text(from) : buf_slice(&m->own),
	    &m->from, e) < 0)
		return settings_err(&m->options->settings, "from", e);
	return 0;
}

static int
read_subject(struct summarize_mail *m, struct err *e)
{
	const char *subject = m->options->mail.subject;
	char host[256] = "";

	if (subject && !header_is_text(slice_text(subject))) {
		err_set(e, EX_USAGE, "'%s' is no subject: a control character, "
		    "or no UTF-8", subject);
		return settings_err(&m->options->settings, "subject", e);
	}
	if (subject) {
		buf_add(&m->subject, slice_text(subject));
		return 0;
	}
	buf_add(&m->subject, SLICE("[mls]"));
	if (gethostname(host, sizeof host - 1) < 0 || !*host ||
	    !header_is_text(slice_text(host)))
		return 0;
	buf_add_byte(&m->subject, ' ');
	buf_add(&m->subject, slice_text(host));
	return 0;
}

static struct send
delivery(const struct summarize_mail *m)
{
	return (struct send){ .program = m->options->mail.sendmail,
		.from = m->options->mail.from ? &m->from : NULL,
		.to = m->to, .recipients = m->recipients, .timeout = TIMEOUT };
}

/* The first line of the file. */
static void
begin_rows(struct summarize_mail *m)
{
	for (int c = 0; c < COLUMNS_DEFAULT; c++)
		attach_add(m->rows, column_name((enum column)c));
	attach_end_row(m->rows);
}

int
summarize_mail_prepare(struct summarize_mail *m,
    const struct summarize_options *o, struct err *e)
{
	struct send send;

	*m = (struct summarize_mail){ .options = o };
	buf_init(&m->own, ADDRESS_MAX);
	buf_init(&m->subject, SUBJECT_MAX);
	buf_init(&m->scratch, CELLS_MAX);
	if (read_recipients(m, e) < 0 || read_sender(m, e) < 0 ||
	    read_subject(m, e) < 0)
		return -1;
	send = delivery(m);
	if (o->mail.send && send_check(&send, e) < 0)
		return -1;
	m->rows = attach_new((enum attach_kind)o->mail.attach,
	    o->mail.attach_max);
	begin_rows(m);
	return 0;
}

void
summarize_mail_release(struct summarize_mail *m)
{
	attach_free(m->rows);
	free(m->to);
	buf_release(&m->own);
	buf_release(&m->subject);
	buf_release(&m->scratch);
}

void
summarize_mail_take(struct summarize_mail *m, const struct record *row)
{
	if (!m->rows || attach_is_too_large(m->rows))
		return;
	for (int c = 0; c < COLUMNS_DEFAULT; c++) {
		buf_reset(&m->scratch);
		attach_add(m->rows, record_text(row, (enum column)c,
		    &m->scratch));
	}
	attach_end_row(m->rows);
}

int
summarize_mail_add(struct summarize_mail *m, const struct model *model,
    struct buf *out, struct err *e)
{
	struct mail mail = {
		.from = m->from, .to = m->to, .recipients = m->recipients,
		.subject = buf_slice(&m->subject), .model = model,
		.rows = m->rows,
		.kind = (enum attach_kind)m->options->mail.attach,
	};
	struct buf text;
	int result;

	buf_init(&text, TEXT_MAX);
	text_add(&text, model);
	mail.text = buf_slice(&text);
	result = mail_add(out, &mail);
	buf_release(&text);
	return result == 0 ? 0 :
	    err_set(e, EX_SOFTWARE, "the mail is too large");
}

/* Its first line: a warning, since it took the mail. */
static void
repeat(struct diag *diag, const char *program, struct slice said)
{
	struct slice line = said;
	char *text;

	slice_cut(&said, '\n', &line);
	text = mem_text(line.p, line.n);
	err_plain(text);
	diag_say(diag, DIAG_WARNING, "'%s' says: %s", program, text);
	free(text);
}

int
summarize_mail_send(const struct summarize_mail *m, struct slice message,
    struct diag *diag, struct err *e)
{
	const struct send send = delivery(m);
	struct buf said;
	int result;

	buf_init(&said, SAID_MAX);
	/* Told to end now, we end sendmail, too. */
	signals_catch();
	result = send_message(&send, message, &said, e);
	if (result == 0 && said.n)
		repeat(diag, send.program, buf_slice(&said));
	buf_release(&said);
	return result;
}
