/* SPDX-License-Identifier: ISC */
/* Which files a log consists of. */
#include "deliver/rotation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "base/mem.h"
#include "base/siblings.h"
#include "base/slice.h"

enum {
	FILES_MAX = 4096,
	LOOKS = 10,		/* a hole that is still there then remains */
	LOOKS_MAX = 50,
	PAUSE_MS = 20,
	NUMBER_DIGITS = 5,	/* more are a date */
};

/* What compression adds to a name; of some we can only say so. */
static const struct slice packed[] = {
	SLICE(".gz"), SLICE(".xz"), SLICE(".zst"), SLICE(".bz2"),
	SLICE(".lz4"),
};
enum { PACKED = sizeof packed / sizeof *packed };

static struct slice
without_packing(struct slice name)
{
	for (size_t i = 0; i < PACKED; i++)
		if (slice_ends(name, packed[i]))
			return slice_to(name, name.n - packed[i].n);
	return name;
}

/* ".1", "-20261122", ".2026-11-22T00:00": what a rotation puts into a name.
 * *digits: how many, *number: what they are. */
static bool
parse_mark(struct slice mark, size_t *digits, uint64_t *number)
{
	*digits = 0;
	*number = 0;
	if (mark.n < 2 || !strchr(".-_", mark.p[0]) ||
	    !byte_is_digit(mark.p[1]))
		return false;
	for (size_t i = 0; i < mark.n; i++) {
		if (byte_is_digit(mark.p[i])) {
			++*digits;
			*number = *number * 10 + (uint64_t)(mark.p[i] - '0');
		} else if (!strchr(".-_:TZ", mark.p[i])) {
			return false;
		}
	}
	return *digits < 19;
}

/* Whether a name is that of a log after rotation: LOG and a mark, or the mark
 * before LOG's last dot. */
static bool
parse_name(struct slice log, struct slice name, size_t *digits,
    uint64_t *number)
{
	size_t dot = slice_find_last(log, SLICE("."));
	struct slice end = slice_from(log, dot);

	name = without_packing(name);
	if (slice_starts(name, log) &&
	    parse_mark(slice_from(name, log.n), digits, number))
		return true;
	if (dot == 0 || dot == log.n || name.n <= log.n ||
	    !slice_starts(name, slice_to(log, dot)) || !slice_ends(name, end))
		return false;
	name = slice_to(name, name.n - end.n);
	return parse_mark(slice_from(name, dot), digits, number);
}

static uint64_t
nanoseconds(struct statx_timestamp t)
{
	return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int
rotated_look(struct rotated *one, int fd, const char *name, struct err *e)
{
	struct statx x;

	one->device = one->inode = one->size = 0;
	one->born = one->changed = 0;
	if (statx(name ? AT_FDCWD : fd, name ? name : "",
	    name ? 0 : AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME,
	    &x) < 0) {
		if (name && errno == ENOENT)
			return 0;
		return err_errno(e, EX_IOERR, "cannot look at '%s'",
		    name ? name : "the log");
	}
	one->device = makedev(x.stx_dev_major, x.stx_dev_minor);
	one->inode = x.stx_ino;
	one->size = x.stx_size;
	one->born = x.stx_mask & STATX_BTIME ? nanoseconds(x.stx_btime) : 0;
	one->changed = nanoseconds(x.stx_mtime);
	if (S_ISREG(x.stx_mode))
		return 1;
	return err_set(e, EX_NOINPUT, "'%s' is no regular file: only such a "
	    "one can be read with --state", name ? name : "the log");
}

/* Whether what is found now is the same file, to which something may have been
 * added: an inode that was freed is soon another file's. */
static bool
is_still(const struct rotated *one, const struct rotated *now)
{
	return now->device == one->device && now->inode == one->inode &&
	    now->born == one->born && now->size >= one->size;
}

struct input *
rotated_open(const struct rotated *one, struct err *e)
{
	struct input *in = input_open(one->name, e);
	struct rotated now = { .inode = 0 };
	struct err other;
	int rc;

	if (!in) {
		if (rotated_look(&now, -1, one->name, &other) == 0)
			e->status = 0;
		return NULL;
	}
	rc = rotated_look(&now, input_fd(in), NULL, e);
	if (rc > 0 && is_still(one, &now))
		return in;
	if (rc > 0)
		e->status = 0;
	input_close(in);
	return NULL;
}

int
rotation_find(const struct rotation *r, uint64_t device, uint64_t inode,
    uint64_t born)
{
	/* A device may have another number after the machine was started
	 * again; an inode is not born twice at the same time. */
	for (size_t i = 0; i < r->n; i++)
		if (r->files[i].inode == inode && r->files[i].born == born &&
		    (born || r->files[i].device == device))
			return (int)i;
	return -1;
}

int
rotation_after(const struct rotation *r, uint64_t changed, int except)
{
	for (size_t i = 0; i < r->n; i++)
		if ((r->files[i].changed > changed && (int)i != except) ||
		    r->files[i].is_log)
			return (int)i;
	return -1;
}

bool
rotation_has_lost(const struct rotation *r, uint64_t device, uint64_t inode,
    uint64_t born, uint64_t changed)
{
	if (inode == 0 || rotation_find(r, device, inode, born) >= 0)
		return false;
	for (size_t i = 0; i < r->n; i++)
		if (r->files[i].changed >= changed && r->files[i].is_packed)
			return false;
	return true;
}

bool
rotation_has_foreign(const struct rotation *r, uint64_t since)
{
	const uint64_t second = 1000000000;

	/* Not every program keeps more of the time. */
	for (size_t i = 0; i < r->n; i++)
		if (r->files[i].is_foreign &&
		    r->files[i].changed / second >= since / second)
			return true;
	return false;
}

bool
rotation_has_newer(const struct rotation *r, const struct rotated *one)
{
	int at = rotation_find(r, one->device, one->inode, one->born);

	/* Compressed or removed: all that counts is the log. */
	if (at < 0)
		at = (int)r->n - (r->n && r->files[r->n - 1].is_log) - 1;
	for (size_t i = (size_t)(at + 1); i < r->n; i++)
		if (r->files[i].size > 0)
			return true;
	return false;
}

static void
add_file(struct rotation *r, struct rotated *one)
{
	if (r->n == FILES_MAX) {
		free(one->name);
		return;
	}
	r->files = mem_resize(r->files, r->n + 1, sizeof *r->files);
	r->files[r->n++] = *one;
}

/* The file, and the name of what it is without packing, are both there. */
static bool
has_whole(const struct rotation *r, size_t i)
{
	struct slice name = slice_text(r->files[i].name);
	struct slice whole = without_packing(name);

	for (size_t k = 0; k < r->n; k++)
		if (k != i && whole.n < name.n &&
		    slice_is(slice_text(r->files[k].name), whole))
			return true;
	return false;
}

static void
drop_half_packed(struct rotation *r)
{
	struct rotation kept = { .has_numbers = r->has_numbers,
		.has_dates = r->has_dates };

	for (size_t i = 0; i < r->n; i++)
		if (!has_whole(r, i))
			add_file(&kept, &r->files[i]);
	/* Only now: the names were needed to compare. */
	for (size_t i = 0; i < r->n; i++)
		if (rotation_find(&kept, r->files[i].device,
		    r->files[i].inode, r->files[i].born) < 0)
			free(r->files[i].name);
	free(r->files);
	*r = kept;
}

static int
by_number(const void *a, const void *b)
{
	uint64_t x = ((const struct rotated *)a)->number;
	uint64_t y = ((const struct rotated *)b)->number;

	return x < y ? 1 : x > y ? -1 : 0;
}

static int
by_date(const void *a, const void *b)
{
	return by_number(b, a);
}

static int
by_time(const void *a, const void *b)
{
	uint64_t x = ((const struct rotated *)a)->changed;
	uint64_t y = ((const struct rotated *)b)->changed;

	return x < y ? -1 : x > y ? 1 : by_number(a, b);
}

struct walk {
	struct rotation *r;
	const char *log;
};

/* A file of the directory, if its name says that it belongs to the log. */
static int
add_entry(void *with, const char *name, ino_t inode, struct err *e)
{
	struct rotation *r = ((struct walk *)with)->r;
	const char *log = ((struct walk *)with)->log;
	struct rotated one = { .name = NULL };
	size_t digits;
	int rc;

	(void)inode;
	if (!parse_name(slice_text(siblings_own(log)), slice_text(name),
	    &digits, &one.number))
		return 0;
	one.is_packed = without_packing(slice_text(name)).n < strlen(name);
	one.is_foreign = one.is_packed &&
	    !slice_ends(slice_text(name), SLICE(".gz"));
	one.name = siblings_path(log, name);
	rc = rotated_look(&one, -1, one.name, e);
	if (rc > 0) {
		r->has_numbers |= digits <= NUMBER_DIGITS;
		r->has_dates |= digits > NUMBER_DIGITS;
		add_file(r, &one);
		return 0;
	}
	free(one.name);
	/* What is no file was not made by rotation. */
	return rc < 0 && e->status == EX_IOERR ? -1 : 0;
}

/* The log itself, behind the others. */
static int
add_log(struct rotation *r, const char *log, struct err *e)
{
	struct rotated one = { .is_log = true };
	int rc = rotated_look(&one, -1, log, e);

	if (rc <= 0)
		return rc;
	one.name = mem_text(log, strlen(log));
	add_file(r, &one);
	return 0;
}

/* Whether the log begins with all that a file holds, which was not made before the
 * log: it is a copy, and the log will be emptied in a moment. */
static bool
is_copy(const struct rotated *one, const struct rotated *log)
{
	struct input_ends ends, same;
	struct input *in, *other;
	struct err e;
	bool is_it;

	if (one->is_packed || one->size == 0 || one->size > log->size ||
	    log->born == 0 || one->born < log->born)
		return false;
	in = rotated_open(one, &e);
	other = rotated_open(log, &e);
	is_it = in && other &&
	    input_ends_at(input_fd(in), one->name, one->size, &ends, &e) > 0 &&
	    input_ends_at(input_fd(other), log->name, one->size, &same, &e) > 0
	    && memcmp(ends.head, same.head, ends.head_n) == 0 &&
	    memcmp(ends.tail, same.tail, ends.tail_n) == 0;
	input_close(in);
	input_close(other);
	return is_it;
}

/* Drops them; there is no hole where they were. */
static void
drop_copies(struct rotation *r)
{
	size_t log = r->n - 1;

	if (r->n == 0 || !r->files[log].is_log)
		return;
	for (size_t i = log; i-- > 0;) {
		if (!is_copy(&r->files[i], &r->files[r->n - 1]))
			continue;
		free(r->files[i].name);
		for (size_t k = 0; k < i; k++)
			r->files[k].number -= !r->has_dates;
		memmove(&r->files[i], &r->files[i + 1],
		    (--r->n - i) * sizeof *r->files);
	}
}

static int
look(struct rotation *r, const char *log, struct err *e)
{
	*r = (struct rotation){ .n = 0 };
	if (siblings_each(log, EX_NOINPUT, add_entry,
	    &(struct walk){ r, log }, e) < 0)
		return -1;
	drop_half_packed(r);
	if (r->n)
		qsort(r->files, r->n, sizeof *r->files, !r->has_dates ?
		    by_number : r->has_numbers ? by_time : by_date);
	if (add_log(r, log, e) < 0)
		return -1;
	drop_copies(r);
	return 0;
}

bool
rotation_has_hole(const struct rotation *r, size_t behind)
{
	const struct rotated *one = &r->files[behind];

	if (r->has_dates || one->is_log || behind + 1 == r->n)
		return false;
	/* Some begin with 0, most with 1. */
	return one[1].is_log ? one->number > 1 :
	    one->number != one[1].number + 1;
}

/* Whether a second look showed the same. */
static bool
is_same(const struct rotation *a, const struct rotation *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->files[i].name, b->files[i].name) ||
		    !is_still(&a->files[i], &b->files[i]))
			return false;
	return true;
}

/* Numbers move up one by one: whether none is missing. */
static bool
is_whole(const struct rotation *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (rotation_has_hole(r, i))
			return false;
	return r->n == 0 || r->has_dates || r->files[r->n - 1].number <= 1;
}

int
rotation_list(struct rotation *r, const char *log, struct err *e)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000 };
	struct rotation before = { .n = 0 };
	bool stable = false;
	int rc;

	rc = look(r, log, e);
	for (int i = 0; rc == 0 && !stable && i < LOOKS_MAX; i++) {
		if (i)
			nanosleep(&pause, NULL);
		rotation_release(&before);
		before = *r;
		rc = look(r, log, e);
		stable = rc == 0 && is_same(&before, r) &&
		    (is_whole(r) || i >= LOOKS);
	}
	rotation_release(&before);
	return rc;
}

int
rotation_is_current(const struct rotation *r, const char *log, struct err *e)
{
	struct rotation now;
	int rc = look(&now, log, e) < 0 ? -1 : is_same(r, &now);

	rotation_release(&now);
	return rc;
}

void
rotation_release(struct rotation *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->files[i].name);
	free(r->files);
	*r = (struct rotation){ .n = 0 };
}
