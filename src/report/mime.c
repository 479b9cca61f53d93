/* SPDX-License-Identifier: ISC */
/* The message: multipart/alternative, or multipart/mixed of that and a file. */
#include "report/mime.h"

#include <stdio.h>

#include "base/map.h"
#include "base/when.h"
#include "report/encoding.h"
#include "report/header.h"

enum {
	ID_SIZE = 16,		/* hexadecimal digits */
	FOR_FIELDS = 8 * 1024,	/* what does not depend on the input */
	FOR_ADDRESS = 512,
};

/* RFC 5322, section 3.3. */
static void
add_date(struct buf *out, int64_t seconds)
{
	static const char *const days[] = {
		"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed",
	};
	static const char *const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
		"Oct", "Nov", "Dec",
	};
	struct when w = when_local(seconds);
	int offset = w.offset < 0 ? -w.offset : w.offset;
	int64_t day = (seconds + (int64_t)w.offset * 60) / 86400;

	buf_addf(out, "Date: %s, %d %s %04d %02d:%02d:%02d %c%02d%02d\n",
	    days[day % 7], w.day, months[w.month - 1], w.year, w.hour,
	    w.minute, w.second, w.offset < 0 ? '-' : '+', offset / 60,
	    offset % 60);
}

/* A number for what is in the message, as hexadecimal digits. */
static void
set_id(char *id, const struct mime *m)
{
	const struct siphash_key key = { 0, 0 };
	const struct slice parts[] = {
		m->from.address, m->to->address, m->subject, m->text, m->html,
		m->file ? m->file->bytes : (struct slice){ 0 },
	};
	uint64_t sums[sizeof parts / sizeof *parts];
	struct slice all = { (const char *)sums, sizeof sums };

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		sums[i] = siphash(&key, parts[i]);
	snprintf(id, ID_SIZE + 1, "%016llx",
	    (unsigned long long)siphash(&key, all));
}

static void
add_message_id(struct buf *out, const struct mime *m, const char *id)
{
	struct slice domain = mailbox_domain(&m->from);

	buf_addf(out, "Message-ID: <mls.%lld.%s@", (long long)m->date, id);
	buf_add(out, domain.n ? domain : SLICE("localhost"));
	buf_add(out, SLICE(">\n"));
}

static void
add_header(struct buf *out, const struct mime *m, const char *id)
{
	add_date(out, m->date);
	header_add_mailboxes(out, "From", &m->from, 1);
	header_add_mailboxes(out, "To", m->to, m->recipients);
	header_add(out, "Subject", m->subject);
	add_message_id(out, m, id);
	/* RFC 3834: nobody's vacation program answers. */
	buf_add(out, SLICE("Auto-Submitted: auto-generated\n"));
	buf_add(out, SLICE("X-Mailer: mls-summarize " VERSION "\n"));
	buf_addf(out, "X-MLS-Attempts: %llu\nX-MLS-Alerts: %llu\n",
	    (unsigned long long)m->attempts, (unsigned long long)m->alerts);
	buf_add(out, SLICE("MIME-Version: 1.0\n"));
}

/* Boundaries hold "=_", which neither encoding ever writes: they cannot stand
 * in a part. */
#define BOUNDARY_MIXED "=_mls-mixed-"
#define BOUNDARY_PARTS "=_mls-parts-"

static void
add_multipart(struct buf *out, const char *kind, const char *boundary,
    const char *id)
{
	buf_addf(out, "Content-Type: multipart/%s;\n boundary=\"%s%s\"\n\n",
	    kind, boundary, id);
}

static void
add_text(struct buf *out, const char *kind, struct slice text, const char *id)
{
	buf_addf(out, "--" BOUNDARY_PARTS "%s\n"
	    "Content-Type: text/%s; charset=utf-8\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n", id, kind);
	encoding_add_quoted_printable(out, text);
	/* The line end before a boundary is part of the boundary. */
	buf_add_byte(out, '\n');
}

static void
add_alternative(struct buf *out, const struct mime *m, const char *id)
{
	add_multipart(out, "alternative", BOUNDARY_PARTS, id);
	/* Readers show the last one they know. */
	add_text(out, "plain", m->text, id);
	add_text(out, "html", m->html, id);
	buf_addf(out, "--" BOUNDARY_PARTS "%s--\n", id);
}

static void
add_file(struct buf *out, const struct mime_file *file, const char *id)
{
	buf_addf(out, "\n--" BOUNDARY_MIXED "%s\n"
	    "Content-Type: %s\n"
	    "Content-Transfer-Encoding: base64\n"
	    "Content-Disposition: attachment;\n filename=\"%s\"\n\n", id,
	    file->type, file->name);
	encoding_add_base64(out, file->bytes);
}

void
mime_add(struct buf *out, const struct mime *m)
{
	char id[ID_SIZE + 1];

	set_id(id, m);
	add_header(out, m, id);
	if (!m->file) {
		add_alternative(out, m, id);
		return;
	}
	add_multipart(out, "mixed", BOUNDARY_MIXED, id);
	buf_addf(out, "--" BOUNDARY_MIXED "%s\n", id);
	add_alternative(out, m, id);
	add_file(out, m->file, id);
	buf_addf(out, "\n--" BOUNDARY_MIXED "%s--\n", id);
}

size_t
mime_size_max(const struct mime *m)
{
	size_t header = m->subject.n + m->from.name.n;
	size_t text = m->text.n + m->html.n;
	size_t file = m->file ? m->file->bytes.n : 0;

	for (size_t i = 0; i < m->recipients; i++)
		header += m->to[i].name.n + FOR_ADDRESS;
	/* A byte of text may become three, and a line break every 72; three
	 * bytes of a file become four, and a line break every 76. */
	return FOR_FIELDS + header * 5 + text * 4 + file / 2 * 3;
}
