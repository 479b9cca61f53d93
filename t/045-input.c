/* SPDX-License-Identifier: ISC */
/* Blocks of whole lines, from files, pipes and gzip: no line is lost, doubled
 * or torn, however the bytes come. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/input.h"
#include "chance.h"
#include "tap.h"

enum { MANY = 64 * 1024 * 1024, PATIENCE = 20 };

static void
spew(const char *name, struct slice text)
{
	FILE *f;

	/* Not written over: some file systems then wait for the disk. */
	unlink(name);
	f = fopen(name, "w");
	if (!f || (text.n && fwrite(text.p, 1, text.n, f) != text.n) ||
	    fclose(f))
		printf("# cannot write %s\n", name);
}

/* Lines in a plain form: each cut to INPUT_LINE_MAX, each with a newline. */
static void
add_lines(struct buf *out, struct slice text)
{
	while (text.n) {
		size_t n = slice_find_byte(text, '\n');

		buf_add(out, slice_to(slice_to(text, n), INPUT_LINE_MAX));
		buf_add_byte(out, '\n');
		text = slice_from(text, n + 1);
	}
}

/* What came out of an input. */
struct seen {
	struct buf lines;
	int rc;			/* of the last input_next() */
	struct err e;
	bool torn;		/* a block ended within a line */
	bool touched;		/* a success that wrote an error */
	uint64_t cut, taken, size;
	bool garbage;
};

static void
seen_init(struct seen *s)
{
	*s = (struct seen){ .rc = 1 };
	buf_init(&s->lines, MANY);
}

/* One block.  A line may lack its newline only at the end, or if cut. */
static void
take(struct seen *s, struct input *in)
{
	struct err e = { .status = 0 };
	struct slice block, rest, line = { NULL, 0 };

	s->rc = input_next(in, &block, &e);
	if (s->rc < 0)
		s->e = e;
	else if (e.status)
		s->touched = true;
	if (s->rc <= 0)
		return;
	if (block.n && s->lines.n && s->lines.p[s->lines.n - 1] != '\n')
		s->torn = true;
	rest = block;
	while (input_line(&rest, &line)) {
		buf_add(&s->lines, slice_to(line, INPUT_LINE_MAX));
		if (rest.n || block.p[block.n - 1] == '\n' ||
		    line.n >= INPUT_LINE_MAX)
			buf_add_byte(&s->lines, '\n');
	}
}

static void
finish(struct seen *s, struct input *in)
{
	/* The last line needs no newline. */
	if (s->lines.n && s->lines.p[s->lines.n - 1] != '\n')
		buf_add_byte(&s->lines, '\n');
	s->cut = input_cut_lines(in);
	s->garbage = input_has_garbage(in);
	s->taken = input_taken(in);
	s->size = input_size(in);
	input_close(in);
}

static void
read_file(struct seen *s, const char *name)
{
	struct input *in = input_open(name, &s->e);

	if (!in) {
		s->rc = -1;
		return;
	}
	while (s->rc > 0)
		take(s, in);
	finish(s, in);
}

static void
read_bytes(struct seen *s, struct slice bytes)
{
	spew("input", bytes);
	read_file(s, "input");
}

/* Through a pipe, in pieces of at most so many bytes, each read as soon as it
 * is written. */
static void
read_pipe(struct seen *s, struct slice bytes, unsigned most)
{
	struct input *in = NULL;
	int ends[2];

	if (pipe2(ends, O_NONBLOCK) < 0 || dup2(ends[0], STDIN_FILENO) < 0 ||
	    !(in = input_open("-", &s->e)))
		printf("# no pipe\n");
	close(ends[0]);
	while (in && bytes.n && s->rc > 0) {
		struct slice piece = slice_to(bytes, 1 + chance(most));

		if (write(ends[1], piece.p, piece.n) != (ssize_t)piece.n)
			printf("# cannot write to the pipe\n");
		bytes = slice_from(bytes, piece.n);
		for (int i = 0; i < PATIENCE && s->rc > 0 &&
		    (i == 0 || input_wait(in, 0, -1, NULL) > 0); i++)
			take(s, in);
	}
	close(ends[1]);
	for (int i = 0; in && i < 1000 && s->rc > 0; i++)
		take(s, in);
	if (in)
		finish(s, in);
}

/* Whether all of a text came, to its good end. */
static bool
is_whole(struct seen *s, struct slice text, const char *what)
{
	struct buf want;
	size_t at = 0;
	bool good;

	buf_init(&want, MANY);
	add_lines(&want, text);
	while (at < want.n && at < s->lines.n && want.p[at] == s->lines.p[at])
		at++;
	good = s->rc == 0 && !s->torn && want.n == s->lines.n && at == want.n;
	if (!good)
		printf("# %s: rc %d %s, torn %d, %zu bytes of %zu, the same "
		    "up to %zu\n", what, s->rc, s->e.text, s->torn,
		    s->lines.n, want.n, at);
	buf_release(&want);
	buf_release(&s->lines);
	return good;
}

static bool
reads_whole(struct slice bytes, struct slice text, const char *what)
{
	struct seen s;

	seen_init(&s);
	read_bytes(&s, bytes);
	return is_whole(&s, text, what);
}

/* What came is the beginning of a text, in whole lines; then the error. */
static bool
is_damaged(struct seen *s, struct slice text, const char *says)
{
	struct buf want;
	bool good;

	buf_init(&want, MANY);
	add_lines(&want, text);
	good = s->rc == -1 && s->e.status == EX_DATAERR && !s->torn &&
	    strstr(s->e.text, says) &&
	    slice_starts(buf_slice(&want), buf_slice(&s->lines));
	if (!good)
		printf("# rc %d, status %d, '%s', %zu bytes\n", s->rc,
		    s->e.status, s->e.text, s->lines.n);
	buf_release(&want);
	buf_release(&s->lines);
	return good;
}

/* One gzip member. */
static void
add_gzip(struct buf *out, struct slice text, int level)
{
	z_stream z = { .next_in = NULL };
	size_t room = text.n + text.n / 1000 + 1000;

	if (deflateInit2(&z, level, Z_DEFLATED, 16 + MAX_WBITS, 8,
	    Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	z.next_in = (unsigned char *)(uintptr_t)text.p;
	z.avail_in = (uInt)text.n;
	z.next_out = (unsigned char *)buf_room(out, room);
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		printf("# cannot pack\n");
	out->n += room - z.avail_out;
	deflateEnd(&z);
}

static void
add_random_lines(struct buf *out, size_t n)
{
	while (out->n < n) {
		for (unsigned k = chance(chance(20) ? 120 : 3000); k > 0; k--)
			buf_add_byte(out, "abcdefgh \0\xff[]:"[chance(14)]);
		buf_add_byte(out, '\n');
	}
}

static void
test_small(void)
{
	static const struct slice texts[] = {
		SLICE(""), SLICE("\n"), SLICE("a"), SLICE("a\n"), SLICE("\n\n"),
		SLICE("a\nb"), SLICE("a\n\nb\n"), SLICE("\0"), SLICE("\0\n\0"),
		SLICE("\x1e\n"), SLICE("\x8b\x1f\n"), SLICE("\x1f" "abc\n"),
		SLICE("BZ"), SLICE("BZh9 is no archive\n"),
		SLICE("\xfd" "7z\n"),
		SLICE("(\n"), SLICE("\x28\xb5\n"), SLICE("\xff"),
	};
	bool file = true, pipe_good = true;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct seen s;

		file = reads_whole(texts[i], texts[i], "a file") && file;
		seen_init(&s);
		read_pipe(&s, texts[i], 1);
		pipe_good = is_whole(&s, texts[i], "a pipe") && pipe_good;
	}
	ok(file, "small texts from a file");
	ok(pipe_good, "small texts from a pipe, byte by byte");
}

static void
test_line(void)
{
	static const struct {
		struct slice block;
		const char *lines;
	} blocks[] = {
		{ SLICE(""), "" }, { SLICE("\n"), "[]" },
		{ SLICE("a"), "[a]" }, { SLICE("a\n"), "[a]" },
		{ SLICE("a\nb\n"), "[a][b]" }, { SLICE("a\nb"), "[a][b]" },
		{ SLICE("a\r\nb\r\n"), "[a][b]" }, { SLICE("\r\n"), "[]" },
		{ SLICE("\n\n"), "[][]" }, { SLICE("a\rb\n"), "[a\rb]" },
		{ SLICE("a\r\r\n"), "[a\r]" }, { SLICE("\n\r\n"), "[][]" },
	};
	bool good = true;
	struct buf b;

	buf_init(&b, 100);
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
		struct slice rest = blocks[i].block, line;

		buf_reset(&b);
		while (input_line(&rest, &line)) {
			buf_add_byte(&b, '[');
			buf_add(&b, line);
			buf_add_byte(&b, ']');
		}
		good = good && slice_is(buf_slice(&b),
		    slice_text(blocks[i].lines));
	}
	buf_release(&b);
	ok(good, "input_line: with LF, with CRLF, without");
}

/* Lines at the ceiling and far beyond, with and without a newline. */
static void
test_long(void)
{
	static const size_t lengths[] = { INPUT_LINE_MAX - 1, INPUT_LINE_MAX,
		INPUT_LINE_MAX + 1, 2 * INPUT_LINE_MAX, 320 * 1024 - 1,
		320 * 1024, 320 * 1024 + 1, 10 * 1024 * 1024 };
	struct buf text;

	buf_init(&text, MANY);
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		bool good = true, count = true;

		for (int form = 0; form < 6; form++) {
			struct seen s;

			buf_reset(&text);
			if (form & 1)
				buf_add(&text, SLICE("before\n"));
			memset(buf_room(&text, lengths[i]), 'x', lengths[i]);
			text.n += lengths[i];
			if (form & 2)
				buf_add(&text, SLICE("\nbehind\n"));
			seen_init(&s);
			if (form < 4)
				read_bytes(&s, buf_slice(&text));
			else
				read_pipe(&s, buf_slice(&text), 60000);
			count = count && (lengths[i] <= INPUT_LINE_MAX ?
			    s.cut == 0 : s.cut <= 1);
			if (lengths[i] > 320 * 1024)
				count = count && s.cut == 1;
			good = is_whole(&s, buf_slice(&text), "a long line") &&
			    good;
		}
		ok(good, "a line of %zu bytes", lengths[i]);
		ok(count, "how many lines were cut, at %zu bytes", lengths[i]);
	}
	buf_release(&text);
}

static void
test_splits(void)
{
	struct buf text, gz;
	bool plain = true, packed = true;

	buf_init(&text, MANY);
	buf_init(&gz, MANY);
	add_random_lines(&text, 1500000);
	buf_add(&text, SLICE("no newline"));
	ok(reads_whole(buf_slice(&text), buf_slice(&text), "1.5 MB"),
	    "1.5 MB of random lines");
	text.n = 200000;
	for (unsigned most = 1; most < 65536; most *= 5) {
		struct slice part = slice_to(buf_slice(&text), most * 2000);
		struct seen s;

		seen_init(&s);
		read_pipe(&s, part, most);
		plain = is_whole(&s, part, "plain") && plain;
		buf_reset(&gz);
		add_gzip(&gz, slice_to(part, part.n / 3), 6);
		add_gzip(&gz, slice_from(part, part.n / 3), 1);
		seen_init(&s);
		read_pipe(&s, buf_slice(&gz), most);
		packed = is_whole(&s, part, "gzip") && packed;
	}
	ok(plain, "random pieces through a pipe");
	ok(packed, "gzip in random pieces, from single bytes on");
	buf_release(&text);
	buf_release(&gz);
}

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

static void
test_errors(void)
{
	struct seen s;
	int ends[2];
	struct input *in;

	seen_init(&s);
	read_file(&s, "none");
	ok(s.rc == -1 && s.e.status == EX_NOINPUT && strstr(s.e.text,
	    "cannot open 'none': No such file"), "a missing file");
	seen_init(&s);
	read_file(&s, ".");
	ok(s.rc == -1 && s.e.status == EX_NOINPUT &&
	    strstr(s.e.text, "directory"), "a directory");
	seen_init(&s);
	read_file(&s, "/proc/self/mem");
	ok(s.rc == -1 && s.e.status == EX_IOERR && strstr(s.e.text,
	    "'/proc/self/mem': Input/output error"), "a read error");
	/* A peer that closes with bytes of ours unread: what it sent can be
	 * read, then comes ECONNRESET. */
	seen_init(&s);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
	    dup2(ends[0], STDIN_FILENO) < 0 ||
	    write(ends[1], "a\nb\nhalf", 8) != 8 ||
	    write(ends[0], "x", 1) != 1)
		printf("# no sockets\n");
	close(ends[0]);
	close(ends[1]);
	in = input_open("-", &s.e);
	while (in && s.rc > 0)
		take(&s, in);
	ok(s.rc == -1 && s.e.status == EX_IOERR &&
	    strstr(s.e.text, "'standard input'") &&
	    slice_is(buf_slice(&s.lines), SLICE("a\nb\n")),
	    "a read error behind two lines");
	take(&s, in);
	ok(s.rc == -1 && s.e.status == EX_IOERR, "it stays an error");
	input_close(in);
	buf_release(&s.lines);
	input_close(NULL);
}

static void
on_signal(int number)
{
	(void)number;
}

static void
test_wait(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct input *in;
	struct slice block;
	struct err e;
	struct stat st;
	sigset_t blocked, none;
	int ends[2];

	if (pipe(ends) < 0 || dup2(ends[0], STDIN_FILENO) < 0)
		printf("# no pipe\n");
	close(ends[0]);
	in = input_open("-", &e);
	ok(in && input_is_live(in) && input_time(in) == INT64_MAX &&
	    input_size(in) == 0, "a pipe is live, has no time and no size");
	ok(input_wait(in, 0, -1, NULL) == 0 && input_wait(in, 1000, -1, NULL) == 0,
	    "nothing is there yet");
	(void)!write(ends[1], "a", 1);
	ok(input_wait(in, -1, -1, NULL) == 1 && input_next(in, &block, &e) == 1 &&
	    block.n == 0, "half a line gives an empty block");
	(void)!write(ends[1], "b\nc", 3);
	ok(input_wait(in, 0, -1, NULL) == 1 && input_next(in, &block, &e) == 1 &&
	    slice_is(block, SLICE("ab\n")) && input_taken(in) == 4,
	    "the other half completes it");
	ok(input_wait(in, 0, -1, NULL) == 0, "and what is left is no line");
	sigemptyset(&none);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigaction(SIGUSR1, &action, NULL);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	raise(SIGUSR1);
	ok(input_wait(in, 10000, -1, &blocked) == 0, "a signal the mask holds back");
	ok(input_wait(in, 5000000, -1, &none) == -1, "one that it lets through");
	close(ends[1]);
	ok(input_wait(in, -1, -1, NULL) == 1, "the end is something to read");
	while (input_next(in, &block, &e) == 1 && block.n == 0)
		;
	ok(slice_is(block, SLICE("c")), "the last line, without newline");
	ok(input_next(in, &block, &e) == 0 && input_wait(in, -1, -1, NULL) == 1 &&
	    input_next(in, &block, &e) == 0, "the end stays the end");
	input_close(in);
	spew("input", SLICE("abc\n"));
	in = input_open("input", &e);
	ok(in && stat("input", &st) == 0 && !input_is_live(in) &&
	    input_time(in) == st.st_mtime && input_size(in) == 4 &&
	    input_taken(in) == 0 && input_wait(in, -1, -1, NULL) == 1,
	    "a file has a time and a size");
	input_close(in);
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

/* A pipe is made larger, a larger one is left alone. */
static void
test_pipe(void)
{
	static const int sizes[][2] = { { 65536, 1 << 20 },
		{ 1 << 21, 1 << 21 } };
	bool good = mkfifo("fifo", 0600) == 0;

	for (size_t i = 0; i < 2; i++) {
		int fd = open("fifo", O_RDWR | O_CLOEXEC);
		struct input *in;
		struct err e;
		int made;

		if (fd < 0)
			break;
		/* The second is more than everybody may have. */
		if (fcntl(fd, F_SETPIPE_SZ, sizes[i][0]) < 0) {
			close(fd);
			break;
		}
		in = input_open("fifo", &e);
		made = fcntl(fd, F_GETPIPE_SZ);
		printf("# %d became %d\n", sizes[i][0], made);
		good = good && in && made == sizes[i][1];
		input_close(in);
		close(fd);
	}
	unlink("fifo");
	ok(good, "a pipe of 1 MiB");
}

int
main(void)
{
	test_pipe();
	test_small();
	test_line();
	test_long();
	test_splits();
	test_gzip();
	test_gzip_cut();
	test_gzip_damage();
	test_foreign();
	test_errors();
	test_wait();
	test_live_gzip();
	unlink("input");
	return done();
}
