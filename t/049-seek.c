/* SPDX-License-Identifier: ISC */
/* Going to a place of a file: what comes from there on, and what is told of the
 * bytes before it, plain or packed. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/input.h"
#include "pack.h"
#include "reading.h"
#include "scratch.h"
#include "tap.h"

/* What a reader of the text finds behind a place: no rest of a line. */
static struct slice
behind(struct slice text, size_t at)
{
	struct slice rest = slice_from(text, at);

	return at == 0 || text.p[at - 1] == '\n' ? rest :
	    slice_from(rest, slice_find_byte(rest, '\n') + 1);
}

static bool
are_ends(const struct input_ends *ends, struct slice before)
{
	struct slice head = slice_to(before, INPUT_HEAD);
	struct slice tail = slice_from(before, before.n > INPUT_TAIL ?
	    before.n - INPUT_TAIL : 0);

	return slice_is((struct slice){ ends->head, ends->head_n }, head) &&
	    slice_is((struct slice){ ends->tail, ends->tail_n }, tail);
}

/* Of the file "input", which holds the text. */
static bool
goes_to(struct slice text, size_t at)
{
	struct input_ends ends;
	struct seen s;
	struct input *in;
	char what[40];
	bool good;
	int rc;

	seen_init(&s);
	in = input_open("input", &s.e);
	if (!in)
		return false;
	rc = input_seek(in, at, &ends, &s.e);
	good = are_ends(&ends, slice_to(text, at));
	if (at > text.n) {
		input_close(in);
		return rc == 0 && good;
	}
	good = good && rc == 1 && input_place(in) == at;
	while (s.rc > 0)
		take(&s, in);
	good = good && input_place(in) == text.n;
	finish(&s, in);
	snprintf(what, sizeof what, "from %zu", at);
	return is_whole(&s, behind(text, at), what) && good;
}

static void
test_text(struct slice text, size_t step, const char *about)
{
	bool plain = true, packed = true;
	struct buf gz;

	buf_init(&gz, MANY);
	add_gzip(&gz, slice_to(text, text.n / 2), 6);
	add_gzip(&gz, slice_from(text, text.n / 2), 6);
	spew("input", text);
	for (size_t at = 0; at <= text.n + step; at += step)
		plain = goes_to(text, at) && plain;
	spew("input", buf_slice(&gz));
	for (size_t at = 0; at <= text.n + step; at += step)
		packed = goes_to(text, at) && packed;
	buf_release(&gz);
	ok(plain, "%s: a plain file", about);
	ok(packed, "%s: a packed file", about);
}

int
main(void)
{
	struct buf text;

	scratch_begin();
	buf_init(&text, MANY);
	test_text(SLICE("one\n\ntwo\nthree\n"), 1, "a few lines");
	test_text(SLICE("one\n\ntwo\nthree"), 1, "no newline at the end");
	for (int i = 0; text.n < 3000; i++)
		buf_addf(&text, "%d and %d\n", i, 7 * i);
	test_text(buf_slice(&text), 1, "more than both ends hold");
	buf_reset(&text);
	add_random_lines(&text, 1200000);
	buf_add(&text, SLICE("no newline"));
	test_text(buf_slice(&text), 99991, "several blocks");
	buf_release(&text);
	scratch_end();
	return done();
}
