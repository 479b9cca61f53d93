/* SPDX-License-Identifier: ISC */
/* Blocks of whole lines from files, pipes and gzip. */
#include "base/input.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/channel.h"
#include "base/gzip.h"
#include "base/lines.h"
#include "base/mem.h"
#include "base/packing.h"

struct input {
	struct channel channel;
	enum packing packing;
	bool eof, done, growing;
	bool is_filled;		/* by input_take(), for input_next() */
	struct lines lines;	/* unpacked, once the packing is known */
	struct gzip *gzip;
	struct err damage;	/* found, but not reported yet */
};

struct input *
input_open(const char *name, struct err *e)
{
	struct channel channel;
	struct input *in;

	if (channel_open(&channel, name, e) < 0)
		return NULL;
	in = mem_new(sizeof *in);
	in->channel = channel;
	lines_init(&in->lines, INPUT_BLOCK_MAX, INPUT_LINE_MAX);
	return in;
}

void
input_close(struct input *in)
{
	if (!in)
		return;
	gzip_free(in->gzip);
	channel_close(&in->channel);
	lines_release(&in->lines);
	free(in);
}

/* As channel_read(). */
static ssize_t
input_read(struct input *in, void *p, size_t n, struct err *e)
{
	ssize_t got = channel_read(&in->channel, p, n, e);

	if (got == 0 && (!in->growing || in->packing == PACKING_GZIP))
		in->eof = true;
	return got;
}

static void
input_start_gzip(struct input *in, struct gzip *gzip)
{
	struct slice head = lines_left(&in->lines);
	size_t room;
	char *packed = gzip_room(gzip, &room);

	assert(head.n <= room);
	memcpy(packed, head.p, head.n);
	gzip_add(gzip, head.n);
	lines_move(&in->lines, 0);
	in->gzip = gzip;
}

/* Decides by the first bytes, if they are enough.  1, or -1: error. */
static int
input_sniff(struct input *in, struct err *e)
{
	struct gzip *gzip;
	enum packing packing;
	size_t room;
	char *text = lines_room(&in->lines, &room);
	ssize_t got = input_read(in, text, room, e);

	if (got == -1)
		return -1;
	if (got > 0)
		lines_add(&in->lines, (size_t)got);
	if (packing_find(lines_left(&in->lines), in->eof, &packing, e) < 0)
		return err_prefix(e, "'%s' ", in->channel.name);
	if (packing == PACKING_GZIP) {
		gzip = gzip_new(e);
		if (!gzip)
			return -1;
		input_start_gzip(in, gzip);
	}
	in->packing = packing;
	return 1;
}

static int
input_fill_gzip(struct input *in, struct err *e)
{
	ssize_t got;
	char *to;
	size_t n;
	int rc;

	if (!in->eof && !gzip_is_fed(in->gzip)) {
		to = gzip_room(in->gzip, &n);
		got = input_read(in, to, n, e);
		if (got == -1)
			return -1;
		if (got > 0)
			gzip_add(in->gzip, (size_t)got);
	}
	to = lines_room(&in->lines, &n);
	rc = gzip_next(in->gzip, in->eof, to, &n, e);
	lines_add(&in->lines, n);
	if (rc == 0)
		in->eof = true;
	return rc < 0 ? err_prefix(e, "'%s' ", in->channel.name) : rc;
}

/* 1: something may have come; 0: end; -1: error. */
static int
input_fill(struct input *in, struct err *e)
{
	ssize_t got;
	size_t room;
	char *text;

	if (in->packing == PACKING_UNKNOWN)
		return input_sniff(in, e);
	if (in->packing == PACKING_GZIP)
		return input_fill_gzip(in, e);
	if (in->is_filled) {
		in->is_filled = false;
		return 1;
	}
	if (in->eof)
		return 0;
	text = lines_room(&in->lines, &room);
	got = input_read(in, text, room, e);
	if (got > 0)
		lines_add(&in->lines, (size_t)got);
	return got == -1 ? -1 : 1;
}

int
input_next(struct input *in, struct slice *block, struct err *e)
{
	int filled;

	*block = (struct slice){ NULL, 0 };
	if (in->done)
		return 0;
	/* What came before damage is handed out first. */
	filled = in->damage.status ? -1 : input_fill(in, &in->damage);
	if (in->packing != PACKING_UNKNOWN)
		*block = lines_next(&in->lines);
	if (filled == 0) {
		if (block->n == 0)
			*block = lines_last(&in->lines);
		in->done = lines_left(&in->lines).n == 0;
		return block->n > 0;
	}
	if (filled < 0 && block->n == 0) {
		*e = in->damage;
		return -1;
	}
	return 1;
}

/* Reads at an offset until n bytes are there: whether they are. */
static int
read_at(int fd, const char *name, char *p, size_t n, uint64_t offset,
    struct err *e)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(fd, p + done, n - done,
		    (off_t)(offset + done));

		if (got == 0)
			return 0;
		if (got > 0)
			done += (size_t)got;
		else if (errno != EINTR)
			return err_errno(e, EX_IOERR, "cannot read '%s'",
			    name);
	}
	return 1;
}

int
input_ends_at(int fd, const char *name, uint64_t offset,
    struct input_ends *ends, struct err *e)
{
	int rc;

	ends->head_n = offset < INPUT_HEAD ? (size_t)offset : INPUT_HEAD;
	ends->tail_n = offset < INPUT_TAIL ? (size_t)offset : INPUT_TAIL;
	rc = read_at(fd, name, ends->head, ends->head_n, 0, e);
	if (rc > 0)
		rc = read_at(fd, name, ends->tail, ends->tail_n,
		    offset - ends->tail_n, e);
	return rc;
}

/* Goes by what has been unpacked so far; keeps its ends. */
static void
pass_over(struct input *in, uint64_t offset, struct input_ends *ends)
{
	uint64_t left = offset - lines_place(&in->lines);
	struct slice piece = lines_left(&in->lines), last;
	size_t head = INPUT_HEAD - ends->head_n, old;

	if (left < piece.n)
		piece.n = (size_t)left;
	if (head > piece.n)
		head = piece.n;
	memcpy(ends->head + ends->head_n, piece.p, head);
	ends->head_n += head;
	last = slice_from(piece, piece.n > INPUT_TAIL ? piece.n - INPUT_TAIL :
	    0);
	old = ends->tail_n < INPUT_TAIL - last.n ? ends->tail_n :
	    INPUT_TAIL - last.n;
	memmove(ends->tail, ends->tail + ends->tail_n - old, old);
	memcpy(ends->tail + old, last.p, last.n);
	ends->tail_n = old + last.n;
	lines_pass(&in->lines, piece.n);
}

static int
seek_packed(struct input *in, uint64_t offset, struct input_ends *ends,
    struct err *e)
{
	int rc = 1;

	*ends = (struct input_ends){ .head_n = 0 };
	for (;;) {
		pass_over(in, offset, ends);
		if (lines_place(&in->lines) == offset)
			return 1;
		if (rc <= 0)
			break;
		/* What came before damage counts. */
		rc = input_fill(in, &in->damage);
	}
	if (rc < 0)
		*e = in->damage;
	return rc;
}

static int
seek_plain(struct input *in, uint64_t offset, struct input_ends *ends,
    struct err *e)
{
	const char *name = in->channel.name;
	int fd = in->channel.fd, rc = input_ends_at(fd, name, offset, ends, e);
	off_t size;

	if (rc == 0) {
		size = lseek(fd, 0, SEEK_END);
		if (size < 0)
			rc = err_errno(e, EX_IOERR, "cannot read '%s'", name);
		else if (input_ends_at(fd, name, (uint64_t)size, ends, e) < 0)
			rc = -1;
	}
	if (rc <= 0)
		return rc;
	if (channel_seek(&in->channel, offset, e) < 0)
		return -1;
	lines_move(&in->lines, offset);
	in->eof = false;
	return 1;
}

int
input_seek(struct input *in, uint64_t offset, struct input_ends *ends,
    struct err *e)
{
	struct input_ends own;
	int rc = 1;

	if (!ends)
		ends = &own;
	*ends = (struct input_ends){ .head_n = 0 };
	while (in->packing == PACKING_UNKNOWN) {
		rc = input_fill(in, e);
		if (rc < 0)
			return -1;
		if (in->packing == PACKING_UNKNOWN && in->channel.at_end)
			return offset == 0;
	}
	rc = in->packing == PACKING_GZIP ? seek_packed(in, offset, ends, e) :
	    seek_plain(in, offset, ends, e);
	if (rc > 0)
		in->lines.skipping = offset > 0 &&
		    ends->tail[ends->tail_n - 1] != '\n';
	return rc;
}

void
input_set_growing(struct input *in, bool growing)
{
	in->growing = growing;
}

void
input_set_plain(struct input *in)
{
	in->packing = PACKING_NONE;
}

void
input_set_interruptible(struct input *in)
{
	in->channel.is_interruptible = true;
}

bool
input_is_at_end(const struct input *in)
{
	return in->channel.at_end;
}

bool
input_is_done(const struct input *in)
{
	return in->done;
}

uint64_t
input_place(const struct input *in)
{
	return lines_place(&in->lines);
}

int
input_fd(const struct input *in)
{
	return in->channel.fd;
}

/* Reads what has come, if any: one call to the system, where looking and reading
 * are two. */
static bool
input_take(struct input *in)
{
	size_t room;
	char *text;

	if (in->packing != PACKING_NONE)
		return false;
	text = lines_room(&in->lines, &room);
	room = channel_take(&in->channel, text, room);
	lines_add(&in->lines, room);
	in->is_filled = room > 0;
	return in->is_filled;
}

int
input_wait(struct input *in, int64_t microseconds, int other,
    const sigset_t *mask)
{
	struct pollfd p[2] = { { .fd = in->channel.fd, .events = POLLIN },
		{ .fd = other, .events = POLLIN } };
	struct timespec limit = { .tv_sec = microseconds / 1000000,
		.tv_nsec = microseconds % 1000000 * 1000 };
	bool pending = in->is_filled || in->done || in->eof ||
	    in->damage.status || (in->gzip && gzip_is_fed(in->gzip));
	int rc;

	if (microseconds == 0 && !pending && input_take(in))
		return 1;
	if (pending)
		limit = (struct timespec){ 0 };
	rc = ppoll(p, other < 0 ? 1 : 2,
	    microseconds < 0 && !pending ? NULL : &limit, mask);
	if (rc < 0 && !pending)
		return -1;
	return pending || p[0].revents != 0;
}

bool
input_has_begun(const struct input *in)
{
	return in->packing == PACKING_NONE && !in->done &&
	    (in->lines.skipping || lines_left(&in->lines).n > 0);
}

int
input_take_byte(struct input *in, int milliseconds)
{
	struct pollfd p = { .fd = in->channel.fd, .events = POLLIN };
	ssize_t got;
	size_t room;
	char *text;

	if (in->is_filled || in->eof || in->damage.status)
		return 1;
	/* Where there are messages, one byte of them is all. */
	if (!in->channel.is_pipe)
		return -1;
	got = poll(&p, 1, milliseconds);
	if (got <= 0)
		return got < 0 && errno == EINTR ? 0 : -1;
	text = lines_room(&in->lines, &room);
	got = input_read(in, text, 1, &in->damage);
	if (got > 0)
		lines_add(&in->lines, 1);
	in->is_filled = got > 0 && *text == '\n';
	return in->is_filled || got == 0 || got == -1;
}

bool
input_is_live(const struct input *in)
{
	return in->channel.is_live;
}

int64_t
input_time(const struct input *in)
{
	return in->channel.time;
}

uint64_t
input_taken(const struct input *in)
{
	return in->channel.taken;
}

uint64_t
input_size(const struct input *in)
{
	return in->channel.size;
}

uint64_t
input_sizes(char **names, int n)
{
	uint64_t total = 0;

	for (int i = 0; i < n; i++) {
		bool is_stdin = strcmp(names[i], "-") == 0;
		struct stat st;

		if ((is_stdin ? fstat(STDIN_FILENO, &st) :
		    stat(names[i], &st)) < 0 || !S_ISREG(st.st_mode))
			return 0;
		total += (uint64_t)st.st_size;
	}
	return total;
}

const char *
input_name(const struct input *in)
{
	return in->channel.name;
}

bool
input_is_packed(const struct input *in)
{
	return in->packing == PACKING_GZIP;
}

bool
input_has_garbage(const struct input *in)
{
	return in->gzip && gzip_has_garbage(in->gzip);
}

uint64_t
input_cut_lines(const struct input *in)
{
	return in->lines.cut;
}

bool
input_line(struct slice *block, struct slice *line)
{
	size_t n = slice_find_byte(*block, '\n');

	if (block->n == 0)
		return false;
	*line = slice_to(*block, n);
	*block = slice_from(*block, n + 1);
	if (slice_ends(*line, SLICE("\r")))
		line->n--;
	return true;
}
