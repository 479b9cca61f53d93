/* SPDX-License-Identifier: ISC */
#ifndef DELIVER_FOLLOW_H
#define DELIVER_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/input.h"
#include "deliver/checkpoint.h"

/* A log that grows and is rotated, read as if it were one stream, and found
 * again after a pause: whether it was renamed, dated, compressed, copied and
 * emptied, and however often.  Files are known by their content. */
struct follow;

/* place NULL: for the first time; backlog: beginning with the oldest file there
 * is, else at the end of the log.  Otherwise where place says; left: as
 * follow_left() was then, or its inode 0.  NULL: e says
 * why: EX_NOINPUT; EX_DATAERR: the log was edited.  The name must live as long
 * as this. */
struct follow *follow_open(const char *name, const struct log_place *place,
	const struct log_place *left, bool backlog, struct err *e);
void follow_close(struct follow *f);

/* Whether the file was found that the place is in. */
bool follow_is_found(const struct follow *f);

/* What is left of the file cannot be read. */
void follow_give_up(struct follow *f);

/* The file that is being read; NULL while there is none.  Whoever comes to its
 * end asks follow_look(). */
struct input *follow_input(const struct follow *f);

/* Whether what was just read of it is what was to be read: 1; 0: it was emptied,
 * or what stands in it is something else, so that must not be used, and
 * follow_look() comes next; -1: e, EX_IOERR. */
int follow_confirm(struct follow *f, struct err *e);

/* Where reading began in it: an event of a line before this is not new. */
uint64_t follow_from(const struct follow *f);

/* What its first line stands behind: FOLLOW_BEHIND: the last of the file that
 * was read before; FOLLOW_AT_PLACE: what it stood behind when the place was
 * taken; FOLLOW_LATE: something else, for once, before going back to a place;
 * FOLLOW_APART: nobody knows. */
enum follow_start {
	FOLLOW_APART, FOLLOW_BEHIND, FOLLOW_AT_PLACE, FOLLOW_LATE
};
enum follow_start follow_start(const struct follow *f);

/* What to do at the end of the file: FOLLOW_GOES_ON: read on; FOLLOW_NEXT: it
 * is finished: when all its rows are written and a checkpoint holds its end,
 * follow_advance(); FOLLOW_ENDS: that was all for now.  -1: e. */
enum follow_step { FOLLOW_GOES_ON, FOLLOW_NEXT, FOLLOW_ENDS };
int follow_look(struct follow *f, enum follow_step *step, struct err *e);

/* Goes to the next file.  end: the place that was recorded.  -1: as
 * follow_open(). */
int follow_advance(struct follow *f, const struct log_place *end,
	struct err *e);

/* How to find again a place in the file: behind an offset, for whose
 * understanding the bytes from first on are needed.  As long as nothing of a
 * file was read, that is the end of the one before.  -1: e, EX_IOERR. */
int follow_place(struct follow *f, uint64_t first, uint64_t offset,
	struct log_place *place, struct err *e);

/* Belongs to the place that was taken last: the end of what was read of the file
 * before, to which somebody may still write; inode 0: there is none. */
struct log_place follow_left(const struct follow *f);

/* What may have been missed, in words, each once; NULL: nothing new. */
const char *follow_gap(struct follow *f);

/* Readable when there may be something new; only ever a hint: look every
 * second as well.  -1: the system does not offer it. */
int follow_watch(struct follow *f);
void follow_watched(struct follow *f);

#endif
