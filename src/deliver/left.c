/* SPDX-License-Identifier: ISC */
/* What comes late. */
#include "deliver/left.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "deliver/fingerprint.h"

void
left_forget(struct left *l)
{
	if (l->fd >= 0)
		close(l->fd);
	*l = (struct left)LEFT_NONE;
}

static int
take_fd(struct left *l, const struct input *in, struct err *e)
{
	l->fd = fcntl(input_fd(in), F_DUPFD_CLOEXEC, 0);
	if (l->fd < 0)
		return err_errno(e, EX_IOERR, "cannot watch '%s'",
		    input_name(in));
	return 0;
}

int
left_take(struct left *l, struct logfile *file, const struct log_place *end,
    struct err *e)
{
	uint64_t at = input_place(file->in);
	bool is_end = end->inode == file->is.inode && end->offset == at;

	left_forget(l);
	/* Read to its end when it had been packed: nothing can come. */
	if (input_is_packed(file->in))
		return 0;
	if (take_fd(l, file->in, e) < 0)
		return -1;
	return logfile_place(file, is_end ? at - end->again : at, at,
	    &l->end, e);
}

int
left_index(const struct left *l, const struct rotation *r, int *at,
    struct err *e)
{
	if (l->end.print_at)
		return fingerprint_find(r, &l->end, at, e);
	/* Of one that was empty there is nothing else to know it by. */
	*at = rotation_find(r, l->end.device, l->end.inode, l->end.born);
	return 1;
}

/* Opens one of the files as the one that was left.  As left_find(). */
static int
open_again(struct left *l, const struct rotated *one, struct err *e)
{
	struct input *in = rotated_open(one, e);
	int rc;

	if (!in)
		return e->status ? -1 : 0;
	rc = take_fd(l, in, e);
	l->is_packed = one->is_packed;
	input_close(in);
	return rc < 0 ? -1 : 1;
}

int
left_find(struct left *l, const char *log, struct err *e)
{
	struct rotation r;
	int rc, at;

	if (l->end.inode == 0 || l->fd >= 0)
		return 1;
	rc = rotation_list(&r, log, e) < 0 ? -1 : left_index(l, &r, &at, e);
	if (rc > 0 && (at < 0 || r.files[at].is_log))
		left_forget(l);
	else if (rc > 0)
		rc = open_again(l, &r.files[at], e);
	rotation_release(&r);
	return rc;
}

int
left_enter(const struct left *l, struct logfile *file, struct err *e)
{
	char name[sizeof "/proc/self/fd/" + 10];
	struct rotated one = { .name = name };

	/* Wherever it was moved to, and even if it was removed: another offset
	 * in the same file. */
	snprintf(name, sizeof name, "/proc/self/fd/%d", l->fd);
	if (rotated_look(&one, l->fd, NULL, e) < 0)
		return -1;
	return logfile_enter(file, &one, &l->end, e);
}

int
left_has_grown(struct left *l, struct err *e)
{
	struct rotated now;
	uint64_t before = l->size;

	if (l->fd < 0 || l->is_packed)
		return l->is_packed;
	if (rotated_look(&now, l->fd, NULL, e) < 0)
		return -1;
	l->size = now.size;
	return now.size > l->end.offset && now.size > before;
}
