/* SPDX-License-Identifier: ISC */
/* Files of a log that move while they are looked at, a directory that cannot be
 * read to its end, and when lines were written that are missing. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "deliver/gap.h"
#include "deliver/rotation.h"
#include "deliver/segment.h"
#include "moment.h"
#include "scratch.h"
#include "tap.h"

/* The only one that is asked: a name twice, then no more can be read. */
struct dirent *
readdir(DIR *directory)
{
	static struct dirent one;
	static unsigned calls;

	(void)directory;
	if (calls++ % 3 == 2) {
		errno = EIO;
		return NULL;
	}
	strcpy(one.d_name, "log.1");
	return &one;
}

static void
test_directory(void)
{
	struct rotation r;
	struct segments s;
	struct err e = { 0 };

	ok(rotation_list(&r, "log", &e) == -1 && e.status == EX_IOERR &&
	    strstr(e.text, "cannot read '.'"), "files of a log: %s", e.text);
	rotation_release(&r);
	e.status = 0;
	ok(segments_find(&s, "state", &e) == -1 && e.status == EX_IOERR,
	    "those of a journal");
	segments_release(&s);
	ok(symlink("log.1", "log.1") == 0 && rotation_list(&r, "log", &e) == -1
	    && e.status == EX_IOERR && strstr(e.text, "cannot look at"),
	    "a file of them: %s", e.text);
	rotation_release(&r);
}

static void
test_moved(void)
{
	struct rotated one = { .name = mem_text("a", 1) };
	struct err e = { .status = -7 };
	struct input *in;

	spew("a", SLICE("1\n"));
	spew("b", SLICE("2\n"));
	ok(rotated_look(&one, -1, "a", &e) == 1 && one.size == 2,
	    "it is there");
	in = rotated_open(&one, &e);
	ok(in != NULL, "and can be opened");
	input_close(in);
	ok(rename("b", "a") == 0 && !rotated_open(&one, &e) && e.status == 0,
	    "another one has its name: none");
	e.status = -7;
	ok(unlink("a") == 0 && !rotated_open(&one, &e) && e.status == 0,
	    "nobody has it: none");
	free(one.name);
}

/* A freed inode is soon another file's: it is told by when it was born, or, as one
 * that was emptied, by its size. */
static void
test_other(void)
{
	struct rotated one = { .name = mem_text("a", 1) }, born;
	struct input *in;
	struct err e;

	spew("a", SLICE("1234"));
	ok(rotated_look(&one, -1, "a", &e) == 1, "a file");
	one.size--;
	in = rotated_open(&one, &e);
	ok(in != NULL, "to which something was added");
	input_close(in);
	one.size += 2;
	ok(!rotated_open(&one, &e) && e.status == 0, "it was emptied");
	one.size--;
	born = one;
	born.born++;
	ok(!rotated_open(&born, &e) && e.status == 0, "another that has its "
	    "inode");
	unlink("a");
	free(one.name);
}

static void
test_find(void)
{
	struct rotated files[] = { { .device = 1, .inode = 7, .born = 0 },
		{ .device = 1, .inode = 7, .born = 5 },
		{ .device = 1, .inode = 8, .born = 0 } };
	const struct rotation r = { .files = files, .n = 3 };

	ok(rotation_find(&r, 1, 7, 5) == 1, "an inode, and when it was born");
	ok(rotation_find(&r, 2, 7, 5) == 1, "on a disk of another number");
	ok(rotation_find(&r, 1, 7, 6) == -1, "born at another time");
	ok(rotation_find(&r, 1, 8, 0) == 2, "nobody knows when");
	ok(rotation_find(&r, 2, 8, 0) == -1, "then the disk must be the same");
}

static void
is_written(uint64_t from, uint64_t to, uint64_t from2, uint64_t to2,
    const char *when)
{
	const uint64_t second = 1000000000;
	struct gap g;
	const char *text;

	gap_init(&g, "log");
	gap_note(&g, GAP_GONE, from * second, to * second);
	gap_note(&g, GAP_GONE, from2 * second, to2 * second);
	text = gap_next(&g);
	if (!ok(text && strstr(text, when), "%s", when))
		printf("# %s\n", text ? text : "nothing");
}

static void
test_times(void)
{
	set_zone("UTC");
	is_written(100, 200, 150, 160,
	    "between 1970-01-01T00:01:40+0000 and 1970-01-01T00:03:20+0000");
	is_written(150, 160, 100, 200,
	    "between 1970-01-01T00:01:40+0000 and 1970-01-01T00:03:20+0000");
	is_written(100, 200, 150, 0,
	    "between 1970-01-01T00:01:40+0000 and now");
	is_written(100, 0, 150, 200,
	    "between 1970-01-01T00:01:40+0000 and now");
	is_written(100, 90, 100, 100, "about 1970-01-01T00:01:40+0000");
	is_written(0, 90, 0, 90, "before 1970-01-01T00:01:30+0000");
}

int
main(void)
{
	scratch_begin();
	test_directory();
	test_moved();
	test_other();
	test_find();
	test_times();
	scratch_end();
	return done();
}
