/* SPDX-License-Identifier: ISC */
/* What --help and --print-config print. */
#include <stdlib.h>
#include <unistd.h>

#include "base/printout.h"
#include "base/settings.h"
#include "scratch.h"
#include "specimen.h"
#include "tap.h"

/* What is printed, read again, gives the same settings, printed again. */
static bool
print_again(const char *const *args, struct buf *first)
{
	struct target target[2] = { { .flag = false } };
	struct settings s[2];
	struct buf second;
	char *argv[ARGS + 2] = { (char *)(uintptr_t)"program" };
	struct err e = { .text = "" };
	int argc = 1, operands;
	bool good;

	for (int i = 0; args[i]; i++)
		argv[argc++] = (char *)(uintptr_t)args[i];
	settings_init(&s[0], table, &target[0]);
	settings_init(&s[1], table, &target[1]);
	buf_init(&second, 5000);
	buf_reset(first);
	good = settings_command_line(&s[0], argc, argv, &operands, &e) == 0;
	printout_add_config(&s[0], "main", first);
	spew("s.yaml", buf_slice(first));
	good = good && settings_file(&s[1], "s.yaml", "main", sections, true,
	    &e) == 0;
	printout_add_config(&s[1], "main", &second);
	good = good && slice_is(buf_slice(first), buf_slice(&second));
	if (good && target[0].text && *target[0].text)
		good = target[1].text && strcmp(target[0].text,
		    target[1].text) == 0;
	if (!good)
		printf("# %s\n", e.text);
	settings_release(&s[0]);
	settings_release(&s[1]);
	buf_release(&second);
	return good;
}

static void
test_print(void)
{
	static const char *const none[] = { NULL };
	static const char *const all[] = { "-f", "-t", "q\"\\ #:{}[]&*!|>'%@`",
		"-p", "/var/log/x", "-cone", "-n100", "-l", "a, b", "-lc",
		"-wd,e", NULL };
	static const char *const seconds[] = { "--duration=2s", NULL };
	static const char *const control[] = { "-t", "tab\there", NULL };
	static const char *const newline[] = { "-t", "two\n\nlines ", NULL };
	static const char *const del[] = { "-t", "\x7f\x1b\xc2\x85", NULL };
	static const char *const looks[] = { "-t", "", "-l", "true", "-l",
		"12", "-l", "~", NULL };
	struct buf b;

	buf_init(&b, 5000);
	ok(print_again(none, &b), "the defaults, printed and read");
	is(buf_slice(&b), "main:\n  # a flag\n  flag: false\n  # a text\n"
	    "  #text:\n  # a text only a named file may set\n  #place:\n"
	    "  # one of three\n  choice: \"two\"\n  # up to 100\n  number: 7\n"
	    "  # a number with a least, of which so much is said\n"
	    "  count: 5\n"
	    "  # up to a minute\n  duration: 1s\n"
	    "  # a list\n  list: [\"default\"]\n  # words\n"
	    "  words: [\"x\", \"y\"]\n", "every key, its default, its meaning");
	ok(print_again(seconds, &b) &&
	    slice_find(buf_slice(&b), SLICE("\n  duration: 2s\n")) < b.n,
	    "a time is printed with its unit, and read again");
	ok(print_again(all, &b), "everything set, printed and read");
	ok(print_again(looks, &b), "texts that look like something else");
	ok(print_again(control, &b), "a text with a tab");
	ok(print_again(newline, &b), "a text with newlines, printed and read");
	ok(print_again(del, &b), "control characters, printed and read");
	buf_release(&b);
}

static void
test_help(void)
{
	struct target target = { 0 };
	struct settings s;
	struct buf b;
	struct slice text;
	bool good = true;

	settings_init(&s, table, &target);
	buf_init(&b, 5000);
	printout_add_help(&s, &b);
	text = buf_slice(&b);
	for (const struct setting *one = table; one->name; one++)
		good = good && slice_find(text, slice_text(one->name)) <
		    text.n && slice_find(text, slice_text(one->about)) <
		    text.n;
	ok(good, "--help names every setting and says what it is");
	ok(slice_find(text, SLICE("  -f, --flag ")) == 0 &&
	    slice_find(text, SLICE("\n      --action ")) < text.n &&
	    slice_find(text, SLICE("--number N ")) < text.n &&
	    slice_find(text, SLICE("up to 100 (default: 7)\n")) < text.n &&
	    slice_find(text, SLICE("a minute (default: 1s)\n")) < text.n &&
	    slice_ends(text, SLICE("\n")), "letter, value, default");
	ok(slice_find(text, SLICE(" said\n                            "
	    "(default: 5)\n")) < text.n, "a default that does not fit");
	good = true;
	while (text.n) {
		struct slice line;

		good = slice_cut(&text, '\n', &line) && line.n < 80 && good;
	}
	ok(good, "in 80 columns");
	buf_release(&b);
	settings_release(&s);
}

int
main(void)
{
	scratch_begin();
	test_print();
	test_help();
	scratch_end();
	return done();
}
