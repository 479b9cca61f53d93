/* SPDX-License-Identifier: ISC */
/* Whole, and on the disk. */
#include "base/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/siblings.h"

int
durable_write(int fd, const char *file, struct slice bytes, struct err *e)
{
	size_t done = 0;

	while (done < bytes.n) {
		ssize_t n = write(fd, bytes.p + done, bytes.n - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			return err_errno(e, EX_IOERR, "cannot write to '%s'",
			    file);
	}
	return 0;
}

int
durable_read(int fd, const char *file, struct buf *out, struct err *e)
{
	char piece[16 * 1024];
	ssize_t n;

	while ((n = read(fd, piece, sizeof piece)) != 0) {
		if (n > 0)
			buf_add(out, (struct slice){ piece, (size_t)n });
		else if (errno != EINTR)
			return err_errno(e, EX_IOERR, "cannot read '%s'",
			    file);
		if (out->overflow)
			break;
	}
	return 0;
}

int
durable_name(const char *file, struct err *e)
{
	char *directory = siblings_directory(file);
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;

	if (fd < 0)
		rc = err_errno(e, EX_IOERR, "cannot open '%s'", directory);
	else if (fsync(fd) < 0)
		rc = err_errno(e, EX_IOERR, "cannot sync '%s'", directory);
	if (fd >= 0)
		close(fd);
	free(directory);
	return rc;
}

int
durable_move(const char *from, const char *to, struct err *e)
{
	struct stat st;

	if (lstat(to, &st) == 0)
		return err_set(e, EX_CANTCREAT, "cannot move '%s' away: '%s' is "
		    "there", from, to);
	if (rename(from, to) == 0)
		return durable_name(to, e) < 0 ? -1 : 1;
	if (errno == ENOENT)
		return 0;
	return err_errno(e, EX_CANTCREAT, "cannot move '%s' away", from);
}
