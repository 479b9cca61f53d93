/* SPDX-License-Identifier: ISC */
#ifndef REPORT_MARKUP_H
#define REPORT_MARKUP_H

#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

/* Text in HTML.  Everything that came from outside goes through one of these,
 * and only ever between tags: never into an attribute. */

/* What a log said, as the text of a cell (schema/cell.h), so without control
 * characters and the like: at most MARKUP_TEXT characters of it, then an
 * ellipsis.  The same number of tags, whatever is in it: none. */
enum { MARKUP_TEXT = 64 };
void markup_add(struct buf *out, struct slice text);

/* The same for mail, whose readers make links of what looks like one: host
 * names, addresses and URLs get an invisible joint where a link would break. */
#define MARKUP_JOINER "\xe2\x81\xa0"	/* U+2060 */
void markup_add_unlinked(struct buf *out, struct slice text);

/* Says that what was added last goes on, unless it says so already. */
void markup_add_ellipsis(struct buf *out);

/* Sentences of our own, whole. */
void markup_add_words(struct buf *out, struct slice text);

/* part of whole in per cent: "37", "0.4" below 10; 0 if whole is 0. */
void markup_add_percent(struct buf *out, uint64_t part, uint64_t whole);

#endif
