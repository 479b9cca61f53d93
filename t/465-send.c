/* SPDX-License-Identifier: ISC */
/* A sendmail may do whatever it likes: the status is right, nobody waits
 * longer than the timeout, nothing is left of it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/signals.h"
#include "report/send.h"
#include "tap.h"

static char directory[] = "/tmp/mls-send-XXXXXX";
static char path[300];

static const char *
in(const char *name)
{
	snprintf(path, sizeof path, "%s/%s", directory, name);
	return path;
}

static void
write_program(const char *text, mode_t mode)
{
	const char *name = in("sendmail");
	FILE *f;

	unlink(name);
	f = fopen(name, "w");
	fputs(text, f);
	fclose(f);
	chmod(name, mode);
}

/* What a file in our directory holds, "" if there is none. */
static struct slice
contents(const char *name)
{
	static char bytes[200000];
	FILE *f = fopen(in(name), "r");
	size_t n = f ? fread(bytes, 1, sizeof bytes, f) : 0;

	if (f)
		fclose(f);
	return (struct slice){ bytes, n };
}

static bool
has_no_child(void)
{
	return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

struct outcome {
	int result;
	double seconds;
	struct err e;
	struct buf said;
};

static struct outcome
send_to(const char *program, struct slice message, uint64_t timeout)
{
	struct outcome o = { .e = { .text = "" } };
	const struct mailbox from = { .address = SLICE("mls@example.net") };
	const struct mailbox to[] = {
		{ SLICE("Ann Lee"), SLICE("ann@example.net") },
		{ .address = SLICE("root") },
	};
	struct send s = { program, &from, to, 2, timeout };
	struct timespec a, b;

	buf_init(&o.said, 1000);
	clock_gettime(CLOCK_MONOTONIC, &a);
	o.result = send_message(&s, message, &o.said, &o.e);
	clock_gettime(CLOCK_MONOTONIC, &b);
	o.seconds = (double)(b.tv_sec - a.tv_sec) +
	    (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	return o;
}

static struct slice
large_message(void)
{
	enum { SIZE = 1 << 20 };
	static char bytes[SIZE];

	memset(bytes, 'x', sizeof bytes);
	return (struct slice){ bytes, sizeof bytes };
}

/* One that works: what it gets, and what it can see of us. */
static void
test_good(void)
{
	struct outcome o;
	sigset_t usr1;
	char text[2000];

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	snprintf(text, sizeof text, "#!/bin/sh\ncd %s\ncat >got\n"
	    "echo \"$@\" >arguments\nenv >environment\n"
	    "grep -E 'Sig(Blk|Ign)' /proc/self/status | grep -c 0000000$ "
	    ">signals\n"
	    "ls /proc/self/fd >files\nls -l /proc/$$/fd | grep -c deleted >spools\n"
	    "echo mail system is down >&2\n", directory);
	write_program(text, 0700);
	setenv("SECRET", "x", 1);
	setenv("TZ", "UTC", 1);
	signal(SIGUSR2, SIG_IGN);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	dup2(STDOUT_FILENO, 9);
	o = send_to(in("sendmail"), SLICE("To: ann\n\n.\nlast\n"), 30000);
	if (!ok(o.result == 0, "one that works: 0"))
		printf("# %s\n", o.e.text);
	is(contents("got"), "To: ann\n\n.\nlast\n", "it has every byte");
	is(contents("arguments"), "-i -f mls@example.net -- ann@example.net root\n",
	    "its arguments");
	is(buf_slice(&o.said), "mail system is down\n", "what it says");
	ok(slice_find(contents("environment"), SLICE("SECRET")) ==
	    contents("environment").n, "nothing of our environment");
	ok(slice_find(contents("environment"), SLICE("TZ=UTC\n")) <
	    contents("environment").n, "but the zone");
	ok(slice_find(contents("environment"), SLICE("PATH=/usr")) <
	    contents("environment").n, "and a path");
	is(contents("spools"), "1\n", "the message is open once, as input");
	is(contents("files"), "0\n1\n2\n3\n", "nothing else is (3 is ls's own)");
	is(contents("signals"), "2\n", "signals are as by default");
	close(9);
	sigprocmask(SIG_UNBLOCK, &usr1, NULL);
	ok(has_no_child(), "nothing is left of it");
	buf_release(&o.said);
}

static void
test_bad(void)
{
	static const struct {
		const char *what, *text;
		mode_t mode;
		uint64_t timeout;
		int status;
		double seconds;		/* at most */
		const char *says;
	} cases[] = {
		{ "it exits 75", "#!/bin/sh\necho queue is full\nexit 75\n",
			0700, 30000, EX_TEMPFAIL, 10,
			"ended with status 75: queue is full" },
		{ "it exits 1 without a word", "#!/bin/sh\nexit 1\n",
			0700, 30000, 1, 10, "ended with status 1" },
		{ "it is killed", "#!/bin/sh\nkill -KILL $$\n", 0700, 30000,
			EX_TEMPFAIL, 10, "was ended by signal 9" },
		{ "it hangs", "#!/bin/sh\nexec sleep 100\n", 0700, 300,
			EX_TEMPFAIL, 10, "took longer than 300 ms" },
		{ "it hangs and will not end",
			"#!/bin/sh\ntrap '' TERM\nsleep 100\nsleep 100\n",
			0700, 300, EX_TEMPFAIL, 20, "took longer" },
		{ "it closes its input",
			"#!/bin/sh\nexec <&-\nexit 65\n", 0700, 30000,
			EX_DATAERR, 10, "ended with status 65" },
		{ "it prints a lot", "#!/bin/sh\n"
			"head -c 5000000 /dev/zero | tr '\\0' x\nexit 69\n",
			0700, 30000, EX_UNAVAILABLE, 30,
			"ended with status 69: xxx" },
		{ "it prints on and on", "#!/bin/sh\nexec yes\n", 0700, 300,
			EX_TEMPFAIL, 20, "took longer" },
		{ "it leaves one that keeps its output open",
			"#!/bin/sh\nsleep 3 &\nexit 71\n", 0700, 30000,
			EX_OSERR, 2.5, "ended with status 71" },
		{ "it is not executable", "#!/bin/sh\nexit 0\n", 0600, 30000,
			EX_CONFIG, 10, "cannot run" },
		{ "its interpreter is missing", "#!/nonexistent/sh\n", 0700,
			30000, EX_CONFIG, 10, "cannot run" },
		{ "it shows escapes", "#!/bin/sh\nprintf '\\033[31mred'\n"
			"exit 70\n", 0700, 30000, EX_SOFTWARE, 10,
			"status 70: ?[31mred" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct outcome o;

		write_program(cases[i].text, cases[i].mode);
		o = send_to(in("sendmail"), large_message(),
		    cases[i].timeout);
		ok(o.result == -1 && o.e.status == cases[i].status,
		    "%s: status %d (%d)", cases[i].what, cases[i].status,
		    o.e.status);
		if (!ok(strstr(o.e.text, cases[i].says) != NULL, "it is said"))
			printf("# %s\n", o.e.text);
		ok(o.seconds < cases[i].seconds, "in time: %.1f s", o.seconds);
		ok(has_no_child(), "nothing is left of it");
		buf_release(&o.said);
	}
}

static void
test_missing(void)
{
	struct outcome o = send_to(in("nobody"), SLICE("x\n"), 1000);

	ok(o.result == -1 && o.e.status == EX_CONFIG &&
	    strstr(o.e.text, "cannot run"), "it is missing: %s", o.e.text);
	o = send_to("sendmail", SLICE("x\n"), 1000);
	ok(o.result == -1 && o.e.status == EX_CONFIG &&
	    strstr(o.e.text, "absolute"), "no absolute path: %s", o.e.text);
}

/* What it started is ended with it. */
static void
test_offspring(void)
{
	struct outcome o;
	char text[500];
	int pid;

	snprintf(text, sizeof text, "#!/bin/sh\nsleep 100 &\necho $! >%s/pid\n"
	    "wait\n", directory);
	write_program(text, 0700);
	o = send_to(in("sendmail"), SLICE("x\n"), 500);
	pid = atoi(contents("pid").p);
	/* Its new parent has to notice. */
	for (int i = 0; i < 100 && kill(pid, 0) == 0; i++) {
		char state = 0;
		FILE *f;

		snprintf(text, sizeof text, "/proc/%d/stat", pid);
		f = fopen(text, "r");
		if (!f || fscanf(f, "%*d %*s %c", &state) != 1 || state == 'Z')
			pid = 0;
		if (f)
			fclose(f);
		if (pid == 0)
			break;
		usleep(50000);
	}
	ok(o.result == -1 && (pid == 0 || kill(pid, 0) < 0),
	    "what it started is ended, too");
}

/* We are told to end while it hangs. */
static void
test_told_to_end(void)
{
	struct outcome o;

	write_program("#!/bin/sh\nkill -TERM $PPID\nexec sleep 100\n", 0700);
	signals_catch();
	o = send_to(in("sendmail"), SLICE("x\n"), 60000);
	ok(o.result == -1 && o.e.status == EX_TEMPFAIL &&
	    strstr(o.e.text, "told to end"), "told to end: %s", o.e.text);
	ok(o.seconds < 5 && has_no_child(), "so is it");
	alarm(0);
}

int
main(void)
{
	if (!mkdtemp(directory))
		return 1;
	/* What prove hands down is none of ours. */
	for (int fd = 3; fd < 256; fd++)
		close(fd);
	test_good();
	test_bad();
	test_missing();
	test_offspring();
	test_told_to_end();
	snprintf(path, sizeof path, "rm -rf %s", directory);
	if (system(path))
		return 1;
	return done();
}
