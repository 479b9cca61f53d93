/* SPDX-License-Identifier: ISC */
/* A report as a message: its subject, its parts, its file. */
#include <stdlib.h>

#include "report/mail.h"
#include "sample.h"
#include "tap.h"

enum { ROOM = 4 * 1024 * 1024 };

static bool
has(const struct buf *out, const char *text)
{
	return slice_find(buf_slice(out), slice_text(text)) < out->n;
}

static void
add_all(struct buf *out, const struct model *m, struct slice text,
    struct attach *rows, enum attach_kind kind)
{
	static const struct mailbox mailbox = {
		.address = SLICE("ann@example.net") };
	const struct mail mail = { .from = mailbox, .to = &mailbox,
		.recipients = 1, .subject = SLICE("[mls] mx1"), .model = m,
		.text = text, .rows = rows, .kind = kind };

	buf_init(out, ROOM);
	ok(mail_add(out, &mail) == 0, "there is room");
}

static void
add(struct buf *out, const struct model *m, struct attach *rows,
    enum attach_kind kind)
{
	add_all(out, m, SLICE("the text\n"), rows, kind);
}

static void
test_subject(struct model *m)
{
	struct buf out;

	add(&out, m, NULL, ATTACH_NONE);
	ok(has(&out, "\nSubject: [mls] mx1: 1,284 failed logins, 3 alerts "
	    "(2026-11-22)\n"), "the subject");
	ok(has(&out, "Date: Mon, 23 Nov 2026 00:05:00 +0100\n"), "the date");
	ok(!has(&out, "multipart/mixed") && has(&out, "\n\nthe text\n\n--"),
	    "no file, and nothing about it");
	buf_release(&out);

	m->total = 1;
	m->serious = 1;
	add(&out, m, NULL, ATTACH_NONE);
	ok(has(&out, ": 1 failed login, 1 alert (2026-11-22)\n"), "one each");
	buf_release(&out);
	m->serious = 0;
	add(&out, m, NULL, ATTACH_NONE);
	ok(has(&out, ": 1 failed login (2026-11-22)\n"), "no alert");
	buf_release(&out);
}

/* What a client wrote is no link, in neither part. */
static void
test_links(void)
{
	struct model hostile;
	struct buf out;

	sample_model(&hostile, SLICE("http://x@www.a.b/?q"));
	hostile.alerts = NULL;
	hostile.n_alerts = 0;
	for (int t = 0; t < MODEL_TABLES; t++)
		if (t != MODEL_USER)
			hostile.tables[t].n = 0;
	add_all(&out, &hostile, SLICE("  http://x@www.a.b/?q  12\n"), NULL,
	    ATTACH_NONE);
	ok(has(&out, "  http=E2=81=A0://x@www=E2=81=A0.a.b/?q  12\n"),
	    "the text: no link");
	ok(has(&out, "http=E2=81=A0://x=E2=81=A0@www=E2=81=A0.a=E2=81=A0.b/?q"),
	    "HTML: no link");
	ok(!has(&out, "http://") && !has(&out, "www."), "nowhere");
	buf_release(&out);
	model_release(&hostile);
}

static void
test_file(struct model *m, size_t days, enum attach_kind kind,
    const char *type, const char *name)
{
	struct attach *rows = attach_new(kind, 1000);
	static struct model_day list[9];
	struct buf out;

	list[0].is_baseline = true;
	for (int i = 1; i < 9; i++)
		list[i].date = (struct when){ .year = 2026, .month = 11,
			.day = i };
	m->days = list;
	m->n_days = days + 1;
	attach_add(rows, SLICE("ip"));
	attach_end_row(rows);
	add(&out, m, rows, kind);
	ok(has(&out, "multipart/mixed") && has(&out, type) && has(&out, name),
	    "a file: %s", name);
	attach_free(rows);
	buf_release(&out);
}

static void
test_too_large(struct model *m)
{
	struct attach *rows = attach_new(ATTACH_CSV, 3);
	struct buf out;

	attach_add(rows, SLICE("a cell"));
	attach_end_row(rows);
	add(&out, m, rows, ATTACH_CSV);
	ok(!has(&out, "multipart/mixed"), "too large: no file");
	ok(has(&out, "the text\n\nThe rows are not attached: they would"),
	    "the text says so");
	ok(has(&out, "<br>") && has(&out, "The rows are not atta"),
	    "so does the HTML");
	attach_free(rows);
	buf_release(&out);
}

int
main(void)
{
	struct err e = { 0 };
	struct model m;

	when_set_zone("+01:00", &e);
	sample_model(&m, SLICE("ann"));
	test_subject(&m);
	test_links();
	test_file(&m, 1, ATTACH_CSV, "text/csv; charset=utf-8",
	    "\"mls-2026-11-01.csv\"");
	test_file(&m, 7, ATTACH_CSV_GZ, "application/gzip",
	    "\"mls-2026-11-01-2026-11-07.csv.gz\"");
	test_file(&m, 0, ATTACH_CSV, "text/csv", "\"mls.csv\"");
	test_too_large(&m);
	model_release(&m);
	return done();
}
