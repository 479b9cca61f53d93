/* SPDX-License-Identifier: ISC */
/* What a parser makes of a line, in words. */
#include "parse/parser.h"
#include "logged.h"
#include "tap.h"

static void
test_explain(void)
{
	struct parser *p = parser(1 << EVENT_AUTH_FAILURE);
	static const struct {
		const char *line, *holds[4];
	} lines[] = {
		{ BOB, { "RFC 3164", "mx1", "filters/postfix.yaml:", "bob" } },
		{ OTHER, { "no rule matched; filters/postfix.yaml:", "connect from" }
		},
		{ "nonsense", { "no log line", "it must begin with" } },
		{ "[ 5185.399163] x", { "monotonic" } },
		{ AGAIN("4"), { "4 more of the line before" } },
		{ S1 "cron[1]: x", { "no rule file", "cron" } },
		{ S1 TAG "message repeated 6 times: [ " FAIL("b\x1b[1m") "]",
			{ "6 times", "b\\x1B[1m" } },
		{ "<20>1 - mx1 postfix 1 - - " FAIL("bob"), { "RFC 5424",
			"perhaps cut" } },
		{ S1 TAG "lost connection after AUTH", { "came furthest:\n"
			"  fitted     \n  then       lost connection after "
			"AUTH\n  wanted     " } },
	};
	struct buf out;
	bool good = p != NULL;

	buf_init(&out, ROOM);
	for (size_t i = 0; p && i < sizeof lines / sizeof *lines; i++) {
		struct slice text;

		buf_reset(&out);
		parser_explain(p, slice_text(lines[i].line), &out);
		text = buf_slice(&out);
		for (int k = 0; k < 4 && lines[i].holds[k]; k++) {
			struct slice what = slice_text(lines[i].holds[k]);

			if (slice_find(text, what) < text.n)
				continue;
			good = false;
			printf("# %s: no '%s' in %.*s", lines[i].line,
			    lines[i].holds[k], (int)text.n, text.p);
		}
		good = good && slice_find_byte(text, '\x1b') == text.n &&
		    slice_ends(text, SLICE("\n"));
	}
	ok(good, "lines in words");
	parser_free(p);
	buf_release(&out);
}

int
main(void)
{
	logged_begin();
	test_explain();
	logged_end();
	return done();
}
