/* SPDX-License-Identifier: ISC */
#ifndef DELIVER_SEGMENT_H
#define DELIVER_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* The files of a journal: STATE.journal.N. */
struct segment {
	uint64_t number, size;
};

/* In order of their numbers. */
struct segments {
	const char *state;
	struct segment *items;
	size_t n;
};

/* The name of one; the caller frees it. */
char *segment_name(const char *state, uint64_t number);

/* Those that are there; the name of the state must live as long.  -1: e says
 * why (EX_CANTCREAT, EX_IOERR).  To be released in any case. */
int segments_find(struct segments *all, const char *state, struct err *e);
void segments_release(struct segments *all);

/* One more, behind all others. */
void segments_add(struct segments *all, uint64_t number, uint64_t size);

/* The sum of their sizes, bytes. */
uint64_t segments_total(const struct segments *all);

/* Forgets the first n. */
void segments_forget(struct segments *all, size_t n);

/* Makes those of one state those of another, which has none.  Returns how many
 * there were; -1: e says why, and some may have moved. */
int segments_move(const char *state, const char *to, struct err *e);

#endif
