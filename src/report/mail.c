/* SPDX-License-Identifier: ISC */
/* A report as a message. */
#include "report/mail.h"

#include <stdio.h>

#include "report/letter.h"
#include "report/markup.h"
#include "report/mime.h"
#include "report/model.h"

enum {
	SUBJECT_MAX = 64 * 1024,
	NAME_MAX = 64,
	NOTE_MAX = 256,
};

/* Numbers, words of ours and dates: nothing that came from a log. */
static void
add_subject(struct buf *out, const struct mail *mail)
{
	const struct model *m = mail->model;

	buf_add(out, mail->subject);
	buf_add(out, SLICE(": "));
	model_add_number(out, m->total);
	buf_addf(out, " failed login%s", m->total == 1 ? "" : "s");
	if (m->serious) {
		buf_add(out, SLICE(", "));
		model_add_least(out, m->is_serious_exact);
		model_add_number(out, m->serious);
		buf_addf(out, " alert%s", m->serious == 1 ? "" : "s");
	}
	buf_add(out, SLICE(" ("));
	buf_add(out, m->period.label);
	buf_add_byte(out, ')');
}

static int
add_date(char *out, size_t size, const struct when *date)
{
	return snprintf(out, size, "-%04d-%02d-%02d", date->year, date->month,
	    date->day);
}

/* mls-2026-11-22.csv, mls-2026-11-16-2026-11-22.csv.gz */
static void
set_name(char *name, const struct mail *mail)
{
	const struct model *m = mail->model;
	size_t first = 0;
	int n = snprintf(name, NAME_MAX, "mls");

	while (first < m->n_days && m->days[first].is_baseline)
		first++;
	if (first < m->n_days)
		n += add_date(name + n, NAME_MAX - (size_t)n,
		    &m->days[first].date);
	if (first + 1 < m->n_days)
		n += add_date(name + n, NAME_MAX - (size_t)n,
		    &m->days[m->n_days - 1].date);
	snprintf(name + n, NAME_MAX - (size_t)n, "%s",
	    mail->kind == ATTACH_CSV_GZ ? ".csv.gz" : ".csv");
}

/* Readers make links of plain text too.  From here users and host names are
 * copied, so they stay as they are but for what no good one has. */
static void
add_unlinked(struct buf *out, struct slice text)
{
	while (text.n) {
		if (slice_starts(text, SLICE("://")))
			buf_add(out, SLICE(MARKUP_JOINER));
		buf_add(out, slice_to(text, 1));
		if (slice_ends(buf_slice(out), SLICE("www")))
			buf_add(out, SLICE(MARKUP_JOINER));
		text = slice_from(text, 1);
	}
}

static void
add_parts(struct buf *out, struct mime *mime, const struct mail *mail)
{
	struct slice note = attach_is_too_large(mail->rows) ?
	    SLICE("The rows are not attached: they would be larger than "
	    "--attach-max allows.") : (struct slice){ 0 };
	struct buf text, html;

	buf_init(&text, 2 * mail->text.n + NOTE_MAX);
	add_unlinked(&text, mail->text);
	if (note.n) {
		buf_add_byte(&text, '\n');
		buf_add(&text, note);
		buf_add_byte(&text, '\n');
	}
	buf_init(&html, 4 * LETTER_MAX);
	letter_add(&html, mail->model, note);
	mime->text = buf_slice(&text);
	mime->html = buf_slice(&html);
	mime_add(out, mime);
	buf_release(&text);
	buf_release(&html);
}

int
mail_add(struct buf *out, const struct mail *mail)
{
	const struct model *m = mail->model;
	char name[NAME_MAX];
	struct mime_file file = { name, mail->kind == ATTACH_CSV_GZ ?
		"application/gzip" : "text/csv; charset=utf-8", { 0 } };
	struct mime mime = {
		.from = mail->from, .to = mail->to,
		.recipients = mail->recipients,
		.date = when_seconds(&m->now), .attempts = m->total,
		.alerts = m->serious,
	};
	struct buf subject;

	set_name(name, mail);
	if (attach_end(mail->rows, &file.bytes))
		mime.file = &file;
	buf_init(&subject, SUBJECT_MAX);
	add_subject(&subject, mail);
	mime.subject = buf_slice(&subject);
	add_parts(out, &mime, mail);
	buf_release(&subject);
	return out->overflow ? -1 : 0;
}
