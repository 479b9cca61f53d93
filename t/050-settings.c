/* SPDX-License-Identifier: ISC */
/* The table behind options and mls.yaml. */
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/settings.h"
#include "scratch.h"
#include "specimen.h"
#include "tap.h"

static void
add_list(struct buf *out, const char *name, const struct text_list *list)
{
	buf_addf(out, " %s=", name);
	for (size_t i = 0; i < list->n; i++)
		buf_addf(out, "%s[%s]", i ? "," : "", list->items[i]);
}

/* What is set, in one line. */
static void
show(struct buf *out, const struct target *t)
{
	if (t->flag)
		buf_addf(out, " flag");
	if (t->action)
		buf_addf(out, " action");
	if (t->text)
		buf_addf(out, " text=[%s]", t->text);
	if (t->place)
		buf_addf(out, " place=[%s]", t->place);
	if (t->choice != 1)
		buf_addf(out, " choice=%d", t->choice);
	if (t->number != 7)
		buf_addf(out, " number=%llu", (unsigned long long)t->number);
	if (t->count != 5)
		buf_addf(out, " count=%llu", (unsigned long long)t->count);
	if (t->duration != 1000)
		buf_addf(out, " duration=%llu",
		    (unsigned long long)t->duration);
	if (t->list.n != 1 || strcmp(t->list.items[0], "default"))
		add_list(out, "list", &t->list);
	if (t->words.n != 2 || strcmp(t->words.items[0], "x") ||
	    strcmp(t->words.items[1], "y"))
		add_list(out, "words", &t->words);
}

/* Options, a file if there is one, and what comes of them: settings, operands,
 * or the message. */
struct settings_case {
	const char *args[ARGS];
	const char *file;
	bool unnamed;
	const char *set;	/* starts with "-" and the status on failure */
};

static void
run(const struct settings_case *one, struct buf *out)
{
	struct target target = { 0 };
	struct settings s;
	char *argv[ARGS + 2] = { (char *)(uintptr_t)"program" };
	struct err e = { .status = -7, .text = "untouched" };
	int argc = 1, operands = -1, rc;

	for (int i = 0; i < ARGS && one->args[i]; i++)
		argv[argc++] = (char *)(uintptr_t)one->args[i];
	settings_init(&s, table, &target);
	rc = settings_command_line(&s, argc, argv, &operands, &e);
	if (rc == 0 && one->file) {
		spew("s.yaml", slice_text(one->file));
		rc = settings_file(&s, "s.yaml", "main", sections,
		    !one->unnamed, &e);
	}
	buf_reset(out);
	if (rc < 0) {
		buf_addf(out, "-%d %s", e.status, e.text);
	} else {
		show(out, &target);
		for (int i = operands; i < argc; i++)
			buf_addf(out, " (%s)", argv[i]);
		if (e.status != -7)
			buf_addf(out, " and an error");
	}
	settings_release(&s);
}

#define NO_DURATION(text) "-64 '" text "' is no value for duration (a time " \
	"from 10ms to 1m, such as 500ms, 2s, 10m or 20h)"

static const struct settings_case lines[] = {
	{ { NULL }, .set = "" },
	{ { "-f" }, .set = " flag" },
	{ { "--flag" }, .set = " flag" },
	{ { "--action" }, .set = " action" },
	{ { "-ta" }, .set = " text=[a]" },
	{ { "-t", "a" }, .set = " text=[a]" },
	{ { "--text=a" }, .set = " text=[a]" },
	{ { "--text", "a" }, .set = " text=[a]" },
	{ { "--text=" }, .set = " text=[]" },
	{ { "--text", "a", "--text", "b" }, .set = " text=[b]" },
	{ { "-ft", "a" }, .set = " flag text=[a]" },
	{ { "-p", "x" }, .set = " place=[x]" },
	{ { "--choice", "one" }, .set = " choice=0" },
	{ { "--choice", "three" }, .set = " choice=2" },
	{ { "--number", "0" }, .set = " number=0" },
	{ { "--number", "100" }, .set = " number=100" },
	{ { "--count", "2" }, .set = " count=2" },
	{ { "--count", "9" }, .set = " count=9" },
	{ { "--duration", "500ms" }, .set = " duration=500" },
	{ { "--duration", "2s" }, .set = " duration=2000" },
	{ { "-d1500ms" }, .set = " duration=1500" },
	{ { "-d10ms" }, .set = " duration=10" },
	{ { "-d60s" }, .set = " duration=60000" },
	{ { "-d60000ms" }, .set = " duration=60000" },
	{ { "-d1m" }, .set = " duration=60000" },
	{ { "--list", "a" }, .set = " list=[a]" },
	{ { "-la", "-lb,c" }, .set = " list=[a],[b,c]" },
	{ { "--words", "a" }, .set = " words=[a]" },
	{ { "--words", "a,b,c" }, .set = " words=[a],[b],[c]" },
	{ { "--words", "a,,b" }, .set = " words=[a],[],[b]" },
	{ { "-wa", "-wb,c" }, .set = " words=[b],[c]" },
	{ { "--num", "9" }, .set = " number=9" },
	{ { "a", "b" }, .set = " (a) (b)" },
	{ { "a", "-f", "b" }, .set = " flag (a) (b)" },
	{ { "-" }, .set = " (-)" },
	{ { "-f", "--", "-f", "--text" }, .set = " flag (-f) (--text)" },
	{ { "-t", "--", "x" }, .set = " text=[--] (x)" },
	{ { "-x" }, .set = "-64 unknown option '-x' (see --help)" },
	{ { "-fx" }, .set = "-64 unknown option '-x' (see --help)" },
	{ { "--nope" }, .set = "-64 unknown option '--nope' (see --help)" },
	{ { "--nope=1", "a" },
		.set = "-64 unknown option '--nope=1' (see --help)" },
	{ { "a", "--nope", "b" },
		.set = "-64 unknown option '--nope' (see --help)" },
	{ { "--flag=1" }, .set = "-64 option '--flag' takes no value" },
	{ { "-t" }, .set = "-64 a value is missing behind '-t' (see --help)" },
	{ { "--text" },
		.set = "-64 a value is missing behind '--text' (see --help)" },
	{ { "--choice", "four" }, .set = "-64 'four' is no value for choice "
		"(one of: one, two, three)" },
	{ { "--choice", "" }, .set = "-64 '' is no value for choice "
		"(one of: one, two, three)" },
	{ { "--choice", "ONE" }, .set = "-64 'ONE' is no value for choice "
		"(one of: one, two, three)" },
	{ { "--number", "101" }, .set = "-64 '101' is no value for number "
		"(a number from 0 to 100)" },
	{ { "--number", "-1" }, .set = "-64 '-1' is no value for number "
		"(a number from 0 to 100)" },
	{ { "--number", "" }, .set = "-64 '' is no value for number "
		"(a number from 0 to 100)" },
	{ { "--number", "1 " }, .set = "-64 '1 ' is no value for number "
		"(a number from 0 to 100)" },
	{ { "--number", "18446744073709551617" },
		.set = "-64 '18446744073709551617' is no value for number "
		"(a number from 0 to 100)" },
	{ { "--count", "1" }, .set = "-64 '1' is no value for count "
		"(a number from 2 to 9)" },
	{ { "--count", "10" }, .set = "-64 '10' is no value for count "
		"(a number from 2 to 9)" },
	{ { "--choice", "\x1b[2J" }, .set = "-64 '?[2J' is no value for "
		"choice (one of: one, two, three)" },
	{ { "-d9ms" }, .set = NO_DURATION("9ms") },
	{ { "-d0s" }, .set = NO_DURATION("0s") },
	{ { "-d60001ms" }, .set = NO_DURATION("60001ms") },
	{ { "-d61s" }, .set = NO_DURATION("61s") },
	{ { "-d2" }, .set = NO_DURATION("2") },
	{ { "-ds" }, .set = NO_DURATION("s") },
	{ { "-d2m" }, .set = NO_DURATION("2m") },
	{ { "-d1h" }, .set = NO_DURATION("1h") },
	{ { "-d999999999h" }, .set = NO_DURATION("999999999h") },
	{ { "-d2S" }, .set = NO_DURATION("2S") },
	{ { "-d2 s" }, .set = NO_DURATION("2 s") },
	{ { "-d2ss" }, .set = NO_DURATION("2ss") },
	{ { "-d1.5s" }, .set = NO_DURATION("1.5s") },
	{ { "-d-1s" }, .set = NO_DURATION("-1s") },
	{ { "-d+1s" }, .set = NO_DURATION("+1s") },
	{ { "--duration=" }, .set = NO_DURATION("") },
	/* would be a second if it went round */
	{ { "-d18446744073709552616ms" },
		.set = NO_DURATION("18446744073709552616ms") },
	{ { "-d18446744073709553s" },
		.set = NO_DURATION("18446744073709553s") },
};

static const struct settings_case files[] = {
	{ .file = "# nothing\n", .set = "" },
	{ .file = "main:\n", .set = "" },
	{ .file = "main:\n  # all commented out\nother:\n", .set = "" },
	{ .file = "other:\n  what: ever\n", .set = "" },
	{ .file = "main:\n  flag: true\n  text: a b\n  number: 9\n",
		.set = " flag text=[a b] number=9" },
	{ .file = "main: {flag: false, choice: three}\n", .set = " choice=2" },
	{ .file = "main: {count: 2, duration: 2s}\n",
		.set = " count=2 duration=2000" },
	{ { "-d2s" }, .file = "main: {duration: 500ms}\n",
		.set = " duration=2000" },
	{ .file = "main:\n  list: a\n", .set = " list=[a]" },
	{ .file = "main:\n  list: [a, 'b, c']\n", .set = " list=[a],[b, c]" },
	{ .file = "main:\n  list: []\n", .set = " list=" },
	{ { "-lo" }, .file = "main:\n  list: []\n", .set = " list=[o]" },
	{ .file = "main:\n  words: a,b\n", .set = " words=[a],[b]" },
	{ .file = "main:\n  words: [a, b]\n", .set = " words=[a],[b]" },
	{ .file = "main:\n  words:\n    - a\n    - b,c\n",
		.set = " words=[a],[b],[c]" },
	/* options win; lists are replaced, not lengthened */
	{ { "-t", "o", "--choice=one", "-n1", "-lo", "-wo" },
		.file = "main: {text: f, choice: three, number: 9, list: [f], "
		"words: [f]}\n",
		.set = " text=[o] choice=0 number=1 list=[o] words=[o]" },
	{ { "-f" }, .file = "main: {flag: false}\n", .set = " flag" },
	{ { "-t", "o", "x" }, .file = "main: {number: 9}\n",
		.set = " text=[o] number=9 (x)" },
	/* what would change a bare pipeline */
	{ .file = "main: {place: f}\n", .set = " place=[f]" },
	{ .file = "main: {place: f, text: g}\n", .unnamed = true,
		.set = " text=[g]" },
	{ { "-po" }, .file = "main: {place: f}\n", .set = " place=[o]" },
	/* mistakes */
	{ .file = "main:\n  flag: true\n  nope: 1\n", .set = "-78 s.yaml:3: "
		"unknown setting 'nope' (see mls.yaml or --help)" },
	{ .file = "main:\n  action: true\n", .set = "-78 s.yaml:2: "
		"unknown setting 'action' (see mls.yaml or --help)" },
	{ .file = "mian: {flag: true}\n",
		.set = "-78 s.yaml:1: unknown section 'mian'" },
	{ .file = "main:\n  flag: true\nthird: {}\n",
		.set = "-78 s.yaml:3: unknown section 'third'" },
	{ .file = "main:\n  flag: maybe\n", .set = "-78 s.yaml:2: 'maybe' is "
		"no value for flag (true or false)" },
	{ .file = "main:\n  flag:\n  number:\n", .set = "" },
	{ .file = "main:\n\n  choice: four\n", .set = "-78 s.yaml:3: 'four' "
		"is no value for choice (one of: one, two, three)" },
	{ .file = "main:\n  number: 1000\n", .set = "-78 s.yaml:2: '1000' is "
		"no value for number (a number from 0 to 100)" },
	{ .file = "main:\n  count: 1\n", .set = "-78 s.yaml:2: '1' is no "
		"value for count (a number from 2 to 9)" },
	{ .file = "main:\n  duration: 2\n", .set = "-78 s.yaml:2: '2' is no "
		"value for duration (a time from 10ms to 1m, such as "
		"500ms, 2s, 10m or 20h)" },
	{ .file = "main:\n  duration: [2s]\n",
		.set = "-78 s.yaml:2: 'duration' takes one value" },
	{ .file = "main:\n  text: [a]\n",
		.set = "-78 s.yaml:2: 'text' takes one value" },
	{ .file = "main:\n  text: {a: b}\n",
		.set = "-78 s.yaml:2: 'text' takes one value" },
	{ .file = "main:\n  list: {a: b}\n",
		.set = "-78 s.yaml:2: 'list' takes one value" },
	{ .file = "main:\n  list:\n    - a\n    - [b]\n",
		.set = "-78 s.yaml:4: 'list' takes a list of texts" },
	{ .file = "main: [a]\n",
		.set = "-78 s.yaml:1: 'main' must hold keys and values" },
	{ .file = "main: word\n",
		.set = "-78 s.yaml:1: 'main' must hold keys and values" },
	{ .file = "word\n",
		.set = "-78 s.yaml:1: must hold sections such as 'main:'" },
	{ .file = "- main\n",
		.set = "-78 s.yaml:1: must hold sections such as 'main:'" },
	{ .file = "main:\n  flag: true\n  flag: true\n",
		.set = "-78 s.yaml:3: 'flag' stands here twice" },
	{ { "-f" }, .file = "main: {flag: maybe, nope: 1}\n",
		.set = "-78 s.yaml:1: unknown setting 'nope' (see mls.yaml or "
		"--help)" },
};

static const struct settings_case unknown[] = {
	{ .file = "mian:\n  flag: true\n",
		.set = "-78 s.yaml:1: unknown section 'mian'" },
	{ .file = "main:\n  lits:\n    # words\n    - a\n",
		.set = "-78 s.yaml:2: unknown setting 'lits' (see mls.yaml or "
		"--help)" },
};

static void
test_cases(const struct settings_case *cases, size_t n, const char *what)
{
	bool good = true;
	struct buf b;

	buf_init(&b, 5000);
	for (size_t i = 0; i < n; i++) {
		run(&cases[i], &b);
		if (slice_is(buf_slice(&b), slice_text(cases[i].set)))
			continue;
		good = false;
		printf("# %s %s:\n#   got      %.*s\n#   expected %s\n",
		    cases[i].args[0] ? cases[i].args[0] : "",
		    cases[i].file ? cases[i].file : "", (int)b.n,
		    b.n ? b.p : "", cases[i].set);
	}
	ok(good, "%s", what);
	buf_release(&b);
}

/* In a process of its own, since it once ended in an assertion. */
static void
test_empty_file(void)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		static const struct settings_case empty = { .file = "" };
		struct buf b;

		buf_init(&b, 5000);
		run(&empty, &b);
		_exit(b.n != 0);
	}
	waitpid(pid, &status, 0);
	ok(status == 0, "an empty file sets nothing");
}

static void
test_missing_file(void)
{
	struct target target = { 0 };
	struct settings s;
	struct err e = { 0 };

	settings_init(&s, table, &target);
	ok(settings_file(&s, "none.yaml", "main", sections, true, &e) == -1 &&
	    e.status == EX_CONFIG && strstr(e.text, "'none.yaml'"),
	    "a file that is not there");
	settings_release(&s);
}

static void
test_origin(void)
{
	struct target target = { 0 };
	struct settings s;
	struct err e;
	char name[] = "program", option[] = "-tx";
	char *argv[] = { name, option, NULL };
	int operands;

	spew("s.yaml", SLICE("main: {text: f, number: 9}\n"));
	settings_init(&s, table, &target);
	ok(settings_command_line(&s, 2, argv, &operands, &e) == 0 &&
	    operands == 2 && settings_file(&s, "s.yaml", "main", sections,
	    true, &e) == 0, "an option and a file");
	ok(settings_origin(&s, "number") == SETTING_BY_FILE &&
	    settings_origin(&s, "text") != SETTING_BY_FILE &&
	    settings_origin(&s, "list") != SETTING_BY_FILE &&
	    settings_origin(&s, "nope") == SETTING_BY_DEFAULT,
	    "settings_origin");
	settings_release(&s);
}

int
main(void)
{
	scratch_begin();
	test_cases(lines, sizeof lines / sizeof *lines, "options");
	test_cases(files, sizeof files / sizeof *files, "files");
	test_cases(unknown, sizeof unknown / sizeof *unknown,
	    "an unknown key is shown where it stands");
	test_empty_file();
	test_missing_file();
	test_origin();
	scratch_end();
	return done();
}
