/* SPDX-License-Identifier: ISC */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* Text as it comes, handed out in blocks of whole lines.  What goes beyond the
 * longest that fits of a line without an end is passed over. */
struct lines {
	char *text;
	size_t size, max, longest;
	bool is_full;		/* was, so there is more than it holds */
	size_t start, end;	/* what is not handed out yet */
	uint64_t base;		/* how much came before text[0] */
	uint64_t cut;		/* lines longer than longest */
	bool skipping;		/* the rest of one that was cut comes now */
};

/* Bytes: what it holds at most, once it has been full, and the longest line.
 * max must be larger. */
void lines_init(struct lines *l, size_t max, size_t longest);
void lines_release(struct lines *l);

/* Room for *n bytes more, valid until lines_add() has said how many came; no
 * block is valid any more. */
char *lines_room(struct lines *l, size_t *n);
void lines_add(struct lines *l, size_t n);

/* Whole lines of what is there with their newlines, or the head of one that is
 * too long, without; empty when no line is complete. */
struct slice lines_next(struct lines *l);

/* The text has ended: what is left is its last line. */
struct slice lines_last(struct lines *l);

/* What is not handed out yet, and leaving out its first bytes. */
struct slice lines_left(const struct lines *l);
void lines_pass(struct lines *l, size_t n);

/* Nothing is there; text goes on at a place. */
void lines_move(struct lines *l, uint64_t place);

/* Where what is left stands in all the text. */
uint64_t lines_place(const struct lines *l);

#endif
