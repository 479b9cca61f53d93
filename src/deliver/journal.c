/* SPDX-License-Identifier: ISC */
/* Lines that were accepted. */
#include "deliver/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/durable.h"
#include "base/mem.h"
#include "deliver/segment.h"

enum {
	LINE_ROOM = INPUT_LINE_MAX + 1,
	RESERVE = 1 << 20,	/* taken from the disk at a time */
};

struct journal {
	struct segments all;		/* the last is written to */
	char *name;			/* of the last */
	int fd;
	uint64_t reserved;		/* bytes of it that are ours */
	bool is_broken, cannot_reserve;
	struct buf line;
	/* What is being read. */
	struct input *in;
	uint64_t segment, from;
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

/* -1: there is none, and the one before goes on. */
static int
begin_segment(struct journal *j, uint64_t number, struct err *e)
{
	char *name = segment_name(j->all.state, number);
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND |
	    O_CLOEXEC, 0640);

	if (fd < 0 || take_room(j, fd, 0, LINE_ROOM) < 0 ||
	    durable_name(name, e) < 0) {
		/* A full disk is one that may have room later. */
		err_errno(e, errno == ENOSPC || errno == EDQUOT ? EX_IOERR :
		    EX_CANTCREAT, "cannot create '%s'", name);
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
	j->fd = fd;
	j->reserved = LINE_ROOM;
	segments_add(&j->all, number, 0);
	return 0;
}

struct journal *
journal_open(const char *state, uint64_t behind, struct err *e)
{
	struct journal *j = mem_new(sizeof *j);

	j->fd = -1;
	buf_init(&j->line, LINE_ROOM);
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
}

void
journal_close(struct journal *j)
{
	if (!j)
		return;
	close_input(j);
	finish_segment(j);
	buf_release(&j->line);
	free(j->name);
	segments_release(&j->all);
	free(j);
}

/*
 * Writing.
 */

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
	if (segments_total(&j->all) + n > JOURNAL_MAX)
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

int
journal_enter(struct journal *j, uint64_t segment, uint64_t offset,
    uint64_t again, struct err *e)
{
	const struct segment *s = find_segment(j, segment);
	char *name;
	int rc;

	if (s->number == segment && s->size < offset && s != last_of(j))
		s++;
	if (s->number != segment)
		offset = again = 0;
	close_input(j);
	name = segment_name(j->all.state, s->number);
	j->in = input_open(name, e);
	free(name);
	if (!j->in)
		return -1;
	input_set_plain(j->in);
	rc = input_seek(j->in, offset - again, NULL, e);
	if (rc == 0)
		rc = err_set(e, EX_IOERR, "'%s' is shorter than it was",
		    input_name(j->in));
	input_set_growing(j->in, true);
	j->segment = s->number;
	j->from = offset;
	return rc < 0 ? -1 : 0;
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
