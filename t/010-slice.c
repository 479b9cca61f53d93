/* SPDX-License-Identifier: ISC */
/* Borrowed bytes and the cursor: what a parser may believe of a success and of
 * a failure. */
#include <stdlib.h>

#include "base/slice.h"
#include "chance.h"
#include "tap.h"

static const struct {
	struct slice s, what;
	size_t first, last;
} finds[] = {
	{ SLICE(""), SLICE("a"), 0, 0 },
	{ SLICE("a"), SLICE("a"), 0, 0 },
	{ SLICE("a"), SLICE("b"), 1, 1 },
	{ SLICE("a"), SLICE("ab"), 1, 1 },
	{ SLICE("abab"), SLICE("ab"), 0, 2 },
	{ SLICE("aaaa"), SLICE("aa"), 0, 2 },
	{ SLICE("aaab"), SLICE("aab"), 1, 1 },
	{ SLICE("baaa"), SLICE("baa"), 0, 0 },
	{ SLICE("xabx"), SLICE("abx"), 1, 1 },
	{ SLICE("abcabd"), SLICE("abc"), 0, 0 },
	{ SLICE("a\0b\0b"), SLICE("\0b"), 1, 3 },
	{ SLICE("\0\0\0"), SLICE("\0"), 0, 2 },
	{ SLICE("\xff\xfe\xff"), SLICE("\xff"), 0, 2 },
	{ SLICE("abc"), SLICE("abcd"), 3, 3 },
};

static void
test_find(void)
{
	bool good = true;

	for (size_t i = 0; i < sizeof finds / sizeof *finds; i++) {
		size_t first = slice_find(finds[i].s, finds[i].what);
		size_t last = slice_find_last(finds[i].s, finds[i].what);

		if (first == finds[i].first && last == finds[i].last)
			continue;
		good = false;
		printf("# case %zu: first %zu, last %zu\n", i, first, last);
	}
	ok(good, "slice_find and slice_find_last: table");
}

/* Against the plainest search there is, on texts full of near misses. */
static void
test_find_random(void)
{
	bool good = true;

	for (int round = 0; round < 200000 && good; round++) {
		char text[40], what[6];
		struct slice s = { text, chance(sizeof text + 1) };
		struct slice w = { what, 1 + chance(sizeof what) };
		size_t first = s.n, last = s.n, byte = s.n;

		for (size_t i = 0; i < sizeof text; i++)
			text[i] = "ab\0"[chance(3)];
		for (size_t i = 0; i < sizeof what; i++)
			what[i] = "ab\0"[chance(3)];
		for (size_t i = 0; i + w.n <= s.n; i++) {
			if (memcmp(text + i, what, w.n))
				continue;
			first = first == s.n ? i : first;
			last = i;
		}
		for (size_t i = s.n; i-- > 0;)
			byte = text[i] == *what ? i : byte;
		good = slice_find(s, w) == first &&
		    slice_find_last(s, w) == last &&
		    slice_find_byte(s, *what) == byte;
		if (!good)
			printf("# round %d: %zu bytes, %zu looked for, first "
			    "%zu, last %zu\n", round, s.n, w.n, first, last);
	}
	ok(good, "the same as a plain search, 200000 times");
}

static void
test_compare(void)
{
	static const struct slice none = { NULL, 0 };

	ok(slice_is(none, SLICE("")) && slice_is(SLICE(""), none) &&
	    slice_is(none, none), "two empty slices are the same");
	ok(slice_is(SLICE("a\0b"), SLICE("a\0b")) &&
	    !slice_is(SLICE("a\0b"), SLICE("a\0c")) &&
	    !slice_is(SLICE("a"), SLICE("ab")) &&
	    !slice_is(SLICE("ab"), SLICE("a")),
	    "slice_is compares all bytes, NUL too");
	ok(slice_starts(SLICE("abc"), SLICE("ab")) &&
	    slice_starts(SLICE("abc"), SLICE("abc")) &&
	    slice_starts(SLICE("abc"), none) && slice_starts(none, none) &&
	    !slice_starts(SLICE("ab"), SLICE("abc")) &&
	    !slice_starts(none, SLICE("a")), "slice_starts");
	ok(slice_ends(SLICE("abc"), SLICE("bc")) &&
	    slice_ends(SLICE("abc"), SLICE("abc")) &&
	    slice_ends(SLICE("abc"), none) && slice_ends(none, none) &&
	    !slice_ends(SLICE("bc"), SLICE("abc")) &&
	    !slice_ends(none, SLICE("c")), "slice_ends");
	is(slice_text("nul ends\0here"), "nul ends", "slice_text");
	ok(slice_find(none, SLICE("a")) == 0 &&
	    slice_find_last(none, SLICE("a")) == 0 &&
	    slice_find_byte(none, 'a') == 0, "nothing is in nothing");
}

/* Each byte counts, whatever the length, and none behind the end. */
static void
test_same(void)
{
	bool good = true;

	for (size_t n = 0; n <= 70; n++) {
		struct slice s = { malloc(n), n };
		char *p = malloc(n);
		struct slice other = { p, n };

		memset((char *)s.p, 'a', n);
		memset(p, 'a', n);
		good &= slice_is(s, other);
		for (size_t i = 0; i < n; i++) {
			p[i] = 'b';
			good &= !slice_is(s, other);
			p[i] = 'a';
		}
		free((char *)s.p);
		free(p);
	}
	ok(good, "the same bytes, and all but one of them");
}

static void
test_parts(void)
{
	static const char text[] = "hello";
	struct slice s = SLICE("hello"), none = { NULL, 0 };

	is(slice_between(text + 1, text + 3), "el", "slice_between");
	ok(slice_between(text, text).n == 0, "slice_between of one place");
	is(slice_from(s, 0), "hello", "slice_from 0");
	is(slice_from(s, 4), "o", "slice_from all but one");
	is(slice_from(s, 5), "", "slice_from all");
	is(slice_from(s, 6), "", "slice_from more than there is");
	is(slice_from(s, SIZE_MAX), "", "slice_from far more");
	is(slice_to(s, 0), "", "slice_to 0");
	is(slice_to(s, 5), "hello", "slice_to all");
	is(slice_to(s, SIZE_MAX), "hello", "slice_to far more");
	ok(slice_from(none, 3).n == 0 && slice_to(none, 3).n == 0,
	    "parts of nothing");
}

/* Each parser on success and on failure, where cursor and output must stay as
 * they were. */
static void
test_cursor(void)
{
	struct slice rest = SLICE("ab,c"), out = SLICE("old");
	const char *at = rest.p;

	ok(!slice_skip(&rest, SLICE("b")) && rest.p == at && rest.n == 4 &&
	    !slice_skip(&rest, SLICE("ab,cd")) && rest.p == at,
	    "slice_skip of what is not there leaves the cursor");
	ok(slice_skip(&rest, SLICE("")) && rest.p == at,
	    "slice_skip of nothing succeeds");
	ok(slice_skip(&rest, SLICE("a")) && rest.p == at + 1 && rest.n == 3,
	    "slice_skip goes on");
	ok(!slice_skip_byte(&rest, 'a') && rest.p == at + 1 &&
	    slice_skip_byte(&rest, 'b') && rest.p == at + 2 && rest.n == 2,
	    "slice_skip_byte");
	ok(!slice_cut(&rest, ';', &out) && rest.p == at + 2 &&
	    slice_is(out, SLICE("old")), "slice_cut fails without a trace");
	ok(slice_cut(&rest, ',', &out) && out.n == 0 && rest.p == at + 3,
	    "slice_cut of an empty piece");
	ok(!slice_cut(&rest, ',', &out) && rest.n == 1, "the last piece");
	rest = SLICE("c,");
	ok(slice_cut(&rest, ',', &out) && slice_is(out, SLICE("c")) &&
	    rest.n == 0, "slice_cut up to the end");
	ok(!slice_skip_byte(&rest, ',') && !slice_cut(&rest, ',', &out),
	    "nothing is left");
	rest = SLICE("a\0b");
	ok(slice_cut(&rest, '\0', &out) && slice_is(out, SLICE("a")) &&
	    slice_is(rest, SLICE("b")), "slice_cut at a NUL");
	rest = SLICE("\"a\\\"b\"c\"\"\"d\\");
	ok(slice_cut_quoted(&rest, &out) && slice_is(out, SLICE("a\\\"b")) &&
	    !slice_cut_quoted(&rest, &out) && slice_skip_byte(&rest, 'c') &&
	    slice_cut_quoted(&rest, &out) && out.n == 0, "slice_cut_quoted");
	at = rest.p;
	ok(!slice_cut_quoted(&rest, &out) && rest.p == at && rest.n == 3,
	    "no end behind a backslash");
	rest = SLICE("  \t ");
	slice_skip_blanks(&rest);
	ok(slice_is(rest, SLICE("\t ")), "slice_skip_blanks: spaces only");
	rest = SLICE("   ");
	slice_skip_blanks(&rest);
	slice_skip_blanks(&rest);
	ok(rest.n == 0, "slice_skip_blanks to the end and beyond");
}

static void
test_run(void)
{
	struct byteset set = { { [0xff] = true, [0x80] = true,
		['\0'] = true } };
	struct slice rest = SLICE("\xff\x80x"), out = SLICE("old");
	bool good = true;

	for (unsigned c = 0; c < 256; c++)
		good = good && byteset_has(&set, (char)c) ==
		    (c == 0 || c == 0x80 || c == 0xff);
	ok(good, "byteset_has for every byte");
	ok(slice_run(&rest, &set, &out) && slice_is(out, SLICE("\xff\x80")) &&
	    slice_is(rest, SLICE("x")), "slice_run takes the longest run");
	ok(!slice_run(&rest, &set, &out) && rest.n == 1 && out.n == 2,
	    "slice_run wants one byte at least");
	rest = SLICE("\0");
	ok(slice_run(&rest, &set, &out) && rest.n == 0 &&
	    !slice_run(&rest, &set, &out), "slice_run to the end");
}

static const struct {
	struct slice text;
	unsigned min, max;
	bool good;
	uint64_t value;
	size_t left;
} digits[] = {
	{ SLICE(""), 1, 3, false, 0, 0 },
	{ SLICE(""), 0, 3, true, 0, 0 },
	{ SLICE("x"), 0, 3, true, 0, 1 },
	{ SLICE("7"), 1, 1, true, 7, 0 },
	{ SLICE("7"), 2, 2, false, 0, 1 },
	{ SLICE("77"), 1, 1, false, 0, 2 },
	{ SLICE("007x"), 3, 3, true, 7, 1 },
	{ SLICE("-1"), 1, 3, false, 0, 2 },
	{ SLICE("+1"), 1, 3, false, 0, 2 },
	{ SLICE(" 1"), 1, 3, false, 0, 2 },
	{ SLICE("1\0002"), 1, 3, true, 1, 2 },
	{ SLICE("1\xb2"), 1, 3, true, 1, 1 },
	{ SLICE("9999999999999999999"), 1, 19, true,
		9999999999999999999u, 0 },
	{ SLICE("99999999999999999999"), 1, 19, false, 0, 20 },
};

static const struct {
	struct slice text;
	uint64_t limit;
	bool good;
	uint64_t value;
} numbers[] = {
	{ SLICE("0"), 0, true, 0 }, { SLICE("1"), 0, false, 0 },
	{ SLICE("65535"), 65535, true, 65535 },
	{ SLICE("65536"), 65535, false, 0 },
	{ SLICE("000001"), 1, true, 1 },
	{ SLICE(""), 9, false, 0 }, { SLICE("+1"), 9, false, 0 },
	{ SLICE("-1"), 9, false, 0 }, { SLICE("1 "), 9, false, 0 },
	{ SLICE(" 1"), 9, false, 0 }, { SLICE("1x"), 9, false, 0 },
	{ SLICE("0x1"), 9, false, 0 }, { SLICE("1\0"), 9, false, 0 },
	{ SLICE("1e3"), 9999, false, 0 }, { SLICE("1.0"), 9, false, 0 },
	{ SLICE("9223372036854775807"), INT64_MAX, true, INT64_MAX },
	{ SLICE("9223372036854775808"), INT64_MAX, false, 0 },
	{ SLICE("18446744073709551616"), UINT64_MAX, false, 0 },
	{ SLICE("184467440737095516150"), UINT64_MAX, false, 0 },
};

static void
test_numbers(void)
{
	bool good = true;
	uint64_t value;

	for (size_t i = 0; i < sizeof digits / sizeof *digits; i++) {
		struct slice rest = digits[i].text;
		bool came;

		value = 12345;
		came = slice_digits(&rest, digits[i].min, digits[i].max,
		    &value);
		if (came == digits[i].good && rest.n == digits[i].left &&
		    value == (came ? digits[i].value : 12345) &&
		    rest.p + rest.n == digits[i].text.p + digits[i].text.n)
			continue;
		good = false;
		printf("# digits %zu: %d, %llu, %zu left\n", i, came,
		    (unsigned long long)value, rest.n);
	}
	ok(good, "slice_digits: table");
	good = true;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		bool came;

		value = 12345;
		came = slice_number(numbers[i].text, numbers[i].limit, &value);
		if (came == numbers[i].good &&
		    value == (came ? numbers[i].value : 12345))
			continue;
		good = false;
		printf("# number '%s': %d, %llu\n", numbers[i].text.p, came,
		    (unsigned long long)value);
	}
	ok(good, "slice_number: table");
	ok(slice_number(SLICE("18446744073709551615"), UINT64_MAX, &value) &&
	    value == UINT64_MAX, "slice_number: the greatest there is");
}

static void
test_bytes(void)
{
	bool good = true;

	for (int c = -128; c < 128; c++) {
		good = good && byte_is_digit((char)c) ==
		    (c != 0 && c > 0 && strchr("0123456789", c));
		good = good && byte_is_letter((char)c) ==
		    ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
	}
	ok(good, "digits and letters are those of ASCII");
}

int
main(void)
{
	test_find();
	test_find_random();
	test_compare();
	test_same();
	test_parts();
	test_cursor();
	test_run();
	test_numbers();
	test_bytes();
	return done();
}
