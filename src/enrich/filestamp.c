/* SPDX-License-Identifier: ISC */
/* Small files that are read whole, and whether they have changed since. */
#include "enrich/filestamp.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { CHUNK = 16 * 1024 };

void
filestamp_take(struct filestamp *s, const char *file)
{
	struct stat st;

	*s = (struct filestamp){ .is_there = stat(file, &st) == 0 };
	if (!s->is_there)
		return;
	s->device = st.st_dev;
	s->inode = st.st_ino;
	s->size = st.st_size;
	s->changed = st.st_mtim;
}

static int
read_text(int fd, struct buf *text)
{
	ssize_t got = 1;

	while (got > 0 && text->n < text->max) {
		size_t room = text->max - text->n;

		room = room < CHUNK ? room : CHUNK;
		got = read(fd, buf_room(text, room), room);
		if (got > 0)
			text->n += (size_t)got;
	}
	return got < 0 ? -1 : 0;
}

/* Half an address may be another one. */
static void
drop_cut_line(struct buf *text)
{
	while (text->n && text->p[text->n - 1] != '\n')
		text->n--;
}

int
filestamp_read(struct filestamp *s, const char *file, struct buf *text,
    struct err *e)
{
	int fd, rc;

	/* Taken first: a change from here on is one. */
	filestamp_take(s, file);
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return 0;
	rc = fd < 0 ? -1 : read_text(fd, text);
	if (rc < 0)
		err_errno(e, EX_NOINPUT, "cannot read '%s'", file);
	else if (text->n == text->max)
		drop_cut_line(text);
	if (fd >= 0)
		close(fd);
	return rc;
}

bool
filestamp_is_stale(const struct filestamp *s, const char *file)
{
	struct filestamp now;

	filestamp_take(&now, file);
	return now.is_there != s->is_there || (now.is_there &&
	    (now.device != s->device || now.inode != s->inode ||
	    now.size != s->size ||
	    now.changed.tv_sec != s->changed.tv_sec ||
	    now.changed.tv_nsec != s->changed.tv_nsec));
}
