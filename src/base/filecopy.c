/* SPDX-License-Identifier: ISC */
/* Files that stay as they were. */
#include "base/filecopy.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
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

/* Into a file that has no name, so that nobody else can change it.  Memory of
 * our own would do, but has a page fault for each of its pages, where a file's
 * are mapped many at a time. */
static void *
copy_to_file(int fd, size_t n)
{
	int copy = memfd_create("filecopy", MFD_CLOEXEC);
	void *p = MAP_FAILED;
	ssize_t got = 1;
	off_t at = 0;

	if (copy < 0)
		return p;
	while ((size_t)at < n && (got > 0 || (got < 0 && errno == EINTR)))
		got = sendfile(copy, fd, &at, n - (size_t)at);
	if ((size_t)at == n)
		p = mmap(NULL, n, PROT_READ, MAP_SHARED | MAP_POPULATE, copy,
		    0);
	close(copy);
	return p;
}

static void *
copy_to_memory(int fd, size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE |
	    MAP_ANONYMOUS, -1, 0);
	ssize_t got;
	int error;

	if (p == MAP_FAILED)
		return p;
	got = filecopy_read(fd, p, n);
	if (got == (ssize_t)n)
		return p;
	error = got < 0 ? errno : ENODATA;
	munmap(p, n);
	errno = error;
	return MAP_FAILED;
}

void *
filecopy_map(int fd, size_t n)
{
	void *p = copy_to_file(fd, n);

	/* Whoever is confined may not make such files, or none so large. */
	if (p == MAP_FAILED)
		p = copy_to_memory(fd, n);
	return p == MAP_FAILED ? NULL : p;
}
