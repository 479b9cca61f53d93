/* SPDX-License-Identifier: ISC */
/* The operational log of a program. */
#include "base/diag.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/append.h"

const char *const diag_levels[] = {
	[DIAG_ERROR] = "error", [DIAG_WARNING] = "warning",
	[DIAG_INFO] = "info", [DIAG_DEBUG] = "debug", NULL
};
static const int priorities[] = {
	[DIAG_ERROR] = LOG_ERR, [DIAG_WARNING] = LOG_WARNING,
	[DIAG_INFO] = LOG_INFO, [DIAG_DEBUG] = LOG_DEBUG,
};

void
diag_claim_standard(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY :
			    O_RDONLY);
}

void
diag_init(struct diag *d, const char *program)
{
	*d = (struct diag){
		.program = program, .level = DIAG_WARNING, .out = stderr,
	};
}

int
diag_reopen(struct diag *d, struct err *e)
{
	struct stat st;
	FILE *out;
	int fd;

	if (!d->file)
		return 0;
	fd = append_open(d->file, &st, e);
	if (fd < 0)
		return -1;
	out = fdopen(fd, "a");
	if (!out) {
		close(fd);
		return err_errno(e, EX_CANTCREAT, "cannot open the log '%s'",
		    d->file);
	}
	if (d->out && d->out != stderr)
		fclose(d->out);
	d->out = out;
	return 0;
}

int
diag_open(struct diag *d, const char *where, enum diag_level level,
    struct err *e)
{
	d->level = level;
	if (strcmp(where, "stderr") == 0)
		return 0;
	if (strcmp(where, "syslog") == 0) {
		openlog(d->program, LOG_PID | LOG_NDELAY, LOG_DAEMON);
		d->out = NULL;
		return 0;
	}
	d->file = where;
	if (diag_reopen(d, e) == 0)
		return 0;
	d->file = NULL;
	return -1;
}

void
diag_close(struct diag *d)
{
	if (d->out && d->out != stderr)
		fclose(d->out);
	else if (!d->out)
		closelog();
	d->out = stderr;
	d->file = NULL;
}

static void
diag_write(struct diag *d, enum diag_level level, const char *text)
{
	char stamp[40];
	time_t now = time(NULL);
	struct tm tm;

	if (!d->out) {
		syslog(priorities[level], "%s", text);
		return;
	}
	if (!d->file) {
		fprintf(d->out, "%s: %s\n", d->program, text);
	} else if (localtime_r(&now, &tm) &&
	    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S%z", &tm)) {
		fprintf(d->out, "%s %s[%ld]: %s: %s\n", stamp, d->program,
		    (long)getpid(), diag_levels[level], text);
	}
	fflush(d->out);
}

static int64_t
monotonic_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Whether a message may pass now. */
static bool
diag_admits(struct diag *d)
{
	int64_t window = monotonic_seconds() / DIAG_SECONDS;

	if (window != d->window) {
		unsigned dropped = d->dropped;
		char text[80];

		d->window = window;
		d->in_window = d->dropped = 0;
		if (dropped) {
			snprintf(text, sizeof text, "%u messages of this kind "
			    "were left out", dropped);
			diag_write(d, DIAG_WARNING, text);
		}
	}
	if (d->in_window++ < DIAG_BURST)
		return true;
	d->dropped++;
	return false;
}

__attribute__((format(printf, 3, 0))) static void
diag_format(struct diag *d, enum diag_level level, const char *format,
    va_list args)
{
	char text[1200];

	vsnprintf(text, sizeof text, format, args);
	err_plain(text);
	diag_write(d, level, text);
}

void
diag_say(struct diag *d, enum diag_level level, const char *format, ...)
{
	va_list args;

	if (level > d->level || (level > DIAG_ERROR && !diag_admits(d)))
		return;
	va_start(args, format);
	diag_format(d, level, format, args);
	va_end(args);
}

void
diag_answer(struct diag *d, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diag_format(d, DIAG_INFO, format, args);
	va_end(args);
}

int
diag_fail(struct diag *d, const struct err *e)
{
	diag_say(d, DIAG_ERROR, "%s", e->text);
	return e->status;
}

int
diag_complain(struct diag *d, enum diag_level level,
    struct err_list *complaints)
{
	int status = complaints->status;

	for (unsigned i = 0; i < complaints->n && i < ERR_LIST_MAX; i++)
		diag_say(d, level, "%s", complaints->texts[i]);
	if (complaints->n > ERR_LIST_MAX)
		diag_say(d, level, "and %u more",
		    complaints->n - ERR_LIST_MAX);
	err_list_release(complaints);
	return status;
}
