/* SPDX-License-Identifier: ISC */
/* Logs that grow and rotate. */
#include "deliver/follow.h"

#include <stdlib.h>

#include "base/mem.h"
#include "deliver/fingerprint.h"
#include "deliver/gap.h"
#include "deliver/left.h"
#include "deliver/logfile.h"
#include "deliver/rotation.h"
#include "deliver/watch.h"

enum { TRIES = 5 };

struct follow {
	const char *name;
	struct logfile file;		/* that is being read */
	enum follow_start start;	/* of it */
	struct log_place before;	/* the end of the file before */
	bool has_before;
	bool is_found;			/* the file of the last place */
	struct left left;		/* to which somebody still may write */
	bool turns_back;		/* since somebody did */
	bool is_late;			/* that is the file that is being read, */
	struct log_place resume;	/* and here to go on afterwards */
	struct gap gap;
	struct watch watch;
};

static int
opened(struct follow *f, enum follow_start start, int rc)
{
	f->start = start;
	if (rc == 1)
		watch_file(&f->watch, input_name(f->file.in));
	return rc;
}

/* 1: the file is open; 0: it was moved meanwhile; -1: e. */
static int
enter_file(struct follow *f, const struct rotated *one,
    const struct log_place *place, struct err *e)
{
	return opened(f, FOLLOW_AT_PLACE, logfile_enter(&f->file, one, place,
	    e));
}

/* Starts with file number i, or with the next that can be read: what was
 * written to the others after a time is missing.  As enter_file(). */
static int
start_readable(struct follow *f, const struct rotation *r, size_t i,
    uint64_t after, struct err *e)
{
	for (bool is_next = false;; is_next = true, i++) {
		int rc = opened(f, FOLLOW_APART, logfile_start(&f->file,
		    &r->files[i], e));

		/* It is said once; from now on the new file counts. */
		if (rc > 0 && is_next)
			f->has_before = false;
		if (rc >= 0 || e->status != EX_DATAERR)
			return rc;
		gap_note(&f->gap, GAP_FOREIGN, after, r->files[i].changed);
		if (i + 1 == r->n)
			return 1;
	}
}

/* How much of the file of a place was read: up to the place; to its end, as far
 * as is known; to its end, with the file open all the time. */
enum was_read { TO_PLACE, TO_END, ALL };

/* Begins with what was written after all that was read.  Something is missing
 * then, unless all or nothing was read. */
static int
start_behind_gap(struct follow *f, const struct rotation *r,
    const struct log_place *place, enum was_read was_read, struct err *e)
{
	int i, left, rc = left_index(&f->left, r, &left, e);

	if (rc <= 0)
		return rc;
	/* What came late to that one has its own turn. */
	i = rotation_after(r, place->changed, left);
	if (i >= 0)
		rc = start_readable(f, r, (size_t)i, place->changed, e);
	if (rc <= 0)
		return rc;
	if (was_read != ALL && (place->print_at || rotation_has_lost(r,
	    place->device, place->inode, place->born, place->changed)))
		gap_note(&f->gap, rotation_has_foreign(r, place->changed) ?
		    GAP_FOREIGN : GAP_GONE, place->changed,
		    i < 0 ? 0 : r->files[i].born);
	f->has_before &= i < 0;
	return 1;
}

/* Goes to the place in file number at, or to the file behind that. */
static int
start_at(struct follow *f, const struct rotation *r, size_t at,
    const struct log_place *place, enum was_read was_read, struct err *e)
{
	bool is_damaged = f->file.is_damaged;
	int rc = was_read == TO_PLACE ? enter_file(f, &r->files[at], place,
	    e) : LOGFILE_SHORT;

	if (rc != LOGFILE_SHORT)
		return rc;
	rc = 1;
	if (at + 1 < r->n)
		rc = start_readable(f, r, at + 1, place->changed, e);
	if (rc <= 0 || at + 1 == r->n)
		return rc;
	if (rotation_has_hole(r, at))
		gap_note(&f->gap, GAP_HOLE, place->changed,
		    r->files[at + 1].born);
	else if (!is_damaged && f->file.is.inode == r->files[at + 1].inode)
		f->start = FOLLOW_BEHIND;
	return rc;
}

/* 1: done; 0: files were moved meanwhile, or, at first, it looks as if one was
 * gone; -1: e. */
static int
locate(struct follow *f, const struct log_place *place,
    enum was_read was_read, bool is_first, struct err *e)
{
	struct rotation r;
	int at = -1, rc = rotation_list(&r, f->name, e) < 0 ? -1 :
	    fingerprint_find(&r, place, &at, e);
	bool is_short = false;

	if (rc > 0 && at < 0 && is_first) {
		rc = 0;
	} else if (rc > 0 && at < 0 && was_read != ALL) {
		rc = fingerprint_find_short(&r, place, &at, e);
		is_short = rc > 0 && at >= 0;
	}
	if (is_short)
		gap_note(&f->gap, GAP_SHORT, place->changed,
		    r.files[at].changed);
	f->is_found = rc > 0 && (at >= 0 || rotation_find(&r, place->device,
	    place->inode, place->born) >= 0);
	if (rc > 0)
		rc = at < 0 ? start_behind_gap(f, &r, place, was_read, e) :
		    start_at(f, &r, (size_t)at, place, is_short ? TO_END :
		    was_read, e);
	if (is_short)
		f->start = FOLLOW_APART;
	if (rc > 0)
		rc = rotation_is_current(&r, f->name, e);
	rotation_release(&r);
	return rc;
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
		rc = start_readable(f, &r, 0, 0, e);
	else if (rc == 0)
		rc = enter_file(f, &r.files[r.n - 1], &(struct log_place){
		    .offset = r.files[r.n - 1].size }, e);
	rotation_release(&r);
	return rc;
}

/* Files that move while we look at them stop moving; then it counts what was
 * found, and is missing.  place NULL: the first run. */
static int
arrive(struct follow *f, const struct log_place *place,
    enum was_read was_read, bool backlog, struct err *e)
{
	const struct gap gap = f->gap;
	int rc = 0;

	for (int i = 0; rc == 0 && i < TRIES; i++) {
		f->gap = gap;
		rc = place ? locate(f, place, was_read, i == 0, e) :
		    begin(f, backlog, e);
		if (rc > 0)
			rc = left_find(&f->left, f->name, e);
	}
	if (rc == 0)
		return err_set(e, EX_TEMPFAIL, "the files of '%s' do not stay "
		    "where they are: try later", f->name);
	return rc < 0 ? -1 : 0;
}

/* Where reading goes on as long as nothing is read of the next file.  Of an end
 * before which nothing stood there is less to know it by. */
static void
set_before(struct follow *f, const struct log_place *end)
{
	if (end->print_at == 0 && f->has_before)
		return;
	f->before = *end;
	f->has_before = true;
}

struct follow *
follow_open(const char *name, const struct log_place *place,
    const struct log_place *left, bool backlog, struct err *e)
{
	struct follow *f = mem_new(sizeof *f);

	f->name = name;
	gap_init(&f->gap, name);
	f->watch = (struct watch)WATCH_NONE;
	f->left = (struct left)LEFT_NONE;
	f->left.end = *left;
	if (place)
		set_before(f, place);
	if (arrive(f, place, TO_PLACE, backlog, e) == 0)
		return f;
	follow_close(f);
	return NULL;
}

void
follow_close(struct follow *f)
{
	if (!f)
		return;
	logfile_close(&f->file);
	left_forget(&f->left);
	watch_close(&f->watch);
	free(f);
}

bool
follow_is_found(const struct follow *f)
{
	return f->is_found;
}

struct input *
follow_input(const struct follow *f)
{
	return f->file.is_damaged ? NULL : f->file.in;
}

void
follow_give_up(struct follow *f)
{
	f->file.is_damaged = true;
}

uint64_t
follow_from(const struct follow *f)
{
	return f->file.from;
}

enum follow_start
follow_start(const struct follow *f)
{
	return f->start;
}

int
follow_confirm(struct follow *f, struct err *e)
{
	int rc = f->is_late || input_is_packed(f->file.in) ? 0 :
	    logfile_look(&f->file, e);

	return rc < 0 ? -1 : !rc;
}

/*
 * At the end of a file.
 */

/* Whether something newer than the file that is being read has lines.  -1: e. */
static int
has_newer(const struct follow *f, struct err *e)
{
	struct rotation r;
	int rc = rotation_list(&r, f->name, e);

	if (rc == 0)
		rc = rotation_has_newer(&r, &f->file.is);
	rotation_release(&r);
	return rc;
}

/* At the end of a file that may not be written to any more. */
static int
look_behind(struct follow *f, enum follow_step *step, struct err *e)
{
	const struct rotated *now = &f->file.seen;
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
	*step = input_is_done(f->file.in) ? FOLLOW_NEXT : FOLLOW_GOES_ON;
	input_set_growing(f->file.in, false);
	return 0;
}

/* At the end of the file that is being read in its turn. */
static int
look_ahead(struct follow *f, enum follow_step *step, struct err *e)
{
	struct rotated log;
	int rc;

	if (!f->file.in || input_is_packed(f->file.in) || f->file.is_damaged) {
		rc = f->file.in ? has_newer(f, e) :
		    rotated_look(&log, -1, f->name, e);
		if (rc > 0)
			*step = FOLLOW_NEXT;
		return rc < 0 ? -1 : 0;
	}
	rc = logfile_look(&f->file, e);
	if (rc < 0)
		return -1;
	/* What comes when all has been handed out comes late. */
	if (rc > 0)
		*step = FOLLOW_NEXT;
	else if (f->file.seen.size > input_taken(f->file.in) &&
	    !input_is_done(f->file.in))
		*step = FOLLOW_GOES_ON;
	else
		return look_behind(f, step, e);
	return 0;
}

/* At the end of a file that has been left before. */
static int
look_late(struct follow *f, enum follow_step *step, struct err *e)
{
	struct rotated now;

	*step = FOLLOW_NEXT;
	if (f->file.is_damaged || input_is_packed(f->file.in))
		return 0;
	if (rotated_look(&now, input_fd(f->file.in), NULL, e) < 0)
		return -1;
	if (now.size > input_taken(f->file.in))
		*step = FOLLOW_GOES_ON;
	return 0;
}

int
follow_look(struct follow *f, enum follow_step *step, struct err *e)
{
	int rc;

	*step = FOLLOW_ENDS;
	if (f->is_late)
		return look_late(f, step, e);
	if (look_ahead(f, step, e) < 0)
		return -1;
	if (*step == FOLLOW_GOES_ON || f->file.is_emptied ||
	    f->file.is_damaged)
		return 0;
	rc = left_has_grown(&f->left, e);
	f->turns_back = rc > 0;
	if (rc > 0)
		*step = FOLLOW_NEXT;
	return rc < 0 ? -1 : 0;
}

/* Whether the place to go on at is the end of the file before. */
static bool
is_before(const struct follow *f)
{
	return !f->file.in || (f->file.print.print_at == 0 && f->has_before);
}

/* Back to a place after what came late, if that could be read. */
static int
return_to(struct follow *f, const struct log_place *place, struct err *e)
{
	f->is_late = false;
	if (f->left.is_packed)
		left_forget(&f->left);
	set_before(f, place);
	logfile_close(&f->file);
	return arrive(f, place, TO_PLACE, true, e);
}

/* To the file that was left, for what came late, before going on at a place. */
static int
turn_back(struct follow *f, const struct log_place *place, struct err *e)
{
	int rc;

	f->turns_back = false;
	if (is_before(f)) {
		left_forget(&f->left);
		return return_to(f, &f->before, e);
	}
	rc = opened(f, FOLLOW_LATE, left_enter(&f->left, &f->file, e));
	if (rc < 0)
		return -1;
	f->resume = *place;
	f->is_late = rc == 1;
	if (f->is_late)
		return 0;
	/* It was emptied, or cannot be opened a second time. */
	gap_note(&f->gap, GAP_LATE, f->left.end.changed, 0);
	left_forget(&f->left);
	return return_to(f, place, e);
}

int
follow_advance(struct follow *f, const struct log_place *end, struct err *e)
{
	struct rotation r;
	bool emptied = f->file.is_emptied;
	int at, rc;

	if (f->is_late)
		return return_to(f, end, e);
	if (f->turns_back)
		return turn_back(f, end, e);
	set_before(f, end);
	if (!f->file.in || emptied) {
		logfile_close(&f->file);
		return arrive(f, &f->before, emptied ? TO_PLACE : TO_END,
		    true, e);
	}
	if (left_take(&f->left, &f->file, end, e) < 0)
		return -1;
	logfile_close(&f->file);
	rc = rotation_list(&r, f->name, e);
	at = rc < 0 ? -1 : rotation_find(&r, f->file.is.device,
	    f->file.is.inode, f->file.is.born);
	if (rc == 0)
		rc = at < 0 ? 0 : start_at(f, &r, (size_t)at, end, ALL, e);
	if (rc > 0)
		rc = rotation_is_current(&r, f->name, e);
	rotation_release(&r);
	if (rc == 0)
		return arrive(f, &f->before, ALL, true, e);
	return rc < 0 ? -1 : 0;
}

int
follow_place(struct follow *f, uint64_t first, uint64_t offset,
    struct log_place *place, struct err *e)
{
	if (f->is_late) {
		*place = f->resume;
		return logfile_place(&f->file, first, offset, &f->left.end,
		    e);
	}
	if (!is_before(f))
		return logfile_place(&f->file, first, offset, place, e);
	*place = f->before;
	return 0;
}

struct log_place
follow_left(const struct follow *f)
{
	/* What comes late behind the place itself is simply read. */
	return !f->is_late && is_before(f) ? (struct log_place){ .inode = 0 } :
	    f->left.end;
}

const char *
follow_gap(struct follow *f)
{
	return gap_next(&f->gap);
}

int
follow_watch(struct follow *f)
{
	if (f->watch.fd < 0)
		watch_open(&f->watch, f->name,
		    f->file.in ? input_name(f->file.in) : NULL);
	return f->watch.fd;
}

void
follow_watched(struct follow *f)
{
	watch_clear(&f->watch);
}
