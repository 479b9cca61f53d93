/* SPDX-License-Identifier: ISC */
#ifndef DELIVER_GAP_H
#define DELIVER_GAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "deliver/rotation.h"

enum { GAP_KINDS = 8, GAP_MAX = 4096 };

/* What may be missing of a log, in words; and the file that was read before,
 * which somebody may still write to though nobody reads it any more. */
struct gap {
	const char *log;
	struct {
		const char *why;
		uint64_t from, to;
	} notes[GAP_KINDS];		/* that are new */
	size_t n;
	char text[GAP_MAX];
	int left;		/* that file; -1: none */
	uint64_t left_size, left_changed;
};

/* The name must live as long as the gap. */
void gap_init(struct gap *g, const char *log);
void gap_release(struct gap *g);

/* Lines between two times (nanoseconds; 0: the beginning, or now) may be
 * missing.  What is noted for the same reason is one gap.  why lives as long as
 * the program. */
void gap_note(struct gap *g, uint64_t from, uint64_t to, const char *why);

/* What is new, each once; NULL: nothing. */
const char *gap_next(struct gap *g);

/* From now on watches another file, which was read to a size, as one that was
 * left; looks at the one that was.  -1: e, EX_IOERR. */
int gap_leave(struct gap *g, int fd, uint64_t size, uint64_t changed,
	struct err *e);
int gap_look(struct gap *g, struct err *e);

#endif
