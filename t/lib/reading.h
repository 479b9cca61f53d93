/* SPDX-License-Identifier: ISC */
/* Bytes read through an input, from a file or a pipe, and what came of them. */
#ifndef READING_H
#define READING_H

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/input.h"
#include "chance.h"
#include "scratch.h"
#include "tap.h"

enum { MANY = 64 * 1024 * 1024, PATIENCE = 20 };

/* Lines in a plain form: each cut to INPUT_LINE_MAX, each with a newline. */
static inline void
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

static inline void
seen_init(struct seen *s)
{
	*s = (struct seen){ .rc = 1 };
	buf_init(&s->lines, MANY);
}

/* One block.  A line may lack its newline only at the end, or if cut. */
static inline void
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

static inline void
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

static inline void
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

static inline void
read_bytes(struct seen *s, struct slice bytes)
{
	/* Not written over: some file systems then wait for the disk. */
	unlink("input");
	spew("input", bytes);
	read_file(s, "input");
}

/* Through a pipe, in pieces of at most so many bytes, each read as soon as it
 * is written. */
static inline void
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
static inline bool
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

static inline bool
reads_whole(struct slice bytes, struct slice text, const char *what)
{
	struct seen s;

	seen_init(&s);
	read_bytes(&s, bytes);
	return is_whole(&s, text, what);
}

/* What came is the beginning of a text, in whole lines; then the error. */
static inline bool
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

static inline void
add_random_lines(struct buf *out, size_t n)
{
	while (out->n < n) {
		for (unsigned k = chance(chance(20) ? 120 : 3000); k > 0; k--)
			buf_add_byte(out, "abcdefgh \0\xff[]:"[chance(14)]);
		buf_add_byte(out, '\n');
	}
}

#endif
