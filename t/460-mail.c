/* SPDX-License-Identifier: ISC */
/* What a message is made of: its encodings, header fields, addresses, and the
 * file that goes with it. */
#include <stdlib.h>

#include "report/attach.h"
#include "report/encoding.h"
#include "report/header.h"
#include "report/mailbox.h"
#include "tap.h"

#define TEN "0123456789"
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

static void
test_quoted_printable(void)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "", "" },
		{ "ann\n", "ann\n" },
		{ "ann", "ann=\n" },
		{ "a=b\n\nJ\xc3\xb6rg\n", "a=3Db\n\nJ=C3=B6rg\n" },
		{ "end \nend\t\n a b\n", "end=20\nend=09\n a b\n" },
		{ ".\n..\na.\n", "=2E\n=2E.\na.\n" },
		{ "From ann\nFromage\n>From\n", "=46rom ann\nFromage\n>From\n" },
		{ "cr\r\nbell\a esc\x1b[m\x7f\n",
			"cr=0D\nbell=07 esc=1B[m=7F\n" },
		{ SEVENTY "123456\n", SEVENTY "123456\n" },
		{ SEVENTY "1234567\n", SEVENTY "12345=\n67\n" },
		{ SEVENTY "123=\n", SEVENTY "123=3D\n" },
		{ SEVENTY "1234=\n", SEVENTY "1234=\n=3D\n" },
		{ SEVENTY "12=34567\n", SEVENTY "12=3D=\n34567\n" },
		{ SEVENTY "12345.x\n", SEVENTY "12345=\n=2Ex\n" },
		{ SEVENTY "12345 \n", SEVENTY "12345=\n=20\n" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out;

		buf_init(&out, 4096);
		encoding_add_quoted_printable(&out, slice_text(cases[i].text));
		is(buf_slice(&out), cases[i].expected, "quoted-printable");
		buf_release(&out);
	}
}

static void
test_base64(void)
{
	static const struct {
		const char *bytes, *expected;
	} cases[] = {
		/* RFC 4648, section 10. */
		{ "", "" }, { "f", "Zg==\n" }, { "fo", "Zm8=\n" },
		{ "foo", "Zm9v\n" }, { "foob", "Zm9vYg==\n" },
		{ "fooba", "Zm9vYmE=\n" }, { "foobar", "Zm9vYmFy\n" },
		{ "\xff\xff\xfe", "///+\n" },
		{ TEN TEN TEN TEN TEN "12345678",
			"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1"
			"Njc4OTAxMjM0NTY3ODkxMjM0NTY3\nOA==\n" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out;

		buf_init(&out, 4096);
		encoding_add_base64(&out, slice_text(cases[i].bytes));
		is(buf_slice(&out), cases[i].expected, "base64");
		buf_release(&out);
	}
}

static void
test_fields(void)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "[mls] mx1: 3 failed logins",
			"Subject: [mls] mx1: 3 failed logins\n" },
		{ TEN TEN TEN TEN TEN TEN "1",
			"Subject: =?utf-8?Q?" TEN TEN TEN TEN TEN "01234?=\n"
			" =?utf-8?Q?567891?=\n" },
		{ TEN TEN TEN TEN TEN TEN " 123456 89",
			"Subject: " TEN TEN TEN TEN TEN TEN " 123456\n 89\n" },
		{ "Gr\xc3\xbc\xc3\x9f" "e, a_b",
			"Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe=2C_a=5Fb?=\n" },
		{ "a ", "Subject: =?utf-8?Q?a_?=\n" },
		{ "=?utf-8?Q?x?=",
			"Subject: =?utf-8?Q?=3D=3Futf-8=3FQ=3Fx=3F=3D?=\n" },
		{ SEVENTY "123456",
			"Subject: =?utf-8?Q?" TEN TEN TEN TEN TEN "01234?=\n"
			" =?utf-8?Q?567890123456789123456?=\n" },
		{ "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
			"\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac",
			"Subject: =?utf-8?Q?=E2=82=AC=E2=82=AC=E2=82=AC"
			"=E2=82=AC=E2=82=AC=E2=82=AC?=\n"
			" =?utf-8?Q?=E2=82=AC?=\n" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out;

		buf_init(&out, 4096);
		header_add(&out, "Subject", slice_text(cases[i].text));
		is(buf_slice(&out), cases[i].expected, "a field");
		buf_release(&out);
	}
}

static void
test_header_text(void)
{
	static const char *const good[] = {
		"", "mx1", "J\xc3\xb6rg", "back\\slash", "\xf0\x9f\x98\x80",
		"\xe2\x9a\xa0\xef\xb8\x8f mail",
	};
	static const char *const bad[] = {
		"a\nBcc: b", "a\rb", "a\tb", "\x1b[m", "\x7f", "\xc2\x85",
		"\xff", "\xe2\x80\xae", "\xc3", "\xe2\x80\xa8",
	};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		ok(header_is_text(slice_text(good[i])), "may stand: %s",
		    good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(!header_is_text(slice_text(bad[i])), "may not, %zu", i);
	ok(!header_is_text((struct slice){ "a\0b", 3 }), "may not, NUL");
}

static void
test_good_addresses(void)
{
	static const struct {
		const char *text, *field;
	} cases[] = {
		{ "ann@example.net", "ann@example.net" },
		{ "root", "root" },
		{ " ann@[192.0.2.1] ", "ann@[192.0.2.1]" },
		{ "ann@[IPv6:2001:db8::1]", "ann@[IPv6:2001:db8::1]" },
		{ "<ann.lee+mls@mx-1.example.net>",
			"ann.lee+mls@mx-1.example.net" },
		{ "Ann Lee <ann@example.net>", "\"Ann Lee\" <ann@example.net>" },
		{ "\"Lee, Ann\" <ann@example.net>",
			"\"Lee, Ann\" <ann@example.net>" },
		{ "a\"b\\c <ann@example.net>",
			"\"a\\\"b\\\\c\" <ann@example.net>" },
		{ "J\xc3\xb6rg <j@example.net>",
			"=?utf-8?Q?J=C3=B6rg?= <j@example.net>" },
		{ TEN TEN TEN TEN " <ann@" TEN TEN TEN ".example>",
			"=?utf-8?Q?" TEN TEN TEN TEN "?=\n <ann@"
			TEN TEN TEN ".example>" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct mailbox m;
		struct buf out, expected;
		struct err e = { 0 };

		buf_init(&out, 4096);
		buf_init(&expected, 4096);
		ok(mailbox_parse(slice_text(cases[i].text), &m, &e) == 0,
		    "an address: %s", cases[i].text);
		header_add_mailboxes(&out, "To", &m, 1);
		buf_addf(&expected, "To: %s\n", cases[i].field);
		buf_add_byte(&expected, '\0');
		is(buf_slice(&out), expected.p, "as a field");
		buf_release(&out);
		buf_release(&expected);
	}
}

static void
test_bad_addresses(void)
{
	static const char *const bad[] = {
		"", " ", "@", "@example.net", "ann@", "ann@@example.net",
		"ann lee", "ann@example..net", "ann@.net", "ann@-a.net",
		"ann@a_b.net", ".ann@example.net", "ann.@example.net",
		"a..b@example.net", "-f@example.net", "-oQ/tmp", "|sh",
		"/etc/passwd", ":include:/x", "a@example.net,b@example.net",
		"a@example.net b@example.net", "Ann <ann@example.net",
		"Ann <ann@example.net> x", "Ann <>", "<a@b> <c@d>",
		"ann@example.net\nBcc: b@example.net", "a\r@example.net",
		"Ann\n <ann@example.net>", "j\xc3\xb6rg@example.net",
		"ann@ex\xc3\xa4mple.net", "ann@[192.0.2.1", "ann@[]",
		"a@b\x7f", SEVENTY "@example.net",
		TEN TEN TEN TEN TEN TEN "12345@example.net", "ann@" SEVENTY ".net",
	};
	struct mailbox m;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err e = { 0 };

		ok(mailbox_parse(slice_text(bad[i]), &m, &e) == -1 &&
		    e.status == EX_USAGE && strstr(e.text, "is no address"),
		    "no address, %zu", i);
	}
}

static void
test_own_address(void)
{
	char file[] = "/tmp/mls-mailname-XXXXXX";
	int fd = mkstemp(file);
	FILE *f = fdopen(fd, "w");
	struct buf out;
	struct mailbox m;
	struct err e = { 0 };

	buf_init(&out, 1024);
	fputs("mail.example.org\n", f);
	fflush(f);
	mailbox_add_own(&out, file);
	ok(slice_ends(buf_slice(&out), SLICE("@mail.example.org")),
	    "our own address ends in what mailname says");
	buf_reset(&out);
	rewind(f);
	fputs("evil\nBcc: x\n", f);
	fflush(f);
	mailbox_add_own(&out, file);
	ok(mailbox_parse(buf_slice(&out), &m, &e) == 0 &&
	    slice_find(buf_slice(&out), SLICE("evil")) == out.n,
	    "what is no name with a domain is not used");
	fclose(f);
	remove(file);
	buf_release(&out);
}

static void
add_row(struct attach *a, const struct slice *cells)
{
	attach_add(a, cells[0]);
	attach_add(a, cells[1]);
	attach_end_row(a);
}

static void
test_file(void)
{
	const struct slice header[] = { SLICE("ip"), SLICE("user") };
	const struct slice row[] = { SLICE("192.0.2.1"), SLICE("=1+1,\"\\x1B\\\\") };
	const char *expected =
	    "ip,user\n192.0.2.1,\"\\x3D1+1,\"\"\\x1B\\\\\"\n";
	struct attach *a = attach_new(ATTACH_CSV, strlen(expected));
	struct slice file = { 0 };

	add_row(a, header);
	add_row(a, row);
	ok(attach_end(a, &file), "a file of just max bytes");
	is(file, expected, "its rows are harmless");
	attach_free(a);

	a = attach_new(ATTACH_CSV, strlen(expected) - 1);
	add_row(a, header);
	add_row(a, row);
	add_row(a, row);
	ok(!attach_end(a, &file) && attach_is_too_large(a), "one byte less");
	attach_free(a);

	a = attach_new(ATTACH_CSV_GZ, 100000);
	for (int i = 0; i < 100000; i++)
		add_row(a, row);
	ok(attach_end(a, &file) && file.n < 20000 && file.n > 100 &&
	    (unsigned char)file.p[0] == 0x1f, "packed, max counts what is");
	attach_free(a);

	a = attach_new(ATTACH_CSV_GZ, 100);
	for (int i = 0; i < 100000; i++)
		add_row(a, row);
	ok(!attach_end(a, &file) && attach_is_too_large(a), "too large, packed");
	attach_free(a);

	a = attach_new(ATTACH_NONE, 0);
	add_row(a, row);
	ok(!a && !attach_end(a, &file) && !attach_is_too_large(a), "none");
	attach_free(a);
}

int
main(void)
{
	test_quoted_printable();
	test_base64();
	test_fields();
	test_header_text();
	test_good_addresses();
	test_bad_addresses();
	test_own_address();
	test_file();
	return done();
}
