/* SPDX-License-Identifier: ISC */
/* Fuzz target: any bytes as a file, gzip among them; blocks must hold whole
 * lines and end. */
#include <stdlib.h>
#include <sys/mman.h>
#include <stdio.h>
#include <unistd.h>

#include "base/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bytes of a block, at most; a small bomb unpacks to a thousand times. */
enum { UNPACKED_MAX = 64 * 1024 * 1024 };

static void
read_all(struct input *in)
{
	struct slice block, line;
	struct err e = { 0 };
	size_t total = 0;
	int rc;

	while ((rc = input_next(in, &block, &e)) > 0 && total < UNPACKED_MAX) {
		total += block.n;
		while (input_line(&block, &line))
			if (line.n && line.p[line.n - 1] == '\n')
				abort();
	}
	if (rc < 0 && e.status != EX_DATAERR)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct input *in;
	char name[64];
	struct err e;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	in = input_open(name, &e);
	if (!in)
		abort();
	read_all(in);
	input_close(in);
	close(fd);
	return 0;
}
