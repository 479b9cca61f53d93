/* SPDX-License-Identifier: ISC */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/slice.h"

/* Growing bytes with a ceiling.  What does not fit under max is dropped whole
 * and remembered in overflow: the caller checks it once, at the end of a row.
 * buf_init() allocates nothing; buf_release() frees. */
struct buf {
	char *p;
	size_t n, cap, max;
	bool overflow;
};

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b);

/* In memory of somebody else, of max bytes: there is nothing to release. */
void buf_init_in(struct buf *b, char *p, size_t max);

void buf_reset(struct buf *b);		/* empty, keeps the memory */

/* Room for n more bytes at b->p + b->n, or NULL (overflow is set). */
char *buf_grow(struct buf *b, size_t n);	/* when there is none */

static inline char *
buf_room(struct buf *b, size_t n)
{
	return n <= b->cap - b->n && b->p ? b->p + b->n : buf_grow(b, n);
}

static inline void
buf_add(struct buf *b, struct slice s)
{
	char *room = s.n ? buf_room(b, s.n) : NULL;

	if (!room)
		return;
	memcpy(room, s.p, s.n);
	b->n += s.n;
}

static inline void
buf_add_byte(struct buf *b, char c)
{
	char *room = buf_room(b, 1);

	if (!room)
		return;
	*room = c;
	b->n++;
}

void buf_add_number(struct buf *b, unsigned long long value);
void buf_addf(struct buf *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static inline struct slice
buf_slice(const struct buf *b)
{
	return (struct slice){ b->p, b->n };
}

#endif
