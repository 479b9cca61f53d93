/* SPDX-License-Identifier: ISC */
/* Files are known again by how they begin, and what was read is passed over. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/statefile.h"
#include "report/bookmark.h"
#include "tap.h"

#define HEADER "server,date,ip\n"

static char directory[] = "/tmp/mls-bookmark-XXXXXX";
static char state[300];
static struct buf seen;

/* One file, in one block or in two. */
static void
take(struct bookmark *b, const char *text, size_t cut)
{
	struct slice all = slice_text(text), block, head;

	bookmark_begin(b);
	for (size_t n; all.n; all = slice_from(all, n)) {
		n = cut && cut < all.n ? cut : all.n;
		block = slice_to(all, n);
		bookmark_take(b, &block, &head);
		buf_add(&seen, head);
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
	RUN(HEADER, true, "nothing new", HEADER "a\nb\n");
	RUN(HEADER "c\n", false, "what is new, with the header",
	    HEADER "a\nb\nc\n");
	RUN(HEADER "c\nd\n", true, "again: it was not delivered",
	    HEADER "a\nb\nc\nd\n");
	RUN(HEADER, true, "half a line waits", HEADER "a\nb\nc\nd\ne");
	RUN(HEADER "ef\n", true, "until it is whole",
	    HEADER "a\nb\nc\nd\nef\n");
}

static void
test_rotated(void)
{
	RUN(HEADER "x\n" HEADER "g\n", true, "a new one, and the one of before",
	    HEADER "x\n", HEADER "a\nb\nc\nd\nef\ng\n");
	RUN(HEADER "y\n" HEADER, true, "in another order",
	    HEADER "x\ny\n", HEADER "a\nb\nc\nd\nef\ng\n");
	RUN(HEADER "z\n", true, "one is away", HEADER "x\ny\nz\n");
	RUN(HEADER "h\n" HEADER, true, "and is known when it comes back",
	    HEADER "a\nb\nc\nd\nef\ng\nh\n", HEADER "x\ny\nz\n");
	RUN(HEADER, true, "one of which there is a header alone", HEADER);
	RUN(HEADER "1\n", true, "goes on", HEADER "1\n");
}

static void
test_blocks(void)
{
	struct err e;
	struct bookmark *b;
	struct buf text;

	buf_init(&text, 100000);
	buf_add(&text, SLICE("date;server;ip\r\n"));
	for (int i = 0; i < 1000; i++)
		buf_addf(&text, "%03d\n", i);
	buf_add_byte(&text, '\0');
	b = bookmark_open(state, &e);
	take(b, text.p, 1025);
	ok(bookmark_write(b, &e) == 0, "a file in several blocks");
	bookmark_close(b);
	text.n--;
	buf_add(&text, SLICE("new\n"));
	buf_add_byte(&text, '\0');
	buf_reset(&seen);
	b = bookmark_open(state, &e);
	take(b, text.p, 1025);
	is(buf_slice(&seen), "date;server;ip\r\nnew\n", "and its end");
	bookmark_close(b);
	buf_release(&text);
}

static void
test_damage(void)
{
	static const char *const bad[] = { "1 2\n", "x 1 1\n", "2000 1 5000\n",
		"9 1 5\n" };
	struct bookmark *b;
	struct err e;

	b = bookmark_open("/nonexistent/state", &e);
	ok(!b && e.status == EX_CANTCREAT, "a state that cannot be: %s",
	    e.text);
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
	test_damage();
	buf_release(&seen);
	snprintf(state, sizeof state, "rm -rf %s", directory);
	if (system(state))
		return 1;
	return done();
}
