/* SPDX-License-Identifier: ISC */
/* Logs that grow and rotate. */
#include "deliver/follow.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "base/map.h"
#include "base/mem.h"
#include "deliver/rotation.h"

enum { TRIES = 5, GAP_MAX = 1024 };

struct follow {
	const char *name;
	struct input *in;
	char *in_name;
	struct rotated is;	/* what the file is; name unused */
	uint64_t from;
	struct log_place print;	/* its sums, where they were taken last */
	struct log_place before;	/* the end of the file before */
	bool has_before, is_emptied, is_damaged;
	struct rotated seen;	/* how it looked the last time */
	/* The file before, which somebody may still write to. */
	int old;
	uint64_t old_size;
	uint64_t old_changed;
	bool has_gap;
	char gap[GAP_MAX];
	int notify, watch;
};

static uint64_t
sum_of(const char *p, size_t n)
{
	static const struct siphash_key key = { 0 };

	return siphash(&key, (struct slice){ p, n });
}

static void
set_sums(struct log_place *p, uint64_t at, const struct input_ends *ends)
{
	p->print_at = at;
	p->head = sum_of(ends->head, ends->head_n);
	p->tail = sum_of(ends->tail, ends->tail_n);
}

static void
add_time(char *text, size_t n, uint64_t when)
{
	time_t seconds = (time_t)(when / 1000000000);
	struct tm tm;

	if (when == 0 || !localtime_r(&seconds, &tm) ||
	    strftime(text, n, "%Y-%m-%dT%H:%M:%S%z", &tm) == 0)
		snprintf(text, n, "now");
}

static void
note_gap(struct follow *f, uint64_t from, uint64_t to, const char *why)
{
	char a[40], b[40];

	add_time(a, sizeof a, from);
	add_time(b, sizeof b, to);
	f->has_gap = true;
	snprintf(f->gap, sizeof f->gap, "lines of '%s' written between %s and "
	    "%s may be missing: %s", f->name, a, b, why);
}

const char *
follow_gap(struct follow *f)
{
	bool has_gap = f->has_gap;

	f->has_gap = false;
	return has_gap ? f->gap : NULL;
}

/*
 * Which file a place is in.
 */

/* Opens a file of a list; NULL and no error (e->status 0): it is not there
 * under this name any more. */
static struct input *
open_one(const struct rotated *one, struct err *e)
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
	if (rc > 0 && now.device == one->device && now.inode == one->inode)
		return in;
	if (rc > 0)
		e->status = 0;
	input_close(in);
	return NULL;
}

/* 1: the file begins as that of the place, and before the place stands what
 * stood there; 0: not so; -1: e. */
static int
has_prints(const struct rotated *one, const struct log_place *place,
    bool head_only, struct err *e)
{
	uint64_t at = place->print_at;
	struct log_place sums;
	struct input_ends ends;
	struct input *in;
	int rc;

	if (at == 0)
		return 0;
	in = open_one(one, e);
	if (!in)
		return e->status ? -1 : 0;
	if (head_only && at > INPUT_HEAD)
		at = INPUT_HEAD;
	rc = input_seek(in, at, &ends, e);
	input_close(in);
	if (rc < 0 && e->status == EX_DATAERR)
		return 0;	/* it is for whoever reads it to complain */
	if (rc <= 0)
		return rc;
	set_sums(&sums, at, &ends);
	return sums.head == place->head &&
	    (head_only || sums.tail == place->tail);
}

/* The file of a place: the one it was in if that still fits, else the newest
 * that does.  -1: none; -2: e. */
static int
find_file(const struct rotation *r, const struct log_place *place,
    struct err *e)
{
	int same = rotation_find(r, place->device, place->inode, place->born);
	int rc = same < 0 ? 0 : has_prints(&r->files[same], place, false, e);

	if (rc)
		return rc < 0 ? -2 : same;
	for (int i = (int)r->n - 1; i >= 0; i--) {
		rc = i == same ? 0 : has_prints(&r->files[i], place, false, e);
		if (rc)
			return rc < 0 ? -2 : i;
	}
	return -1;
}

/* A copy that was made before all was written that we read from the original,
 * which was emptied then: it begins like it and is shorter. */
static int
find_short_copy(const struct rotation *r, const struct log_place *place,
    struct err *e)
{
	for (int i = (int)r->n - 1; place->print_at && i >= 0; i--) {
		int rc = has_prints(&r->files[i], place, true, e);

		if (rc < 0)
			return -2;
		if (rc && r->files[i].is_log) {
			err_set(e, EX_DATAERR, "'%s' begins like the log that "
			    "was read, but does not go on like it: somebody "
			    "has edited it; with --reset-state and --backlog "
			    "none reading begins anew at its end",
			    r->files[i].name);
			return -2;
		}
		if (rc && r->files[i].size < place->print_at)
			return i;
	}
	return -1;
}

/*
 * Going to a place.
 */

static int
look_at_old(struct follow *f, struct err *e)
{
	struct rotated now;

	if (f->old < 0)
		return 0;
	if (rotated_look(&now, f->old, NULL, e) < 0)
		return -1;
	if (now.size > f->old_size) {
		note_gap(f, f->old_changed, now.changed, "somebody went on "
		    "writing to a file that had been rotated away");
		f->old_size = now.size;
		f->old_changed = now.changed;
	}
	return 0;
}

static void
close_input(struct follow *f)
{
	input_close(f->in);
	free(f->in_name);
	f->in = NULL;
	f->in_name = NULL;
}

/* Makes a file the one that is being read. */
static void
take_file(struct follow *f, struct input *in, const struct rotated *one)
{
	close_input(f);
	f->in = in;
	f->in_name = mem_text(one->name, strlen(one->name));
	f->is = f->seen = *one;
	f->is.name = NULL;
	f->from = 0;
	f->is_emptied = f->is_damaged = false;
	f->print = (struct log_place){ .device = one->device,
		.inode = one->inode, .born = one->born };
	input_set_growing(in, true);
	if (f->notify >= 0) {
		if (f->watch >= 0)
			(void)inotify_rm_watch(f->notify, f->watch);
		f->watch = inotify_add_watch(f->notify, f->in_name,
		    IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF);
	}
}

/* The sums of a file of which nothing was read yet, from its first bytes.
 * Returns as has_prints(). */
static int
first_sums(const struct rotated *one, struct log_place *sums, struct err *e)
{
	struct input *in = open_one(one, e);
	struct input_ends ends;
	int rc;

	if (!in)
		return e->status ? -1 : 0;
	rc = input_seek(in, INPUT_HEAD, &ends, e);
	input_close(in);
	if (rc < 0 && e->status != EX_DATAERR)
		return -1;
	/* A shorter one may grow: what there was counts. */
	if (rc >= 0)
		set_sums(sums, ends.head_n, &ends);
	return 1;
}

/* 1: the file is open; 0: it was moved meanwhile; -1: e. */
static int
start_file(struct follow *f, const struct rotated *one, struct err *e)
{
	struct log_place sums = { .print_at = 0 };
	struct input *in;
	int rc = first_sums(one, &sums, e);

	if (rc <= 0)
		return rc;
	in = open_one(one, e);
	if (!in)
		return e->status ? -1 : 0;
	take_file(f, in, one);
	f->print.print_at = sums.print_at;
	f->print.head = sums.head;
	f->print.tail = sums.tail;
	return 1;
}

/* The same, from a place on. */
static int
enter_file(struct follow *f, const struct rotated *one,
    const struct log_place *place, struct err *e)
{
	struct input *in = open_one(one, e);
	int rc;

	if (!in)
		return e->status ? -1 : 0;
	rc = input_seek(in, place->offset - place->again, NULL, e);
	if (rc <= 0) {
		input_close(in);
		return rc < 0 ? -1 : err_set(e, EX_DATAERR, "'%s' is shorter "
		    "than what was read of it", one->name);
	}
	take_file(f, in, one);
	f->from = place->offset;
	f->print.print_at = place->print_at;
	f->print.head = place->head;
	f->print.tail = place->tail;
	return 1;
}

/* The first file that has something later than a time. */
static int
first_after(const struct rotation *r, uint64_t changed)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->files[i].changed > changed || r->files[i].is_log)
			return (int)i;
	return -1;
}

/* Whether a file that was empty is gone; compressed, it would be another. */
static bool
is_lost(const struct rotation *r, const struct log_place *place)
{
	if (place->inode == 0 ||
	    rotation_find(r, place->device, place->inode, place->born) >= 0)
		return false;
	for (size_t i = 0; i < r->n; i++)
		if (r->files[i].changed >= place->changed &&
		    r->files[i].is_packed)
			return false;
	return true;
}

/* Begins with what was written after all that was read; something is missing,
 * unless nothing was read. */
static int
start_behind_gap(struct follow *f, const struct rotation *r,
    const struct log_place *place, struct err *e)
{
	int i = first_after(r, place->changed);

	if (place->print_at || is_lost(r, place))
		note_gap(f, place->changed, i < 0 ? 0 : r->files[i].born,
		    "the file that was being read is not there any more");
	if (i < 0)
		return 1;
	/* It is said once; from now on the new file counts. */
	f->has_before = false;
	return start_file(f, &r->files[i], e);
}

/* What is behind a file that was read to its end. */
static int
start_next(struct follow *f, const struct rotation *r, size_t at,
    const struct log_place *place, struct err *e)
{
	if (rotation_has_hole(r, at))
		note_gap(f, place->changed, 0, "a file among those that were "
		    "rotated away is missing");
	return at + 1 < r->n ? start_file(f, &r->files[at + 1], e) : 1;
}

/* 1: done; 0: files were moved meanwhile; -1: e. */
static int
locate(struct follow *f, const struct log_place *place, bool at_end,
    struct err *e)
{
	struct rotation r;
	int rc = rotation_list(&r, f->name, e), at = -1;

	if (rc == 0)
		at = find_file(&r, place, e);
	if (rc == 0 && at == -1) {
		at = find_short_copy(&r, place, e);
		at_end |= at >= 0;
	}
	if (rc < 0 || at == -2)
		rc = -1;
	else if (at == -1)
		rc = start_behind_gap(f, &r, place, e);
	else if (at_end)
		rc = start_next(f, &r, (size_t)at, place, e);
	else
		rc = enter_file(f, &r.files[at], place, e);
	if (rc > 0 && at >= 0 && !at_end && rotation_has_hole(&r, (size_t)at))
		note_gap(f, place->changed, 0, "a file among those that were "
		    "rotated away is missing");
	rotation_release(&r);
	return rc;
}

/* Files that move while we look at them stop moving. */
static int
locate_in_time(struct follow *f, const struct log_place *place, bool at_end,
    struct err *e)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < TRIES; i++)
		rc = locate(f, place, at_end, e);
	if (rc == 0)
		return err_set(e, EX_TEMPFAIL, "the files of '%s' do not stay "
		    "where they are: try later", f->name);
	return rc < 0 ? -1 : 0;
}

/* The first run.  As locate(). */
static int
begin(struct follow *f, bool backlog, struct err *e)
{
	struct rotation r;
	int rc = rotation_list(&r, f->name, e);

	if (rc == 0 && (r.n == 0 || (!backlog && !r.files[r.n - 1].is_log)))
		rc = err_set(e, EX_NOINPUT, "cannot open '%s': there is no "
		    "such file", f->name);
	else if (rc == 0 && backlog)
		rc = start_file(f, &r.files[0], e);
	else if (rc == 0)
		rc = enter_file(f, &r.files[r.n - 1], &(struct log_place){
		    .offset = r.files[r.n - 1].size }, e);
	rotation_release(&r);
	return rc;
}

static int
begin_in_time(struct follow *f, bool backlog, struct err *e)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < TRIES; i++)
		rc = begin(f, backlog, e);
	if (rc == 0)
		return err_set(e, EX_TEMPFAIL, "the files of '%s' do not stay "
		    "where they are: try later", f->name);
	return rc < 0 ? -1 : 0;
}

struct follow *
follow_open(const char *name, const struct log_place *place, bool backlog,
    struct err *e)
{
	struct follow *f = mem_new(sizeof *f);
	int rc;

	f->name = name;
	f->old = f->notify = f->watch = -1;
	if (place && place->print_at) {
		f->before = *place;
		f->has_before = true;
	}
	rc = place ? locate_in_time(f, place, false, e) :
	    begin_in_time(f, backlog, e);
	if (rc == 0)
		return f;
	follow_close(f);
	return NULL;
}

void
follow_close(struct follow *f)
{
	if (!f)
		return;
	close_input(f);
	if (f->old >= 0)
		close(f->old);
	if (f->notify >= 0)
		close(f->notify);
	free(f);
}

struct input *
follow_input(const struct follow *f)
{
	return f->is_damaged ? NULL : f->in;
}

void
follow_give_up(struct follow *f)
{
	f->is_damaged = true;
}

uint64_t
follow_from(const struct follow *f)
{
	return f->from;
}

/*
 * At the end of a file.
 */

/* Whether the file still is what it was where its sums were taken.  -1: e. */
static int
is_unchanged(const struct follow *f, struct err *e)
{
	struct log_place sums = f->print;
	struct input_ends ends;
	int rc;

	if (f->print.print_at == 0)
		return 1;
	rc = input_ends_at(f->in, f->print.print_at, &ends, e);
	if (rc <= 0)
		return rc;
	set_sums(&sums, f->print.print_at, &ends);
	return sums.head == f->print.head && sums.tail == f->print.tail;
}

/* Whether something newer than the file that is being read has lines.  -1: e. */
static int
has_newer(const struct follow *f, struct err *e)
{
	struct rotation r;
	int found = rotation_list(&r, f->name, e), at;

	if (found == 0) {
		at = rotation_find(&r, f->is.device, f->is.inode, f->is.born);
		/* Compressed or removed: all that counts is the log. */
		if (at < 0)
			at = (int)r.n - 2;
		for (size_t i = (size_t)(at + 1); i < r.n; i++)
			found |= r.files[i].size > 0;
	}
	rotation_release(&r);
	return found;
}

/* It was emptied, or what stands in it is not what did. */
static int
is_emptied(const struct follow *f, const struct rotated *now, struct err *e)
{
	int rc;

	if (now->size < input_taken(f->in))
		return 1;
	if (now->changed == f->seen.changed)
		return 0;
	rc = is_unchanged(f, e);
	return rc < 0 ? -1 : !rc;
}

/* At the end of a file that may not be written to any more. */
static int
look_behind(struct follow *f, const struct rotated *now,
    enum follow_step *step, struct err *e)
{
	struct rotated log;
	int rc = rotated_look(&log, -1, f->name, e);

	if (rc < 0)
		return -1;
	if (rc > 0 && log.device == now->device && log.inode == now->inode)
		return 0;
	rc = has_newer(f, e);
	if (rc <= 0)
		return rc;
	/* Somebody writes to another one: this is complete, but may have grown
	 * until a moment ago. */
	*step = input_is_done(f->in) ? FOLLOW_NEXT : FOLLOW_GOES_ON;
	input_set_growing(f->in, false);
	return 0;
}

int
follow_look(struct follow *f, enum follow_step *step, struct err *e)
{
	struct rotated now;
	int rc;

	*step = FOLLOW_ENDS;
	if (look_at_old(f, e) < 0)
		return -1;
	if (!f->in || input_is_packed(f->in) || f->is_damaged) {
		rc = f->in ? has_newer(f, e) :
		    rotated_look(&now, -1, f->name, e);
		if (rc > 0)
			*step = FOLLOW_NEXT;
		return rc < 0 ? -1 : 0;
	}
	if (rotated_look(&now, input_fd(f->in), NULL, e) < 0)
		return -1;
	rc = is_emptied(f, &now, e);
	if (rc < 0)
		return -1;
	if (rc > 0) {
		f->is_emptied = true;
		*step = FOLLOW_NEXT;
		return 0;
	}
	f->seen = now;
	if (now.size > input_taken(f->in)) {
		*step = FOLLOW_GOES_ON;
		return 0;
	}
	return look_behind(f, &now, step, e);
}

int
follow_advance(struct follow *f, const struct log_place *end, struct err *e)
{
	struct rotation r;
	bool emptied = f->is_emptied;
	int at, rc;

	if (end->print_at) {
		f->before = *end;
		f->has_before = true;
	}
	if (!f->in || emptied) {
		close_input(f);
		return locate_in_time(f, &f->before, !emptied, e);
	}
	if (look_at_old(f, e) < 0)
		return -1;
	if (f->old >= 0)
		close(f->old);
	f->old = fcntl(input_fd(f->in), F_DUPFD_CLOEXEC, 0);
	f->old_size = input_taken(f->in);
	f->old_changed = f->seen.changed;
	rc = rotation_list(&r, f->name, e);
	at = rc < 0 ? -1 : rotation_find(&r, f->is.device, f->is.inode,
	    f->is.born);
	if (rc == 0)
		rc = at < 0 ? 0 : start_next(f, &r, (size_t)at, end, e);
	rotation_release(&r);
	if (rc == 0)
		return locate_in_time(f, &f->before, true, e);
	return rc < 0 ? -1 : 0;
}

/* The sums are of what was read, not of what has taken its place. */
static int
refresh_sums(struct follow *f, uint64_t at, struct err *e)
{
	struct input_ends ends;
	int rc = is_unchanged(f, e);

	if (rc > 0)
		rc = input_ends_at(f->in, at, &ends, e);
	if (rc > 0)
		set_sums(&f->print, at, &ends);
	return rc < 0 ? -1 : 0;
}

int
follow_place(struct follow *f, uint64_t first, uint64_t offset,
    struct log_place *place, struct err *e)
{
	struct rotated now;

	if (!f->in || (f->print.print_at == 0 && f->has_before)) {
		*place = f->before;
		return 0;
	}
	if (!input_is_packed(f->in) && f->print.print_at < offset &&
	    refresh_sums(f, offset, e) < 0)
		return -1;
	if (!f->is_emptied &&
	    rotated_look(&now, input_fd(f->in), NULL, e) < 0)
		return -1;
	if (!f->is_emptied)
		f->print.changed = now.changed;
	*place = f->print;
	place->offset = offset;
	place->again = offset - first;
	return 0;
}

int
follow_watch(struct follow *f)
{
	const char *slash = strrchr(f->name, '/');
	char *directory;

	if (f->notify >= 0)
		return f->notify;
	f->notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (f->notify < 0)
		return -1;
	directory = slash ? mem_text(f->name, (size_t)(slash - f->name) + 1) :
	    mem_text(".", 1);
	(void)inotify_add_watch(f->notify, directory, IN_CREATE |
	    IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE);
	free(directory);
	if (f->in_name)
		f->watch = inotify_add_watch(f->notify, f->in_name,
		    IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF);
	return f->notify;
}

void
follow_watched(struct follow *f)
{
	char events[4096];

	while (f->notify >= 0 && read(f->notify, events, sizeof events) > 0)
		continue;
}
