/* SPDX-License-Identifier: ISC */
/* Growing bytes with a ceiling, memory freed all at once, errors as text. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "tap.h"

static void
test_buf_ceiling(void)
{
	struct buf b;
	char *room;

	buf_init(&b, 5);
	ok(b.n == 0 && !b.overflow && buf_slice(&b).n == 0 && !b.p,
	    "a new buffer is empty and owns nothing");
	buf_add(&b, SLICE("abc"));
	buf_add(&b, SLICE("de"));
	ok(!b.overflow, "exactly at the ceiling");
	is(buf_slice(&b), "abcde", "what was added");
	buf_add(&b, SLICE(""));
	ok(!b.overflow, "nothing fits when it is full");
	buf_add_byte(&b, 'f');
	ok(b.overflow, "one over is remembered");
	is(buf_slice(&b), "abcde", "and dropped");
	buf_reset(&b);
	ok(b.n == 0 && !b.overflow, "reset: empty, no overflow");
	buf_add(&b, SLICE("abcd"));
	buf_add(&b, SLICE("ef"));
	is(buf_slice(&b), "abcd", "what does not fit is dropped whole");
	ok(b.overflow, "and remembered");
	buf_add(&b, SLICE("e"));
	is(buf_slice(&b), "abcde", "a shorter one still fits");
	ok(b.overflow, "but the overflow stays");
	buf_reset(&b);
	ok(!buf_room(&b, SIZE_MAX) && b.overflow && b.n == 0,
	    "room for all there is");
	buf_reset(&b);
	room = buf_room(&b, 5);
	ok(room && room == b.p && b.n == 0 && !b.overflow,
	    "buf_room up to the ceiling adds nothing by itself");
	buf_add(&b, SLICE("x"));
	ok(!buf_room(&b, 5) && b.overflow, "buf_room one over");
	buf_release(&b);
	ok(!b.p && b.n == 0 && b.max == 5, "release frees, keeps the ceiling");
	buf_add(&b, SLICE("again"));
	is(buf_slice(&b), "again", "usable after release");
	buf_release(&b);
	buf_init(&b, 0);
	buf_add(&b, SLICE(""));
	ok(!b.overflow, "a ceiling of 0 takes nothing");
	buf_add_byte(&b, 'x');
	ok(b.overflow && b.n == 0, "and no byte");
	buf_release(&b);
}

static void
test_buf_growth(void)
{
	struct buf b;
	bool good = true;

	buf_init(&b, 100000);
	for (unsigned i = 0; i < 100000; i++)
		buf_add_byte(&b, (char)(i * 7));
	for (unsigned i = 0; i < 100000; i++)
		good = good && b.p[i] == (char)(i * 7);
	ok(good && b.n == 100000 && !b.overflow && b.cap <= b.max,
	    "grown a byte at a time, nothing lost");
	buf_add_byte(&b, 'x');
	ok(b.overflow && b.n == 100000, "up to the ceiling and no further");
	buf_release(&b);
}

static void
test_buf_numbers(void)
{
	static const struct {
		unsigned long long value;
		const char *text;
	} numbers[] = {
		{ 0, "0" }, { 9, "9" }, { 10, "10" },
		{ 4294967296, "4294967296" },
		{ 18446744073709551615u, "18446744073709551615" },
	};
	struct buf b;

	buf_init(&b, 20);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		buf_reset(&b);
		buf_add_number(&b, numbers[i].value);
		is(buf_slice(&b), numbers[i].text, "buf_add_number");
	}
	buf_reset(&b);
	buf_addf(&b, "%s=%d", "x", -1);
	is(buf_slice(&b), "x=-1", "buf_addf");
	buf_addf(&b, "%s", "");
	ok(!b.overflow, "buf_addf of nothing");
	buf_addf(&b, "%s", "seventeen bytes..");
	is(buf_slice(&b), "x=-1", "buf_addf over the ceiling");
	ok(b.overflow, "is an overflow");
	buf_release(&b);
}

/* What fits under max must come in, however long. */
static void
test_buf_long_format(void)
{
	char text[5001];
	struct buf b;

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	buf_init(&b, sizeof text);
	buf_addf(&b, "%.1023s", text);
	ok(b.n == 1023 && !b.overflow, "buf_addf of 1023 bytes");
	buf_reset(&b);
	buf_addf(&b, "%s", text);
	ok(b.n == 5000 && !b.overflow, "buf_addf of 5000 bytes under max");
	buf_release(&b);
}

static void
test_arena(void)
{
	struct arena a;
	bool good = true;
	char *pieces[500];
	struct slice copy;
	unsigned char *p;

	arena_init(&a, 100);
	p = arena_new(&a, 60);
	for (int i = 0; p && i < 60; i++)
		good = good && p[i] == 0;
	ok(p && good, "zeroed");
	ok(!arena_new(&a, 41), "one over the ceiling");
	ok(arena_new(&a, 40) != NULL, "exactly at the ceiling");
	ok(!arena_new(&a, 1), "full");
	ok(!arena_new(&a, SIZE_MAX) && !arena_array(&a, SIZE_MAX, 2) &&
	    !arena_array(&a, SIZE_MAX / 2 + 2, 2), "sizes that overflow");
	copy = arena_copy(&a, SLICE("x"));
	ok(!copy.p && copy.n == 0, "a copy past max is {NULL, 0}");
	arena_release(&a);
	copy = arena_copy(&a, SLICE("a\0b"));
	ok(copy.n == 3 && memcmp(copy.p, "a\0b", 4) == 0,
	    "usable after release; a copy has a NUL behind it");
	copy = arena_copy(&a, (struct slice){ NULL, 0 });
	ok(copy.p && copy.n == 0 && *copy.p == '\0', "a copy of nothing");
	arena_release(&a);
	arena_init(&a, 10);
	ok(arena_copy(&a, SLICE("012345678")).n == 9, "NUL counts: it fits");
	arena_release(&a);
	ok(!arena_copy(&a, SLICE("0123456789")).p, "NUL counts: one over");
	arena_release(&a);

	arena_init(&a, 64 * 1024 * 1024);
	good = true;
	for (size_t i = 0; i < 500; i++) {
		size_t size = i * i % 40000 + 1;

		pieces[i] = arena_new(&a, size);
		good = good && pieces[i] && (uintptr_t)pieces[i] %
		    _Alignof(max_align_t) == 0;
		if (pieces[i])
			memset(pieces[i], (int)(i & 0x7f), size);
	}
	for (size_t i = 0; i < 500 && good; i++)
		for (size_t k = 0; k < i * i % 40000 + 1; k++)
			good = good && pieces[i][k] == (char)(i & 0x7f);
	ok(good, "500 pieces, aligned, none over another");
	good = true;
	for (size_t i = 0; i < 100; i++) {
		uint64_t *words = arena_array(&a, 3, sizeof *words);

		good = good && words && !words[0] && !words[1] && !words[2];
	}
	ok(good, "arrays are zeroed too");
	arena_release(&a);
	ok(!a.blocks && a.used == 0, "released");
}

static void
test_err(void)
{
	struct err e = { .status = -1, .text = "old" };
	char big[3000];

	ok(err_set(&e, EX_DATAERR, "%s:%d: bad", "file", 7) == -1 &&
	    e.status == EX_DATAERR, "err_set gives -1 and the status");
	is(slice_text(e.text), "file:7: bad", "and the text");
	err_set(&e, 1, "%s", "a\tb\x1b[1m\x7f\xc3\xa9\r\n~ \"");
	is(slice_text(e.text), "a?b?[1m????" "?~ \"",
	    "what is not printable ASCII is a question mark");
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	err_set(&e, 1, "%s", big);
	ok(strlen(e.text) == sizeof e.text - 1, "cut to fit");
	ok(err_prefix(&e, "%s: ", "f") == -1 && e.status == 1 &&
	    strncmp(e.text, "f: xxx", 6) == 0 &&
	    strlen(e.text) == sizeof e.text - 1, "a prefix before a full text");
	err_prefix(&e, "%s", big);
	ok(strlen(e.text) == sizeof e.text - 1, "a prefix that is too long");
	err_set(&e, 2, "why");
	err_prefix(&e, "%s\n: ", "a\x01");
	is(slice_text(e.text), "a??: why", "a prefix is made plain");
	errno = ENOENT;
	ok(err_errno(&e, EX_NOINPUT, "cannot open '%s'", "x\ny") == -1 &&
	    e.status == EX_NOINPUT, "err_errno");
	is(slice_text(e.text), "cannot open 'x?y': No such file or directory",
	    "has errno's text behind it");
	errno = EIO;
	err_errno(&e, 1, "%s", big);
	ok(strlen(e.text) == sizeof e.text - 1, "err_errno is cut as well");
	strcpy(e.text, "");
	err_plain(e.text);
	ok(*e.text == '\0', "err_plain of nothing");
}

static void
test_err_list(void)
{
	struct err_list list = { 0 };
	struct err e;

	err_list_release(&list);
	for (int i = 0; i < ERR_LIST_MAX + 5; i++) {
		err_set(&e, i ? EX_DATAERR : EX_CONFIG, "complaint %d", i);
		err_list_add(&list, &e);
	}
	ok(list.n == ERR_LIST_MAX + 5 && list.status == EX_CONFIG,
	    "all are counted, the first status counts");
	is(slice_text(list.texts[0]), "complaint 0", "the first text");
	is(slice_text(list.texts[ERR_LIST_MAX - 1]), "complaint 19",
	    "the last that is kept");
	err_list_release(&list);
	ok(list.n == 0 && !list.texts[0], "released");
}

int
main(void)
{
	test_buf_ceiling();
	test_buf_growth();
	test_buf_numbers();
	test_buf_long_format();
	test_arena();
	test_err();
	test_err_list();
	return done();
}
