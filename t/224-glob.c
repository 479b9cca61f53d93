/* SPDX-License-Identifier: ISC */
/* Globs. */
#include "parse/glob.h"
#include "tap.h"

static const struct {
	const char *glob, *text;
	bool matches;
} globs[] = {
	{ "", "", true }, { "", "a", false }, { "a", "", false },
	{ "*", "", true }, { "*", "a/b", true }, { "**", "", true },
	{ "?", "", false }, { "?", "a", true }, { "?", "ab", false },
	{ "a", "a", true }, { "a", "A", false }, { "a", "ab", false },
	{ "ab", "a", false }, { "a*", "a", true }, { "*a", "a", true },
	{ "*a", "ba", true }, { "*a", "ab", false }, { "a*b", "ab", true },
	{ "a*b", "axxb", true }, { "a*b", "axxbx", false },
	{ "a*b*c", "abbcbc", true }, { "a*b*c", "abbcb", false },
	{ "*ab", "aab", true }, { "*aab", "aaaab", true },
	{ "*/smtpd", "postfix/smtpd", true },
	{ "*/smtpd", "postfix/submission/smtpd", true },
	{ "*/smtpd", "/smtpd", true }, { "*/smtpd", "smtpd", false },
	{ "*/smtpd", "postfix/smtpd/x", false },
	{ "*?b", "b", false }, { "*?b", "ab", true }, { "a?*", "a", false },
	{ "[a]", "a", false }, { "[a]", "[a]", true },
	{ "\\*", "*", false }, { "*.*", "a.b", true }, { "*.*", "ab", false },
	{ "*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
};

static void
test_globs(void)
{
	bool good = true;

	for (size_t i = 0; i < sizeof globs / sizeof *globs; i++) {
		if (glob_fits(slice_text(globs[i].glob),
		    slice_text(globs[i].text)) == globs[i].matches)
			continue;
		good = false;
		printf("# %s on '%s'\n", globs[i].glob, globs[i].text);
	}
	ok(good, "globs");
}

int
main(void)
{
	test_globs();
	return done();
}
