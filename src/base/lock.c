/* SPDX-License-Identifier: ISC */
/* One writer at a time. */
#include "base/lock.h"

#include <errno.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/sysmacros.h>

/* The process that holds the lock on a file, 0 if the system does not say. */
static long
lock_holder(const struct stat *st)
{
	FILE *f = fopen("/proc/locks", "re");
	char line[256];
	long holder = 0;

	while (f && !holder && fgets(line, sizeof line, f)) {
		unsigned long long inode;
		unsigned major, minor;
		long pid;

		if (sscanf(line, "%*d: FLOCK %*s %*s %ld %x:%x:%llu", &pid,
		    &major, &minor, &inode) == 4 && inode == st->st_ino &&
		    makedev(major, minor) == st->st_dev)
			holder = pid;
	}
	if (f)
		fclose(f);
	return holder;
}

int
lock_take(int fd, const char *file, const struct stat *st, struct err *e)
{
	long holder;
	int rc;

	do {
		rc = flock(fd, LOCK_EX | LOCK_NB);
	} while (rc < 0 && errno == EINTR);
	if (rc == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return err_errno(e, EX_CANTCREAT, "cannot lock '%s'", file);
	holder = lock_holder(st);
	if (holder)
		return err_set(e, EX_TEMPFAIL, "'%s' is being written by "
		    "process %ld", file, holder);
	return err_set(e, EX_TEMPFAIL, "'%s' is being written by another "
	    "process", file);
}
