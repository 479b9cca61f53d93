/* SPDX-License-Identifier: ISC */
#ifndef DELIVER_JOURNAL_H
#define DELIVER_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/input.h"
#include "base/slice.h"

/* Lines that were accepted and whose rows may not be safe yet: a row of files
 * STATE.journal.N, called segments, that only grow.  They are written at one
 * end and read at the other, and a segment is removed when it is not needed any
 * more. */
struct journal;

enum {
	JOURNAL_SEGMENT = 4 << 20,	/* bytes, then the next one begins */
	JOURNAL_MAX = 256 << 20,	/* bytes of all that are there */
};

/* Begins a new segment behind all that are there and behind the one given.
 * The name of the state must live as long as the journal.  NULL: e says why:
 * EX_CANTCREAT, EX_IOERR. */
struct journal *journal_open(const char *state, uint64_t behind,
	struct err *e);
void journal_close(struct journal *j);

/* Bytes of all segments. */
uint64_t journal_size(const struct journal *j);

/* Appends a line in one piece; may_begin: it can be the first of a segment.
 * There is always room left for one more line, which is_last may use.  1: it
 * will be read again, whatever becomes of the process; 0: not now: nothing was
 * written, and e says why; -1: the journal cannot be written to any more. */
int journal_append(struct journal *j, struct slice line, bool may_begin,
	bool is_last, struct err *e);

/* Looks whether the segment that is written to still has its name and its
 * length, as journal_append() does before each line; if somebody has changed
 * that, all that was appended to it is written once more, under its name, and
 * reading goes on there.  -1: that cannot be done now; e. */
int journal_check(struct journal *j, struct err *e);

/* Whether it did so, since this was last asked. */
bool journal_was_restored(struct journal *j);

/* Which other segments were gone or shorter than they were when they were to be
 * read, since this was last asked; borrowed until the next call of journal_*.
 * NULL: none. */
const char *journal_gap(struct journal *j);

/* What was appended is on the disk.  -1: it is not known (EX_IOERR). */
int journal_sync(struct journal *j, struct err *e);

/* Goes to a place to read: the last line that is not needed ends there.  again:
 * bytes before it that are wanted too.  If there is no such place, that is a
 * gap, and the next segment is gone to.  -1: e says why. */
int journal_enter(struct journal *j, uint64_t segment, uint64_t offset,
	uint64_t again, struct err *e);

/* The segment that is being read, its number, and whether it ends where it ends
 * now.  Lines before from are those that were wanted again. */
struct input *journal_input(const struct journal *j);
uint64_t journal_segment(const struct journal *j);
bool journal_is_finished(const struct journal *j);
uint64_t journal_from(const struct journal *j);

/* On to the next segment; finished ones only.  -1: e says why. */
int journal_advance(struct journal *j, struct err *e);

/* Removes what is before a segment.  -1: e says why. */
int journal_drop(struct journal *j, uint64_t before, struct err *e);

#endif
