/* SPDX-License-Identifier: ISC */
/* Descriptors that are read, and what is known of them. */
#include "base/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/mem.h"

enum { PIPE_SIZE = 1024 * 1024 };

/* Writer and reader of a small pipe spend their time waking each other.  Where
 * the system does not let us, it stays as it is. */
static void
enlarge_pipe(int fd)
{
	int size = fcntl(fd, F_GETPIPE_SZ);

	if (size > 0 && size < PIPE_SIZE)
		(void)fcntl(fd, F_SETPIPE_SZ, PIPE_SIZE);
}

int
channel_open(struct channel *c, const char *name, struct err *e)
{
	bool is_stdin = strcmp(name, "-") == 0;
	struct stat st;
	int fd = STDIN_FILENO;

	if (!is_stdin)
		/* A FIFO nobody writes to yet is waited for later. */
		fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (is_stdin)
		name = "standard input";
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(e, EX_NOINPUT, "cannot open '%s'", name);
	if (S_ISDIR(st.st_mode)) {
		if (!is_stdin)
			close(fd);
		return err_set(e, EX_NOINPUT,
		    "cannot read '%s': it is a directory", name);
	}
	if (S_ISFIFO(st.st_mode))
		enlarge_pipe(fd);
	*c = (struct channel){ .name = mem_text(name, strlen(name)), .fd = fd,
		.is_live = !S_ISREG(st.st_mode),
		.is_pipe = S_ISFIFO(st.st_mode), .time = INT64_MAX };
	if (!c->is_live) {
		c->time = st.st_mtim.tv_sec;
		c->size = (uint64_t)st.st_size;
	}
	return 0;
}

void
channel_close(struct channel *c)
{
	if (c->fd != STDIN_FILENO)
		close(c->fd);
	free(c->name);
}

ssize_t
channel_read(struct channel *c, void *p, size_t n, struct err *e)
{
	ssize_t got;

	do {
		got = read(c->fd, p, n);
	} while (got < 0 && errno == EINTR && !c->is_interruptible);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return -2;
	if (got < 0)
		return err_errno(e, EX_IOERR, "cannot read '%s'", c->name);
	c->at_end = got == 0;
	c->taken += (uint64_t)got;
	return got;
}

size_t
channel_take(struct channel *c, void *p, size_t n)
{
	struct iovec room = { .iov_base = p, .iov_len = n };
	ssize_t got;

	/* An error of a socket would be told once, and to nobody. */
	if (!c->is_pipe || c->must_ask)
		return 0;
	got = preadv2(c->fd, &room, 1, -1, RWF_NOWAIT);
	c->must_ask = got < 0 && errno == EOPNOTSUPP;
	if (got <= 0)
		return 0;
	c->taken += (uint64_t)got;
	return (size_t)got;
}

int
channel_seek(struct channel *c, uint64_t offset, struct err *e)
{
	if (lseek(c->fd, (off_t)offset, SEEK_SET) < 0)
		return err_errno(e, EX_IOERR, "cannot read '%s'", c->name);
	c->taken = offset;
	c->at_end = false;
	return 0;
}
