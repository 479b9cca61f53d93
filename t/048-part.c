/* SPDX-License-Identifier: ISC */
/* Parts of a file: together all its lines, once and in order. */
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/input.h"
#include "base/part.h"
#include "tap.h"

static int
file_with(struct slice text)
{
	char name[] = "/tmp/mls-part-XXXXXX";
	int fd = mkstemp(name);

	if (fd < 0 || unlink(name) < 0 ||
	    write(fd, text.p, text.n) != (ssize_t)text.n) {
		perror(name);
		exit(1);
	}
	return fd;
}

/* What a part gives when it is read in pieces of at most n bytes, without what
 * belongs to the part before. */
static void
add_part(int fd, uint64_t from, uint64_t to, size_t piece, struct buf *out)
{
	struct part p = part_of(from, to);
	bool skips = from > 0;
	char text[256];
	ssize_t n;

	while ((n = part_read(&p, fd, text, piece)) > 0) {
		struct slice s = { text, (size_t)n };

		if (skips && slice_find_byte(s, '\n') == s.n)
			continue;
		if (skips)
			s = slice_from(s, slice_find_byte(s, '\n') + 1);
		skips = false;
		buf_add(out, s);
	}
}

/* Every way to cut a text in three. */
static bool
are_whole(struct slice text, size_t piece)
{
	int fd = file_with(text);
	bool good = true;
	struct buf out;

	buf_init(&out, 4096);
	for (uint64_t a = 1; a <= text.n; a++)
		for (uint64_t b = a; b <= text.n; b++) {
			buf_reset(&out);
			add_part(fd, 0, a, piece, &out);
			if (b > a)
				add_part(fd, a, b, piece, &out);
			add_part(fd, b, UINT64_MAX, piece, &out);
			good = good && slice_is(buf_slice(&out), text);
		}
	buf_release(&out);
	close(fd);
	return good;
}

static void
test_cuts(void)
{
	static const struct slice texts[] = {
		SLICE("one\ntwo and more\n\n\nfive\n"),
		SLICE("no newline at the end\nof the last"),
		SLICE("only one line of some length, without an end"),
		SLICE("\n\n\n"), SLICE("\n"), SLICE("x"),
		SLICE("a\r\nb\r\n"),
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (size_t piece = 1; piece < 256; piece = 2 * piece + 1)
			ok(are_whole(texts[i], piece), "text %zu, %zu bytes "
			    "at a time", i, piece);
}

static void
test_taken(void)
{
	int fd = file_with(SLICE("first\nsecond\nthird\n"));
	struct part p = part_of(7, 9);
	char text[64];

	ok(part_taken(&p) == 0, "nothing is taken yet");
	ok(part_read(&p, fd, text, sizeof text) > 0 && part_taken(&p) == 2,
	    "what lies between the offsets counts");
	while (part_read(&p, fd, text, sizeof text) > 0)
		;
	ok(part_taken(&p) == 2, "and not the rest of the last line");
	ok(lseek(fd, 0, SEEK_CUR) == 19, "the file's own offset stays");
	close(fd);
	p = part_of(0, 5);
	ok(part_read(&p, -1, text, sizeof text) == -1, "an error is one");
}

int
main(void)
{
	test_cuts();
	test_taken();
	return done();
}
