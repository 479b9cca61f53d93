/* SPDX-License-Identifier: ISC */
/* Copies of files stay as they were, whatever becomes of the file. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/filecopy.h"
#include "scratch.h"
#include "tap.h"

enum { SIZE = 300 * 1000 + 7 };

/* The file, open; its bytes are in *text. */
static int
make_file(struct buf *text)
{
	int fd;

	buf_reset(text);
	for (size_t i = 0; i < SIZE; i++)
		buf_add_byte(text, (char)(i * 7 + i / 251));
	spew("file", buf_slice(text));
	fd = open("file", O_RDWR);
	if (fd < 0)
		printf("# no file\n");
	return fd;
}

static bool
is_copied(int fd, const struct buf *text, size_t n)
{
	void *p = filecopy_map(fd, n);
	bool same = p && memcmp(p, text->p, n) == 0;

	if (p)
		munmap(p, n);
	return same;
}

static void
test_changes(void)
{
	struct buf text;
	char *p;
	int fd;

	buf_init(&text, SIZE);
	fd = make_file(&text);
	ok(is_copied(fd, &text, SIZE) && is_copied(fd, &text, SIZE - 1) &&
	    is_copied(fd, &text, 4096) && is_copied(fd, &text, 1),
	    "all of a file, or its beginning");
	lseek(fd, 1000, SEEK_SET);
	ok(is_copied(fd, &text, SIZE) && lseek(fd, 0, SEEK_CUR) == 1000,
	    "wherever it is read, which stays so");
	p = filecopy_map(fd, SIZE);
	ok(pwrite(fd, "xxxxxxxx", 8, 0) == 8 &&
	    pwrite(fd, "xxxxxxxx", 8, SIZE - 8) == 8 && p &&
	    memcmp(p, text.p, SIZE) == 0, "the file is written over");
	ok(ftruncate(fd, 0) == 0 && p && memcmp(p, text.p, SIZE) == 0,
	    "the file is cut");
	errno = 0;
	ok(!filecopy_map(fd, SIZE) && errno == ENODATA, "it is shorter now");
	close(fd);
	unlink("file");
	ok(p && memcmp(p, text.p, SIZE) == 0, "the file is gone");
	if (p)
		munmap(p, SIZE);
	buf_release(&text);
}

static void
test_limits(void)
{
	struct rlimit memory, small = { .rlim_cur = 4096 };
	struct buf text;
	int fd;

	buf_init(&text, SIZE);
	fd = make_file(&text);
	getrlimit(RLIMIT_AS, &memory);
	small.rlim_max = memory.rlim_max;
	setrlimit(RLIMIT_AS, &small);
	errno = 0;
	ok(!filecopy_map(fd, SIZE) && errno == ENOMEM, "there is no memory");
	setrlimit(RLIMIT_AS, &memory);
	ok(is_copied(fd, &text, SIZE), "and there is again");
	close(fd);
	buf_release(&text);
}

int
main(void)
{
	scratch_begin();
	test_changes();
	test_limits();
	scratch_end();
	return done();
}
