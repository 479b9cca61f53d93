/* SPDX-License-Identifier: ISC */
/* Runs a command and writes into FILE what it alone cost: wall seconds, user
 * and system CPU seconds, peak resident KiB.  Its exit status becomes ours.
 *
 *   measure FILE COMMAND [ARGUMENT...] */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int
main(int argc, char **argv)
{
	struct rusage used;
	double from, wall;
	int status, error;
	FILE *to;
	pid_t pid;

	if (argc < 3) {
		fputs("usage: measure FILE COMMAND [ARGUMENT...]\n", stderr);
		return 64;
	}
	from = now();
	error = posix_spawnp(&pid, argv[2], NULL, NULL, argv + 2, environ);
	if (error != 0) {
		fprintf(stderr, "measure: %s: %s\n", argv[2],
		    strerror(error));
		return 127;
	}
	while (wait4(pid, &status, 0, &used) < 0)
		if (errno != EINTR)
			return 71;
	wall = now() - from;
	to = fopen(argv[1], "w");
	if (!to || fprintf(to, "%.6f %.6f %.6f %ld\n", wall,
	    seconds(used.ru_utime), seconds(used.ru_stime),
	    used.ru_maxrss) < 0 || fclose(to) != 0) {
		fprintf(stderr, "measure: %s: %s\n", argv[1],
		    strerror(errno));
		return 74;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status);
}
