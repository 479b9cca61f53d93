/* SPDX-License-Identifier: ISC */
/* The hosts file, from address to name, and whether it has changed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "enrich/filestamp.h"
#include "enrich/hosts.h"
#include "scratch.h"
#include "tap.h"

enum { ASKS = 6 };

#define LABEL50 "abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijkl."
#define NAME253 LABEL50 LABEL50 LABEL50 LABEL50 LABEL50 "com"

static const struct {
	const char *about;
	struct slice text;
	struct {
		const char *ip, *name;	/* NULL: none */
	} asks[ASKS];
} cases[] = {
	{ "an empty file", SLICE(""), { { "127.0.0.1", NULL },
		{ "::1", NULL } } },
	{ "as Debian has it", SLICE("127.0.0.1\tlocalhost\n"
		"127.0.1.1\tmail.example.org\tmail\n\n"
		"# The following lines are desirable for IPv6\n"
		"::1     localhost ip6-localhost ip6-loopback\n"
		"ff02::1 ip6-allnodes\n"),
		{ { "127.0.0.1", "localhost" },
		{ "127.0.1.1", "mail.example.org" }, { "::1", "localhost" },
		{ "ff02::1", "ip6-allnodes" }, { "ff02::2", NULL },
		{ "127.0.0.2", NULL } } },
	{ "the first name on the first line", SLICE("192.0.2.9 z a\n"
		"192.0.2.1 second first\n192.0.2.1 a\n"
		"192.0.2.0 zero\n192.0.2.1 0\n192.0.2.9 b\n"),
		{ { "192.0.2.1", "second" }, { "192.0.2.9", "z" },
		{ "192.0.2.0", "zero" }, { "192.0.2.2", NULL } } },
	{ "comments anywhere", SLICE("#192.0.2.1 a\n192.0.2.2 b# x\n"
		"192.0.2.3 #c\n192.0.2.4# d\n # 192.0.2.5 e\n"
		"192.0.2.6#\n192.0.2.3 f\n"), { { "192.0.2.1", NULL },
		{ "192.0.2.2", "b" }, { "192.0.2.3", "f" },
		{ "192.0.2.4", NULL }, { "192.0.2.5", NULL },
		{ "192.0.2.6", NULL } } },
	{ "blanks and tabs", SLICE("  192.0.2.1 \t a\t \n\t192.0.2.2\tb\n"
		"192.0.2.3    c    d\n \t \n"), { { "192.0.2.1", "a" },
		{ "192.0.2.2", "b" }, { "192.0.2.3", "c" } } },
	{ "line ends", SLICE("192.0.2.1 a\r\n\r\n192.0.2.2\r\n"
		"192.0.2.3 c \r\n192.0.2.2 b"), { { "192.0.2.1", "a" },
		{ "192.0.2.2", "b" }, { "192.0.2.3", "c" } } },
	{ "lower case", SLICE("192.0.2.1 Mail.EXAMPLE.Org\n"
		"2001:DB8::1 HOST-Up_1.\n"),
		{ { "192.0.2.1", "mail.example.org" },
		{ "2001:db8::1", "host-up_1" } } },
	{ "one address, however it is written",
		SLICE("2001:0DB8:0:0::1 a\n2001:db8::1 b\n"
		"::ffff:192.0.2.1 c\n192.0.2.1 d\n"
		"::192.0.2.2 e\n192.0.2.2 f\n"),
		{ { "2001:db8::1", "a" }, { "192.0.2.1", "c" },
		{ "::ffff:c000:201", "c" }, { "::c000:202", "e" },
		{ "192.0.2.2", "f" } } },
	{ "scopes are not looked at", SLICE("fe80::1%lo0 a\nfe80::1%eth0 b\n"
		"fe80::2%nosuch c\n"), { { "fe80::1", "a" },
		{ "fe80::2", "c" } } },
	{ "what is no address", SLICE("192.0.2 a\n0300.0.2.1 b\n"
		"192.0.2.1/32 c\n[::1] d\nlocalhost 127.0.0.1\n"
		"192.0.2.1:53 e\n192.0.2.1\v f\n%lo g\n"),
		{ { "192.0.2.0", NULL }, { "192.0.2.1", NULL },
		{ "192.0.0.2", NULL }, { "::1", NULL },
		{ "127.0.0.1", NULL } } },
	{ "names that are none are passed over",
		SLICE("192.0.2.1 a/b c\n192.0.2.2 m\xc3\xbcll\n"
		"192.0.2.2 b\n192.0.2.3 a\0b c\n192.0.2.4 \x1b[2J (x) * d\n"
		"192.0.2.5 *.example.org\n"), { { "192.0.2.1", "c" },
		{ "192.0.2.2", "b" }, { "192.0.2.3", "c" },
		{ "192.0.2.4", "d" }, { "192.0.2.5", NULL } } },
	{ "no name but dots and hyphens", SLICE("192.0.2.1 . - a..b .c d\n"
		"192.0.2.2 -e f.. g.\n192.0.2.3 .\n192.0.2.4 h-. i\n"
		"192.0.2.5 ..\n"), { { "192.0.2.1", "d" },
		{ "192.0.2.2", "g" }, { "192.0.2.3", NULL },
		{ "192.0.2.4", "h-" }, { "192.0.2.5", NULL } } },
	{ "253 bytes and no more", SLICE("192.0.2.1 " NAME253 "\n"
		"192.0.2.2 x" NAME253 " b\n"), { { "192.0.2.1", NAME253 },
		{ "192.0.2.2", "b" } } },
	{ "a list of what is to be blocked", SLICE("0.0.0.0 0.0.0.0\n"
		"0.0.0.0 ads.example\n0.0.0.0 track.example\n"
		"255.255.255.255 broadcasthost\n"),
		{ { "0.0.0.0", "0.0.0.0" }, { "0.0.0.1", NULL },
		{ "255.255.255.255", "broadcasthost" },
		{ "::", NULL } } },
};

/* The name, or "none". */
static void
is_name(const struct hosts *h, const char *address, const char *expected,
    const char *about)
{
	struct slice got = SLICE("none");
	char what[200];
	struct ip ip;

	if (!ip_parse(slice_text(address), &ip))
		printf("Bail out! '%s' is no address\n", address);
	snprintf(what, sizeof what, "%s: %s", about, address);
	if (!hosts_find(h, &ip, &got) && !slice_is(got, SLICE("none")))
		ok(0, "%s: nothing found, but a name set", what);
	is(got, expected ? expected : "none", what);
}

static void
test_case(size_t n)
{
	struct hosts *h;

	spew("hosts", cases[n].text);
	h = hosts_read("hosts");
	for (size_t i = 0; i < ASKS && cases[n].asks[i].ip; i++)
		is_name(h, cases[n].asks[i].ip, cases[n].asks[i].name,
		    cases[n].about);
	hosts_free(h);
}

static void
is_empty(const char *file, const char *about)
{
	struct hosts *h = hosts_read(file);

	ok(h != NULL, "%s: something to ask", about);
	is_name(h, "127.0.0.1", NULL, about);
	is_name(h, "::", NULL, about);
	hosts_free(h);
}

static void
test_files(void)
{
	struct ip none = { .family = IP_NONE };
	struct slice name;
	struct hosts *h;

	is_empty("missing", "no file");
	is_empty(".", "a directory");
	is_empty("/dev/null", "nothing in it");
	is_empty("/dev/zero", "no end");
	if (mkfifo("fifo", 0600) == 0)
		is_empty("fifo", "a FIFO is not waited for");
	spew("hosts", SLICE("0.0.0.0 a\n:: b\n"));
	h = hosts_read("hosts");
	ok(!hosts_find(h, &none, &name), "no address has no name");
	hosts_free(h);
	hosts_free(NULL);
}

/* Every address of many, the last one first. */
static void
test_many(void)
{
	enum { MANY = 200000 };
	struct buf text;
	struct hosts *h;
	unsigned found = 0;

	buf_init(&text, HOSTS_BYTES);
	for (unsigned i = MANY; i-- > 0;)
		buf_addf(&text, "10.%u.%u.%u h%x\n", i >> 16 & 255,
		    i >> 8 & 255, i & 255, i);
	spew("hosts", buf_slice(&text));
	h = hosts_read("hosts");
	for (unsigned i = 0; i < MANY; i++) {
		struct ip ip = { .family = IP_V4, .low = 0x0a000000 + i };
		struct slice name;
		char expected[20];

		snprintf(expected, sizeof expected, "h%x", i);
		found += hosts_find(h, &ip, &name) &&
		    slice_is(name, slice_text(expected));
	}
	ok(found == MANY, "%u of %d found", found, MANY);
	is_name(h, "9.255.255.255", NULL, "before the first");
	is_name(h, "10.3.13.64", NULL, "behind the last");
	is_name(h, "::a00:1", NULL, "the other family");
	hosts_free(h);
	buf_release(&text);
}

/* Lines so short that their number comes first. */
static void
test_number(void)
{
	struct buf text;
	struct hosts *h;

	buf_init(&text, HOSTS_BYTES);
	for (int i = 1; i < HOSTS_MAX; i++)
		buf_add(&text, SLICE("::2 a\n"));
	buf_add(&text, SLICE("# no address\n::3 b\n::4 c\n"));
	ok(!text.overflow, "less than is read");
	spew("hosts", buf_slice(&text));
	h = hosts_read("hosts");
	is_name(h, "::2", "a", "so many lines");
	is_name(h, "::3", "b", "so many lines, the last");
	is_name(h, "::4", NULL, "so many lines, one more");
	hosts_free(h);
	buf_release(&text);
}

/* The ceiling falls into a name and into an address. */
static void
test_ceiling(void)
{
	static const struct slice last[] = { SLICE("192.0.2.1 mail"),
		SLICE("192.0.2.1 x\n192.0.2.2 mail") };
	struct buf text;

	buf_init(&text, HOSTS_BYTES + 100);
	for (size_t i = 0; i < sizeof last / sizeof *last; i++) {
		struct hosts *h;

		buf_reset(&text);
		buf_add(&text, SLICE("192.0.2.3 first\n"));
		while (text.n < HOSTS_BYTES - last[i].n - 1)
			buf_add_byte(&text, '#');
		buf_add_byte(&text, '\n');
		buf_add(&text, last[i]);
		buf_add(&text, SLICE("server\n"));
		spew("hosts", buf_slice(&text));
		h = hosts_read("hosts");
		is_name(h, "192.0.2.3", "first", "16 MiB");
		is_name(h, "192.0.2.1", i ? "x" : NULL, "16 MiB");
		is_name(h, "192.0.2.2", NULL, "16 MiB");
		hosts_free(h);
	}
	buf_release(&text);
}

static void
set_time(const char *name, time_t seconds, long nanoseconds)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = seconds, .tv_nsec = nanoseconds } };

	if (utimensat(AT_FDCWD, name, times, 0) != 0)
		printf("Bail out! cannot set the time of %s\n", name);
}

static void
change_nothing(void)
{
	int fd = open("hosts", O_RDONLY | O_CLOEXEC);
	char byte;

	ok(read(fd, &byte, 1) == 1, "it can be read");
	close(fd);
}

static void
change_seconds(void)
{
	set_time("hosts", 1000000001, 0);
}

static void
change_nanoseconds(void)
{
	set_time("hosts", 1000000000, 1);
}

static void
change_backwards(void)
{
	set_time("hosts", 999999999, 0);
}

static void
change_size(void)
{
	spew("hosts", SLICE("192.0.2.1 longer\n"));
	set_time("hosts", 1000000000, 0);
}

/* By a rename, as editors do it: the same size and time. */
static void
change_inode(void)
{
	spew("new", SLICE("192.0.2.1 b\n"));
	set_time("new", 1000000000, 0);
	if (rename("new", "hosts") != 0)
		printf("Bail out! cannot rename\n");
}

static void
change_removed(void)
{
	unlink("hosts");
}

static const struct {
	const char *about;
	void (*change)(void);
	bool is_stale;
} changes[] = {
	{ "read by somebody", change_nothing, false },
	{ "another second", change_seconds, true },
	{ "another nanosecond", change_nanoseconds, true },
	{ "an older file", change_backwards, true },
	{ "another size", change_size, true },
	{ "another inode", change_inode, true },
	{ "removed", change_removed, true },
};

static void
test_stale(void)
{
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct filestamp stamp;
		struct hosts *h;

		spew("hosts", SLICE("192.0.2.1 a\n"));
		set_time("hosts", 1000000000, 0);
		filestamp_take(&stamp, "hosts");
		h = hosts_read("hosts");
		ok(!hosts_is_stale(h), "%s: not yet", changes[i].about);
		changes[i].change();
		ok(hosts_is_stale(h) == changes[i].is_stale &&
		    filestamp_is_stale(&stamp, "hosts") == changes[i].is_stale,
		    "%s: %s", changes[i].about, changes[i].is_stale ?
		    "stale" : "still the same");
		is_name(h, "192.0.2.1", "a", "until it is read again");
		hosts_free(h);
	}
}

static void
test_appears(void)
{
	struct hosts *h;

	unlink("hosts");
	h = hosts_read("hosts");
	ok(!hosts_is_stale(h), "missing, and still missing");
	spew("hosts", SLICE("192.0.2.1 a\n"));
	ok(hosts_is_stale(h), "missing, and now there");
	hosts_free(h);
	h = hosts_read("hosts");
	ok(!hosts_is_stale(h), "read again");
	is_name(h, "192.0.2.1", "a", "read again");
	hosts_free(h);
}

static void
test_text(void)
{
	struct err e = { .status = 0, .text = "untouched" };
	struct filestamp stamp;
	struct buf text;

	buf_init(&text, 14);
	spew("hosts", SLICE("one\ntwo\n"));
	ok(filestamp_read(&stamp, "hosts", &text, &e) == 0 && stamp.is_there,
	    "a file is read");
	is(buf_slice(&text), "one\ntwo\n", "all of it");
	ok(filestamp_read(&stamp, "hosts", &text, &e) == 0, "once more");
	is(buf_slice(&text), "one\ntwo\none\n", "up to the ceiling");
	unlink("hosts");
	buf_reset(&text);
	ok(filestamp_read(&stamp, "hosts", &text, &e) == 0 &&
	    !stamp.is_there && text.n == 0, "a file that is not there");
	is(slice_text(e.text), "untouched", "no failure, no text");
	ok(filestamp_read(&stamp, ".", &text, &e) == -1 &&
	    e.status == EX_NOINPUT, "a directory");
	is(slice_text(e.text), "cannot read '.': Is a directory", "says so");
	buf_release(&text);
}

int
main(void)
{
	scratch_begin();
	alarm(120);		/* rather than wait for a FIFO for ever */
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		test_case(i);
	test_files();
	test_many();
	test_number();
	test_ceiling();
	test_stale();
	test_appears();
	test_text();
	scratch_end();
	return done();
}
