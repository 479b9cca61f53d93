/* SPDX-License-Identifier: ISC */
/* Files that stay as they were. */
#include "base/filecopy.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

ssize_t
filecopy_read(int fd, void *p, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(fd, (char *)p + done, n - done,
		    (off_t)done);

		if (got == 0 || (got < 0 && errno != EINTR))
			return got < 0 ? -1 : (ssize_t)done;
		if (got > 0)
			done += (size_t)got;
	}
	return (ssize_t)n;
}

/* All pages are had at once, which spares a fault for each.  Large ones are not
 * asked for: a virtual machine may first have to get them back, for
 * milliseconds. */
void *
filecopy_map(int fd, size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE |
	    MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	ssize_t got;
	int error;

	if (p == MAP_FAILED)
		return NULL;
	got = filecopy_read(fd, p, n);
	if (got == (ssize_t)n)
		return p;
	error = got < 0 ? errno : ENODATA;
	munmap(p, n);
	errno = error;
	return NULL;
}
