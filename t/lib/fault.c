/* SPDX-License-Identifier: ISC */
/* Loaded before libc (LD_PRELOAD): system calls that fail, are cut short, or
 * are the last thing the process does.
 *
 *	FAULT=NAME:N:HOW	the Nth call of NAME (all: of any): HOW is KILL
 *				(before it), EIO, ENOSPC, EDQUOT, EMFILE, STOP
 *				(before it, until SIGCONT), or SLOW (it takes
 *				four seconds); with a + behind N, it and all that
 *				follow
 *	FAULT_COUNT=FILE	at the end, "NAME N" a line for each name
 *	FAULT_LOG=FILE		what changes a disk or secures it, as it is done:
 *				"NAME PATH", a line each; create: a new name
 *	NO_DATA_SYNC=1		fdatasync() does nothing and says it did
 *	NO_NOWAIT=1		RWF_NOWAIT is refused, as by pipes before Linux 6.4
 *	SHAKE=SEED		a quarter of reads and writes is interrupted, a
 *				quarter is short, of one byte or half */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "chance.h"

enum { SLOW = -1, STOP = -2 };

static const struct {
	const char *name;
	int number;
} errors[] = {
	{ "EIO", EIO }, { "ENOSPC", ENOSPC }, { "EDQUOT", EDQUOT },
	{ "EMFILE", EMFILE }, { "EAGAIN", EAGAIN },
	{ "SLOW", SLOW }, { "STOP", STOP },
};

enum call { WRITE, READ, PREAD, OPEN, RENAME, FSYNC, FTRUNCATE, UNLINK, LSEEK,
	STAT, CLOSE, FALLOCATE, CALLS };
static const char *const names[CALLS] = { "write", "read", "pread", "open",
	"rename", "fsync", "ftruncate", "unlink", "lseek", "stat", "close",
	"fallocate" };

static unsigned long counts[CALLS], all;
static const char *count_file;
static FILE *log_file;
static int wanted = -1, error;
static unsigned long nth;
static bool for_ever, is_armed, is_shaken;

static void
write_counts(void)
{
	FILE *f = fopen(count_file, "w");

	for (int i = 0; f && i < CALLS; i++)
		fprintf(f, "%s %lu\n", names[i], counts[i]);
	if (f) {
		fprintf(f, "all %lu\n", all);
		fclose(f);
	}
}

__attribute__((constructor)) static void
prepare(void)
{
	const char *fault = getenv("FAULT");
	const char *shake = getenv("SHAKE");
	char name[16], how[16], plus[2] = "";

	is_shaken = shake != NULL;
	if (shake)
		chance_state = strtoull(shake, NULL, 10) * 2 + 1;
	count_file = getenv("FAULT_COUNT");
	if (count_file)
		atexit(write_counts);
	if (getenv("FAULT_LOG"))
		log_file = fopen(getenv("FAULT_LOG"), "ae");
	if (!fault || sscanf(fault, "%15[a-z]:%lu%1[+]:%15s", name, &nth, plus,
	    how) != 4) {
		plus[0] = '\0';
		if (!fault || sscanf(fault, "%15[a-z]:%lu:%15s", name, &nth,
		    how) != 3)
			return;
	}
	for_ever = plus[0];
	for (int i = 0; i < CALLS; i++)
		if (strcmp(name, names[i]) == 0)
			wanted = i;
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (strcmp(how, errors[i].name) == 0)
			error = errors[i].number;
	is_armed = true;
}

/* Whatever interrupts it. */
static void
dawdle(void)
{
	struct timespec left = { .tv_sec = 4 };

	while (nanosleep(&left, &left) < 0)
		continue;
}

/* Whether the call is not to be made; errno is set. */
static bool
strikes(enum call call)
{
	unsigned long n;

	counts[call]++;
	all++;
	n = wanted < 0 ? all : counts[call];
	if (!is_armed || (wanted >= 0 && wanted != (int)call) ||
	    (for_ever ? n < nth : n != nth))
		return false;
	if (error == SLOW)
		dawdle();
	else if (error == STOP)
		kill(getpid(), SIGSTOP);
	else if (!error)
		kill(getpid(), SIGKILL);
	else
		errno = error;
	return error >= 0;
}

/* What is about to be done to a file, by its name now if that is NULL. */
static void
note(const char *what, int fd, const char *file)
{
	char link[32], name[PATH_MAX];
	ssize_t n;

	if (!log_file)
		return;
	if (!file) {
		snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
		n = readlink(link, name, sizeof name - 1);
		name[n < 0 ? 0 : n] = '\0';
		file = name;
	}
	fprintf(log_file, "%s %s\n", what, file);
	fflush(log_file);
}

/* True: interrupted; else n may be less. */
static bool
shakes(size_t *n)
{
	unsigned what = is_shaken ? chance(4) : 3;

	if (what == 0) {
		errno = EINTR;
		return true;
	}
	if (what == 1 && *n > 1)
		*n = chance(2) ? 1 : *n / 2;
	return false;
}

/* What fortified callers call; no header has them. */
ssize_t __read_chk(int fd, void *p, size_t n, size_t room);
ssize_t __pread_chk(int fd, void *p, size_t n, off_t at, size_t room);

#define REAL(type, name, ...) \
	static type (*real)(__VA_ARGS__); \
	if (!real) \
		*(void **)&real = dlsym(RTLD_NEXT, name)

ssize_t
write(int fd, const void *p, size_t n)
{
	REAL(ssize_t, "write", int, const void *, size_t);
	/* What is said about it must be heard. */
	if (fd != STDERR_FILENO && (strikes(WRITE) || shakes(&n)))
		return -1;
	note("write", fd, NULL);
	return real(fd, p, n);
}

ssize_t
read(int fd, void *p, size_t n)
{
	REAL(ssize_t, "read", int, void *, size_t);
	if (strikes(READ) || shakes(&n))
		return -1;
	return real(fd, p, n);
}

ssize_t
__read_chk(int fd, void *p, size_t n, size_t room)
{
	(void)room;
	return read(fd, p, n);
}

ssize_t
pread(int fd, void *p, size_t n, off_t at)
{
	REAL(ssize_t, "pread", int, void *, size_t, off_t);
	if (strikes(PREAD) || shakes(&n))
		return -1;
	return real(fd, p, n, at);
}

ssize_t
__pread_chk(int fd, void *p, size_t n, off_t at, size_t room)
{
	(void)room;
	return pread(fd, p, n, at);
}

ssize_t
preadv2(int fd, const struct iovec *to, int n, off_t at, int flags)
{
	struct iovec one = *to;
	REAL(ssize_t, "preadv2", int, const struct iovec *, int, off_t, int);
	if (getenv("NO_NOWAIT")) {
		errno = EOPNOTSUPP;
		return -1;
	}
	if (strikes(READ) || shakes(&one.iov_len))
		return -1;
	return n == 1 ? real(fd, &one, 1, at, flags) :
	    real(fd, to, n, at, flags);
}

int
open(const char *file, int flags, ...)
{
	va_list args;
	mode_t mode;
	REAL(int, "open", const char *, int, ...);
	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	if (strikes(OPEN))
		return -1;
	if (flags & O_CREAT && access(file, F_OK) < 0)
		note("create", -1, file);
	return real(file, flags, mode);
}

int
rename(const char *from, const char *to)
{
	REAL(int, "rename", const char *, const char *);
	if (strikes(RENAME))
		return -1;
	note("rename", -1, from);
	note("to", -1, to);
	return real(from, to);
}

int
fsync(int fd)
{
	REAL(int, "fsync", int);
	if (strikes(FSYNC))
		return -1;
	note("sync", fd, NULL);
	return real(fd);
}

int
fdatasync(int fd)
{
	REAL(int, "fdatasync", int);
	if (getenv("NO_DATA_SYNC"))
		return 0;
	if (strikes(FSYNC))
		return -1;
	note("sync", fd, NULL);
	return real(fd);
}

int
ftruncate(int fd, off_t n)
{
	struct stat st;
	REAL(int, "ftruncate", int, off_t);
	if (strikes(FTRUNCATE))
		return -1;
	/* Of its own length, it only gives back what was reserved. */
	if (fstatat(fd, "", &st, AT_EMPTY_PATH) == 0 && st.st_size != n)
		note("cut", fd, NULL);
	return real(fd, n);
}

int
unlink(const char *file)
{
	REAL(int, "unlink", const char *);
	if (strikes(UNLINK))
		return -1;
	note("unlink", -1, file);
	return real(file);
}

off_t
lseek(int fd, off_t at, int from)
{
	REAL(off_t, "lseek", int, off_t, int);
	return strikes(LSEEK) ? -1 : real(fd, at, from);
}

int
fallocate(int fd, int mode, off_t at, off_t n)
{
	REAL(int, "fallocate", int, int, off_t, off_t);
	return strikes(FALLOCATE) ? -1 : real(fd, mode, at, n);
}

int
fstat(int fd, struct stat *st)
{
	REAL(int, "fstat", int, struct stat *);
	return strikes(STAT) ? -1 : real(fd, st);
}

int
stat(const char *file, struct stat *st)
{
	REAL(int, "stat", const char *, struct stat *);
	return strikes(STAT) ? -1 : real(file, st);
}

int
statx(int fd, const char *file, int flags, unsigned mask, struct statx *x)
{
	REAL(int, "statx", int, const char *, int, unsigned, struct statx *);
	return strikes(STAT) ? -1 : real(fd, file, flags, mask, x);
}

int
close(int fd)
{
	REAL(int, "close", int);
	if (!strikes(CLOSE))
		return real(fd);
	(void)real(fd);
	return -1;
}
