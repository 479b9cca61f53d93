/* SPDX-License-Identifier: ISC */
/* Running sendmail, whatever it does. */
#include "report/send.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/signals.h"

enum {
	LOOK = 50,		/* milliseconds between looks at it */
	GRACE = 2000,		/* from SIGTERM to SIGKILL */
	ZONE_MAX = 4200,	/* "TZ=:" and a path */
	FIRST_OTHER = 3,	/* descriptor behind the usual ones */
};

struct child {
	pid_t pid;
	int output;		/* what it says; -1: closed */
	int status;		/* of waitpid(), once it has ended */
	struct buf *said;	/* the start of it */
};

static int64_t
monotonic(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int
send_check(const struct send *s, struct err *e)
{
	if (*s->program != '/')
		return err_set(e, EX_CONFIG, "sendmail must be an absolute "
		    "path, not '%s'", s->program);
	if (access(s->program, X_OK) < 0)
		return err_errno(e, EX_CONFIG, "cannot run '%s'", s->program);
	return 0;
}

/* A file without a name that holds the message.  Returns it, to be read from
 * its start; NULL: e says why. */
static FILE *
spool(struct slice message, struct err *e)
{
	FILE *file = tmpfile();

	if (!file) {
		err_errno(e, EX_CANTCREAT, "cannot create a temporary file");
		return NULL;
	}
	if (fcntl(fileno(file), F_SETFD, FD_CLOEXEC) == 0 &&
	    fwrite(message.p, 1, message.n, file) == message.n &&
	    fflush(file) == 0 && lseek(fileno(file), 0, SEEK_SET) == 0)
		return file;
	err_errno(e, EX_IOERR, "cannot store the message");
	fclose(file);
	return NULL;
}

/* In a group of its own, so that all of it can be ended, with the signals as
 * they are by default.  Returns 0 or an errno. */
static int
spawn(const struct send *s, char *const *argv, char *const *environment,
    int in, int out, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t all, none;
	int error;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, out, 1);
	posix_spawn_file_actions_adddup2(&files, out, 2);
	/* What we were started with is none of its business either. */
	(void)close_range(FIRST_OTHER, ~0U, CLOSE_RANGE_CLOEXEC);
	error = posix_spawn(pid, s->program, &files, &attributes, argv,
	    environment);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	return error;
}

/* The command line; free with free_arguments(). */
static char **
arguments(const struct send *s)
{
	char **argv = mem_array(s->recipients + 6, sizeof *argv);
	size_t n = 0;

	argv[n++] = mem_text(s->program, strlen(s->program));
	argv[n++] = mem_text("-i", 2);
	if (s->from) {
		argv[n++] = mem_text("-f", 2);
		argv[n++] = mem_text(s->from->address.p, s->from->address.n);
	}
	argv[n++] = mem_text("--", 2);
	for (size_t i = 0; i < s->recipients; i++)
		argv[n++] = mem_text(s->to[i].address.p, s->to[i].address.n);
	return argv;
}

static void
free_arguments(char **argv)
{
	for (size_t i = 0; argv[i]; i++)
		free(argv[i]);
	free(argv);
}

static int
start(struct child *child, const struct send *s, int in, struct err *e)
{
	const char *zone = getenv("TZ");
	char time_zone[ZONE_MAX];
	char *environment[] = {
		"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
		"LC_ALL=C", zone ? time_zone : NULL, NULL,
	};
	char **argv;
	int ends[2], error;

	snprintf(time_zone, sizeof time_zone, "TZ=%s", zone ? zone : "");
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(e, EX_OSERR, "cannot make a pipe");
	argv = arguments(s);
	error = spawn(s, argv, environment, in, ends[1], &child->pid);
	free_arguments(argv);
	close(ends[1]);
	if (error) {
		close(ends[0]);
		errno = error;
		return err_errno(e, EX_CONFIG, "cannot run '%s'", s->program);
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	child->output = ends[0];
	return 0;
}

/* Takes what it has said, all of it, so that it never waits for us. */
static void
listen_to(struct child *child)
{
	char bytes[4096];
	ssize_t n;

	if (child->output < 0)
		return;
	n = read(child->output, bytes, sizeof bytes);
	if (n > 0) {
		size_t room = child->said->max - child->said->n;

		buf_add(child->said, slice_to((struct slice){ bytes,
		    (size_t)n }, room));
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		close(child->output);
		child->output = -1;
	}
}

/* Whether it has ended; its pid stays taken until reap(). */
static bool
has_ended(const struct child *child)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG |
	    WNOWAIT) == 0 && info.si_pid == child->pid;
}

enum ending { ENDED, LATE, INTERRUPTED };

/* Waits until it has ended, at most until then.  What it started and left
 * behind may keep the pipe open: its own end is what counts. */
static enum ending
await(struct child *child, int64_t until)
{
	while (!has_ended(child)) {
		int64_t left = until - monotonic();
		struct pollfd look = { child->output, POLLIN, 0 };

		if (signals_take(SIGTERM))
			return INTERRUPTED;
		if (left <= 0)
			return LATE;
		poll(&look, 1, left < LOOK ? (int)left : LOOK);
		if (look.revents)
			listen_to(child);
	}
	listen_to(child);
	return ENDED;
}

static void
reap(struct child *child)
{
	while (waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR)
		;
	if (child->output >= 0)
		close(child->output);
}

/* Ends it and what it started. */
static void
end(struct child *child)
{
	kill(-child->pid, SIGTERM);
	(void)await(child, monotonic() + GRACE);
	kill(-child->pid, SIGKILL);
}

static int
judge(const struct child *child, const struct send *s, struct err *e)
{
	struct slice rest = buf_slice(child->said), line = rest;
	const char *colon = rest.n ? ": " : "";
	int width;

	slice_cut(&rest, '\n', &line);
	width = (int)line.n;
	if (WIFSIGNALED(child->status))
		return err_set(e, EX_TEMPFAIL, "'%s' was ended by signal %d"
		    "%s%.*s", s->program, WTERMSIG(child->status), colon,
		    width, line.p);
	if (WEXITSTATUS(child->status))
		return err_set(e, WEXITSTATUS(child->status), "'%s' ended "
		    "with status %d%s%.*s", s->program,
		    WEXITSTATUS(child->status), colon, width, line.p);
	return 0;
}

static int
wait_for(struct child *child, const struct send *s, struct err *e)
{
	enum ending ending = await(child, monotonic() + (int64_t)s->timeout);

	if (ending != ENDED)
		end(child);
	reap(child);
	if (ending == LATE)
		return err_set(e, EX_TEMPFAIL, "'%s' was ended: it took longer "
		    "than %llu ms", s->program,
		    (unsigned long long)s->timeout);
	if (ending == INTERRUPTED)
		return err_set(e, EX_TEMPFAIL, "told to end while '%s' had the "
		    "message: it was ended, too", s->program);
	return judge(child, s, e);
}

int
send_message(const struct send *s, struct slice message, struct buf *said,
    struct err *e)
{
	struct child child = { .output = -1, .said = said };
	FILE *file;
	int result;

	if (send_check(s, e) < 0)
		return -1;
	file = spool(message, e);
	if (!file)
		return -1;
	result = start(&child, s, fileno(file), e);
	fclose(file);
	return result < 0 ? -1 : wait_for(&child, s, e);
}
