/* SPDX-License-Identifier: ISC */
/* Growing bytes with a ceiling. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { BUF_FIRST = 256 };

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void
buf_init_in(struct buf *b, char *p, size_t max)
{
	*b = (struct buf){ .p = p, .cap = max, .max = max };
}

void
buf_release(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ .max = b->max };
}

void
buf_reset(struct buf *b)
{
	b->n = 0;
	b->overflow = false;
}

char *
buf_grow(struct buf *b, size_t n)
{
	size_t need, cap = b->cap ? b->cap : BUF_FIRST;

	if (n > b->max - b->n) {
		b->overflow = true;
		return NULL;
	}
	need = b->n + n;
	while (cap < need)
		cap *= 2;
	if (cap > b->max)
		cap = b->max;
	b->p = mem_resize(b->p, cap, 1);
	b->cap = cap;
	return b->p + b->n;
}

void
buf_add_number(struct buf *b, unsigned long long value)
{
	char digits[20];
	size_t n = sizeof digits;

	do {
		digits[--n] = (char)('0' + value % 10);
	} while (value /= 10);
	buf_add(b, (struct slice){ digits + n, sizeof digits - n });
}

void
buf_addf(struct buf *b, const char *format, ...)
{
	va_list args, again;
	char *room;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	room = n < 0 ? NULL : buf_room(b, (size_t)n + 1);
	if (room) {
		vsnprintf(room, (size_t)n + 1, format, again);
		b->n += (size_t)n;
	}
	va_end(again);
	va_end(args);
}
