/* SPDX-License-Identifier: ISC */
/* Ten thousand values that are accepted, of many random ones, for everything
 * that is configured and becomes a header: none adds a field, ends the header
 * or makes a line too long.  `477-headers.t mails` writes the messages instead,
 * with what was meant, for t/478-headers.t. */
#include <stdlib.h>
#include <unistd.h>

#include "report/header.h"
#include "report/mime.h"
#include "chance.h"
#include "tap.h"

enum { CASES = 10000, PIECES = 6, RECIPIENTS = 3, VALUE_MAX = 4096,
	MAIL_MAX = 1 << 16, LINE_MAX_OCTETS = 998 };

static void
add_pieces(struct buf *out)
{
	static const char *const pieces[] = {
		"\nBcc: x@evil.example", "\r\nX-Evil: 1", "\n\n<p>", "\r", "\t",
		"\n ", "\xe2\x80\xa8X-Evil: 1", "\xc2\x85X-Evil: 1", "\x1b[2J",
		"=?utf-8?Q?=0ABcc:_x?=", "=?utf-8?B?Cg==?=", "?=", "=?", "=0A",
		"\"", "\\", "\\\"", "<", ">", "<ann@example.net>", "@", ",",
		";", ":", "(", ")", "[", "]", "[192.0.2.1]", " ", "  ", ".",
		"..", "-", "--", "-oQ/tmp", "%s%n", "`id`", "$(id)", "|", "&",
		"\xc3\xa9", "\xf0\x9f\x98\x80", "\xe2\x80\xae", "\xff", "\xc3",
		"ann", "Ann Lee", "example.net", "xn--bcher-kva",
		("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
	};

	for (unsigned n = chance(PIECES) + 1; n; n--) {
		char byte = (char)(chance(255) + 1);

		if (chance(5) == 0)
			buf_add_byte(out, byte);
		else
			buf_add(out, slice_text(pieces[chance(sizeof pieces /
			    sizeof *pieces)]));
	}
}

static void
add_printable(struct buf *out, unsigned max)
{
	for (unsigned n = chance(max) + 1; n; n--)
		buf_add_byte(out, (char)(chance(95) + 32));
}

static void
add_word(struct buf *out, unsigned max)
{
	static const char bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.+=";

	for (unsigned n = chance(max) + 1; n; n--)
		buf_add_byte(out, bytes[chance(sizeof bytes - 1)]);
}

/* Something that may be an address. */
static void
add_address(struct buf *out)
{
	unsigned kind = chance(8);

	if (kind == 0) {
		add_pieces(out);
		return;
	}
	if (kind > 3) {
		if (kind == 4)
			add_pieces(out);
		else
			add_printable(out, 60);
		buf_add(out, SLICE(" <"));
	}
	buf_add_byte(out, (char)('a' + chance(26)));
	add_word(out, chance(3) ? 8 : 70);
	buf_add_byte(out, '@');
	add_word(out, chance(3) ? 12 : 260);
	buf_add(out, chance(4) ? SLICE(".example") : SLICE(""));
	if (kind > 3)
		buf_add_byte(out, '>');
}

static void
add_text(struct buf *out)
{
	unsigned kind = chance(3);

	if (kind == 0)
		add_pieces(out);
	else
		add_printable(out, kind == 1 ? 40 : 2000);
}

/* What is in the file with the name of the host. */
static void
add_own(struct buf *out)
{
	char file[] = "/tmp/mls-mailname-XXXXXX";
	int fd = mkstemp(file);
	struct buf name;

	buf_init(&name, VALUE_MAX);
	if (chance(2))
		add_pieces(&name);
	else
		add_word(&name, 30);
	buf_add(&name, chance(2) ? SLICE(".example\n") : SLICE("\n"));
	if (write(fd, name.p, name.n) != (ssize_t)name.n)
		abort();
	close(fd);
	mailbox_add_own(out, file);
	remove(file);
	buf_release(&name);
}

static size_t tried, accepted;

/* Draws until one is accepted. */
static void
draw_address(struct buf *text, struct mailbox *m, void (*add)(struct buf *))
{
	struct err e;

	do {
		buf_reset(text);
		add(text);
		tried++;
	} while (mailbox_parse(buf_slice(text), m, &e) < 0);
	accepted++;
}

static void
draw_subject(struct buf *text)
{
	do {
		buf_reset(text);
		add_text(text);
		tried++;
	} while (!header_is_text(buf_slice(text)));
	accepted++;
}

struct values {
	struct buf from, to[RECIPIENTS], subject;
	size_t recipients;
	struct mailbox sender, receivers[RECIPIENTS];
};

static void
draw(struct values *v)
{
	draw_address(&v->from, &v->sender, chance(4) ? add_address : add_own);
	draw_subject(&v->subject);
	v->recipients = chance(RECIPIENTS) + 1;
	for (size_t i = 0; i < v->recipients; i++)
		draw_address(&v->to[i], &v->receivers[i], add_address);
}

static void
add_mail(struct buf *out, const struct values *v)
{
	const struct mime mime = { .from = v->sender, .to = v->receivers,
		.recipients = v->recipients, .subject = buf_slice(&v->subject),
		.date = 1795392300, .attempts = 12, .alerts = 3,
		.text = SLICE("text\n"), .html = SLICE("<p>html</p>\n") };

	buf_reset(out);
	mime_add(out, &mime);
}

/* Just our own fields, in their order, each line no longer than may be. */
static bool
is_header(struct slice mail)
{
	static const char *const fields[] = { "Date: ", "From: ", "To: ",
		"Subject: ", "Message-ID: <mls.", "Auto-Submitted: ",
		"X-Mailer: ", "X-MLS-Attempts: 12", "X-MLS-Alerts: 3",
		"MIME-Version: 1.0", "Content-Type: multipart/alternative;" };
	size_t n = 0;
	struct slice line;

	while (slice_cut(&mail, '\n', &line) && line.n) {
		if (line.n > LINE_MAX_OCTETS)
			return false;
		for (size_t i = 0; i < line.n; i++)
			if (line.p[i] < 0x20 || line.p[i] > 0x7e)
				return false;
		if (line.p[0] == ' ')
			continue;
		if (n == sizeof fields / sizeof *fields ||
		    !slice_starts(line, slice_text(fields[n++])))
			return false;
	}
	return n == sizeof fields / sizeof *fields &&
	    slice_starts(mail, SLICE("--=_mls-parts-"));
}

static void
write_field(struct slice s)
{
	printf("%zu:", s.n);
	fwrite(s.p, 1, s.n, stdout);
}

static void
write_mail(struct slice mail, const struct values *v)
{
	printf("%zu:", v->recipients);
	write_field(buf_slice(&v->subject));
	write_field(v->sender.name);
	write_field(v->sender.address);
	for (size_t i = 0; i < v->recipients; i++) {
		write_field(v->receivers[i].name);
		write_field(v->receivers[i].address);
	}
	write_field(mail);
}

int
main(int argc, char **argv)
{
	bool is_writing = argc > 1 && strcmp(argv[1], "mails") == 0;
	struct values v = { .recipients = 0 };
	size_t wrong = 0;
	struct buf mail;

	buf_init(&mail, MAIL_MAX);
	buf_init(&v.from, VALUE_MAX);
	buf_init(&v.subject, VALUE_MAX);
	for (size_t i = 0; i < RECIPIENTS; i++)
		buf_init(&v.to[i], VALUE_MAX);
	while (accepted < CASES) {
		draw(&v);
		add_mail(&mail, &v);
		if (is_writing) {
			write_mail(buf_slice(&mail), &v);
		} else if (!is_header(buf_slice(&mail)) && !wrong++) {
			printf("# %.*s\n", (int)mail.n, mail.p);
		}
	}
	buf_release(&mail);
	buf_release(&v.from);
	buf_release(&v.subject);
	for (size_t i = 0; i < RECIPIENTS; i++)
		buf_release(&v.to[i]);
	if (is_writing)
		return 0;
	ok(tried > 2 * accepted, "most are refused: %zu are not of %zu",
	    accepted, tried);
	ok(wrong == 0, "no value adds a field");
	return done();
}
