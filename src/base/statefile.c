/* SPDX-License-Identifier: ISC */
/* A small text that survives. */
#include "base/statefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/append.h"
#include "base/durable.h"
#include "base/lock.h"
#include "base/mem.h"

struct statefile {
	const char *file;
	char *temporary;	/* its name */
	int lock;
};

/* CRC-32 (ISO 3309), bit by bit: there is not much of it. */
static uint32_t
sum_of(struct slice text)
{
	uint32_t sum = 0xffffffff;

	for (size_t i = 0; i < text.n; i++) {
		sum ^= (unsigned char)text.p[i];
		for (int bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? 0xedb88320 : 0);
	}
	return ~sum;
}

static char *
joined(const char *file, const char *end)
{
	struct buf name;
	char *text;

	buf_init(&name, 2 * STATEFILE_MAX);
	buf_addf(&name, "%s%s", file, end);
	text = mem_text(name.p, name.n);
	buf_release(&name);
	return text;
}

struct statefile *
statefile_open(const char *file, struct err *e)
{
	char *name = joined(file, ".lock");
	struct statefile *s = NULL;
	struct stat st;
	int fd = append_open(name, &st, e);

	if (fd >= 0 && lock_take(fd, file, &st, e) == 0) {
		s = mem_new(sizeof *s);
		s->file = file;
		s->temporary = joined(file, ".tmp");
		s->lock = fd;
	} else if (fd >= 0) {
		close(fd);
	}
	free(name);
	return s;
}

void
statefile_close(struct statefile *s)
{
	if (!s)
		return;
	close(s->lock);
	free(s->temporary);
	free(s);
}

/* Takes the last line, with the sum of those before it, off the text. */
static bool
check_sum(struct buf *text)
{
	struct slice all = buf_slice(text);
	size_t at = slice_find_last(all, SLICE("sum "));
	char want[16];

	if (at == all.n)
		return false;
	snprintf(want, sizeof want, "sum %08x\n",
	    sum_of(slice_to(all, at)));
	if (!slice_is(slice_from(all, at), slice_text(want)))
		return false;
	text->n = at;
	return true;
}

int
statefile_read(struct statefile *s, struct buf *text, struct err *e)
{
	int fd = open(s->file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int rc;

	buf_init(text, STATEFILE_MAX);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_errno(e, EX_IOERR, "cannot open '%s'", s->file);
	rc = durable_read(fd, s->file, text, e);
	close(fd);
	if (rc == 0 && (text->overflow || !check_sum(text)))
		rc = err_set(e, EX_DATAERR, "'%s' is damaged", s->file);
	if (rc < 0)
		buf_release(text);
	return rc < 0 ? -1 : 1;
}

int
statefile_write(struct statefile *s, struct slice text, struct err *e)
{
	char last[16];
	int fd, rc;

	/* One that a crash left; or, worse, another name of something else. */
	if (unlink(s->temporary) < 0 && errno != ENOENT)
		return err_errno(e, EX_CANTCREAT, "cannot remove '%s'",
		    s->temporary);
	fd = open(s->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd < 0)
		return err_errno(e, EX_CANTCREAT, "cannot create '%s'",
		    s->temporary);
	snprintf(last, sizeof last, "sum %08x\n", sum_of(text));
	rc = durable_write(fd, s->temporary, text, e);
	if (rc == 0)
		rc = durable_write(fd, s->temporary, slice_text(last), e);
	if (rc == 0 && fsync(fd) < 0)
		rc = err_errno(e, EX_IOERR, "cannot sync '%s'", s->temporary);
	if (close(fd) < 0 && rc == 0)
		rc = err_errno(e, EX_IOERR, "cannot close '%s'",
		    s->temporary);
	if (rc == 0 && rename(s->temporary, s->file) < 0)
		rc = err_errno(e, EX_CANTCREAT, "cannot replace '%s'",
		    s->file);
	return rc < 0 ? -1 : durable_name(s->file, e);
}

char *
statefile_aside(const struct statefile *s)
{
	time_t now = time(NULL);
	char stamp[40] = ".old", end[60], *name;
	struct tm tm;
	struct stat st;

	if (gmtime_r(&now, &tm))
		(void)strftime(stamp, sizeof stamp, ".old-%Y%m%dT%H%M%SZ",
		    &tm);
	name = joined(s->file, stamp);
	for (unsigned i = 1; lstat(name, &st) == 0; i++) {
		free(name);
		snprintf(end, sizeof end, "%s.%u", stamp, i);
		name = joined(s->file, end);
	}
	return name;
}

int
statefile_archive(struct statefile *s, const char *aside, struct err *e)
{
	return durable_move(s->file, aside, e);
}
