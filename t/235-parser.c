/* SPDX-License-Identifier: ISC */
/* Blocks of lines in, events out: the same events however the lines are cut
 * into blocks; repetitions. */
#include <stdlib.h>

#include "base/input.h"
#include "parse/parser.h"
#include "parse/scan.h"
#include "parse/sieve.h"
#include "chance.h"
#include "logged.h"
#include "scratch.h"
#include "tap.h"

enum { ALL = 1 << EVENT_KINDS, MAX_LINES = 8 };

static void
add_event(struct buf *out, const struct event *e)
{
	buf_addf(out, "%02d ", e->when.second);
	buf_add(out, e->user);
	if (e->kind)
		buf_addf(out, "(%d)", (int)e->kind);
	if (e->count != 1)
		buf_addf(out, "*%u", e->count);
	buf_add_byte(out, ';');
}

/* What the parser gets: blocks as they are; what a sieve leaves of them, of
 * several together; and this read already, as far as there is room for it. */
static enum { AS_IT_IS, SIFTED, READ, WAYS } way;
static struct sieve sieve;
static struct buf sifted, readings;

/* The block before goes away when the next one comes: what the parser still
 * holds of it then, a memory checker sees. */
static void
feed_as_it_is(struct parser *p, char **kept, struct slice block,
    struct buf *out)
{
	char *copy = malloc(block.n ? block.n : 1);
	const struct event *e;

	if (!copy)
		return;
	if (block.n)
		memcpy(copy, block.p, block.n);
	if (*kept)
		memset(*kept, '#', 1);
	free(*kept);
	*kept = copy;
	if (way == READ && chance(8)) {
		buf_release(&readings);
		buf_init(&readings, chance(3) ? ROOM : (1 + chance(4)) *
		    sizeof(struct reading));
		sieve_read(&sieve, (struct slice){ copy, block.n },
		    &readings);
		parser_set_readings(p, buf_slice(&readings));
	}
	parser_begin(p, (struct slice){ copy, block.n });
	while ((e = parser_next(p)))
		add_event(out, e);
}

static void
feed(struct parser *p, char **kept, struct slice block, bool is_last,
    struct buf *out)
{
	size_t before = sifted.n;

	if (way == AS_IT_IS) {
		feed_as_it_is(p, kept, block, out);
		return;
	}
	sieve_block(&sieve, block, &sifted);
	if (sifted.n - before > block.n + 2)
		buf_addf(out, "too much is left;");
	if (!is_last && chance(2))
		return;
	feed_as_it_is(p, kept, buf_slice(&sifted), out);
	buf_reset(&sifted);
}

/* Lines into blocks: bit i of split set, a block ends behind line i. */
static void
run(struct parser *p, const char *const *lines, size_t n, unsigned split,
    bool empty_blocks, const char *ending, struct buf *out)
{
	static const struct clock clock = { .now = 1795348800 };
	char *kept = NULL;
	struct buf block;

	buf_init(&block, ROOM);
	sieve = *parser_sieve(p);
	(way == AS_IT_IS ? parser_start : parser_start_sifted)(p, &clock);
	buf_reset(out);
	for (size_t i = 0; i < n; i++) {
		buf_add(&block, slice_text(lines[i]));
		if (i + 1 < n || *ending)
			buf_add(&block, slice_text(*ending ? ending : "\n"));
		if (i + 1 < n && !(split >> i & 1))
			continue;
		feed(p, &kept, buf_slice(&block), i + 1 == n, out);
		if (empty_blocks)
			feed(p, &kept, (struct slice){ NULL, 0 }, i + 1 == n,
			    out);
		buf_reset(&block);
	}
	free(kept);
	buf_release(&block);
}

static const struct {
	const char *lines[MAX_LINES];
	const char *events;
} cases[] = {
	{ { BOB }, "40 bob;" },
	{ { OTHER }, "" },
	{ { "" }, "" },
	{ { BOB, ANN, BOB }, "40 bob;40 ann;40 bob;" },
	{ { OTHER, "", BOB, "", OTHER, ANN }, "40 bob;40 ann;" },
	/* the line before, once more */
	{ { BOB, AGAIN("4") }, "40 bob;41 bob*4;" },
	{ { BOB, S2 "last message repeated 1 time" }, "40 bob;41 bob;" },
	{ { AGAIN("4") }, "" },
	{ { AGAIN("4"), BOB }, "40 bob;" },
	{ { OTHER, AGAIN("4"), BOB }, "40 bob;" },
	{ { BOB, AGAIN("2"), AGAIN("3") }, "40 bob;41 bob*2;41 bob*3;" },
	{ { BOB, AGAIN("2"), AGAIN("3"), OTHER, AGAIN("4") },
		"40 bob;41 bob*2;41 bob*3;" },
	{ { BOB, ANN, AGAIN("2") }, "40 bob;40 ann;41 ann*2;" },
	{ { BOB, AGAIN("2"), ANN, AGAIN("3") },
		"40 bob;41 bob*2;40 ann;41 ann*3;" },
	{ { BOB, OTHER, AGAIN("4") }, "40 bob;" },
	{ { BOB, "", AGAIN("4") }, "40 bob;" },
	{ { BOB, S2 TAG "warning: SASL authentication failed: no rule",
		AGAIN("4") }, "40 bob;" },
	{ { BOB, AGAIN("0") }, "40 bob;" },
	{ { BOB, "Nov 22 11:05:41 mx2 last message repeated 4 times" },
		"40 bob;" },
	{ { BOB, "Nov 22 11:05:41 mx2 last message repeated 4 times",
		AGAIN("4") }, "40 bob;" },
	{ { BOB, "<20>" AGAIN("4") }, "40 bob;41 bob*4;" },
	{ { "<20>1 2026-11-22T11:05:40Z mx1 postfix 1 - - " FAIL("bob"),
		AGAIN("4") }, "40 bob;41 bob*4;" },
	{ { DOVE, AGAIN("2") }, "40 eve*3;41 eve*6;" },
	/* an event nobody asked for is no row to repeat */
	{ { LOST, AGAIN("4") }, "" },
	{ { BOB, LOST, AGAIN("4") }, "40 bob;" },
	/* in one line */
	{ { S1 TAG "message repeated 6 times: [ " FAIL("bob") "]" },
		"40 bob*6;" },
	{ { BOB, S1 TAG "message repeated 6 times: [ " FAIL("bob") "]" },
		"40 bob;40 bob*6;" },
	{ { S1 TAG "message repeated 6 times: [ connect from x]" }, "" },
	/* users can be called anything */
	{ { S1 TAG FAIL("message repeated 5 times: [ x]") },
		"40 message repeated 5 times: [ x];" },
	{ { S1 TAG FAIL("last message repeated 4 times"), AGAIN("2") },
		"40 last message repeated 4 times;"
		"41 last message repeated 4 times*2;" },
	{ { S1 TAG FAIL("\"MESSAGE\":[1]") }, "40 \"MESSAGE\":[1];" },
	/* JSON */
	{ { "{" MICRO "\"MESSAGE\":\"" FAIL("b\\u00f6b") "\"}" },
		"40 b\xc3\xb6" "b;" },
	{ { "{" MICRO "\"MESSAGE\":[119,97,114,110,105,110,103,58,32,117,110,"
		"107,110,111,119,110,91,49,57,50,46,48,46,50,46,55,93,58,32,"
		"83,65,83,76,32,76,79,71,73,78,32,97,117,116,104,101,110,116,"
		"105,99,97,116,105,111,110,32,102,97,105,108,101,100,58,32,"
		"120,44,32,115,97,115,108,95,117,115,101,114,110,97,109,101,"
		"61,99,49,194,133,120]}", BOB }, "40 c1\xc2\x85x;40 bob;" },
	{ { "{" MICRO "\"MESSAGE\":\"" FAIL("bob") "\"}", AGAIN("2") },
		"40 bob;41 bob*2;" },
	{ { "{" MICRO "\"MESSAGE\":[1,2,3]}", AGAIN("2") }, "" },
};

/* Every way to cut the lines into blocks, with empty blocks between or none,
 * with LF, CRLF, or nothing at the very end. */
static void
test_cases(void)
{
	static const char *const endings[] = { "\n", "\r\n", "" };
	struct parser *p = parser(1 << EVENT_AUTH_FAILURE);
	struct buf out;
	bool good = p != NULL;

	buf_init(&out, ROOM);
	for (size_t i = 0; p && i < sizeof cases / sizeof *cases; i++) {
		unsigned n = 0;

		while (n < MAX_LINES && cases[i].lines[n])
			n++;
		for (unsigned k = 0; k < 6u << (n - 1); k++) {
			unsigned split = k / 6;

			run(p, cases[i].lines, n, split, k & 1,
			    endings[k / 2 % 3], &out);
			if (slice_is(buf_slice(&out),
			    slice_text(cases[i].events)))
				continue;
			good = false;
			printf("# case %zu, split %x, variant %u: %.*s, not "
			    "%s\n", i, split, k % 6, (int)out.n,
			    out.n ? out.p : "", cases[i].events);
			break;
		}
	}
	ok(good, "the same events, however lines are cut into blocks");
	parser_free(p);
	buf_release(&out);
}

/* Random lines, against a reading line by line. */
static void
test_random(void)
{
	static const char *const pool[] = { BOB, ANN, OTHER, AGAIN("2"),
		AGAIN("3"), DOVE, "", LOST,
		"Nov 22 11:05:41 mx2 last message repeated 4 times",
		"Nov 22 11:05:40 mx2 " TAG FAIL("zoe") };
	struct parser *p = parser(1 << EVENT_AUTH_FAILURE);
	struct buf out, want;
	bool good = p != NULL;

	buf_init(&out, ROOM);
	buf_init(&want, ROOM);
	for (int round = 0; round < 4000 && good; round++) {
		const char *lines[24];
		const char *last = NULL;
		unsigned n = 1 + chance(24), times = 1;
		char host = 0;

		buf_reset(&want);
		for (unsigned i = 0; i < n; i++) {
			unsigned which = chance(10);

			lines[i] = pool[which];
			if (which < 2 || which == 5 || which == 9) {
				last = which == 0 ? "bob" : which == 1 ? "ann" :
				    which == 5 ? "eve" : "zoe";
				times = which == 5 ? 3 : 1;
				host = which == 9 ? '2' : '1';
				buf_addf(&want, "40 %s%s;", last,
				    which == 5 ? "*3" : "");
			} else if (which == 3 || which == 4 || which == 8) {
				unsigned more = which == 8 ? 4 : which - 1;

				if (last && host == (which == 8 ? '2' : '1'))
					buf_addf(&want, "41 %s*%u;", last,
					    times * more);
				else
					last = NULL;
			} else {
				last = NULL;
			}
		}
		run(p, lines, n, chance(1 << 23), chance(2), "\n", &out);
		good = slice_is(buf_slice(&out), buf_slice(&want));
		if (!good)
			printf("# round %d: %.*s\n# not %.*s\n", round,
			    (int)out.n, out.p, (int)want.n, want.p);
	}
	ok(good, "4000 random logs in random blocks");
	parser_free(p);
	buf_release(&out);
	buf_release(&want);
}

static void
test_events(void)
{
	static const char *const lines[] = { BOB, LOST, S1 TAG "warning: "
		"unknown[192.0.2.7]: SASL LOGIN authentication aborted",
		S1 TAG "8E5: client=x[192.0.2.9], sasl_method=PLAIN, "
		"sasl_username=ann", AGAIN("2") };
	static const struct {
		unsigned events;
		const char *seen;
	} sets[] = {
		{ 0, "" },
		{ 1 << EVENT_AUTH_FAILURE, "40 bob;" },
		{ 1 << EVENT_AUTH_ERROR, "40 (1);" },
		{ 1 << EVENT_AUTH_ABORTED, "40 (2);" },
		{ 1 << EVENT_AUTH_SUCCESS, "40 ann(3);41 ann(3)*2;" },
		{ ALL - 1, "40 bob;40 (1);40 (2);40 ann(3);41 ann(3)*2;" },
	};
	struct buf out;

	buf_init(&out, ROOM);
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
		struct parser *p = parser(sets[i].events);

		if (p)
			run(p, lines, 5, 0, false, "\n", &out);
		is(buf_slice(&out), sets[i].seen, "the events asked for");
		parser_free(p);
	}
	buf_release(&out);
}

static void
test_start(void)
{
	static const char *const bob[] = { BOB }, *const again[] = {
		OTHER, AGAIN("3") };
	struct parser *p = parser(1 << EVENT_AUTH_FAILURE);
	struct buf out;
	uint64_t before;

	buf_init(&out, ROOM);
	if (!p)
		return;
	run(p, bob, 1, 0, false, "\n", &out);
	is(buf_slice(&out), "40 bob;", "a file with one failure");
	before = parser_candidates(p);
	run(p, again + 1, 1, 0, false, "\n", &out);
	is(buf_slice(&out), "", "a new file repeats nothing of the last");
	run(p, again, 2, 0, false, "\n", &out);
	ok(before == 1 && parser_candidates(p) == 3,
	    "only lines with a literal are looked at");
	parser_free(p);
	parser_free(NULL);
	buf_release(&out);
}

/* A user that fills a line up to its ceiling and beyond, and is repeated. */
static void
test_long(void)
{
	static const size_t lengths[] = { INPUT_LINE_MAX - 1, INPUT_LINE_MAX,
		INPUT_LINE_MAX + 1, INPUT_LINE_MAX + 9000 };
	static const struct clock clock = { .now = 1795348800 };
	const size_t head = strlen(BOB) - 3;
	struct parser *p = parser(1 << EVENT_AUTH_FAILURE);
	struct buf block;
	bool good = p != NULL;

	buf_init(&block, 2 * ROOM);
	for (size_t i = 0; p && i < 8; i++) {
		size_t n = lengths[i / 2], cut = n < INPUT_LINE_MAX ? n :
		    INPUT_LINE_MAX;
		const struct event *one = NULL, *two;
		size_t user;

		buf_reset(&block);
		parser_start(p, &clock);
		buf_add(&block, slice_to(SLICE(BOB), head));
		memset(buf_room(&block, n - head), 'u', n - head);
		block.n = n;
		buf_add_byte(&block, '\n');
		if (i & 1)
			buf_add(&block, SLICE(AGAIN("7") "\n"));
		parser_begin(p, buf_slice(&block));
		good = good && (one = parser_next(p));
		user = good ? one->user.n : 0;
		if (!(i & 1)) {
			good = good && !parser_next(p);
			memset(block.p, '#', block.n);
			parser_begin(p, SLICE(AGAIN("7")));
		}
		good = good && (two = parser_next(p)) && two->count == 7 &&
		    user == cut - head && two->user.n == user &&
		    two->user.p[user - 1] == 'u' && !parser_next(p);
		if (!good) {
			printf("# a line of %zu bytes\n", n);
			break;
		}
	}
	ok(good, "lines at the ceiling, repeated in this block or the next");
	parser_free(p);
	buf_release(&block);
}

/* Events may be kept while PARSER_AHEAD - 1 more are read, and to the end of
 * their block: decoded JSON, and a line of the block before. */
static void
test_ahead(void)
{
	static const struct clock clock = { .now = 1795348800 };
	struct parser *p = parser(1 << EVENT_AUTH_FAILURE);
	const struct event *events[PARSER_AHEAD];
	struct buf block, user;
	bool good = p != NULL;

	buf_init(&block, ROOM);
	buf_init(&user, 100);
	if (p)
		parser_start(p, &clock);
	if (p)
		parser_begin(p, SLICE(BOB "\n"));
	good = good && parser_next(p) && !parser_next(p);
	buf_addf(&block, "%s\n", AGAIN("3"));
	for (int i = 1; i < PARSER_AHEAD; i++)
		buf_addf(&block, "{%s\"MESSAGE\":\"" FAIL("us\\u0065r%d")
		    "\"}\n", MICRO, i);
	if (p)
		parser_begin(p, buf_slice(&block));
	for (int i = 0; good && i < PARSER_AHEAD; i++)
		good = (events[i] = parser_next(p));
	good = good && slice_is(events[0]->user, SLICE("bob"));
	for (int i = 1; good && i < PARSER_AHEAD; i++) {
		buf_reset(&user);
		buf_addf(&user, "user%d", i);
		good = slice_is(events[i]->user, buf_slice(&user)) &&
		    slice_is(events[i]->server, SLICE("mx1"));
	}
	good = good && !parser_next(p);
	ok(good, "%d events at once", PARSER_AHEAD);
	parser_free(p);
	buf_release(&block);
	buf_release(&user);
}

static void
test_too_many(void)
{
	struct rules *many = rules_new();
	struct err_list complaints = { .n = 0 };
	struct err e = { .status = 0 };
	struct buf text;

	buf_init(&text, ROOM);
	buf_addf(&text, "name: m\nabout: a\nprogram: p\nrules:\n");
	for (int i = 0; i < SCAN_LITERALS; i++)
		buf_addf(&text, "  - {event: auth-failure, match: \"fail%02d "
		    "{user:rest}\"}\n", i);
	buf_addf(&text, "examples:\n");
	for (int i = 0; i < SCAN_LITERALS; i++)
		buf_addf(&text, "  - {line: fail%02d x, gives: {event: "
		    "auth-failure, user: x}}\n", i);
	spew("many.yaml", buf_slice(&text));
	buf_release(&text);
	ok(rules_add(many, "./many.yaml", &complaints) == 0 &&
	    complaints.n == 0, "rules with a text of their own");
	for (unsigned i = 0; i < complaints.n && i < ERR_LIST_MAX; i++)
		printf("# %s\n", complaints.texts[i]);
	ok(!parser_new(many, 1, &e) && e.status == EX_CONFIG && *e.text,
	    "are too many to look for at once");
	err_list_release(&complaints);
	rules_free(many);
}

int
main(void)
{
	scratch_begin();
	logged_begin();
	buf_init(&sifted, ROOM);
	for (way = AS_IT_IS; way < WAYS; way++) {
		test_cases();
		test_random();
		test_events();
		test_start();
	}
	buf_release(&sifted);
	buf_release(&readings);
	test_long();
	test_ahead();
	test_too_many();
	logged_end();
	scratch_end();
	return done();
}
