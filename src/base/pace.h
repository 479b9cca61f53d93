/* SPDX-License-Identifier: ISC */
#ifndef BASE_PACE_H
#define BASE_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* Whether somebody writes input as things happen, so that nothing may be held
 * back for long, or it is a heap to be worked off.  A regular file is a heap.
 * A pipe is live when it has been silent for PACE_SILENCE, or when less than
 * PACE_BYTES came in a second although we were ready to read; it is a heap
 * after a second in which more came.  The first decision falls after a quarter
 * of a second and of the bytes; before that it is not known.  Times are
 * milliseconds of a monotonic clock. */
struct pace {
	enum { PACE_UNKNOWN, PACE_LIVE, PACE_HEAP } is;
	bool is_file, has_begun, was_held, was_silent;
	int64_t second;		/* began then */
	uint64_t bytes;		/* taken when it began */
	int64_t live_since;
};

enum {
	PACE_SILENCE = 200, PACE_SECOND = 1000, PACE_FIRST = 250,
	PACE_BYTES = 1 << 20,
};

void pace_start(struct pace *p, bool is_file, int64_t now);

/* So many bytes have been taken by now. */
void pace_read(struct pace *p, uint64_t bytes, int64_t now);

/* Nothing to read for PACE_SILENCE; a second begins with the next byte. */
void pace_silent(struct pace *p, int64_t now);

/* There may be something to read, but we had no room for it; not for live
 * input, which must not be held. */
void pace_hold(struct pace *p);

/* It has ended: what is not known to be live by now was a heap. */
void pace_end(struct pace *p);

/* The start of the time for which waiting counts: a row that came before has
 * waited since then.  INT64_MAX while nothing needs to hurry. */
int64_t pace_counts_from(const struct pace *p);

#endif
