/* SPDX-License-Identifier: ISC */
#ifndef DELIVER_GAP_H
#define DELIVER_GAP_H

#include <stdbool.h>
#include <stdint.h>

/* Why something may be missing. */
enum gap_reason {
	GAP_GONE,	/* the file was removed */
	GAP_SHORT,	/* it does not hold any more what was read of it */
	GAP_HOLE,	/* numbers show that one is missing behind it */
	GAP_FOREIGN,	/* compressed in a way that is not read */
	GAP_LATE,	/* written to when it had been finished, and emptied */
	GAP_REASONS
};
enum { GAP_MAX = 4096 };

/* What may be missing of a log, in words. */
struct gap {
	const char *log;
	struct {
		bool is_new;
		uint64_t from, to;
	} notes[GAP_REASONS];
	char text[GAP_MAX];
};

/* The name must live as long as the gap. */
void gap_init(struct gap *g, const char *log);

/* Lines between two times (nanoseconds; 0: the beginning, or now) may be
 * missing.  What is noted for the same reason is one gap. */
void gap_note(struct gap *g, enum gap_reason why, uint64_t from, uint64_t to);

/* What is new, each once; NULL: nothing. */
const char *gap_next(struct gap *g);

#endif
