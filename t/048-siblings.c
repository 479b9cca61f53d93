/* SPDX-License-Identifier: ISC */
/* The directory of a file, and the names in it. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/siblings.h"
#include "base/slice.h"
#include "scratch.h"
#include "tap.h"

static void
test_paths(void)
{
	static const char *const cases[][4] = {
		/* file, its directory, its own name, the path of "x" */
		{ "log", ".", "log", "x" },
		{ "./log", ".", "log", "./x" },
		{ "/log", "/", "log", "/x" },
		{ "/var/log/mail.log", "/var/log", "mail.log", "/var/log/x" },
		{ "a//b", "a/", "b", "a//x" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *directory = siblings_directory(cases[i][0]);
		char *path = siblings_path(cases[i][0], "x");

		is(slice_text(directory), cases[i][1], cases[i][0]);
		is(slice_text(siblings_own(cases[i][0])), cases[i][2],
		    "its own name");
		is(slice_text(path), cases[i][3], "another name there");
		free(directory);
		free(path);
	}
}

struct found {
	unsigned ones, others;
	ino_t inode;
	int answer;
};

static int
look(void *with, const char *name, ino_t inode, struct err *e)
{
	struct found *f = with;

	(void)e;
	if (strcmp(name, "one") == 0) {
		f->ones++;
		f->inode = inode;
		return f->answer;
	}
	f->others++;
	return 0;
}

static void
test_walk(void)
{
	struct found all = { .ones = 0 }, first = { .answer = 7 };
	struct stat st;
	struct err e;

	ok(mkdir("d", 0700) == 0 && close(creat("d/one", 0600)) == 0 &&
	    close(creat("d/two", 0600)) == 0 && stat("d/one", &st) == 0,
	    "a directory with two files");
	ok(siblings_each("d/missing", EX_NOINPUT, look, &all, &e) == 0 &&
	    all.ones == 1 && all.others == 3 && all.inode == st.st_ino,
	    "both are told, with their inodes, and the two directories");
	ok(siblings_each("d/two", EX_NOINPUT, look, &first, &e) == 7 &&
	    first.ones == 1, "other than 0 ends the walk");
	ok(siblings_each("none/x", EX_CANTCREAT, look, &all, &e) == -1 &&
	    e.status == EX_CANTCREAT && strstr(e.text, "'none'"),
	    "no directory: its name and the status wanted");
}

/* A file gets another name, but not that of one that is there. */
static void
test_move(void)
{
	struct stat st;
	struct err e;

	spew("d/old", SLICE("a"));
	spew("d/there", SLICE("bc"));
	ok(durable_move("d/old", "d/there", &e) == -1 &&
	    e.status == EX_CANTCREAT && strstr(e.text, "'d/there' is there") &&
	    stat("d/there", &st) == 0 && st.st_size == 2,
	    "a name that is taken");
	ok(durable_move("d/old", "d/new", &e) == 1 &&
	    stat("d/new", &st) == 0 && st.st_size == 1 &&
	    stat("d/old", &st) < 0, "one that is free");
	ok(durable_move("d/old", "d/newer", &e) == 0, "nothing to move");
}

int
main(void)
{
	scratch_begin();
	test_paths();
	test_walk();
	test_move();
	scratch_end();
	return done();
}
