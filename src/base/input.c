/* SPDX-License-Identifier: ISC */
/* Blocks of whole lines from files, pipes and gzip.  The only file that knows
 * zlib. */
#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"

enum {
	INPUT_READ = 256 * 1024,
	INPUT_BUFFER = INPUT_BLOCK_MAX,
	INPUT_PIPE = 1024 * 1024,
};

enum packing { PACKING_UNKNOWN, PACKING_NONE, PACKING_GZIP };

struct input {
	char *name;
	int fd;
	enum packing packing;
	bool live, eof, done, skipping, garbage, growing, at_end,
	    interruptible;
	int64_t time;
	uint64_t taken, size, cut_lines;
	uint64_t base;		/* offset of text[0] in the unpacked file */
	/* Plain text: [start, end) is what is not handed out yet. */
	char *text;
	size_t start, end;
	/* Bytes as they stand in the file: used for gzip, and for the first
	 * bytes while the packing is unknown. */
	unsigned char *raw;
	size_t raw_start, raw_end;
	z_stream z;
	bool in_member;
	struct err damage;	/* found, but not reported yet */
};

/* What cannot be read here, and what can; a ? stands for any byte. */
static const struct {
	struct slice magic;
	const char *kind, *reader;
} foreign[] = {
	{ SLICE("\xFD" "7zXZ\0"), "xz", "xzcat" },
	{ SLICE("\x28\xB5\x2F\xFD"), "zstd", "zstdcat" },
	{ SLICE("BZh?1AY&SY"), "bzip2", "bzcat" },
	{ SLICE("BZh?\x17\x72\x45\x38\x50\x90"), "bzip2", "bzcat" },
	{ SLICE("\x04\x22\x4D\x18"), "lz4", "lz4cat" },
};

/* Writer and reader of a small pipe spend their time waking each other.  Where
 * the system does not let us, it stays as it is. */
static void
enlarge_pipe(int fd)
{
	int size = fcntl(fd, F_GETPIPE_SZ);

	if (size > 0 && size < INPUT_PIPE)
		(void)fcntl(fd, F_SETPIPE_SZ, INPUT_PIPE);
}

struct input *
input_open(const char *name, struct err *e)
{
	bool is_stdin = strcmp(name, "-") == 0;
	struct input *in;
	struct stat st;
	int fd = STDIN_FILENO;

	if (!is_stdin)
		/* A FIFO nobody writes to yet is waited for later. */
		fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (is_stdin)
		name = "standard input";
	if (fd < 0 || fstat(fd, &st) < 0) {
		err_errno(e, EX_NOINPUT, "cannot open '%s'", name);
		return NULL;
	}
	if (S_ISDIR(st.st_mode)) {
		err_set(e, EX_NOINPUT, "cannot read '%s': it is a directory",
		    name);
		if (!is_stdin)
			close(fd);
		return NULL;
	}
	if (S_ISFIFO(st.st_mode))
		enlarge_pipe(fd);
	in = mem_new(sizeof *in);
	in->name = mem_text(name, strlen(name));
	in->fd = fd;
	in->live = !S_ISREG(st.st_mode);
	in->time = in->live ? INT64_MAX : st.st_mtim.tv_sec;
	in->size = in->live ? 0 : (uint64_t)st.st_size;
	in->text = mem_new(INPUT_BUFFER);
	in->raw = mem_new(INPUT_READ);
	return in;
}

void
input_close(struct input *in)
{
	if (!in)
		return;
	if (in->packing == PACKING_GZIP)
		inflateEnd(&in->z);
	if (in->fd != STDIN_FILENO)
		close(in->fd);
	free(in->name);
	free(in->text);
	free(in->raw);
	free(in);
}

/* One read(2) of at most n bytes: bytes, 0 at end of input, -1 on error, -2
 * if nothing is there now. */
static ssize_t
input_read(struct input *in, void *p, size_t n, struct err *e)
{
	ssize_t got;

	do {
		got = read(in->fd, p, n);
	} while (got < 0 && errno == EINTR && !in->interruptible);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return -2;
	if (got < 0)
		return err_errno(e, EX_IOERR, "cannot read '%s'", in->name);
	in->at_end = got == 0;
	if (got == 0 && (!in->growing || in->packing == PACKING_GZIP))
		in->eof = true;
	in->taken += (uint64_t)got;
	return got;
}

/* More bytes behind raw_end.  As input_read(). */
static ssize_t
input_read_raw(struct input *in, struct err *e)
{
	ssize_t got;

	if (in->raw_start > 0) {
		memmove(in->raw, in->raw + in->raw_start,
		    in->raw_end - in->raw_start);
		in->raw_end -= in->raw_start;
		in->raw_start = 0;
	}
	if (in->eof || in->raw_end == INPUT_READ)
		return 0;
	got = input_read(in, in->raw + in->raw_end, INPUT_READ - in->raw_end,
	    e);
	if (got > 0)
		in->raw_end += (size_t)got;
	return got;
}

/* Whether no byte that is there disagrees with a magic. */
static bool
agrees(struct slice head, struct slice magic)
{
	for (size_t i = 0; i < magic.n && i < head.n; i++)
		if (magic.p[i] != '?' && magic.p[i] != head.p[i])
			return false;
	return true;
}

/* Whether more bytes could make a foreign magic of what is there. */
static bool
input_may_be_foreign(struct slice head)
{
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
		if (head.n < foreign[i].magic.n &&
		    agrees(head, foreign[i].magic))
			return true;
	return false;
}

static int
input_is_foreign(struct input *in, struct slice head, struct err *e)
{
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
		if (head.n >= foreign[i].magic.n &&
		    agrees(head, foreign[i].magic))
			return err_set(e, EX_DATAERR,
			    "'%s' is compressed with %s: unpack it with %s "
			    "in front", in->name, foreign[i].kind,
			    foreign[i].reader);
	return 0;
}

/* Decides by the first bytes.  1: decided; 0: not yet; -1: error. */
static int
input_sniff(struct input *in, struct err *e)
{
	ssize_t got = input_read_raw(in, e);
	struct slice head = { (char *)in->raw, in->raw_end };

	if (got == -1)
		return -1;
	if (!in->eof && (head.n == 0 || slice_is(head, SLICE("\x1f")) ||
	    input_may_be_foreign(head)))
		return 0;
	if (input_is_foreign(in, head, e) < 0)
		return -1;
	/* A file of one byte 0x1f is a gzip file cut very short. */
	if (slice_starts(head, SLICE("\x1f\x8b")) ||
	    slice_is(head, SLICE("\x1f"))) {
		if (inflateInit2(&in->z, 16 + MAX_WBITS) != Z_OK)
			return err_set(e, EX_OSERR, "cannot start zlib");
		in->packing = PACKING_GZIP;
		in->in_member = true;
		return 1;
	}
	in->packing = PACKING_NONE;
	memcpy(in->text, in->raw, in->raw_end);
	in->end = in->raw_end;
	return 1;
}

/* What follows a gzip member: another one, padding, or garbage. */
static int
input_next_member(struct input *in)
{
	while (in->raw_start < in->raw_end && in->raw[in->raw_start] == 0)
		in->raw_start++;
	if (in->raw_start == in->raw_end)
		return in->eof ? 0 : 1;
	if (in->raw_end - in->raw_start < 2 && !in->eof)
		return 1;
	if (in->raw[in->raw_start] != 0x1f ||
	    (in->raw_end - in->raw_start > 1 &&
	    in->raw[in->raw_start + 1] != 0x8b)) {
		in->garbage = true;
		in->raw_start = in->raw_end;
		in->eof = true;
		return 0;
	}
	inflateReset(&in->z);
	in->in_member = true;
	return 1;
}

/* Unpacks what fits behind in->end. */
static int
input_inflate(struct input *in, struct err *e)
{
	int rc;

	in->z.next_in = in->raw + in->raw_start;
	in->z.avail_in = (uInt)(in->raw_end - in->raw_start);
	in->z.next_out = (unsigned char *)in->text + in->end;
	in->z.avail_out = (uInt)(INPUT_BUFFER - in->end);
	rc = inflate(&in->z, Z_NO_FLUSH);
	in->raw_start = in->raw_end - in->z.avail_in;
	in->end = INPUT_BUFFER - in->z.avail_out;
	if (rc == Z_STREAM_END) {
		in->in_member = false;
		return 0;
	}
	if (rc == Z_OK || rc == Z_BUF_ERROR)
		return 0;
	return err_set(e, EX_DATAERR, "'%s' is damaged: gzip says '%s'",
	    in->name, in->z.msg ? in->z.msg : "invalid data");
}

/* Whether the next step needs no more bytes of the file: between members the
 * two bytes of a magic number, or padding, must be there. */
static bool
input_has_raw(const struct input *in)
{
	size_t n = in->raw_end - in->raw_start;

	if (in->in_member)
		return n > 0 || in->z.avail_out == 0;
	return n > 1 || (n == 1 && in->raw[in->raw_start] == 0);
}

/* 1: something may have come; 0: end; -1: error. */
static int
input_fill_gzip(struct input *in, struct err *e)
{
	if (!input_has_raw(in) && input_read_raw(in, e) == -1)
		return -1;
	if (!in->in_member)
		return input_next_member(in);
	if (in->eof && in->raw_start == in->raw_end && in->z.avail_out > 0)
		return err_set(e, EX_DATAERR, "'%s' is cut short: its gzip "
		    "data ends too early", in->name);
	return input_inflate(in, e) < 0 ? -1 : 1;
}

static int
input_fill(struct input *in, struct err *e)
{
	ssize_t got;

	if (in->packing == PACKING_UNKNOWN) {
		int sniffed = input_sniff(in, e);

		if (sniffed < 0)
			return -1;
		return 1;
	}
	if (in->packing == PACKING_GZIP)
		return input_fill_gzip(in, e);
	if (in->eof)
		return 0;
	got = input_read(in, in->text + in->end, INPUT_BUFFER - in->end, e);
	if (got > 0)
		in->end += (size_t)got;
	return got == -1 ? -1 : 1;
}

/* The rest of a line that was cut: passed over up to its newline. */
static void
input_skip_rest(struct input *in)
{
	char *nl;

	if (!in->skipping || in->start == in->end)
		return;
	nl = memchr(in->text + in->start, '\n', in->end - in->start);
	if (!nl) {
		in->start = in->end;
		return;
	}
	in->start = (size_t)(nl - in->text) + 1;
	in->skipping = false;
}

/* Lines of a block that are too long.  Each holds a byte whose place is a
 * multiple of the limit, so only the lines at these places need a look. */
static void
input_count_long(struct input *in, struct slice block)
{
	const char *counted = block.p, *end = block.p + block.n;

	for (size_t at = INPUT_LINE_MAX; at < block.n; at += INPUT_LINE_MAX) {
		const char *place = block.p + at, *from, *to;

		if (place <= counted)
			continue;
		from = memrchr(block.p, '\n', at);
		from = from ? from + 1 : block.p;
		to = memchr(place, '\n', (size_t)(end - place));
		if (!to)
			to = end;
		in->cut_lines += to - from > INPUT_LINE_MAX;
		counted = to;
	}
}

/* Whole lines of what is there, or the head of one that is too long. */
static struct slice
input_take(struct input *in)
{
	struct slice have = { in->text + in->start, in->end - in->start };
	const char *nl = have.n ? memrchr(have.p, '\n', have.n) : NULL;

	if (nl) {
		have.n = (size_t)(nl - have.p) + 1;
		input_count_long(in, have);
	} else if (have.n > INPUT_LINE_MAX) {
		have.n = INPUT_LINE_MAX;
		in->skipping = true;
		in->cut_lines++;
	} else {
		have.n = 0;
	}
	in->start += have.n;
	return have;
}

static void
input_move_down(struct input *in)
{
	memmove(in->text, in->text + in->start, in->end - in->start);
	in->end -= in->start;
	in->base += in->start;
	in->start = 0;
}

int
input_next(struct input *in, struct slice *block, struct err *e)
{
	int filled;

	*block = (struct slice){ NULL, 0 };
	if (in->damage.status) {
		*e = in->damage;
		return -1;
	}
	if (in->done)
		return 0;
	input_move_down(in);
	filled = input_fill(in, &in->damage);
	input_skip_rest(in);
	*block = input_take(in);
	if (filled == 0) {
		if (block->n == 0 && in->end > in->start) {
			*block = slice_between(in->text + in->start,
			    in->text + in->end);
			in->start = in->end;
			input_count_long(in, *block);
		}
		in->done = in->start == in->end;
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
	uint64_t left = offset - in->base;
	size_t n = left < in->end ? (size_t)left : in->end;
	struct slice piece = { in->text, n }, last;
	size_t head = INPUT_HEAD - ends->head_n, old;

	if (head > n)
		head = n;
	memcpy(ends->head + ends->head_n, in->text, head);
	ends->head_n += head;
	last = slice_from(piece, n > INPUT_TAIL ? n - INPUT_TAIL : 0);
	old = ends->tail_n < INPUT_TAIL - last.n ? ends->tail_n :
	    INPUT_TAIL - last.n;
	memmove(ends->tail, ends->tail + ends->tail_n - old, old);
	memcpy(ends->tail + old, last.p, last.n);
	ends->tail_n = old + last.n;
	in->start = n;
	input_move_down(in);
}

static int
seek_packed(struct input *in, uint64_t offset, struct input_ends *ends,
    struct err *e)
{
	*ends = (struct input_ends){ .head_n = 0 };
	for (;;) {
		int rc;

		pass_over(in, offset, ends);
		if (in->base == offset)
			return 1;
		rc = input_fill(in, e);
		if (rc <= 0)
			return rc;
	}
}

static int
seek_plain(struct input *in, uint64_t offset, struct input_ends *ends,
    struct err *e)
{
	int rc = input_ends_at(in->fd, in->name, offset, ends, e);
	off_t size;

	if (rc == 0) {
		size = lseek(in->fd, 0, SEEK_END);
		if (size < 0)
			rc = err_errno(e, EX_IOERR, "cannot read '%s'",
			    in->name);
		else if (input_ends_at(in->fd, in->name, (uint64_t)size, ends,
		    e) < 0)
			rc = -1;
	}
	if (rc <= 0)
		return rc;
	if (lseek(in->fd, (off_t)offset, SEEK_SET) < 0)
		return err_errno(e, EX_IOERR, "cannot read '%s'", in->name);
	in->end = 0;
	in->base = offset;
	in->taken = offset;
	in->eof = in->at_end = false;
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
		if (in->packing == PACKING_UNKNOWN && in->at_end)
			return offset == 0;
	}
	rc = in->packing == PACKING_GZIP ? seek_packed(in, offset, ends, e) :
	    seek_plain(in, offset, ends, e);
	if (rc > 0)
		in->skipping = offset > 0 &&
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
	in->interruptible = true;
}

bool
input_is_at_end(const struct input *in)
{
	return in->at_end;
}

bool
input_is_done(const struct input *in)
{
	return in->done;
}

uint64_t
input_place(const struct input *in)
{
	return in->base + in->start;
}

int
input_fd(const struct input *in)
{
	return in->fd;
}

int
input_wait(struct input *in, int64_t microseconds, int other,
    const sigset_t *mask)
{
	struct pollfd p[2] = { { .fd = in->fd, .events = POLLIN },
		{ .fd = other, .events = POLLIN } };
	struct timespec limit = { .tv_sec = microseconds / 1000000,
		.tv_nsec = microseconds % 1000000 * 1000 };
	bool pending = in->done || in->eof || in->damage.status ||
	    (in->packing == PACKING_GZIP && input_has_raw(in));
	int rc;

	if (pending)
		limit = (struct timespec){ 0 };
	rc = ppoll(p, other < 0 ? 1 : 2,
	    microseconds < 0 && !pending ? NULL : &limit, mask);
	if (rc < 0)
		return -1;
	return p[0].revents != 0 || pending;
}

bool
input_is_live(const struct input *in)
{
	return in->live;
}

int64_t
input_time(const struct input *in)
{
	return in->time;
}

uint64_t
input_taken(const struct input *in)
{
	return in->taken;
}

uint64_t
input_size(const struct input *in)
{
	return in->size;
}

const char *
input_name(const struct input *in)
{
	return in->name;
}

bool
input_is_packed(const struct input *in)
{
	return in->packing == PACKING_GZIP;
}

bool
input_has_garbage(const struct input *in)
{
	return in->garbage;
}

uint64_t
input_cut_lines(const struct input *in)
{
	return in->cut_lines;
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
