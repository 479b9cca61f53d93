/* SPDX-License-Identifier: ISC */
/* Packed files: gzip from files and pipes, whole, cut and damaged, and what is
 * packed otherwise. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/input.h"
#include "pack.h"
#include "reading.h"
#include "scratch.h"
#include "tap.h"

static void
test_gzip(void)
{
	static const struct slice words = SLICE("one\ntwo\nthree");
	struct buf gz, text;
	struct seen s;
	size_t n;

	buf_init(&gz, MANY);
	buf_init(&text, MANY);
	add_gzip(&gz, words, 9);
	n = gz.n;
	ok(reads_whole(buf_slice(&gz), words, "one"), "one member");
	add_gzip(&gz, SLICE(" more\n"), 0);
	add_gzip(&gz, SLICE(""), 6);
	add_gzip(&gz, SLICE("four\n"), 1);
	ok(reads_whole(buf_slice(&gz), SLICE("one\ntwo\nthree more\nfour\n"),
	    "four"), "four members, a line across two, one empty");
	gz.n = n;
	memset(buf_room(&gz, 5000), 0, 5000);
	gz.n += 5000;
	seen_init(&s);
	read_bytes(&s, buf_slice(&gz));
	ok(!s.garbage && s.taken == gz.n && s.size == gz.n &&
	    is_whole(&s, words, "zeros"), "zeros behind are padding");
	add_gzip(&gz, SLICE("\nfour\n"), 6);
	ok(reads_whole(buf_slice(&gz), SLICE("one\ntwo\nthree\nfour\n"),
	    "zeros between"), "zeros between members too");
	gz.n = n;
	buf_add(&gz, SLICE("\0\0garbage\n"));
	seen_init(&s);
	read_bytes(&s, buf_slice(&gz));
	ok(s.garbage && is_whole(&s, words, "garbage"),
	    "garbage behind is noted, and no line");
	seen_init(&s);
	read_pipe(&s, buf_slice(&gz), 1);
	ok(s.garbage && is_whole(&s, words, "garbage"), "in a pipe too");
	gz.n = n;
	buf_add(&gz, SLICE("\x1f\x00"));
	seen_init(&s);
	read_bytes(&s, buf_slice(&gz));
	ok(s.garbage && is_whole(&s, words, "garbage"),
	    "a beginning that is no member is garbage");
	buf_reset(&gz);
	add_gzip(&gz, SLICE(""), 6);
	ok(reads_whole(buf_slice(&gz), SLICE(""), "empty"), "nothing, packed");
	/* Far more than a block comes out of a few bytes. */
	memset(buf_room(&text, 3000000), '\n', 3000000);
	text.n = 3000000;
	memset(text.p + 100000, 'x', 2000000);
	buf_reset(&gz);
	add_gzip(&gz, buf_slice(&text), 9);
	seen_init(&s);
	read_bytes(&s, buf_slice(&gz));
	ok(s.cut == 1 && is_whole(&s, buf_slice(&text), "bomb"),
	    "3 MB out of %zu bytes, with a line of 2 MB", gz.n);
	buf_release(&gz);
	buf_release(&text);
}

static void
test_splits(void)
{
	struct buf text, gz;
	bool good = true;

	buf_init(&text, MANY);
	buf_init(&gz, MANY);
	add_random_lines(&text, 200000);
	for (unsigned most = 1; most < 65536; most *= 5) {
		struct slice part = slice_to(buf_slice(&text), most * 2000);
		struct seen s;

		buf_reset(&gz);
		add_gzip(&gz, slice_to(part, part.n / 3), 6);
		add_gzip(&gz, slice_from(part, part.n / 3), 1);
		seen_init(&s);
		read_pipe(&s, buf_slice(&gz), most);
		good = is_whole(&s, part, "gzip") && good;
	}
	ok(good, "gzip in random pieces, from single bytes on");
	buf_release(&text);
	buf_release(&gz);
}

/* Cut at every byte: whole lines of the true text, then the error. */
static void
test_gzip_cut(void)
{
	struct buf text, gz;
	bool good = true, stored = true;
	size_t ends[3];

	buf_init(&text, 100000);
	buf_init(&gz, 100000);
	add_random_lines(&text, 700);
	for (size_t i = 0; i < 3; i++) {
		add_gzip(&gz, (struct slice){ text.p + i * 200, i < 2 ? 200 :
		    text.n - 400 }, 6);
		ends[i] = gz.n;
	}
	for (size_t n = 1; n < gz.n && good; n++) {
		struct seen s;
		int at = n == ends[0] ? 1 : n == ends[1] ? 2 : 0;

		seen_init(&s);
		read_bytes(&s, slice_to(buf_slice(&gz), n));
		good = at ? is_whole(&s, slice_to(buf_slice(&text), (size_t)at
		    * 200), "members") : is_damaged(&s, buf_slice(&text),
		    "cut short");
		if (!good)
			printf("# cut at %zu of %zu\n", n, gz.n);
	}
	ok(good, "three members, cut at every byte");
	/* Stored, so that it is known which lines are there: a header of 10
	 * bytes, 5 of the block, then the text as it is. */
	buf_reset(&gz);
	add_gzip(&gz, buf_slice(&text), 0);
	for (size_t n = 15; n < gz.n && stored; n++) {
		struct slice there = slice_to(buf_slice(&text), n - 15);
		struct buf want;
		struct seen s;

		there.n = slice_find_last(there, SLICE("\n")) < there.n ?
		    slice_find_last(there, SLICE("\n")) + 1 : 0;
		buf_init(&want, 100000);
		add_lines(&want, there);
		seen_init(&s);
		read_bytes(&s, slice_to(buf_slice(&gz), n));
		stored = slice_is(buf_slice(&s.lines), buf_slice(&want)) &&
		    is_damaged(&s, buf_slice(&text), "cut short");
		if (!stored)
			printf("# cut at %zu of %zu\n", n, gz.n);
		buf_release(&want);
	}
	ok(stored, "every line before the cut comes");
	buf_release(&text);
	buf_release(&gz);
}

static void
test_gzip_damage(void)
{
	struct buf text, gz;
	bool good = true, touched = false;
	size_t damaged = 0;
	struct seen s;

	buf_init(&text, 100000);
	buf_init(&gz, 100000);
	add_random_lines(&text, 400);
	add_gzip(&gz, buf_slice(&text), 6);
	for (size_t behind = 1; behind <= 8; behind++) {
		gz.p[gz.n - behind] ^= 1;
		seen_init(&s);
		read_bytes(&s, buf_slice(&gz));
		touched = touched || s.touched;
		good = s.lines.n == text.n && is_damaged(&s, buf_slice(&text),
		    "damaged") && good;
		gz.p[gz.n - behind] ^= 1;
	}
	ok(good, "a wrong sum or length: all lines, then the error");
	ok(!touched, "an error is written only when it is reported");
	good = true;
	for (size_t i = 10; i < gz.n - 8; i++) {
		gz.p[i] ^= 0x40;
		seen_init(&s);
		read_bytes(&s, buf_slice(&gz));
		damaged += s.rc < 0 && s.e.status == EX_DATAERR;
		good = good && !s.torn && (s.rc < 0 ||
		    slice_is(buf_slice(&s.lines), buf_slice(&text)));
		buf_release(&s.lines);
		gz.p[i] ^= 0x40;
	}
	/* The last bits of the last byte may be padding. */
	ok(good && damaged >= gz.n - 19, "any bit flipped is found");
	seen_init(&s);
	read_bytes(&s, SLICE("\x1f\x8b\x07nothing like it"));
	ok(is_damaged(&s, SLICE(""), "damaged"), "an unknown method");
	seen_init(&s);
	read_bytes(&s, SLICE("\x1f\x8b"));
	ok(is_damaged(&s, SLICE(""), "cut short"), "two bytes of gzip");
	seen_init(&s);
	read_bytes(&s, SLICE("\x1f"));
	ok(is_damaged(&s, SLICE(""), "cut short"), "one byte of gzip");
	buf_release(&text);
	buf_release(&gz);
}

static void
test_foreign(void)
{
	static const struct {
		struct slice bytes;
		const char *reader;
	} files[] = {
		{ SLICE("\xfd" "7zXZ\0\0\4abc\ndef\n"), "xzcat" },
		{ SLICE("\x28\xb5\x2f\xfd\4abc\ndef\n"), "zstdcat" },
		{ SLICE("BZh91AY&SYabc\ndef\n"), "bzcat" },
		{ SLICE("BZh11AY&SYabc\ndef\n"), "bzcat" },
	};
	bool file = true, pipe_good = true, levels = true;

	for (char level = '1'; level <= '9'; level++) {
		char bytes[] = "BZh?1AY&SYabc\ndef\n";
		struct seen s;

		bytes[3] = level;
		seen_init(&s);
		read_bytes(&s, slice_text(bytes));
		levels = is_damaged(&s, SLICE(""), "bzcat") && levels;
	}
	ok(levels, "bzip2 of every level is named");
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct seen s;

		seen_init(&s);
		read_bytes(&s, files[i].bytes);
		file = is_damaged(&s, SLICE(""), files[i].reader) && file;
		seen_init(&s);
		read_pipe(&s, files[i].bytes, 1);
		pipe_good = is_damaged(&s, SLICE(""), files[i].reader) &&
		    pipe_good;
	}
	ok(file, "other compressions are named, with what reads them");
	ok(pipe_good, "also when they come byte by byte");
}

/* Whether all lines of packed bytes come while the writer keeps the pipe open:
 * in a process of its own, since input_next() might wait for ever. */
static bool
comes_at_once(struct slice bytes, struct slice lines)
{
	int ends[2], status = -1;
	pid_t pid;

	if (pipe(ends) < 0)
		return false;
	(void)!write(ends[1], bytes.p, bytes.n);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct input *in;
		struct seen s;

		alarm(1);
		dup2(ends[0], STDIN_FILENO);
		seen_init(&s);
		in = input_open("-", &s.e);
		for (int i = 0; i < PATIENCE && in && s.rc > 0 &&
		    input_wait(in, 20000, -1, NULL) > 0; i++)
			take(&s, in);
		_exit(!slice_is(buf_slice(&s.lines), lines));
	}
	waitpid(pid, &status, 0);
	close(ends[0]);
	close(ends[1]);
	return status == 0;
}

static void
test_live_gzip(void)
{
	struct buf gz;

	buf_init(&gz, 100000);
	add_gzip(&gz, SLICE("one\n"), 6);
	ok(comes_at_once(buf_slice(&gz), SLICE("one\n")),
	    "a member comes while the pipe stays open");
	buf_add_byte(&gz, '\x1f');
	ok(comes_at_once(buf_slice(&gz), SLICE("one\n")),
	    "no waiting behind input_wait(): a member and a byte of the next");
	gz.n--;
	add_gzip(&gz, SLICE("two\n"), 6);
	ok(comes_at_once(buf_slice(&gz), SLICE("one\ntwo\n")),
	    "no waiting behind input_wait(): two members at once");
	buf_release(&gz);
}

int
main(void)
{
	scratch_begin();
	test_gzip();
	test_splits();
	test_gzip_cut();
	test_gzip_damage();
	test_foreign();
	test_live_gzip();
	scratch_end();
	return done();
}
