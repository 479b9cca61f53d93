/* SPDX-License-Identifier: ISC */
/* Lines that were accepted. */
#include "deliver/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/durable.h"
#include "base/mem.h"
#include "deliver/segment.h"

enum {
	LINE_ROOM = INPUT_LINE_MAX + 1,
	RESERVE = 1 << 20,	/* taken from the disk at a time */
	GAP_TEXT = 4 * PATH_MAX,
};

struct journal {
	struct segments all;		/* the last is written to */
	char *name;			/* of the last */
	int fd;
	uint64_t device, inode;
	uint64_t reserved;		/* bytes of it that are ours */
	struct buf written;		/* all that stands in it */
	bool is_broken, cannot_reserve;
	struct buf line;
	/* What is being read. */
	struct input *in;
	uint64_t segment, from;
	/* What somebody did, and whether the reader has the old file then. */
	bool is_restored, is_left_behind;
	struct buf gap;
};

static struct segment *
last_of(const struct journal *j)
{
	return &j->all.items[j->all.n - 1];
}

/* Gives back what was reserved, and closes. */
static void
finish_segment(struct journal *j)
{
	if (j->fd < 0)
		return;
	/* If not, the file only takes more room than it needs. */
	if (ftruncate(j->fd, (off_t)last_of(j)->size) < 0)
		j->reserved = 0;
	close(j->fd);
	j->fd = -1;
}

/* Takes room from the disk, so that it is there when the disk is full.  -1:
 * errno. */
static int
take_room(struct journal *j, int fd, uint64_t from, uint64_t n)
{
	if (j->cannot_reserve ||
	    fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)from, (off_t)n) == 0)
		return 0;
	j->cannot_reserve = errno == EOPNOTSUPP || errno == ENOSYS;
	return j->cannot_reserve ? 0 : -1;
}

/* A file to write to, with room for n bytes.  -1: e, and there is none. */
static int
create(struct journal *j, const char *name, uint64_t n, struct stat *st,
    struct err *e)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND |
	    O_CLOEXEC, 0640);

	if (fd >= 0 && take_room(j, fd, 0, n) == 0 && fstat(fd, st) == 0)
		return fd;
	/* A full disk is one that may have room later. */
	err_errno(e, errno == ENOSPC || errno == EDQUOT ? EX_IOERR :
	    EX_CANTCREAT, "cannot create '%s'", name);
	if (fd >= 0) {
		close(fd);
		unlink(name);
	}
	return -1;
}

static void
write_to(struct journal *j, int fd, const struct stat *st, uint64_t reserved)
{
	j->fd = fd;
	j->device = st->st_dev;
	j->inode = st->st_ino;
	j->reserved = reserved;
}

/* -1: there is none, and the one before goes on. */
static int
begin_segment(struct journal *j, uint64_t number, struct err *e)
{
	char *name = segment_name(j->all.state, number);
	struct stat st;
	int fd = create(j, name, LINE_ROOM, &st, e);

	if (fd < 0 || durable_name(name, e) < 0) {
		if (fd >= 0) {
			close(fd);
			unlink(name);
		}
		free(name);
		return -1;
	}
	finish_segment(j);
	free(j->name);
	j->name = name;
	write_to(j, fd, &st, LINE_ROOM);
	buf_reset(&j->written);
	segments_add(&j->all, number, 0);
	return 0;
}

struct journal *
journal_open(const char *state, uint64_t behind, struct err *e)
{
	struct journal *j = mem_new(sizeof *j);

	j->fd = -1;
	buf_init(&j->line, LINE_ROOM);
	buf_init(&j->written, JOURNAL_MAX + 2 * LINE_ROOM);
	buf_init(&j->gap, GAP_TEXT);
	if (segments_find(&j->all, state, e) == 0) {
		if (j->all.n && last_of(j)->number > behind)
			behind = last_of(j)->number;
		if (begin_segment(j, behind + 1, e) == 0)
			return j;
	}
	journal_close(j);
	return NULL;
}

static void
close_input(struct journal *j)
{
	input_close(j->in);
	j->in = NULL;
	j->is_left_behind = false;
}

void
journal_close(struct journal *j)
{
	if (!j)
		return;
	close_input(j);
	finish_segment(j);
	buf_release(&j->line);
	buf_release(&j->written);
	buf_release(&j->gap);
	free(j->name);
	segments_release(&j->all);
	free(j);
}

uint64_t
journal_size(const struct journal *j)
{
	return segments_total(&j->all);
}

/*
 * Writing.
 */

/* Under its name stands what was written, as far as a look at it tells. */
static bool
is_there(const struct journal *j)
{
	struct stat st;

	return stat(j->name, &st) == 0 && st.st_dev == j->device &&
	    st.st_ino == j->inode && (uint64_t)st.st_size == last_of(j)->size;
}

/* The segment that is written to once more, whatever stands there now. */
static int
restore(struct journal *j, struct err *e)
{
	uint64_t room = j->written.n + LINE_ROOM;
	struct buf name;
	struct stat st;
	int fd, rc = -1;

	buf_init(&name, 2 * PATH_MAX);
	buf_addf(&name, "%s.tmp", j->name);
	if (unlink(name.p) < 0 && errno != ENOENT)
		fd = err_errno(e, EX_CANTCREAT, "cannot remove '%s'", name.p);
	else
		fd = create(j, name.p, room, &st, e);
	if (fd >= 0)
		rc = durable_write(fd, name.p, buf_slice(&j->written), e);
	if (rc == 0 && fsync(fd) < 0)
		rc = err_errno(e, EX_IOERR, "cannot sync '%s'", name.p);
	if (rc == 0 && rename(name.p, j->name) < 0)
		rc = err_errno(e, EX_CANTCREAT, "cannot replace '%s'",
		    j->name);
	if (rc == 0)
		rc = durable_name(j->name, e);
	if (rc == 0) {
		close(j->fd);
		write_to(j, fd, &st, room);
		j->is_restored = true;
		j->is_left_behind = j->in &&
		    j->segment == last_of(j)->number;
	} else if (fd >= 0) {
		close(fd);
		unlink(name.p);
	}
	buf_release(&name);
	return rc;
}

/* Who reads it goes on at the same place of the new file. */
static int
follow_restored(struct journal *j, struct err *e)
{
	struct input *in = input_open(j->name, e);

	if (!in)
		return -1;
	input_set_plain(in);
	if (input_seek(in, input_place(j->in), NULL, e) <= 0) {
		input_close(in);
		return -1;
	}
	input_set_growing(in, true);
	input_close(j->in);
	j->in = in;
	j->is_left_behind = false;
	return 0;
}

int
journal_check(struct journal *j, struct err *e)
{
	if (j->is_broken)
		return 0;
	if (!is_there(j) && restore(j, e) < 0)
		return -1;
	return j->is_left_behind ? follow_restored(j, e) : 0;
}

bool
journal_was_restored(struct journal *j)
{
	bool was = j->is_restored;

	j->is_restored = false;
	return was;
}

/* There is room for a line, and for one more.  -1: there is not. */
static int
reserve(struct journal *j, uint64_t to, struct err *e)
{
	uint64_t size = last_of(j)->size;

	if (j->cannot_reserve || to <= j->reserved)
		return 0;
	for (uint64_t n = size + RESERVE; n >= to; n = n > to ? to : 0) {
		if (take_room(j, j->fd, size, n - size) == 0) {
			j->reserved = n;
			return 0;
		}
	}
	return err_errno(e, EX_IOERR, "no room for '%s'", j->name);
}

int
journal_sync(struct journal *j, struct err *e)
{
	if (fdatasync(j->fd) == 0)
		return 0;
	j->is_broken = true;
	return err_errno(e, EX_IOERR, "cannot sync '%s'", j->name);
}

/* Room for a line and for one more.  -1: e, there is none. */
static int
make_room(struct journal *j, size_t n, bool may_begin, struct err *e)
{
	if (journal_size(j) + n > JOURNAL_MAX)
		return err_set(e, EX_IOERR, "'%s' and those before it have %d "
		    "MiB", j->name, JOURNAL_MAX >> 20);
	if (may_begin && last_of(j)->size >= JOURNAL_SEGMENT &&
	    (journal_sync(j, e) < 0 ||
	    begin_segment(j, last_of(j)->number + 1, e) < 0))
		return -1;
	return reserve(j, last_of(j)->size + n + LINE_ROOM, e);
}

/* In one write if the system has it so; what came of a line if not all did is
 * taken back. */
static int
write_line(struct journal *j, struct err *e)
{
	struct segment *last = last_of(j);

	if (durable_write(j->fd, j->name, buf_slice(&j->line), e) == 0) {
		last->size += j->line.n;
		buf_add(&j->written, buf_slice(&j->line));
		return 1;
	}
	if (ftruncate(j->fd, (off_t)last->size) < 0)
		return err_errno(e, EX_IOERR, "cannot cut '%s' back", j->name);
	j->reserved = last->size;
	return 0;
}

int
journal_append(struct journal *j, struct slice line, bool may_begin,
    bool is_last, struct err *e)
{
	int rc;

	line = slice_to(line, INPUT_LINE_MAX);
	buf_reset(&j->line);
	buf_add(&j->line, line);
	buf_add_byte(&j->line, '\n');
	if (journal_check(j, e) < 0)
		return 0;
	if (!is_last && make_room(j, j->line.n, may_begin, e) < 0)
		return 0;
	rc = j->is_broken ? -1 : write_line(j, e);
	j->is_broken |= rc < 0;
	return rc;
}

/*
 * Reading.
 */

/* The first segment that is not before a number; there is always one, the last
 * if all are. */
static const struct segment *
find_segment(const struct journal *j, uint64_t number)
{
	size_t i = 0;

	while (i + 1 < j->all.n && j->all.items[i].number < number)
		i++;
	return &j->all.items[i];
}

static void
note_gap(struct journal *j, const char *name, const char *what)
{
	buf_addf(&j->gap, "%s'%s' %s", j->gap.n ? "; " : "", name, what);
}

/* Of the segment that is read. */
static bool
is_shorter(const struct journal *j, uint64_t size)
{
	struct stat st;

	return fstat(input_fd(j->in), &st) == 0 && (uint64_t)st.st_size < size;
}

/* 1: there; 0: it is gone, or ends before; -1: e says why. */
static int
enter(struct journal *j, const struct segment *s, uint64_t offset,
    uint64_t again, struct err *e)
{
	char *name = segment_name(j->all.state, s->number);
	int rc = -1;

	close_input(j);
	j->in = input_open(name, e);
	if (!j->in && access(name, F_OK) < 0 && errno == ENOENT) {
		note_gap(j, name, "is gone");
		rc = 0;
	} else if (j->in && is_shorter(j, offset)) {
		note_gap(j, name, "is shorter than it was");
		rc = 0;
	} else if (j->in) {
		input_set_plain(j->in);
		rc = input_seek(j->in, offset - again, NULL, e);
		input_set_growing(j->in, true);
	}
	free(name);
	return rc;
}

int
journal_enter(struct journal *j, uint64_t segment, uint64_t offset,
    uint64_t again, struct err *e)
{
	const struct segment *s = find_segment(j, segment);
	int rc = 0;

	if (segment && s->number != segment) {
		char *name = segment_name(j->all.state, segment);

		note_gap(j, name, "is gone");
		free(name);
	}
	/* What is written to is made good before it is entered. */
	for (; rc == 0 && s <= last_of(j); s++) {
		if (s == last_of(j) && journal_check(j, e) < 0)
			return -1;
		if (s->number != segment)
			offset = again = 0;
		j->segment = s->number;
		j->from = offset;
		rc = enter(j, s, offset, again, e);
	}
	if (rc == 0)
		err_set(e, EX_IOERR, "'%s' is not as it was", j->name);
	return rc > 0 ? 0 : -1;
}

const char *
journal_gap(struct journal *j)
{
	bool is_new = j->gap.n;

	buf_reset(&j->gap);
	return is_new ? j->gap.p : NULL;
}

struct input *
journal_input(const struct journal *j)
{
	return j->in;
}

uint64_t
journal_segment(const struct journal *j)
{
	return j->segment;
}

uint64_t
journal_from(const struct journal *j)
{
	return j->from;
}

bool
journal_is_finished(const struct journal *j)
{
	return j->segment < last_of(j)->number;
}

int
journal_advance(struct journal *j, struct err *e)
{
	if (is_shorter(j, find_segment(j, j->segment)->size))
		note_gap(j, input_name(j->in), "is shorter than it was");
	return journal_enter(j, j->segment + 1, 0, 0, e);
}

int
journal_drop(struct journal *j, uint64_t before, struct err *e)
{
	size_t gone = 0;
	int rc = 0;

	while (rc == 0 && gone + 1 < j->all.n &&
	    j->all.items[gone].number < before) {
		char *name = segment_name(j->all.state,
		    j->all.items[gone].number);

		if (unlink(name) < 0 && errno != ENOENT)
			rc = err_errno(e, EX_IOERR, "cannot remove '%s'",
			    name);
		else
			gone++;
		free(name);
	}
	segments_forget(&j->all, gone);
	return rc;
}
