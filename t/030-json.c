/* SPDX-License-Identifier: ISC */
/* JSON objects, member by member, and their texts. */
#include <stdint.h>
#include <stdlib.h>

#include "base/json.h"
#include "chance.h"
#include "tap.h"

enum { ROOM = 4096 };

/* What json_member() gave, as "key=value;" and "." or "!" at the end. */
static void
walk(struct slice text, struct buf *out)
{
	struct buf scratch;
	struct slice key, value;
	int rc;

	buf_init(&scratch, ROOM);
	(void)buf_room(&scratch, ROOM);
	buf_reset(out);
	if (!json_object(&text)) {
		buf_add(out, SLICE("no object"));
		buf_release(&scratch);
		return;
	}
	while ((rc = json_member(&text, &scratch, &key, &value)) > 0) {
		buf_add(out, key);
		buf_add_byte(out, '=');
		buf_add(out, value);
		buf_add_byte(out, ';');
	}
	buf_add_byte(out, rc == 0 ? '.' : '!');
	if (rc == 0)
		buf_add(out, text);
	buf_release(&scratch);
}

struct walk_case {
	struct slice text, seen;
};

static const struct walk_case good_texts[] = {
	{ SLICE(""), SLICE("no object") },
	{ SLICE("["), SLICE("no object") },
	{ SLICE("{}"), SLICE(".") },
	{ SLICE(" \t\r\n{ } x"), SLICE(". x") },
	{ SLICE("{\"a\":1}"), SLICE("a=1;.") },
	{ SLICE("{ \"a\" : 1 , \"b\" : \"x\" }rest"),
		SLICE("a=1;b=\"x\";.rest") },
	{ SLICE("{\"\":\"\"}"), SLICE("=\"\";.") },
	{ SLICE("{\"a\\u0062\":null,\"c\":true}"), SLICE("ab=null;c=true;.") },
	{ SLICE("{\"a\":-1.5e+3}"), SLICE("a=-1.5e+3;.") },
	{ SLICE("{\"a\":{\"b\":[1,{\"c\":\"}]\"}]},\"d\":[]}"),
		SLICE("a={\"b\":[1,{\"c\":\"}]\"}]};d=[];.") },
	{ SLICE("{\"a\":\"\\\"\\\\\",\"b\":2}"),
		SLICE("a=\"\\\"\\\\\";b=2;.") },
	{ SLICE("{\"a\":\"\xc3\xa9\xff\"}"), SLICE("a=\"\xc3\xa9\xff\";.") },
	{ SLICE("{\"a\":\"{\",\"a\":\"[\"}"),
		SLICE("a=\"{\";a=\"[\";.") },
};

static const struct walk_case bad_texts[] = {
	{ SLICE("{"), SLICE("!") },
	{ SLICE("{\""), SLICE("!") },
	{ SLICE("{\"a\""), SLICE("!") },
	{ SLICE("{\"a\":"), SLICE("!") },
	{ SLICE("{\"a\":1"), SLICE("!") },
	{ SLICE("{\"a\":1,"), SLICE("!") },
	{ SLICE("{\"a\":1,}"), SLICE("!") },
	{ SLICE("{\"a\"}"), SLICE("!") },
	{ SLICE("{\"a\":}"), SLICE("!") },
	{ SLICE("{\"a\" 1}"), SLICE("!") },
	{ SLICE("{a:1}"), SLICE("!") },
	{ SLICE("{1:1}"), SLICE("!") },
	{ SLICE("{'a':1}"), SLICE("!") },
	{ SLICE("{\"a\":\"x"), SLICE("!") },
	{ SLICE("{\"a\":\"x\\"), SLICE("!") },
	{ SLICE("{\"a\":\"x\\\""), SLICE("!") },
	{ SLICE("{\"a\":[1}"), SLICE("!") },
	{ SLICE("{\"a\":{]}"), SLICE("!") },
	{ SLICE("{\"a\":[1,"), SLICE("!") },
	{ SLICE("{\"a\":[\"]}"), SLICE("!") },
	{ SLICE("{\"\\x\":1}"), SLICE("!") },
	{ SLICE("{\"\\u12\":1}"), SLICE("!") },
	{ SLICE("{\"a\":1\0}"), SLICE("a=1;!") },
	{ SLICE("{\0}"), SLICE("!") },
};

static const struct walk_case comma_texts[] = {
	{ SLICE("{,\"a\":1}"), SLICE("!") },
	{ SLICE("{,}"), SLICE("!") },
	{ SLICE("{\"a\":1 \"b\":2}"), SLICE("!") },
	{ SLICE("{\"a\":\"x\"\"b\":2}"), SLICE("!") },
	{ SLICE("{\"a\":1,,\"b\":2}"), SLICE("!") },
};

static void
test_walk(const struct walk_case *cases, size_t n, const char *what)
{
	bool good = true;
	struct buf out;

	buf_init(&out, ROOM);
	for (size_t i = 0; i < n; i++) {
		walk(cases[i].text, &out);
		/* How much of broken text comes first is not promised. */
		if (slice_is(buf_slice(&out), cases[i].seen) ||
		    (slice_ends(cases[i].seen, SLICE("!")) &&
		    slice_ends(buf_slice(&out), SLICE("!"))))
			continue;
		good = false;
		printf("# %s gives %.*s\n", cases[i].text.p, (int)out.n,
		    out.p);
	}
	ok(good, "%s", what);
	buf_release(&out);
}

#define WALK(cases, what) \
	test_walk(cases, sizeof cases / sizeof *cases, what)

static void
test_depth(void)
{
	struct buf text, out;

	buf_init(&text, ROOM);
	buf_init(&out, ROOM);
	for (int depth = 16; depth <= 17; depth++) {
		buf_reset(&text);
		buf_add(&text, SLICE("{\"a\":"));
		for (int i = 0; i < depth; i++)
			buf_add_byte(&text, i % 2 ? '[' : '{');
		for (int i = depth; i-- > 0;)
			buf_add_byte(&text, i % 2 ? ']' : '}');
		buf_add_byte(&text, '}');
		walk(buf_slice(&text), &out);
		ok(slice_ends(buf_slice(&out), depth > 16 ? SLICE("!") :
		    SLICE(";.")), "a value nested %d deep", depth);
	}
	buf_release(&text);
	buf_release(&out);
}

static const struct {
	struct slice value;
	bool good;
	struct slice text;
} strings[] = {
	{ SLICE("\"\""), true, SLICE("") },
	{ SLICE("\"abc\""), true, SLICE("abc") },
	{ SLICE("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), true,
		SLICE("\"\\/\b\f\n\r\t") },
	{ SLICE("\"\\u0041\\u00e9\\u20AC\""), true,
		SLICE("A\xc3\xa9\xe2\x82\xac") },
	{ SLICE("\"\\u0000x\""), true, SLICE("\0x") },
	{ SLICE("\"\\u007f\\u0080\\u07ff\\u0800\\uffff\""), true,
		SLICE("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf") },
	{ SLICE("\"\\ud83d\\ude00\""), true, SLICE("\xf0\x9f\x98\x80") },
	{ SLICE("\"\\uD800\\uDC00\\uDBFF\\uDFFF\""), true,
		SLICE("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf") },
	{ SLICE("\"\\ud800\""), true, SLICE("\xed\xa0\x80") },
	{ SLICE("\"\\udc00\""), true, SLICE("\xed\xb0\x80") },
	{ SLICE("\"\\ud800x\""), true, SLICE("\xed\xa0\x80x") },
	{ SLICE("\"\\ud800\\n\""), true, SLICE("\xed\xa0\x80\n") },
	{ SLICE("\"\\ud800\\u0041\""), true, SLICE("\xed\xa0\x80" "A") },
	{ SLICE("\"\\udc00\\ud800\""), true,
		SLICE("\xed\xb0\x80\xed\xa0\x80") },
	{ SLICE("\"\\udc00\\udc00\""), true,
		SLICE("\xed\xb0\x80\xed\xb0\x80") },
	{ SLICE("\"\\ud800\\ue000\""), true,
		SLICE("\xed\xa0\x80\xee\x80\x80") },
	{ SLICE("\"\\ud800\\ud800\\udc00\""), true,
		SLICE("\xed\xa0\x80\xf0\x90\x80\x80") },
	{ SLICE("\"\xff\xc3\xa9\""), true, SLICE("\xff\xc3\xa9") },
	{ SLICE("\"a\0b\""), true, SLICE("a\0b") },
	{ SLICE(""), false, SLICE("") },
	{ SLICE("\""), false, SLICE("") },
	{ SLICE("abc"), false, SLICE("") },
	{ SLICE("\"abc"), false, SLICE("") },
	{ SLICE("abc\""), false, SLICE("") },
	{ SLICE("12"), false, SLICE("") },
	{ SLICE("[\"a\"]"), false, SLICE("") },
	{ SLICE("\"\\\""), false, SLICE("") },
	{ SLICE("\"\\x\""), false, SLICE("") },
	{ SLICE("\"\\u\""), false, SLICE("") },
	{ SLICE("\"\\u123\""), false, SLICE("") },
	{ SLICE("\"\\u12g4\""), false, SLICE("") },
	{ SLICE("\"\\u 123\""), false, SLICE("") },
	{ SLICE("\"\\U0041\""), false, SLICE("") },
	{ SLICE("\"\\N\""), false, SLICE("") },
	{ SLICE("\"\\\0\""), false, SLICE("") },
};

static void
test_strings(void)
{
	bool good = true;

	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
		struct buf scratch;
		struct slice out = { NULL, 0 };
		bool came;

		/* Room for the value, not a byte more. */
		buf_init(&scratch, strings[i].value.n);
		(void)buf_room(&scratch, strings[i].value.n);
		came = json_string(strings[i].value, &scratch, &out);
		if (came != strings[i].good || scratch.overflow ||
		    (came && !slice_is(out, strings[i].text))) {
			good = false;
			printf("# string %zu %s: %d '%.*s'\n", i,
			    strings[i].value.p, came, (int)out.n,
			    out.p ? out.p : "");
		}
		buf_release(&scratch);
	}
	ok(good, "json_string: table");
}

static void
test_no_room(void)
{
	struct buf scratch;
	struct slice out;

	buf_init(&scratch, 3);
	(void)buf_room(&scratch, 3);
	ok(json_string(SLICE("\"no escape needs no room\""), &scratch, &out),
	    "a text without escapes is borrowed");
	ok(!json_string(SLICE("\"\\nxxxxxxxxx\""), &scratch, &out) &&
	    !json_bytes(SLICE("[1,2,3,4,5]"), &scratch, &out),
	    "too little room is a failure, not a crash");
	buf_release(&scratch);
}

/* Every code point, as \u and as surrogates, against a UTF-8 of its own. */
static void
test_code_points(void)
{
	struct buf scratch;
	bool good = true;

	buf_init(&scratch, 64);
	(void)buf_room(&scratch, 64);
	for (unsigned c = 0; c < 0x110000 && good; c++) {
		char text[32], utf8[5] = { 0 };
		struct slice out;
		size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

		if (c >= 0x10000)
			snprintf(text, sizeof text, "\"\\u%04x\\u%04X\"",
			    0xd7c0 + (c >> 10), 0xdc00 + (c & 0x3ff));
		else
			snprintf(text, sizeof text, "\"\\u%04x\"", c);
		for (size_t i = n; i-- > 1;)
			utf8[i] = (char)(0x80 | (c >> 6 * (n - 1 - i) & 63));
		utf8[0] = (char)(n == 1 ? c : (0xf00u >> n & 0xff) |
		    c >> 6 * (n - 1));
		buf_reset(&scratch);
		good = json_string(slice_text(text), &scratch, &out) &&
		    slice_is(out, (struct slice){ utf8, n });
		if (!good)
			printf("# U+%04X\n", c);
	}
	ok(good, "every code point");
	buf_release(&scratch);
}

static const struct {
	struct slice value;
	bool good;
	struct slice bytes;
} arrays[] = {
	{ SLICE("[0]"), true, SLICE("\0") },
	{ SLICE("[255]"), true, SLICE("\xff") },
	{ SLICE("[ 104 ,\t105\n]"), true, SLICE("hi") },
	{ SLICE("[1,2,3]"), true, SLICE("\1\2\3") },
	{ SLICE("[256]"), false, SLICE("") },
	{ SLICE("[1000]"), false, SLICE("") },
	{ SLICE("[-1]"), false, SLICE("") },
	{ SLICE("[1.0]"), false, SLICE("") },
	{ SLICE("[1,]"), false, SLICE("") },
	{ SLICE("[,1]"), false, SLICE("") },
	{ SLICE("[1 2]"), false, SLICE("") },
	{ SLICE("[1"), false, SLICE("") },
	{ SLICE("[1,"), false, SLICE("") },
	{ SLICE("["), false, SLICE("") },
	{ SLICE(""), false, SLICE("") },
	{ SLICE("1]"), false, SLICE("") },
	{ SLICE("[1]]"), false, SLICE("") },
	{ SLICE("[1] "), false, SLICE("") },
	{ SLICE("[[1]]"), false, SLICE("") },
	{ SLICE("[\"a\"]"), false, SLICE("") },
	{ SLICE("[null]"), false, SLICE("") },
	{ SLICE("\"a\""), false, SLICE("") },
};

static void
test_bytes(void)
{
	bool good = true;
	struct buf scratch;

	buf_init(&scratch, 64);
	(void)buf_room(&scratch, 64);
	for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
		struct slice out = { NULL, 0 };
		bool came;

		buf_reset(&scratch);
		came = json_bytes(arrays[i].value, &scratch, &out);
		if (came == arrays[i].good &&
		    (!came || slice_is(out, arrays[i].bytes)))
			continue;
		good = false;
		printf("# array %s: %d\n", arrays[i].value.p, came);
	}
	ok(good, "json_bytes: table");
	buf_release(&scratch);
}

static void
test_add(void)
{
	struct buf b, scratch;
	struct slice back;
	bool good = true;

	buf_init(&b, 1000);
	buf_init(&scratch, 1000);
	(void)buf_room(&scratch, 1000);
	json_add_string(&b, SLICE(""));
	is(buf_slice(&b), "\"\"", "an empty text");
	buf_reset(&b);
	json_add_string(&b, SLICE("a\"b\\c/\n\x1f\0\x7f\xc3\xa9"));
	is(buf_slice(&b), "\"a\\\"b\\\\c/\\u000a\\u001f\\u0000\x7f\xc3\xa9\"",
	    "what must be escaped, and nothing else");
	for (int round = 0; round < 50000 && good; round++) {
		char bytes[20];
		struct slice s = { bytes, chance(sizeof bytes + 1) };

		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (char)chance(round % 2 ? 256 : 48);
		buf_reset(&b);
		buf_reset(&scratch);
		json_add_string(&b, s);
		good = json_string(buf_slice(&b), &scratch, &back) &&
		    slice_is(s, back);
		for (size_t i = 0; i < b.n; i++)
			good = good && (unsigned char)b.p[i] >= 0x20;
	}
	ok(good, "50000 random texts come back, on one line");
	buf_release(&b);
	buf_release(&scratch);
}

/* Cut at every byte: no object but the whole one. */
static void
test_cut(void)
{
	static const struct slice whole = SLICE("{\"a\":{\"b\":[1,\"\\u00e9\"]"
	    "},\"c\":\"x\\\\\",\"d\":12}");
	struct buf out;
	bool good = true;

	buf_init(&out, ROOM);
	for (size_t n = 1; n <= whole.n; n++) {
		char *copy = malloc(n);

		if (!copy)
			return;
		memcpy(copy, whole.p, n);
		walk((struct slice){ copy, n }, &out);
		good = good && slice_ends(buf_slice(&out), n < whole.n ?
		    SLICE("!") : SLICE("."));
		free(copy);
	}
	ok(good, "cut at every byte");
	buf_release(&out);
}

int
main(void)
{
	WALK(good_texts, "objects, member by member");
	WALK(bad_texts, "what is no JSON");
	WALK(comma_texts, "commas stand between members, one each");
	test_depth();
	test_strings();
	test_no_room();
	test_code_points();
	test_bytes();
	test_add();
	test_cut();
	return done();
}
