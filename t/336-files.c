/* SPDX-License-Identifier: ISC */
/* hosts and resolv.conf, and when they are looked at again. */
#include <stdlib.h>
#include <unistd.h>

#include "enrich/files.h"
#include "tap.h"

static char directory[] = "/tmp/mls-files-XXXXXX";

static void
spew(const char *file, const char *text)
{
	FILE *f = fopen(file, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		exit(1);
}

static const struct ip ip = { IP_V4, 0, 0xc0000207 };	/* 192.0.2.7 */

static void
is_called(const struct files *f, const char *expected, const char *what)
{
	struct slice name = { NULL, 0 };

	(void)files_name(f, &ip, &name);
	is(name, expected, what);
}

static void
test_hosts(void)
{
	struct resolvconf conf;
	struct files *f;

	spew("hosts", "192.0.2.7 one.example\n");
	f = files_open("hosts");
	is_called(f, "one.example", "hosts is read");
	(void)files_look(f, 1000, &conf);
	spew("hosts", "192.0.2.7 another.example\n");
	(void)files_look(f, 5999, &conf);
	is_called(f, "one.example", "no look within five seconds");
	(void)files_look(f, 6000, &conf);
	is_called(f, "another.example", "then there is one");
	ok(!files_look(f, 20000, &conf), "nobody is asked: nobody else is");
	files_close(f);
}

static void
test_servers(void)
{
	struct err_list complaints = { 0 };
	struct resolvconf conf;
	struct files *f = files_open("hosts");

	spew("resolv", "nameserver 192.0.2.1\n");
	files_servers(f, "resolv", &conf, &complaints);
	ok(conf.n == 1 && complaints.n == 0, "resolv.conf is read");
	ok(!files_look(f, 1000, &conf), "as it was");
	spew("resolv", "nameserver 192.0.2.1\nnameserver 192.0.2.2\n");
	ok(!files_look(f, 5999, &conf), "no look within five seconds");
	ok(files_look(f, 6000, &conf) && conf.n == 2, "two from now on");
	ok(!files_look(f, 12000, &conf), "that is said once");
	spew("resolv", "nameserver 192.0.2.1\noptions no-reload\n");
	ok(files_look(f, 18000, &conf) && conf.n == 1, "the last time");
	spew("resolv", "nameserver 192.0.2.1\nnameserver 192.0.2.2\n");
	ok(!files_look(f, 24000, &conf), "no-reload: not again");
	files_close(f);
}

int
main(void)
{
	if (!mkdtemp(directory) || chdir(directory) != 0)
		return 1;
	test_hosts();
	test_servers();
	unlink("hosts");
	unlink("resolv");
	rmdir(directory);
	return done();
}
