/* SPDX-License-Identifier: ISC */
/* Files are known again by how they begin, and what was read is passed over. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/input.h"
#include "base/statefile.h"
#include "report/bookmark.h"
#include "tap.h"

#define HEADER "server,date\n"

static char directory[] = "/tmp/mls-bookmark-XXXXXX";
static char state[300];
static struct buf seen;

/* One file, in one block or in two. */
static void
take(struct bookmark *b, const char *text, size_t cut)
{
	struct slice all = slice_text(text), block, passed;
	uint64_t end = 0;

	bookmark_begin(b);
	for (size_t n; all.n; all = slice_from(all, n)) {
		n = cut && cut < all.n ? cut : all.n;
		block = slice_to(all, n);
		bookmark_take(b, end += n, &block, &passed);
		if (passed.n)
			buf_addf(&seen, "%zu|", passed.n);
		buf_add(&seen, block);
	}
	bookmark_end(b);
}

/* A run that reads these files and gets what was new. */
static void
run(const char *const *files, const char *expected, bool is_delivered,
    const char *what)
{
	struct err e = { .text = "" };
	struct bookmark *b = bookmark_open(state, &e);

	buf_reset(&seen);
	for (; b && *files; files++)
		take(b, *files, 0);
	is(buf_slice(&seen), expected, what);
	if (!b || (is_delivered && bookmark_write(b, &e) < 0))
		ok(false, "%s", e.text);
	bookmark_close(b);
}

#define RUN(expected, delivered, what, ...) \
	run((const char *const []){ __VA_ARGS__, NULL }, expected, delivered, \
	    what)

static void
test_growing(void)
{
	RUN(HEADER "a\nb\n", true, "all, the first time", HEADER "a\nb\n");
	RUN("16|", true, "nothing new", HEADER "a\nb\n");
	RUN("16|c\n", false, "what is new, behind what is not",
	    HEADER "a\nb\nc\n");
	RUN("16|c\nd\n", true, "again: it was not delivered",
	    HEADER "a\nb\nc\nd\n");
	RUN("20|", true, "half a line waits", HEADER "a\nb\nc\nd\ne");
	RUN("20|ef\n", true, "until it is whole",
	    HEADER "a\nb\nc\nd\nef\n");
}

static void
test_rotated(void)
{
	RUN(HEADER "x\n" "23|g\n", true, "a new one, and the one of before",
	    HEADER "x\n", HEADER "a\nb\nc\nd\nef\ng\n");
	RUN("14|y\n" "25|", true, "in another order",
	    HEADER "x\ny\n", HEADER "a\nb\nc\nd\nef\ng\n");
	RUN("16|z\n", true, "one is away", HEADER "x\ny\nz\n");
	RUN("25|h\n" "18|", true, "and is known when it comes back",
	    HEADER "a\nb\nc\nd\nef\ng\nh\n", HEADER "x\ny\nz\n");
	RUN(HEADER, true, "one of which there is a header alone", HEADER);
	RUN("12|1\n", true, "goes on", HEADER "1\n");
}

static void
test_blocks(void)
{
	struct err e;
	struct bookmark *b;
	struct buf text;

	buf_init(&text, 100000);
	buf_add(&text, SLICE("date;server\n"));
	for (int i = 0; i < 1000; i++)
		buf_addf(&text, "%03d\n", i);
	buf_add_byte(&text, '\0');
	b = bookmark_open(state, &e);
	take(b, text.p, 1028);
	ok(bookmark_write(b, &e) == 0, "a file in several blocks");
	bookmark_close(b);
	text.n--;
	buf_add(&text, SLICE("new\n"));
	buf_add_byte(&text, '\0');
	buf_reset(&seen);
	b = bookmark_open(state, &e);
	take(b, text.p, 1028);
	is(buf_slice(&seen), "1028|1028|1028|928|new\n", "and its end");
	bookmark_close(b);
	buf_release(&text);
}

/* Where a line that was cut ends is no place to read on from. */
static void
test_cut_line(void)
{
	struct buf text;

	buf_init(&text, 100000);
	buf_add(&text, SLICE(HEADER "cut\n"));
	for (int i = 0; i < INPUT_LINE_MAX; i++)
		buf_add_byte(&text, 'c');
	buf_add_byte(&text, '\0');
	run((const char *const []){ text.p, NULL }, text.p, true,
	    "a line that is too long does not wait for its end");
	text.n--;
	buf_add(&text, SLICE("rest\nnew\n"));
	buf_add_byte(&text, '\0');
	RUN("65557|new\n", true, "and its rest is passed over", text.p);
	buf_release(&text);
}

static void
test_damage(void)
{
	static const char *const bad[] = { "1 2\n", "x 1 1\n", "2000 1 5000\n",
		"9 1 5\n" };
	char command[sizeof state + 8];
	struct bookmark *b;
	struct err e;

	b = bookmark_open("/nonexistent/state", &e);
	ok(!b && e.status == EX_CANTCREAT, "a state that cannot be: %s",
	    e.text);
	snprintf(command, sizeof command, ": >'%s'", state);
	ok(system(command) == 0, "an empty state");
	b = bookmark_open(state, &e);
	ok(!b && e.status == EX_DATAERR && strstr(e.text, "remove it"),
	    "what to do: %s", e.text);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct statefile *s = statefile_open(state, &e);

		statefile_write(s, slice_text(bad[i]), &e);
		statefile_close(s);
		b = bookmark_open(state, &e);
		ok(!b && e.status == EX_DATAERR &&
		    strstr(e.text, "remove it"), "no such state: %s", e.text);
		bookmark_close(b);
	}
}

int
main(void)
{
	if (!mkdtemp(directory))
		return 1;
	snprintf(state, sizeof state, "%s/state", directory);
	buf_init(&seen, 100000);
	test_growing();
	test_rotated();
	test_blocks();
	test_cut_line();
	test_damage();
	buf_release(&seen);
	snprintf(state, sizeof state, "rm -rf %s", directory);
	if (system(state))
		return 1;
	return done();
}
