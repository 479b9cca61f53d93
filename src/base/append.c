/* SPDX-License-Identifier: ISC */
/* Files that are appended to. */
#include "base/append.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int
check_kind(const char *file, const struct stat *st, struct err *e)
{
	if (!S_ISREG(st->st_mode))
		return err_set(e, EX_CANTCREAT, "will not write to '%s': not "
		    "a regular file", file);
	if (st->st_nlink != 1)
		return err_set(e, EX_CANTCREAT, "will not write to '%s': it "
		    "has another name (hard link)", file);
	return 0;
}

int
append_open(const char *file, struct stat *st, struct err *e)
{
	/* O_NONBLOCK: a FIFO must not make us wait. */
	int fd = open(file, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW |
	    O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0640);

	if (fd < 0 && errno == ELOOP)
		return err_set(e, EX_CANTCREAT, "will not write to '%s': it "
		    "is a symbolic link", file);
	if (fd < 0)
		return err_errno(e, EX_CANTCREAT, "cannot open '%s' for "
		    "writing", file);
	if (fstat(fd, st) < 0)
		err_errno(e, EX_CANTCREAT, "cannot look at '%s'", file);
	else if (check_kind(file, st, e) == 0)
		return fd;
	close(fd);
	return -1;
}
