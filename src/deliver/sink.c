/* SPDX-License-Identifier: ISC */
/* Rows into a file or standard output. */
#include "deliver/sink.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/append.h"
#include "base/csv.h"
#include "base/durable.h"
#include "base/json.h"
#include "base/lock.h"
#include "base/mem.h"
#include "deliver/cut.h"
#include "deliver/fingerprint.h"
#include "schema/cell.h"

enum {
	SINK_FLUSH = 64 * 1024,		/* written when this much is there */
	SINK_MAX = 16 * 1024 * 1024,	/* more than the longest row */
	SINK_CELL = 1024 * 1024,
	HEADER_MAX = 1024,
};

struct sink {
	const char *file;		/* NULL: standard output */
	int fd;
	struct sink_shape shape;
	struct buf rows;		/* formatted, not yet written */
	struct buf cell, scratch;
	uint64_t count;
	bool torn, is_reader_gone;
	bool is_named;			/* its name is safe on the disk */
	struct sink_resumed resumed;
};

static const struct dialect {
	char delimiter;
	struct slice end;
} dialects[] = {
	[SINK_CSV] = { ',', SLICE("\n") },
	[SINK_TSV] = { '\t', SLICE("\n") },
	[SINK_JSONL] = { 0, SLICE("}\n") },
	[SINK_SEED] = { ';', SLICE("\r\n") },
};

/* Nearly every cell stands for itself: it is written where it belongs, without
 * a detour.  False: it may not. */
static bool
add_plain(struct sink *s, enum column c, const struct row *row)
{
	const struct slice *text;

	if (s->shape.format == SINK_SEED)
		return false;
	text = column_foreign(c, row);
	if (!text) {
		column_make(c, row, &s->rows);
		return true;
	}
	if (s->shape.style & CELL_NO_FORMULA ||
	    !cell_is_bare(*text, dialects[s->shape.format].delimiter))
		return false;
	buf_add(&s->rows, *text);
	return true;
}

static struct slice
sink_cell(struct sink *s, enum column c, const struct row *row)
{
	unsigned style = s->shape.style;
	struct slice raw;

	if (s->shape.format == SINK_SEED) {
		raw = column_seed_text(c, row, &s->scratch);
		style |= CELL_SEED;
	} else {
		raw = column_text(c, row, &s->scratch);
	}
	if (s->shape.format == SINK_TSV)
		style |= CELL_NO_QUOTE;
	buf_reset(&s->cell);
	cell_add(&s->cell, raw, style);
	return buf_slice(&s->cell);
}

static void
format_json(struct sink *s, const struct row *row)
{
	for (size_t i = 0; i < s->shape.n; i++) {
		enum column c = s->shape.columns[i];

		buf_add_byte(&s->rows, i ? ',' : '{');
		json_add_string(&s->rows, column_name(c));
		buf_add_byte(&s->rows, ':');
		json_add_string(&s->rows, sink_cell(s, c, row));
	}
}

static void
format_cells(struct sink *s, const struct row *row)
{
	char delimiter = dialects[s->shape.format].delimiter;
	size_t from = s->rows.n;

	for (size_t i = 0; i < s->shape.n; i++) {
		struct slice cell;

		if (i)
			buf_add_byte(&s->rows, delimiter);
		if (add_plain(s, s->shape.columns[i], row))
			continue;
		cell = sink_cell(s, s->shape.columns[i], row);
		if (s->shape.format == SINK_TSV)
			buf_add(&s->rows, cell);
		else
			csv_add_cell(&s->rows, delimiter, cell);
	}
	/* An empty line is no row to most readers. */
	if (s->rows.n == from && s->shape.format != SINK_TSV)
		buf_add(&s->rows, SLICE("\"\""));
}

static void
format_row(struct sink *s, const struct row *row)
{
	if (s->shape.format == SINK_JSONL)
		format_json(s, row);
	else
		format_cells(s, row);
	buf_add(&s->rows, dialects[s->shape.format].end);
}

static void
format_header(const struct sink_shape *shape, struct buf *out)
{
	if (shape->format == SINK_JSONL)
		return;
	for (size_t i = 0; i < shape->n; i++) {
		if (i)
			buf_add_byte(out, dialects[shape->format].delimiter);
		buf_add(out, column_name(shape->columns[i]));
	}
	buf_add(out, dialects[shape->format].end);
}

bool
sink_has_rows(const char *file, const struct sink_shape *shape)
{
	struct buf header;
	struct stat st;
	bool has_rows;

	buf_init(&header, HEADER_MAX);
	if (shape->header != SINK_HEADER_NEVER)
		format_header(shape, &header);
	has_rows = stat(file, &st) == 0 && S_ISREG(st.st_mode) &&
	    (uint64_t)st.st_size > header.n;
	buf_release(&header);
	return has_rows;
}

static const char *
sink_name(const struct sink *s)
{
	return s->file ? s->file : "standard output";
}

/* After a failed write: takes the torn row off the end of the file, so that
 * what is there stays true. */
static void
cut_torn_row(const struct sink *s, size_t written)
{
	size_t torn = 0;
	struct stat st;

	while (torn < written && s->rows.p[written - torn - 1] != '\n')
		torn++;
	if (s->file && torn && fstat(s->fd, &st) == 0 &&
	    ftruncate(s->fd, st.st_size - (off_t)torn) < 0)
		return;	/* the failed write is what will be reported */
}

int
sink_flush(struct sink *s, struct err *e)
{
	size_t done = 0;

	while (done < s->rows.n && !s->is_reader_gone) {
		ssize_t n = write(s->fd, s->rows.p + done, s->rows.n - done);

		if (n >= 0) {
			done += (size_t)n;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			struct pollfd p = { .fd = s->fd, .events = POLLOUT };

			(void)poll(&p, 1, -1);
		} else if (errno == EPIPE) {
			s->is_reader_gone = true;
		} else if (errno != EINTR) {
			err_errno(e, EX_IOERR, "cannot write to '%s'",
			    sink_name(s));
			cut_torn_row(s, done);
			buf_reset(&s->rows);
			return -1;
		}
	}
	buf_reset(&s->rows);
	return s->is_reader_gone;
}

int
sink_add(struct sink *s, const struct row *row, struct err *e)
{
	for (uint32_t i = 0; i < row->event->count; i++) {
		int rc;

		format_row(s, row);
		s->count++;
		if (s->rows.n < SINK_FLUSH)
			continue;
		rc = sink_flush(s, e);
		if (rc)
			return rc;
	}
	return 0;
}

/* Opens and locks; the descriptor, or -1. */
static int
open_file(const char *file, struct stat *st, struct err *e)
{
	int fd = append_open(file, st, e);

	if (fd < 0)
		return -1;
	/* What was there before the lock may have grown. */
	if (lock_take(fd, file, st, e) == 0) {
		if (fstat(fd, st) == 0)
			return fd;
		err_errno(e, EX_CANTCREAT, "cannot look at '%s'", file);
	}
	close(fd);
	return -1;
}

/* Whether a file that is not empty begins as this shape would.  One that holds
 * less than a whole header is emptied: no row is lost by that. */
static int
check_header(const struct sink *s, int fd, const struct buf *header,
    struct stat *st, struct err *e)
{
	char start[HEADER_MAX];
	struct slice got, want = s->shape.format == SINK_JSONL ? SLICE("{") :
	    buf_slice(header);
	ssize_t n = pread(fd, start, want.n, 0);

	if (n < 0)
		return err_errno(e, EX_IOERR, "cannot read '%s'", s->file);
	got = (struct slice){ start, (size_t)n };
	if (slice_is(got, want))
		return 0;
	if (slice_starts(want, got) && ftruncate(fd, 0) == 0) {
		st->st_size = 0;
		return 0;
	}
	return err_set(e, EX_CONFIG, "'%s' does not begin with the header of "
	    "these columns and this format: name another file, or move that "
	    "one away", s->file);
}

/* Ends a row that a crash left without its newline. */
static void
mend_end(struct sink *s, int fd, off_t size)
{
	char last = '\n';

	if (pread(fd, &last, 1, size - 1) == 1 && last != '\n') {
		s->torn = true;
		buf_add(&s->rows, SLICE("\n"));
	}
}

/* Makes fd the place to write to: header, end of the last row. */
static int
begin(struct sink *s, int fd, struct stat *st, struct err *e)
{
	bool regular = S_ISREG(st->st_mode);
	struct buf header;
	int rc = 0;

	buf_init(&header, HEADER_MAX);
	format_header(&s->shape, &header);
	if (regular && st->st_size && s->file &&
	    s->shape.header == SINK_HEADER_AUTO)
		rc = check_header(s, fd, &header, st, e);
	if (rc == 0) {
		bool empty = !regular || st->st_size == 0;

		if (!empty && s->file)
			mend_end(s, fd, st->st_size);
		if (s->shape.header == SINK_HEADER_ALWAYS ||
		    (s->shape.header == SINK_HEADER_AUTO && empty))
			buf_add(&s->rows, buf_slice(&header));
		s->fd = fd;
		s->is_named = false;
	}
	buf_release(&header);
	return rc;
}

/* Makes the output what a checkpoint says it was. */
static int
resume(struct sink *s, int fd, struct stat *st,
    const struct output_place *place, struct err *e)
{
	uint64_t size = (uint64_t)st->st_size;
	int rc = fingerprint_is_output(fd, s->file, st, place, e);

	if (rc < 0)
		return -1;
	if (rc == 0) {
		rc = cut_elsewhere(s->file, place, &s->resumed.cut, e);
		s->resumed.is_gone = rc == 0;
		return rc < 0 ? -1 : 0;
	}
	s->resumed.is_gone = size == 0 && place->length;
	if (size == place->length || size == 0)
		return 0;
	if (size < place->length)
		return err_set(e, EX_DATAERR, "'%s' has %llu bytes and had "
		    "%llu when the state was written: somebody has cut it; "
		    "move it away to begin a new one", s->file,
		    (unsigned long long)size,
		    (unsigned long long)place->length);
	rc = fingerprint_is_output_kept(fd, s->file, place, e);
	if (rc == 0)
		err_set(e, EX_DATAERR, "'%s' does not hold what it held when "
		    "the state was written: somebody has changed it; move it "
		    "away to begin a new one", s->file);
	if (rc <= 0)
		return -1;
	s->resumed.cut = size - place->length;
	return cut_back(fd, s->file, st, place->length, e);
}

static void
sink_free(struct sink *s)
{
	buf_release(&s->rows);
	buf_release(&s->cell);
	buf_release(&s->scratch);
	free(s);
}

struct sink *
sink_open(const char *file, const struct sink_shape *shape,
    const struct output_place *place, struct err *e)
{
	struct sink *s = mem_new(sizeof *s);
	struct stat st;
	int fd = STDOUT_FILENO;

	s->file = file;
	s->shape = *shape;
	buf_init(&s->rows, SINK_MAX);
	buf_init(&s->cell, SINK_CELL);
	buf_init(&s->scratch, SINK_CELL);
	if (file)
		fd = open_file(file, &st, e);
	else if (fstat(fd, &st) < 0)
		fd = err_errno(e, EX_IOERR, "cannot write to standard output");
	if (fd >= 0 && (!place || resume(s, fd, &st, place, e) == 0) &&
	    begin(s, fd, &st, e) == 0)
		return s;
	if (file && fd >= 0)
		close(fd);
	sink_free(s);
	return NULL;
}

int
sink_reopen(struct sink *s, struct err *e)
{
	struct stat now, then;
	int fd, rc, old = s->fd;

	if (!s->file)
		return 0;
	rc = sink_flush(s, e);
	if (rc)
		return rc;
	if (fstat(s->fd, &then) == 0 && lstat(s->file, &now) == 0 &&
	    now.st_dev == then.st_dev && now.st_ino == then.st_ino)
		/* Emptied where it stands (copytruncate): begins anew. */
		return now.st_size ? 0 : begin(s, s->fd, &now, e);
	fd = open_file(s->file, &now, e);
	if (fd < 0)
		return -1;
	if (begin(s, fd, &now, e) < 0) {
		close(fd);
		return -1;
	}
	if (close(old) < 0)
		return err_errno(e, EX_IOERR, "cannot close '%s'", s->file);
	return 0;
}

int
sink_close(struct sink *s, struct err *e)
{
	int rc = sink_flush(s, e);

	if (close(s->fd) < 0 && rc == 0)
		rc = err_errno(e, EX_IOERR, "cannot close '%s'",
		    sink_name(s));
	sink_free(s);
	return rc;
}

int
sink_sync(struct sink *s, struct output_place *place, struct err *e)
{
	struct stat st;

	if (sink_flush(s, e) < 0)
		return -1;
	if (fdatasync(s->fd) < 0)
		return err_errno(e, EX_IOERR, "cannot sync '%s'", s->file);
	if (!s->is_named && durable_name(s->file, e) < 0)
		return -1;
	s->is_named = true;
	if (fstat(s->fd, &st) < 0)
		return err_errno(e, EX_IOERR, "cannot look at '%s'", s->file);
	*place = (struct output_place){ .device = st.st_dev,
		.inode = st.st_ino, .length = (uint64_t)st.st_size };
	return fingerprint_output(s->fd, s->file, place, e);
}

struct sink_resumed
sink_resumed(const struct sink *s)
{
	return s->resumed;
}

uint64_t
sink_rows(const struct sink *s)
{
	return s->count;
}

bool
sink_was_torn(const struct sink *s)
{
	return s->torn;
}
