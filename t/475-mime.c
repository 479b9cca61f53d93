/* SPDX-License-Identifier: ISC */
/* The message, byte by byte. */
#include <stdlib.h>

#include "base/when.h"
#include "report/mime.h"
#include "tap.h"

static const struct mailbox from = {
	SLICE("mls on mx1"), SLICE("mls@mx1.example.net"),
};
static const struct mailbox to[] = {
	{ SLICE("J\xc3\xb6rg"), SLICE("j@example.net") },
	{ .address = SLICE("root") },
};

static struct mime
message(void)
{
	return (struct mime){
		.from = from, .to = to, .recipients = 2,
		.subject = SLICE("[mls] mx1: 1,284 failed logins, 3 alerts "
		    "(2026-11-22) on mx1.example.net"),
		.date = 1795388705, .attempts = 1284, .alerts = 3,
		.text = SLICE("J\xc3\xb6rg\n.\nFrom x\n--=_mls\n"),
		.html = SLICE("<p class=\"a\">J\xc3\xb6rg</p>\n"),
	};
}

static void
zone(const char *name)
{
	struct err e = { 0 };

	if (when_set_zone(name, &e) < 0)
		printf("# %s\n", e.text);
}

static void
add(struct buf *out, const struct mime *m)
{
	buf_init(out, mime_size_max(m));
	mime_add(out, m);
	ok(!out->overflow, "there is room");
}

static bool
has(const struct buf *out, const char *text)
{
	return slice_find(buf_slice(out), slice_text(text)) < out->n;
}

/* The id, which comes from all that is in the message, by another. */
static void
replace_id(struct buf *out)
{
	struct slice mark = SLICE("mls-parts-"), all = buf_slice(out);
	char id[17] = "";
	size_t at = slice_find(all, mark) + mark.n;

	if (at + 16 > out->n)
		return;
	memcpy(id, out->p + at, 16);
	while ((at = slice_find(all, slice_text(id))) < out->n)
		memcpy(out->p + at, "0123456789abcdef", 16);
}

static void
test_alternative(void)
{
	struct mime m = message();
	struct buf out;

	add(&out, &m);
	replace_id(&out);
	is(buf_slice(&out),
	    "Date: Mon, 23 Nov 2026 00:05:05 +0100\n"
	    "From: \"mls on mx1\" <mls@mx1.example.net>\n"
	    "To: =?utf-8?Q?J=C3=B6rg?= <j@example.net>,\n root\n"
	    "Subject: [mls] mx1: 1,284 failed logins, 3 alerts (2026-11-22)"
	    " on\n mx1.example.net\n"
	    "Message-ID: <mls.1795388705.0123456789abcdef@mx1.example.net>\n"
	    "Auto-Submitted: auto-generated\n"
	    "X-Mailer: mls-summarize " VERSION "\n"
	    "X-MLS-Attempts: 1284\nX-MLS-Alerts: 3\n"
	    "MIME-Version: 1.0\n"
	    "Content-Type: multipart/alternative;\n"
	    " boundary=\"=_mls-parts-0123456789abcdef\"\n\n"
	    "--=_mls-parts-0123456789abcdef\n"
	    "Content-Type: text/plain; charset=utf-8\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n"
	    "J=C3=B6rg\n=2E\n=46rom x\n--=3D_mls\n\n"
	    "--=_mls-parts-0123456789abcdef\n"
	    "Content-Type: text/html; charset=utf-8\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n"
	    "<p class=3D\"a\">J=C3=B6rg</p>\n\n"
	    "--=_mls-parts-0123456789abcdef--\n", "without a file");
	buf_release(&out);
}

static void
test_file(void)
{
	const struct mime_file file = {
		"mls-2026-11-22.csv", "text/csv; charset=utf-8",
		SLICE("ip,user\n192.0.2.1,ann\n"),
	};
	struct mime m = message();
	struct buf out;

	m.file = &file;
	add(&out, &m);
	replace_id(&out);
	ok(has(&out, "\nContent-Type: multipart/mixed;\n"
	    " boundary=\"=_mls-mixed-0123456789abcdef\"\n\n"
	    "--=_mls-mixed-0123456789abcdef\n"
	    "Content-Type: multipart/alternative;\n"), "the parts first");
	ok(has(&out, "--=_mls-parts-0123456789abcdef--\n\n"
	    "--=_mls-mixed-0123456789abcdef\n"
	    "Content-Type: text/csv; charset=utf-8\n"
	    "Content-Transfer-Encoding: base64\n"
	    "Content-Disposition: attachment;\n"
	    " filename=\"mls-2026-11-22.csv\"\n\n"
	    "aXAsdXNlcgoxOTIuMC4yLjEsYW5uCg==\n\n"
	    "--=_mls-mixed-0123456789abcdef--\n"), "then the file");
	buf_release(&out);
}

/* The same message has the same bytes, another one has another id. */
static void
test_id(void)
{
	enum { HEADER = 400 };
	struct mime m = message();
	struct buf first, again, other;

	add(&first, &m);
	add(&again, &m);
	m.text = SLICE("else\n");
	add(&other, &m);
	ok(slice_is(buf_slice(&first), buf_slice(&again)), "same bytes");
	ok(!slice_is(slice_to(buf_slice(&first), HEADER),
	    slice_to(buf_slice(&other), HEADER)), "another id");
	buf_release(&first);
	buf_release(&again);
	buf_release(&other);
}

static void
test_ceiling(void)
{
	enum { LONG = 5000 };
	static char name[LONG], html[100000];
	struct mailbox many[3];
	struct mime m = message();
	struct buf out;

	memset(name, '\xc3', sizeof name);
	for (size_t i = 1; i < sizeof name; i += 2)
		name[i] = '\xb6';
	memset(html, '=', sizeof html);
	for (size_t i = 0; i < 3; i++)
		many[i] = (struct mailbox){ { name, LONG },
			SLICE("ann@example.net") };
	m.to = many;
	m.recipients = 3;
	m.from.name = m.subject = many[0].name;
	m.html = (struct slice){ html, sizeof html };
	add(&out, &m);
	for (struct slice rest = buf_slice(&out), line;
	    slice_cut(&rest, '\n', &line);)
		if (line.n > 76) {
			ok(false, "a line of %zu", line.n);
			break;
		}
	buf_release(&out);
}

static void
test_zones(void)
{
	static const struct {
		const char *zone, *expected;
	} cases[] = {
		{ "UTC", "Date: Sun, 22 Nov 2026 23:05:05 +0000\n" },
		{ "-09:30", "Date: Sun, 22 Nov 2026 13:35:05 -0930\n" },
		{ "+05:45", "Date: Mon, 23 Nov 2026 04:50:05 +0545\n" },
	};
	struct mime m = message();

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out;

		zone(cases[i].zone);
		add(&out, &m);
		ok(has(&out, cases[i].expected), "date: %s", cases[i].zone);
		buf_release(&out);
	}
}

int
main(void)
{
	zone("+01:00");
	test_alternative();
	test_file();
	test_id();
	test_ceiling();
	test_zones();
	return done();
}
