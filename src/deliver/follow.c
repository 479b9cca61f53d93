/* SPDX-License-Identifier: ISC */
/* Logs that grow and rotate. */
#include "deliver/follow.h"

#include <stdlib.h>

#include "base/mem.h"
#include "deliver/fingerprint.h"
#include "deliver/gap.h"
#include "deliver/logfile.h"
#include "deliver/rotation.h"
#include "deliver/watch.h"

enum { TRIES = 5 };

/* Why something may be missing. */
static const char gone[] =
    "the file that was being read is not there any more";
static const char cut[] = "the file that was being read does not hold any more "
    "what was read of it";
static const char hole[] =
    "a file among those that were rotated away is missing";
static const char foreign[] = "a file that was rotated away is compressed, but "
    "not with gzip: have logrotate use gzip, or delaycompress";

struct follow {
	const char *name;
	struct logfile file;		/* that is being read */
	struct log_place before;	/* the end of the file before */
	bool has_before;
	struct gap gap;
	struct watch watch;
};

/*
 * Going to a place.
 */

/* 1: the file is open; 0: it was moved meanwhile; -1: e. */
static int
start_file(struct follow *f, const struct rotated *one, struct err *e)
{
	int rc = logfile_start(&f->file, one, e);

	if (rc > 0)
		watch_file(&f->watch, input_name(f->file.in));
	return rc;
}

/* The same, from a place on. */
static int
enter_file(struct follow *f, const struct rotated *one,
    const struct log_place *place, struct err *e)
{
	int rc = logfile_enter(&f->file, one, place, e);

	if (rc > 0)
		watch_file(&f->watch, input_name(f->file.in));
	return rc;
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

/* Starts with file number i, or with the next that can be read: what was
 * written to the others after a time is missing.  As start_file(). */
static int
start_readable(struct follow *f, const struct rotation *r, size_t i,
    uint64_t after, struct err *e)
{
	int rc = start_file(f, &r->files[i], e);

	while (rc < 0 && e->status == EX_DATAERR) {
		gap_note(&f->gap, after, r->files[i].changed, foreign);
		if (++i == r->n)
			return 1;
		rc = start_file(f, &r->files[i], e);
		/* It is said once; from now on the new file counts. */
		f->has_before &= rc <= 0;
	}
	return rc;
}

/* How much of the file of a place was read: up to the place; to its end, as far
 * as is known; to its end, with the file open all the time. */
enum was_read { TO_PLACE, TO_END, ALL };

/* Something is missing that was written after a place and before file number i,
 * unless all or nothing was read. */
static void
note_behind(struct follow *f, const struct rotation *r, int i,
    const struct log_place *place)
{
	const uint64_t second = 1000000000;
	const char *why = gone;

	/* Not every program keeps more of the time. */
	for (size_t k = 0; k < r->n; k++)
		if (r->files[k].is_foreign &&
		    r->files[k].changed / second >= place->changed / second)
			why = foreign;
	gap_note(&f->gap, place->changed, i < 0 ? 0 : r->files[i].born, why);
}

/* Begins with what was written after all that was read. */
static int
start_behind_gap(struct follow *f, const struct rotation *r,
    const struct log_place *place, enum was_read was_read, struct err *e)
{
	int i = first_after(r, place->changed);
	int rc = i < 0 ? 1 : start_readable(f, r, (size_t)i, place->changed,
	    e);

	if (rc <= 0)
		return rc;
	if (was_read != ALL && (place->print_at || is_lost(r, place)))
		note_behind(f, r, i, place);
	f->has_before &= i < 0;
	return 1;
}

/* Goes to the place in file number at, or to the file behind that. */
static int
start_at(struct follow *f, const struct rotation *r, size_t at,
    const struct log_place *place, enum was_read was_read, struct err *e)
{
	int rc = 1;

	if (was_read == TO_PLACE)
		return enter_file(f, &r->files[at], place, e);
	if (at + 1 < r->n)
		rc = start_readable(f, r, at + 1, place->changed, e);
	if (rc > 0 && rotation_has_hole(r, at))
		gap_note(&f->gap, place->changed, r->files[at + 1].born, hole);
	return rc;
}

/* 1: done; 0: files were moved meanwhile; -1: e. */
static int
locate(struct follow *f, const struct log_place *place,
    enum was_read was_read, struct err *e)
{
	struct rotation r;
	int rc = rotation_list(&r, f->name, e), at = -1;

	if (rc == 0)
		at = fingerprint_find(&r, place, e);
	if (rc == 0 && at == -1 && was_read != ALL) {
		at = fingerprint_find_short(&r, place, e);
		if (at >= 0) {
			was_read = TO_END;
			gap_note(&f->gap, place->changed,
			    r.files[at].changed, cut);
		}
	}
	if (rc < 0 || at == -2)
		rc = -1;
	else if (at == -1)
		rc = start_behind_gap(f, &r, place, was_read, e);
	else
		rc = start_at(f, &r, (size_t)at, place, was_read, e);
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

/* Files that move while we look at them stop moving.  place NULL: the first
 * run. */
static int
arrive(struct follow *f, const struct log_place *place,
    enum was_read was_read, bool backlog, struct err *e)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < TRIES; i++)
		rc = place ? locate(f, place, was_read, e) :
		    begin(f, backlog, e);
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

	f->name = name;
	gap_init(&f->gap, name);
	f->watch = (struct watch)WATCH_NONE;
	if (place && place->print_at) {
		f->before = *place;
		f->has_before = true;
	}
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
	gap_release(&f->gap);
	watch_close(&f->watch);
	free(f);
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

/*
 * At the end of a file.
 */

/* Whether something newer than the file that is being read has lines.  -1: e. */
static int
has_newer(const struct follow *f, struct err *e)
{
	struct rotation r;
	int found = rotation_list(&r, f->name, e), at;

	if (found == 0) {
		at = rotation_find(&r, f->file.is.device, f->file.is.inode, f->file.is.born);
		/* Compressed or removed: all that counts is the log. */
		if (at < 0)
			at = (int)r.n - (r.n && r.files[r.n - 1].is_log) - 1;
		for (size_t i = (size_t)(at + 1); i < r.n; i++)
			found |= r.files[i].size > 0;
	}
	rotation_release(&r);
	return found;
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
	*step = input_is_done(f->file.in) ? FOLLOW_NEXT : FOLLOW_GOES_ON;
	input_set_growing(f->file.in, false);
	return 0;
}

int
follow_look(struct follow *f, enum follow_step *step, struct err *e)
{
	struct rotated now;
	int rc;

	*step = FOLLOW_ENDS;
	if (gap_look(&f->gap, e) < 0)
		return -1;
	if (!f->file.in || input_is_packed(f->file.in) || f->file.is_damaged) {
		rc = f->file.in ? has_newer(f, e) :
		    rotated_look(&now, -1, f->name, e);
		if (rc > 0)
			*step = FOLLOW_NEXT;
		return rc < 0 ? -1 : 0;
	}
	if (rotated_look(&now, input_fd(f->file.in), NULL, e) < 0)
		return -1;
	rc = logfile_has_changed(&f->file, &now, e);
	if (rc < 0)
		return -1;
	if (rc > 0) {
		f->file.is_emptied = true;
		*step = FOLLOW_NEXT;
		return 0;
	}
	f->file.seen = now;
	if (now.size > input_taken(f->file.in)) {
		*step = FOLLOW_GOES_ON;
		return 0;
	}
	return look_behind(f, &now, step, e);
}

int
follow_advance(struct follow *f, const struct log_place *end, struct err *e)
{
	struct rotation r;
	bool emptied = f->file.is_emptied;
	int at, rc;

	if (end->print_at) {
		f->before = *end;
		f->has_before = true;
	}
	if (!f->file.in || emptied) {
		logfile_close(&f->file);
		return arrive(f, &f->before, emptied ? TO_PLACE : TO_END,
		    true, e);
	}
	if (gap_leave(&f->gap, input_fd(f->file.in), input_taken(f->file.in),
	    f->file.seen.changed, e) < 0)
		return -1;
	logfile_close(&f->file);
	rc = rotation_list(&r, f->name, e);
	at = rc < 0 ? -1 : rotation_find(&r, f->file.is.device, f->file.is.inode,
	    f->file.is.born);
	if (rc == 0)
		rc = at < 0 ? 0 : start_at(f, &r, (size_t)at, end, ALL, e);
	rotation_release(&r);
	if (rc == 0)
		return arrive(f, &f->before, ALL, true, e);
	return rc < 0 ? -1 : 0;
}

int
follow_place(struct follow *f, uint64_t first, uint64_t offset,
    struct log_place *place, struct err *e)
{
	if (f->file.in && (f->file.print.print_at || !f->has_before))
		return logfile_place(&f->file, first, offset, place, e);
	*place = f->before;
	return 0;
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
