/* SPDX-License-Identifier: ISC */
/* --help and --print-config from the table of settings. */
#include "base/printout.h"

#include <string.h>

#include "base/duration.h"
#include "base/slice.h"

enum {
	WIDTH = 79,
	ABOUT_COLUMN = 28,
	FALLBACK_SHOWN = 20,
};

static void
add_padding(struct buf *out, size_t from, size_t width)
{
	size_t used = out->n - from;

	if (used >= width) {
		buf_add_byte(out, '\n');
		used = 0;
	}
	for (; used < width; used++)
		buf_add_byte(out, ' ');
}

/* What it is, and its default, on a line of its own where it does not fit. */
static void
add_about(struct buf *out, const struct setting *one)
{
	const char *fallback = one->kind == SETTING_FLAG ? NULL : one->fallback;
	size_t n = strlen(one->about);

	buf_addf(out, "%s", one->about);
	if (!fallback || strlen(fallback) >= FALLBACK_SHOWN)
		return;
	if (ABOUT_COLUMN + n + strlen(" (default: )") + strlen(fallback) >
	    WIDTH) {
		buf_add_byte(out, '\n');
		add_padding(out, out->n, ABOUT_COLUMN);
	} else {
		buf_add_byte(out, ' ');
	}
	buf_addf(out, "(default: %s)", fallback);
}

void
printout_add_help(const struct settings *s, struct buf *out)
{
	for (const struct setting *one = s->table; one->name; one++) {
		size_t from = out->n;

		if (one->letter)
			buf_addf(out, "  -%c, --%s", one->letter, one->name);
		else
			buf_addf(out, "      --%s", one->name);
		if (one->value)
			buf_addf(out, " %s", one->value);
		add_padding(out, from, ABOUT_COLUMN);
		add_about(out, one);
		buf_add_byte(out, '\n');
	}
}

/* A text in double quotes, as YAML reads it back: what it would fold or refuse
 * is escaped (U+0085, U+2028 and U+2029 end lines). */
static void
add_quoted(struct buf *out, const char *text)
{
	struct slice rest = slice_text(text);

	buf_add_byte(out, '"');
	while (rest.n) {
		unsigned char c = (unsigned char)*rest.p;
		size_t n = 1;

		if (c == '"' || c == '\\') {
			buf_addf(out, "\\%c", c);
		} else if (c < 0x20 || c == 0x7f) {
			buf_addf(out, "\\x%02X", c);
		} else if (c == 0xc2 && rest.n > 1 &&
		    (unsigned char)rest.p[1] < 0xa0) {
			buf_addf(out, "\\x%02X", (unsigned char)rest.p[1]);
			n = 2;
		} else if (slice_starts(rest, SLICE("\xe2\x80\xa8")) ||
		    slice_starts(rest, SLICE("\xe2\x80\xa9"))) {
			buf_addf(out, "\\u20%02X",
			    (unsigned char)rest.p[2] - 0x80);
			n = 3;
		} else {
			buf_add_byte(out, *rest.p);
		}
		rest = slice_from(rest, n);
	}
	buf_add_byte(out, '"');
}

static void
add_list(struct buf *out, const struct text_list *list)
{
	buf_add_byte(out, '[');
	for (size_t i = 0; i < list->n; i++) {
		if (i)
			buf_add(out, SLICE(", "));
		add_quoted(out, list->items[i]);
	}
	buf_add_byte(out, ']');
}

static void
add_value(struct buf *out, const struct setting *one, const void *place)
{
	char text[DURATION_MAX];

	switch (one->kind) {
	case SETTING_FLAG:
		buf_addf(out, "%s", *(const bool *)place ? "true" : "false");
		return;
	case SETTING_TEXT:
		add_quoted(out, *(const char *const *)place);
		return;
	case SETTING_CHOICE:
		add_quoted(out, one->choices[*(const int *)place]);
		return;
	case SETTING_NUMBER:
		buf_add_number(out, *(const uint64_t *)place);
		return;
	case SETTING_DURATION:
		buf_addf(out, "%s",
		    duration_text(*(const uint64_t *)place, text));
		return;
	case SETTING_LIST:
	case SETTING_WORDS:
		add_list(out, place);
		return;
	}
}

static bool
is_unset(const struct setting *one, const void *place)
{
	if (setting_is_list(one))
		return ((const struct text_list *)place)->n == 0;
	if (one->kind != SETTING_TEXT)
		return false;
	return !*(const char *const *)place || !**(const char *const *)place;
}

void
printout_add_config(const struct settings *s, const char *section,
    struct buf *out)
{
	buf_addf(out, "%s:\n", section);
	for (size_t i = 0; s->table[i].name; i++) {
		const struct setting *one = &s->table[i];
		const void *place = settings_value(s, i);

		if (one->place == SETTING_OPTION)
			continue;
		buf_addf(out, "  # %s\n", one->about);
		if (is_unset(one, place)) {
			buf_addf(out, "  #%s:\n", one->name);
			continue;
		}
		buf_addf(out, "  %s: ", one->name);
		add_value(out, one, place);
		buf_add_byte(out, '\n');
	}
}
