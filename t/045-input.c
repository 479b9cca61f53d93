/* SPDX-License-Identifier: ISC */
/* Blocks of whole lines, from files and pipes: no line is lost, doubled or
 * torn, however the bytes come. */
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/input.h"
#include "reading.h"
#include "scratch.h"
#include "tap.h"

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

/* Lines as long as what is read first, at the ceiling and far beyond, with and
 * without a newline. */
static void
test_long(void)
{
	static const size_t lengths[] = { 16 * 1024 - 8, 16 * 1024 - 7,
		16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1,
		INPUT_LINE_MAX - 1, INPUT_LINE_MAX,
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
	struct buf text;
	bool good = true;

	buf_init(&text, MANY);
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
		good = is_whole(&s, part, "plain") && good;
	}
	ok(good, "random pieces through a pipe");
	buf_release(&text);
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
	bool good, has_read;
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
	(void)!write(ends[1], "d\ne\n", 4);
	good = input_wait(in, 0, -1, NULL) == 1 &&
	    input_wait(in, 0, -1, NULL) == 1;
	has_read = input_taken(in) == 8;
	(void)!write(ends[1], "f\ng", 3);
	good = good && input_wait(in, 0, -1, NULL) == 1 &&
	    input_next(in, &block, &e) == 1;
	/* All at once where asking does not read. */
	if (has_read)
		good = good && slice_is(block, SLICE("cd\ne\n")) &&
		    input_next(in, &block, &e) == 1 &&
		    slice_is(block, SLICE("f\n"));
	else
		good = good && slice_is(block, SLICE("cd\ne\nf\n"));
	ok(good, "asked more than once, it has read once");
	ok(input_taken(in) == 11 && input_wait(in, 0, -1, NULL) == 0,
	    "and reads on where it was");
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
	ok(slice_is(block, SLICE("g")), "the last line, without newline");
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
	ok(input_sizes((char *[]){ "input", "input" }, 2) == 8 &&
	    input_sizes((char *[]){ "input", "missing" }, 2) == 0,
	    "sizes of several files, if all have one");
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
	scratch_begin();
	test_pipe();
	test_small();
	test_line();
	test_long();
	test_splits();
	test_errors();
	test_wait();
	scratch_end();
	return done();
}
