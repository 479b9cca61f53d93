/* SPDX-License-Identifier: ISC */
/* Which servers the system asks: resolv.conf(5) as glibc reads it, and the
 * traps that other readers of it fell into. */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "enrich/resolvconf.h"
#include "scratch.h"
#include "tap.h"

/* As [address%scope]:port, the loopback interface by its name. */
static void
show_server(struct buf *out, const struct resolvconf_server *server)
{
	char text[INET6_ADDRSTRLEN];
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	memcpy(&v4, &server->address, sizeof v4);
	memcpy(&v6, &server->address, sizeof v6);
	if (v4.sin_family == AF_INET && server->length == sizeof v4) {
		inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
		buf_addf(out, "%s:%d", text, ntohs(v4.sin_port));
	} else if (v6.sin6_family == AF_INET6 && server->length == sizeof v6) {
		inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
		buf_addf(out, "[%s", text);
		if (v6.sin6_scope_id == if_nametoindex("lo"))
			buf_addf(out, "%%lo");
		else if (v6.sin6_scope_id)
			buf_addf(out, "%%%u", v6.sin6_scope_id);
		buf_addf(out, "]:%d", ntohs(v6.sin6_port));
	} else {
		buf_addf(out, "family %d of %u bytes", v4.sin_family,
		    server->length);
	}
}

/* Servers and options in one line, then a line for each complaint. */
static void
show(struct buf *out, const struct resolvconf *c, struct err_list *complaints)
{
	buf_reset(out);
	for (size_t i = 0; i < c->n; i++) {
		if (i)
			buf_add_byte(out, ' ');
		show_server(out, &c->servers[i]);
	}
	if (c->timeout)
		buf_addf(out, " timeout=%u", c->timeout);
	if (c->attempts)
		buf_addf(out, " attempts=%u", c->attempts);
	if (c->rotate)
		buf_addf(out, " rotate");
	if (c->use_vc)
		buf_addf(out, " use-vc");
	if (c->no_reload)
		buf_addf(out, " no-reload");
	for (unsigned i = 0; i < complaints->n && i < ERR_LIST_MAX; i++)
		buf_addf(out, "\n%s", complaints->texts[i]);
	if (complaints->n && complaints->status != EX_CONFIG &&
	    complaints->status != EX_NOINPUT)
		buf_addf(out, "\nstatus %d", complaints->status);
	err_list_release(complaints);
}

#define NO_ADDRESS " is no address of a name server: left out"
#define NO_NUMBER " is no option with a number above 0: left out"
#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *about;
	struct slice text;
	const char *options, *shown;
} cases[] = {
	/* Nothing to use: this machine. */
	{ "nothing", SLICE(""), NULL, "127.0.0.1:53" },
	{ "empty lines", SLICE("\n\r\n\n"), NULL, "127.0.0.1:53" },
	{ "NULs, as after a crash", SLICE("\0\0\0\0\0"), NULL,
		"127.0.0.1:53" },

	/* Keywords and comments. */
	{ "one server", SLICE("nameserver 192.0.2.1\n"), NULL,
		"192.0.2.1:53" },
	{ "no newline at the end", SLICE("nameserver 192.0.2.1"), NULL,
		"192.0.2.1:53" },
	{ "CRLF", SLICE("nameserver 192.0.2.1\r\nnameserver 2001:db8::1\r\n"
		"options rotate\r\n"), NULL,
		"192.0.2.1:53 [2001:db8::1]:53 rotate" },
	{ "tabs and many blanks", SLICE("nameserver\t \t192.0.2.1 \t\n"
		"options\t rotate \t timeout:3\t\n"), NULL,
		"192.0.2.1:53 timeout=3 rotate" },
	{ "ldns bug 237", SLICE("# Generated\n#nameserver 192.0.2.66\n\n"
		"# nameserver 192.0.2.67\nnameserver 10.0.0.1"), NULL,
		"10.0.0.1:53" },
	{ "comments begin in the first column",
		SLICE(";nameserver 192.0.2.66\n# options rotate\n"
		"; nameserver 192.0.2.67\n#\n;\n"), NULL, "127.0.0.1:53" },
	{ "an unknown keyword takes its line with it",
		SLICE("nonsense nameserver 192.0.2.66\n"
		"search nameserver 192.0.2.66\ndomain example.org\n"
		"sortlist 192.0.2.0/24\nfamily inet4\n"), NULL,
		"127.0.0.1:53" },
	{ "a keyword is the whole word",
		SLICE("nameservers 192.0.2.66\nnameserver192.0.2.66\n"
		"nameserver:192.0.2.66\nName 192.0.2.66\n"
		"NAMESERVER 192.0.2.66\noptionsrotate\n"), NULL,
		"127.0.0.1:53" },
	{ "a keyword stands at the very beginning",
		SLICE(" nameserver 192.0.2.66\n\tnameserver 192.0.2.66\n"
		" options rotate\n"), NULL, "127.0.0.1:53" },
	{ "a keyword alone", SLICE("nameserver\nnameserver \nnameserver\r\n"
		"options\noptions \n"), NULL, "127.0.0.1:53" },
	{ "comments behind a server (c-ares issue 1274)",
		SLICE("nameserver 192.0.2.1 # mine\n"
		"nameserver 2001:db8::1 ; nameserver 192.0.2.66\n"
		"nameserver 192.0.2.2\t192.0.2.66\n"), NULL,
		"192.0.2.1:53 [2001:db8::1]:53 192.0.2.2:53" },
	{ "a NUL ends a line", SLICE("nameserver 192.0.2.1\0junk\n"
		"options rotate\0 use-vc\n\0nameserver 192.0.2.66\n"
		"nameserver 192.0.2.2\n"), NULL,
		"192.0.2.1:53 192.0.2.2:53 rotate" },

	/* Servers. */
	{ "three servers and no more", SLICE("nameserver 192.0.2.3\n"
		"nameserver 192.0.2.1\nnameserver 192.0.2.2\n"
		"nameserver 192.0.2.4\nnameserver nonsense\n"
		"options rotate\n"), NULL,
		"192.0.2.3:53 192.0.2.1:53 192.0.2.2:53 rotate" },
	{ "bad ones are left out and do not count",
		SLICE("nameserver dns.example\nnameserver 192.0.2.1\n"
		"nameserver 192.0.2\nnameserver 2001:db8::g\n"
		"nameserver 192.0.2.2\nnameserver 192.0.2.3\n"), NULL,
		"192.0.2.1:53 192.0.2.2:53 192.0.2.3:53"
		"\nresolv:1: 'dns.example'" NO_ADDRESS
		"\nresolv:3: '192.0.2'" NO_ADDRESS
		"\nresolv:4: '2001:db8::g'" NO_ADDRESS },
	{ "four decimal numbers and nothing else",
		SLICE("nameserver 0300.1.1.1\nnameserver 0xc0000201\n"
		"nameserver 3221225985\nnameserver 192.0.2.1:53\n"
		"nameserver 192.0.2.1%lo\nnameserver 192.0.2.1,192.0.2.2\n"),
		NULL, "127.0.0.1:53"
		"\nresolv:1: '0300.1.1.1'" NO_ADDRESS
		"\nresolv:2: '0xc0000201'" NO_ADDRESS
		"\nresolv:3: '3221225985'" NO_ADDRESS
		"\nresolv:4: '192.0.2.1:53'" NO_ADDRESS
		"\nresolv:5: '192.0.2.1%lo'" NO_ADDRESS
		"\nresolv:6: '192.0.2.1,192.0.2.2'" NO_ADDRESS },
	{ "no brackets, no port", SLICE("nameserver [2001:db8::1]\n"
		"nameserver [2001:db8::1]:53\nnameserver 192.0.2.1\n"), NULL,
		"192.0.2.1:53"
		"\nresolv:1: '[2001:db8::1]'" NO_ADDRESS
		"\nresolv:2: '[2001:db8::1]:53'" NO_ADDRESS },
	{ "IPv6", SLICE("nameserver ::1\nnameserver 2001:DB8:0::0001\n"
		"nameserver 64:ff9b::192.0.2.1\n"), NULL,
		"[::1]:53 [2001:db8::1]:53 [64:ff9b::c000:201]:53" },
	{ "an IPv4-mapped address is the IPv4 address",
		SLICE("nameserver ::ffff:192.0.2.1\n"
		"nameserver ::ffff:192.0.2.1%lo\n"), NULL, "192.0.2.1:53"
		"\nresolv:2: '::ffff:192.0.2.1%lo'" NO_ADDRESS },
	{ "scopes by name and number", SLICE("nameserver fe80::1%lo\n"
		"nameserver fe80::2%77\nnameserver fe80::3\n"), NULL,
		"[fe80::1%lo]:53 [fe80::2%77]:53 [fe80::3]:53" },
	{ "scopes that are none", SLICE("nameserver fe80::1%nosuch0\n"
		"nameserver fe80::1%\nnameserver fe80::1%0\n"
		"nameserver fe80::1%4294967296\n"
		"nameserver fe80::1%" LONG "\nnameserver %lo\n"
		"nameserver fe80::1%lo%lo\nnameserver fe80::1%lo:53\n"
		"nameserver 192.0.2.1\n"), NULL, "192.0.2.1:53"
		"\nresolv:1: 'fe80::1%nosuch0'" NO_ADDRESS
		"\nresolv:2: 'fe80::1%'" NO_ADDRESS
		"\nresolv:3: 'fe80::1%0'" NO_ADDRESS
		"\nresolv:4: 'fe80::1%4294967296'" NO_ADDRESS
		"\nresolv:5: 'fe80::1%aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaa'" NO_ADDRESS
		"\nresolv:6: '%lo'" NO_ADDRESS
		"\nresolv:7: 'fe80::1%lo%lo'" NO_ADDRESS
		"\nresolv:8: 'fe80::1%lo:53'" NO_ADDRESS },
	{ "a complaint is fit for a terminal",
		SLICE("nameserver \x1b[2J\xff\n"), NULL, "127.0.0.1:53"
		"\nresolv:1: '?[2J?'" NO_ADDRESS },

	/* Options. */
	{ "options", SLICE("options timeout:7 attempts:4 rotate use-vc "
		"no-reload\n"), NULL, "127.0.0.1:53 timeout=7 attempts=4 "
		"rotate use-vc no-reload" },
	{ "ceilings", SLICE("options timeout:31 attempts:6\n"), NULL,
		"127.0.0.1:53 timeout=30 attempts=5" },
	{ "at the ceilings", SLICE("options timeout:30 attempts:5\n"), NULL,
		"127.0.0.1:53 timeout=30 attempts=5" },
	{ "later lines win", SLICE("options timeout:3 attempts:3\n"
		"options rotate\noptions timeout:2\n"), NULL,
		"127.0.0.1:53 timeout=2 attempts=3 rotate" },
	{ "unknown options are passed over", SLICE("options ndots:5 edns0 "
		"trust-ad inet6 rotate:1 rotated xrotate no-tld-query "
		"timeout attempts ROTATE\n"), NULL, "127.0.0.1:53" },
	{ "numbers that are none", SLICE("options timeout: attempts:x "
		"timeout:-1 rotate\noptions timeout:5s attempts:0 "
		"timeout:99999999999999999999 attempts:2\n"), NULL,
		"127.0.0.1:53 attempts=2 rotate"
		"\nresolv:1: 'timeout:'" NO_NUMBER
		"\nresolv:1: 'attempts:x'" NO_NUMBER
		"\nresolv:1: 'timeout:-1'" NO_NUMBER
		"\nresolv:2: 'timeout:5s'" NO_NUMBER
		"\nresolv:2: 'attempts:0'" NO_NUMBER
		"\nresolv:2: 'timeout:99999999999999999999'" NO_NUMBER },
	{ "RES_OPTIONS wins", SLICE("options timeout:3 attempts:3\n"),
		" timeout:1\trotate  ", "127.0.0.1:53 timeout=1 attempts=3 "
		"rotate" },
	{ "RES_OPTIONS with nonsense", SLICE("options timeout:3\n"),
		"timeout:x nameserver 192.0.2.66", "127.0.0.1:53 timeout=3"
		"\nRES_OPTIONS:1: 'timeout:x'" NO_NUMBER },
	{ "RES_OPTIONS empty", SLICE("nameserver 192.0.2.1"), "",
		"192.0.2.1:53" },
};

static void
test_cases(void)
{
	struct err_list complaints = { 0 };
	struct buf got;

	buf_init(&got, 64 * 1024);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		/* Exactly its bytes, so that reading on is seen. */
		char *copy = mem_new(cases[i].text.n + !cases[i].text.n);
		struct resolvconf c;

		if (cases[i].text.n)
			memcpy(copy, cases[i].text.p, cases[i].text.n);
		memset(&c, 0xa5, sizeof c);
		resolvconf_parse(&c, "resolv", (struct slice){ copy,
			cases[i].text.n }, cases[i].options, &complaints);
		show(&got, &c, &complaints);
		is(buf_slice(&got), cases[i].shown, cases[i].about);
		free(copy);
	}
	buf_release(&got);
}

static void
test_long_lines(void)
{
	struct err_list complaints = { 0 };
	struct resolvconf c;
	struct buf text, got;

	buf_init(&text, 1 << 20);
	buf_init(&got, 64 * 1024);
	buf_add(&text, SLICE("search"));
	for (int i = 0; i < 20000; i++)
		buf_add(&text, SLICE(" a.example"));
	buf_add(&text, SLICE("\nnameserver 192.0.2.1 "));
	for (int i = 0; i < 20000; i++)
		buf_add(&text, SLICE("# nameserver"));
	buf_add(&text, SLICE("\nnameserver "));
	for (int i = 0; i < 100000; i++)
		buf_add_byte(&text, '1');
	buf_add(&text, SLICE("\nnameserver 192.0.2.2\n"));
	resolvconf_parse(&c, "resolv", buf_slice(&text), NULL, &complaints);
	show(&got, &c, &complaints);
	is(buf_slice(&got), "192.0.2.1:53 192.0.2.2:53\nresolv:3: "
	    "'111111111111111111111111111111111111111111111111111111111111'"
	    NO_ADDRESS, "lines of 200000 bytes");
	buf_release(&text);
	buf_release(&got);
}

static const struct {
	struct slice text;
	const char *shown;
} servers[] = {
	{ SLICE("192.0.2.1"), "192.0.2.1:53" },
	{ SLICE("192.0.2.1:5300"), "192.0.2.1:5300" },
	{ SLICE("192.0.2.1:1"), "192.0.2.1:1" },
	{ SLICE("192.0.2.1:65535"), "192.0.2.1:65535" },
	{ SLICE("192.0.2.1:00053"), "192.0.2.1:53" },
	{ SLICE("2001:db8::1"), "[2001:db8::1]:53" },
	{ SLICE("2001:db8::5300"), "[2001:db8::5300]:53" },
	{ SLICE("1:2:3:4:5:6:7:8"), "[1:2:3:4:5:6:7:8]:53" },
	{ SLICE("::"), "[::]:53" },
	{ SLICE("[2001:db8::1]"), "[2001:db8::1]:53" },
	{ SLICE("[2001:db8::1]:5300"), "[2001:db8::1]:5300" },
	{ SLICE("fe80::1%lo"), "[fe80::1%lo]:53" },
	{ SLICE("fe80::1%7"), "[fe80::1%7]:53" },
	{ SLICE("[fe80::1%lo]:53"), "[fe80::1%lo]:53" },
	{ SLICE("[fe80::1%lo]:5300"), "[fe80::1%lo]:5300" },
	{ SLICE("[fe80::1%lo]"), "[fe80::1%lo]:53" },
	{ SLICE("::ffff:192.0.2.1"), "192.0.2.1:53" },
	{ SLICE("[::ffff:192.0.2.1]:5300"), "192.0.2.1:5300" },
};

static const struct slice wrong[] = {
	SLICE(""), SLICE(" "), SLICE(":"), SLICE(":53"), SLICE("[]"),
	SLICE("[]:53"), SLICE("["), SLICE("]"), SLICE("%"), SLICE("%lo"),
	SLICE("dns.example"), SLICE("dns.example:53"), SLICE("localhost"),
	SLICE("192.0.2"), SLICE("0300.1.1.1"), SLICE("192.0.2.256"),
	SLICE("192.0.2.1:"), SLICE("192.0.2.1:0"), SLICE("192.0.2.1:65536"),
	SLICE("192.0.2.1:18446744073709551669"), SLICE("192.0.2.1:+53"),
	SLICE("192.0.2.1:-53"), SLICE("192.0.2.1: 53"), SLICE("192.0.2.1:53 "),
	SLICE(" 192.0.2.1"), SLICE("192.0.2.1 "), SLICE("192.0.2.1\n"),
	SLICE("192.0.2.1\0"), SLICE("192.0.2.1:53\0"), SLICE("192.0.2.1:0x35"),
	SLICE("192.0.2.1:domain"), SLICE("192.0.2.1:53:53"),
	SLICE("192.0.2.1#53"), SLICE("192.0.2.1@53"), SLICE("192.0.2.1/32"),
	SLICE("192.0.2.1%lo"), SLICE("[192.0.2.1]"), SLICE("[192.0.2.1]:53"),
	SLICE("[2001:db8::1"), SLICE("2001:db8::1]"), SLICE("[2001:db8::1]:"),
	SLICE("[2001:db8::1]53"), SLICE("[2001:db8::1] :53"),
	SLICE("[2001:db8::1]:0"), SLICE("[2001:db8::1]:65536"),
	SLICE("[[2001:db8::1]]:53"), SLICE("[2001:db8::1]]:53"),
	SLICE("x[2001:db8::1]:53"), SLICE("[2001:db8::1]:53x"),
	SLICE("[ 2001:db8::1]:53"), SLICE("2001:db8::1::53"),
	SLICE("fe80::1%nosuch0"), SLICE("fe80::1%"), SLICE("fe80::1%0"),
	SLICE("fe80::1%lo:53"), SLICE("fe80::1%lo\0"), SLICE("fe80::1%-1"),
	SLICE("[fe80::1]%lo:53"), SLICE("[fe80::1%]:53"),
	SLICE("[::ffff:192.0.2.1%lo]:53"), SLICE("192.0.2.1,192.0.2.2"),
};

static void
test_servers(void)
{
	struct resolvconf_server server;
	struct buf got;
	bool good = true;

	buf_init(&got, 1000);
	for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
		buf_reset(&got);
		memset(&server, 0xa5, sizeof server);
		if (resolvconf_server_parse(servers[i].text, &server))
			show_server(&got, &server);
		is(buf_slice(&got), servers[i].shown, servers[i].text.p);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		if (!resolvconf_server_parse(wrong[i], &server))
			continue;
		good = false;
		printf("# '%s' passes\n", wrong[i].p);
	}
	ok(good, "what is no server");
	ok(!resolvconf_server_parse((struct slice){ NULL, 0 }, &server),
	    "nothing is no server");
	buf_release(&got);
}

static void
is_file(const char *name, const char *shown, const char *about)
{
	struct err_list complaints = { 0 };
	struct resolvconf c;
	struct buf got;

	buf_init(&got, 64 * 1024);
	resolvconf_read(&c, name, &complaints);
	show(&got, &c, &complaints);
	is(buf_slice(&got), shown, about);
	buf_release(&got);
}

static void
test_files(void)
{
	unsetenv("RES_OPTIONS");
	is_file("missing", "127.0.0.1:53", "no file");
	is_file(".", "127.0.0.1:53\ncannot read '.': Is a directory",
	    "a directory");
	is_file("/dev/null", "127.0.0.1:53", "nothing in it");
	spew("conf", SLICE("nameserver 192.0.2.1\nnameserver x\n"
	    "options attempts:3 timeout:3\n"));
	is_file("conf", "192.0.2.1:53 timeout=3 attempts=3\n"
	    "conf:2: 'x'" NO_ADDRESS, "a file");
	setenv("RES_OPTIONS", "timeout:9 attempts:no", 1);
	is_file("conf", "192.0.2.1:53 timeout=9 attempts=3\n"
	    "conf:2: 'x'" NO_ADDRESS "\nRES_OPTIONS:1: 'attempts:no'"
	    NO_NUMBER, "RES_OPTIONS is looked at");
	unsetenv("RES_OPTIONS");
	if (symlink("conf", "link") == 0)
		is_file("link", "192.0.2.1:53 timeout=3 attempts=3\n"
		    "link:2: 'x'" NO_ADDRESS, "a link, as systemd has it");
	if (mkfifo("fifo", 0600) == 0)
		is_file("fifo", "127.0.0.1:53", "a FIFO is not waited for");
}

/* The ceiling falls into the last line: 192.0.2.1 would be another server. */
static void
test_ceiling(void)
{
	static const struct slice last = SLICE("nameserver 192.0.2.1");
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_add(&text, SLICE("nameserver 192.0.2.2\n"));
	while (text.n < 64 * 1024 - last.n - 1)
		buf_add_byte(&text, '#');
	buf_add_byte(&text, '\n');
	buf_add(&text, last);
	buf_add(&text, SLICE("23\nnameserver 192.0.2.3\n"));
	spew("conf", buf_slice(&text));
	is_file("conf", "192.0.2.2:53", "64 KiB, the cut line left out");
	text.n = 0;
	while (text.n < 100000)
		buf_add_byte(&text, 'x');
	spew("conf", buf_slice(&text));
	is_file("conf", "127.0.0.1:53", "64 KiB without a line end");
	buf_release(&text);
}

int
main(void)
{
	scratch_begin();
	alarm(120);		/* rather than wait for a FIFO for ever */
	test_cases();
	test_long_lines();
	test_servers();
	test_files();
	test_ceiling();
	scratch_end();
	return done();
}
