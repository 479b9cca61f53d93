/* SPDX-License-Identifier: ISC */
/* YAML files as small trees: lines, limits, and what is refused. */
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/yaml.h"
#include "scratch.h"
#include "tap.h"

/* A tree in one line: maps in {}, lists in [], behind each node @line. */
static void
show(struct buf *out, const struct yaml *y)
{
	if (y->kind == YAML_SCALAR) {
		buf_addf(out, "'%.*s'@%d", (int)y->text.n, y->text.p, y->line);
		return;
	}
	buf_add_byte(out, y->kind == YAML_MAP ? '{' : '[');
	for (const struct yaml *in = y->first; in; in = in->next) {
		if (y->kind == YAML_MAP)
			buf_addf(out, "%.*s:", (int)in->key.n, in->key.p);
		show(out, in);
		if (in->next)
			buf_add_byte(out, ' ');
	}
	buf_addf(out, "%c@%d", y->kind == YAML_MAP ? '}' : ']', y->line);
}

static const struct {
	const char *text, *tree;
} trees[] = {
	{ "", "{}@1" },
	{ "\n\n", "{}@1" },
	{ "# only words\n", "{}@1" },
	{ "---\n", "''@2" },
	{ "a", "'a'@1" },
	{ "a: b", "{a:'b'@1}@1" },
	{ "a: b\n\nc: d\n", "{a:'b'@1 c:'d'@3}@1" },
	{ "\n\na:\n  b: 1\n  c:\n    - x\n    - y\n",
		"{a:{b:'1'@4 c:['x'@6 'y'@7]@6}@4}@3" },
	{ "a:\nb: 1\n", "{a:''@1 b:'1'@2}@1" },
	{ "- a\n- b: c\n  d: e\n- [f, g]\n",
		"['a'@1 {b:'c'@2 d:'e'@3}@2 ['f'@4 'g'@4]@4]@1" },
	{ "{a: b, c: [d, {e: f}]}", "{a:'b'@1 c:['d'@1 {e:'f'@1}@1]@1}@1" },
	{ "a: []\nb: {}\n", "{a:[]@1 b:{}@2}@1" },
	{ "a: 'it''s'\nb: \"q\\\"\\\\\\x41\\u00e9\"\n",
		"{a:'it's'@1 b:'q\"\\A\xc3\xa9'@2}@1" },
	{ "a: |\n  one\n  two\nb: x\n", "{a:'one\ntwo\n'@1 b:'x'@4}@1" },
	{ "a: >\n  one\n  two\n", "{a:'one two\n'@1}@1" },
	{ "a: yes\nb: 012\nc: ~\nd: null\n",
		"{a:'yes'@1 b:'012'@2 c:'~'@3 d:'null'@4}@1" },
	{ "a: b # c\n", "{a:'b'@1}@1" },
	{ "a: b\r\nc: d\r\n", "{a:'b'@1 c:'d'@2}@1" },
	{ "\xef\xbb\xbf" "a: b\n", "{a:'b'@1}@1" },
	{ "---\na: b\n...\n", "{a:'b'@2}@2" },
	{ "\"a\": 1\n'b': 2\n", "{a:'1'@1 b:'2'@2}@1" },
	{ "a: {b: 1}\nc: {b: 1}\n", "{a:{b:'1'@1}@1 c:{b:'1'@2}@2}@1" },
	{ "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]",
		"[[[[[[[[[[[[[[[['1'@1]@1]@1]@1]@1]@1]@1]@1]@1]@1]@1]@1]@1]@1]"
		"@1]@1]@1" },
};

static const struct {
	struct slice text;
	const char *start;	/* of the message */
	const char *holds;	/* further on */
} wrong[] = {
	{ SLICE("a: [b"), "f.yaml:", "YAML" },
	{ SLICE("a: b\nc: {d\n"), "f.yaml:", "YAML" },
	{ SLICE("a: b\n\tc: d\n"), "f.yaml:2: ", "YAML" },
	{ SLICE("a: b\n c: d\n"), "f.yaml:2: ", "YAML" },
	{ SLICE("a: b: c\n"), "f.yaml:1: ", "YAML" },
	{ SLICE("x: 1\na: \"b\nc\n"), "f.yaml:", "YAML" },
	{ SLICE("a: \"\\q\"\n"), "f.yaml:1: ", "YAML" },
	{ SLICE("a: b\nx: 1\nc: \xff\n"), "f.yaml:3: ", "YAML" },
	{ SLICE("a: b\nc: \xc0\xaf\n"), "f.yaml:2: ", "YAML" },
	{ SLICE("a: b\nc: \xed\xa0\x80\n"), "f.yaml:2: ", "YAML" },
	{ SLICE("a: b\nc: \x01\n"), "f.yaml:2: ", "YAML" },
	{ SLICE("a: b\nc: d\0e\n"), "f.yaml:2: ", "" },
	{ SLICE("a: b\nc: \"d\\0e\"\n"), "f.yaml:2: ", "NUL" },
	{ SLICE("a: 1\nb: 2\na: 3\n"), "f.yaml:3: ", "'a'" },
	{ SLICE("x:\n  a: 1\n  'a': 2\n"), "f.yaml:3: ", "'a'" },
	{ SLICE("{a: 1, a: 2}"), "f.yaml:1: ", "'a'" },
	{ SLICE("a: &x b\n"), "f.yaml:1: ", "anchors" },
	{ SLICE("a: b\nc: &x [d]\n"), "f.yaml:2: ", "anchors" },
	{ SLICE("a: b\nc: &x {d: e}\n"), "f.yaml:2: ", "anchors" },
	{ SLICE("a: b\nc: *x\n"), "f.yaml:2: ", "alias" },
	{ SLICE("&x a: b\n"), "f.yaml:1: ", "anchors" },
	{ SLICE("a: !!str b\n"), "f.yaml:1: ", "tags" },
	{ SLICE("a: !x b\n"), "f.yaml:1: ", "tags" },
	{ SLICE("a: !!seq [b]\n"), "f.yaml:1: ", "tags" },
	{ SLICE("a: !!map {b: c}\n"), "f.yaml:1: ", "tags" },
	{ SLICE("a: b\n---\nc: d\n"), "f.yaml:2: ", "second document" },
	{ SLICE("a: b\n...\n---\n"), "f.yaml:3: ", "second document" },
	{ SLICE("? [a]\n: b\n"), "f.yaml:1: ", "key" },
	{ SLICE("x: 1\n? {a: b}\n: c\n"), "f.yaml:2: ", "key" },
	{ SLICE("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]"), "f.yaml:1: ",
		"deep" },
	{ SLICE("a: b\nc: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: "
	    "{a: {a: {a: 1}}}}}}}}}}}}}}}}\n"), "f.yaml:2: ", "deep" },
};

static void
test_trees(void)
{
	bool good = true;
	struct buf b;

	buf_init(&b, 2000);
	for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
		struct arena a;
		struct err e = { .status = -7 };
		const struct yaml *y;

		arena_init(&a, 100000);
		buf_reset(&b);
		y = yaml_read(&a, "f.yaml", slice_text(trees[i].text), &e);
		if (y)
			show(&b, y);
		if (!y || !slice_is(buf_slice(&b), slice_text(trees[i].tree))
		    || e.status != -7) {
			good = false;
			printf("# %s: %.*s %s\n", trees[i].text, (int)b.n,
			    b.n ? b.p : "", y ? "" : e.text);
		}
		arena_release(&a);
	}
	ok(good, "trees and their lines");
	buf_release(&b);
}

static void
test_wrong(void)
{
	bool good = true;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct arena a;
		struct err e = { 0 };

		arena_init(&a, 100000);
		if (yaml_read(&a, "f.yaml", wrong[i].text, &e) ||
		    e.status != EX_CONFIG || strncmp(e.text, wrong[i].start,
		    strlen(wrong[i].start)) ||
		    !strstr(e.text, wrong[i].holds)) {
			good = false;
			printf("# %s: %s\n", wrong[i].text.p, e.text);
		}
		arena_release(&a);
	}
	ok(good, "what is refused, with its line");
}

/* A file of so many bytes: a comment, then a value in the last line. */
static void
fill(struct buf *b, size_t n)
{
	buf_reset(b);
	for (size_t i = 0; i + 5 < n; i++)
		buf_add_byte(b, i % 100 == 99 ? '\n' : '#');
	b->p[b->n - 1] = '\n';
	buf_add(b, SLICE("a: b\n"));
}

static void
test_size(void)
{
	const struct yaml *y;
	struct arena a;
	struct buf b;
	struct err e = { 0 };

	buf_init(&b, 200000);
	arena_init(&a, 1000000);
	fill(&b, YAML_MAX);
	y = yaml_read(&a, "f", buf_slice(&b), &e);
	ok(y && yaml_find(y, "a"), "64 KiB are read");
	spew("large.yaml", buf_slice(&b));
	y = yaml_open(&a, "large.yaml", &e);
	ok(y && yaml_find(y, "a"), "64 KiB from a file too");
	fill(&b, YAML_MAX + 1);
	ok(!yaml_read(&a, "f", buf_slice(&b), &e) && e.status == EX_CONFIG &&
	    !strncmp(e.text, "f:1: larger", 11), "one byte more is not");
	spew("large.yaml", buf_slice(&b));
	e.status = 0;
	ok(!yaml_open(&a, "large.yaml", &e) && e.status == EX_CONFIG &&
	    !strncmp(e.text, "large.yaml:1: larger", 20), "nor from a file");
	fill(&b, 150000);
	spew("large.yaml", buf_slice(&b));
	e.status = 0;
	ok(!yaml_open(&a, "large.yaml", &e) && e.status == EX_CONFIG,
	    "nor far more");
	buf_reset(&b);
	buf_add(&b, SLICE("a: b #"));
	while (b.n < YAML_MAX + 5000)
		buf_add_byte(&b, '#');
	spew("large.yaml", buf_slice(&b));
	e.status = 0;
	ok(!yaml_open(&a, "large.yaml", &e) && e.status == EX_CONFIG,
	    "nor in one long line");
	arena_release(&a);
	arena_init(&a, 300);
	e.status = 0;
	ok(!yaml_read(&a, "f", SLICE("a: b\nc: [d, e, f, g]\n"), &e) &&
	    e.status == EX_CONFIG && !strncmp(e.text, "f:2: ", 5),
	    "an arena that is full is an error too");
	arena_release(&a);
	buf_release(&b);
}

/* In a process of its own: 0 empty map, 1 something else, else it died. */
static int
open_empty(const char *name)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct arena a;
		struct err e;
		const struct yaml *y;

		arena_init(&a, 10000);
		y = yaml_open(&a, name, &e);
		_exit(!(y && y->kind == YAML_MAP && !y->first));
	}
	waitpid(pid, &status, 0);
	return status;
}

static void
test_open(void)
{
	struct arena a;
	struct err e = { 0 };

	arena_init(&a, 10000);
	ok(!yaml_open(&a, "none.yaml", &e) && e.status == EX_CONFIG &&
	    strstr(e.text, "'none.yaml'") && strstr(e.text, "No such file"),
	    "a file that is not there");
	e.status = 0;
	ok(!yaml_open(&a, ".", &e) && e.status == EX_CONFIG, "a directory");
	spew("bad.yaml", SLICE("a: b\nc: [\n"));
	e.status = 0;
	ok(!yaml_open(&a, "bad.yaml", &e) && e.status == EX_CONFIG &&
	    !strncmp(e.text, "bad.yaml:", 9), "a file that is no YAML");
	spew("empty.yaml", SLICE(""));
	ok(open_empty("empty.yaml") == 0, "an empty file is an empty map");
	ok(open_empty("/dev/null") == 0, "/dev/null too");
	arena_release(&a);
}

static void
test_find(void)
{
	struct arena a;
	struct err e = { 0 };
	const struct yaml *y;

	arena_init(&a, 10000);
	y = yaml_read(&a, "f", SLICE("a: 1\nab: 2\n\"\": 3\n"), &e);
	ok(y && slice_is(yaml_find(y, "ab")->text, SLICE("2")) &&
	    slice_is(yaml_find(y, "a")->text, SLICE("1")) &&
	    slice_is(yaml_find(y, "")->text, SLICE("3")) &&
	    !yaml_find(y, "b"), "yaml_find");
	ok(y && yaml_find(y, "a")->text.p[1] == '\0' &&
	    yaml_find(y, "a")->key.p[1] == '\0', "texts end in a NUL");
	ok(y && yaml_err(&e, "f.yaml", yaml_find(y, "ab"), "no %s", "\x1b") ==
	    -1 && e.status == EX_CONFIG, "yaml_err");
	is(slice_text(e.text), "f.yaml:2: no ?", "has file, line, plain text");
	arena_release(&a);
}

int
main(void)
{
	scratch_begin();
	test_trees();
	test_wrong();
	test_size();
	test_open();
	test_find();
	scratch_end();
	return done();
}
