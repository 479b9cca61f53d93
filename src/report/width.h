/* SPDX-License-Identifier: ISC */
#ifndef REPORT_WIDTH_H
#define REPORT_WIDTH_H

#include <stddef.h>

#include "base/buf.h"
#include "base/slice.h"

/* Columns that text takes on a terminal: two for the wide characters of East
 * Asia (Unicode Standard Annex 11, W and F) and emoji, none for combining
 * marks, else one.  Text is the cell text of a model. */
size_t width_of(struct slice text);

/* Writes text in exactly so many columns: cut, with an ellipsis, or filled up
 * with blanks behind (left) or before it (right). */
void width_add_left(struct buf *out, struct slice text, size_t columns);
void width_add_right(struct buf *out, struct slice text, size_t columns);

/* The same without blanks behind. */
void width_add_cut(struct buf *out, struct slice text, size_t columns);

/* A paragraph: words as they come, on lines of so many columns at most, those
 * after the first indented by so many blanks. */
void width_add_wrapped(struct buf *out, struct slice text, size_t at,
	size_t indent, size_t columns);

#endif
