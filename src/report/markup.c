/* SPDX-License-Identifier: ISC */
/* Text in HTML. */
#include "report/markup.h"

#include <stdbool.h>

#define ELLIPSIS "\xe2\x80\xa6"

static void
add_character(struct buf *out, struct slice c)
{
	static const struct {
		char sign;
		const char *entity;
	} entities[] = {
		{ '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" },
		{ '"', "&quot;" }, { '\'', "&#39;" },
	};

	for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
		if (*c.p == entities[i].sign) {
			buf_add(out, slice_text(entities[i].entity));
			return;
		}
	buf_add(out, c);
}

static size_t
character_length(struct slice s)
{
	size_t n = 1;

	while (n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* A sign a link would break at, if something else stands before it. */
static bool
is_joint(struct slice rest)
{
	return *rest.p == '@' || (*rest.p == '.' && rest.n > 1 && !byte_is_digit(rest.p[1])) ||
	    slice_starts(rest, SLICE("://"));
}

/* At most so many characters of a text that is UTF-8. */
static void
add_text(struct buf *out, struct slice text, size_t characters, bool unlink)
{
	for (; text.n && characters; characters--) {
		size_t n = character_length(text);

		if (unlink && is_joint(text))
			buf_add(out, SLICE(MARKUP_JOINER));
		add_character(out, slice_to(text, n));
		text = slice_from(text, n);
	}
	if (text.n)
		buf_add(out, SLICE(ELLIPSIS));
}

void
markup_add(struct buf *out, struct slice text)
{
	add_text(out, text, MARKUP_TEXT, false);
}

void
markup_add_unlinked(struct buf *out, struct slice text)
{
	add_text(out, text, MARKUP_TEXT, true);
}

void
markup_add_ellipsis(struct buf *out)
{
	if (!slice_ends(buf_slice(out), SLICE(ELLIPSIS)))
		buf_add(out, SLICE(ELLIPSIS));
}

void
markup_add_words(struct buf *out, struct slice text)
{
	add_text(out, text, SIZE_MAX, false);
}

void
markup_add_percent(struct buf *out, uint64_t part, uint64_t whole)
{
	double share = whole ? (double)part / (double)whole * 1000 : 0;
	uint64_t tenths = (uint64_t)(share + 0.5);

	if (tenths >= 100)
		buf_add_number(out, (tenths + 5) / 10);
	else
		buf_addf(out, "%u.%u", (unsigned)(tenths / 10),
		    (unsigned)(tenths % 10));
}
