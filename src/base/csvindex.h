/* SPDX-License-Identifier: ISC */
#ifndef BASE_CSVINDEX_H
#define BASE_CSVINDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* The quick way to cut lines into cells, for most of them: where the cells of many
 * lines end is found in one go. */
enum { CSVINDEX_TEXT = 16 * 1024, CSVINDEX_MORE = 64 };
struct csvindex {
	const char *text;
	size_t n;		/* bytes of it that are known: whole lines */
	/* Behind the first, the places of delimiters and newlines. */
	uint32_t ends[1 + CSVINDEX_TEXT + CSVINDEX_MORE];
	uint32_t newlines[CSVINDEX_TEXT];
	size_t n_ends, n_newlines;
	/* Where the next line begins; how many ends and newlines stand before
	 * it. */
	size_t at, end, line;
	void (*fill)(struct csvindex *x, struct slice text, char delimiter);
};

void csvindex_init(struct csvindex *x);

/* How: with SSE2, or words where there is none; with AVX2 and BMI.  The best there
 * is is chosen, unless this is called. */
enum csvindex_way { CSVINDEX_16, CSVINDEX_32, CSVINDEX_WAYS };
bool csvindex_has_way(enum csvindex_way way);
void csvindex_set_way(struct csvindex *x, enum csvindex_way way);

/* Nothing is known any more: the text has changed, or the delimiter. */
static inline void
csvindex_forget(struct csvindex *x)
{
	x->n = 0;
}

/* Cuts the first line of a text into just n cells, n at least 1: cell k stands
 * in x->text from ends[k] + 1, in 32 bits, to ends[k + 1], until the next call.
 * It must be the text of the call before, with the same delimiter, unless
 * csvindex_forget() was called.  Returns how long the line is, with its newline or
 * "\r\n".  0: it has not so many; or it may have others than csv_split() gives,
 * since there is a quote (between tabs none has a meaning); or it is longer than
 * CSVINDEX_TEXT; or the text ends less than CSVINDEX_MORE bytes behind it. */
size_t csvindex_cut(struct csvindex *x, struct slice text, char delimiter,
	size_t n, const uint32_t **ends);

#endif
