/* SPDX-License-Identifier: ISC */
/* Talks to a program as rsyslogd's omprog does with confirmMessages="on": sends
 * it the lines of FILE, one at a time, and waits for the answer to each.  Prints
 * lines a second, from the first line to the last answer.  Without COMMAND it
 * is a program to be talked to, which answers at once.
 *
 *   talk [FILE COMMAND [ARGUMENT...]] */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int to, from;

static int
fail(const char *what)
{
	perror(what);
	return 1;
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Leading dots do not count. */
static bool
is_answered(void)
{
	struct pollfd p = { .fd = from, .events = POLLIN };
	char answer[4096], *start = answer;
	size_t n = 0;

	do {
		ssize_t got;

		if (poll(&p, 1, 10000) <= 0)
			return false;
		got = read(from, answer + n, sizeof answer - n);
		if (got <= 0)
			return false;
		n += (size_t)got;
	} while (answer[n - 1] != '\n');
	while (*start == '.')
		start++;
	return memcmp(start, "OK\n", 3) == 0;
}

static pid_t
start(char **command)
{
	int in[2], out[2];
	pid_t pid;

	if (pipe(in) < 0 || pipe(out) < 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		for (int fd = 3; fd < 16; fd++)
			close(fd);
		execvp(*command, command);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	to = in[1];
	from = out[0];
	return pid;
}

static int
talk(const char *file, char **command)
{
	int fd = open(file, O_RDONLY), status;
	unsigned long lines = 0;
	const char *at, *end;
	struct stat st;
	double before;
	pid_t pid;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(file);
	at = mmap(NULL, (size_t)st.st_size, PROT_READ,
	    MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (at == MAP_FAILED)
		return fail(file);
	end = at + st.st_size;
	pid = start(command);
	if (pid < 0 || !is_answered())
		return fail(*command);
	before = now();
	while (at < end) {
		size_t n = (size_t)((const char *)memchr(at, '\n',
		    (size_t)(end - at)) + 1 - at);

		if (write(to, at, n) != (ssize_t)n || !is_answered())
			return fail(*command);
		at += n;
		lines++;
	}
	printf("%.0f\n", (double)lines / (now() - before));
	close(to);
	if (waitpid(pid, &status, 0) < 0 || status != 0)
		return fail(*command);
	return 0;
}

static int
answer_at_once(void)
{
	char line[64 * 1024];
	ssize_t n;

	if (write(STDOUT_FILENO, "OK\n", 3) != 3)
		return 1;
	while ((n = read(STDIN_FILENO, line, sizeof line)) > 0)
		if (line[n - 1] == '\n' &&
		    write(STDOUT_FILENO, "OK\n", 3) != 3)
			return 1;
	return 0;
}

int
main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	return argc < 3 ? answer_at_once() : talk(argv[1], argv + 2);
}
