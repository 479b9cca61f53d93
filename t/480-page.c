/* SPDX-License-Identifier: ISC */
/* The page and the letter: whatever stands in a row, they have the same tags;
 * sentences; sizes. */
#include <stdlib.h>

#include "report/letter.h"
#include "report/page.h"
#include "report/wording.h"
#include "sample.h"
#include "schema/cell.h"
#include "tap.h"

enum { ROOM = 4 * 1024 * 1024 };

typedef void (*add_function)(struct buf *out, const struct model *m);

static void
add_letter(struct buf *out, const struct model *m)
{
	letter_add(out, m, SLICE("A <note>."));
}

static const struct {
	const char *name;
	add_function add;
} outputs[] = { { "page", page_add }, { "letter", add_letter } };

/* The tags alone, attributes and all. */
static void
add_skeleton(struct buf *out, struct slice html)
{
	struct slice text, tag;

	while (slice_cut(&html, '<', &text) && slice_cut(&html, '>', &tag)) {
		buf_add_byte(out, '<');
		buf_add(out, tag);
		buf_add(out, SLICE(">\n"));
	}
}

/* Every place where a log's text may stand. */
static void
fill(struct model *m, struct slice text)
{
	struct model_login *logins = model_array(m, 1, sizeof *logins);
	struct model_alert *alerts = model_array(m, MODEL_ALERT_KINDS,
	    sizeof *alerts);

	for (int t = 0; t < MODEL_TABLES; t++) {
		struct model_item *items = model_array(m, m->tables[t].n,
		    sizeof *items);

		for (size_t i = 0; i < m->tables[t].n; i++)
			items[i] = (struct model_item){ .value = text,
				.name = text, .asn = text, .country = text,
				.attempts = 20 - i, .is_new = true,
				.users = 2 };
		m->tables[t].items = items;
	}
	for (int i = 0; i < MODEL_NOVELTIES; i++) {
		m->fresh[i].items = m->tables[MODEL_IP].items;
		m->fresh[i].n = 2;
	}
	for (int i = 0; i < MODEL_ALERT_KINDS; i++)
		alerts[i] = (struct model_alert){ .kind = (unsigned)i,
			.severity = MODEL_WARNING, .subject = text,
			.object = text, .when = text, .title = "title",
			.advice = "advice" };
	m->alerts = alerts;
	m->n_alerts = MODEL_ALERT_KINDS;
	logins[0] = (struct model_login){ text, text, text, text, 9, 0 };
	m->logins = logins;
	m->n_logins = 1;
	m->host = text;
	m->files = NULL;
}

static void
add_filled(struct buf *out, add_function add, struct slice raw)
{
	static struct model m;
	struct buf cell;

	buf_init(&cell, ROOM);
	cell_add(&cell, raw, CELL_PLAIN);
	sample_model(&m, SLICE("ann"));
	m.period.days = 7;
	fill(&m, model_keep(&m, buf_slice(&cell)));
	buf_init(out, ROOM);
	add(out, &m);
	model_release(&m);
	buf_release(&cell);
}

static bool
is_harmless(struct slice html)
{
	for (size_t i = 0; i < html.n; i++) {
		unsigned char c = (unsigned char)html.p[i];

		if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static void
test_hostile(void)
{
	static const struct slice names[] = {
		SLICE("<script>alert(1)</script>"), SLICE("\"><img src=x>"),
		SLICE("' onmouseover='x"), SLICE("</title></style>"),
		SLICE("--><!--"), SLICE("]]>"), SLICE("&lt;b&gt;"),
		SLICE("a\nb\r\n\r\nc\0d"), SLICE("\x1b[31m\x07\x7f\xff\xc3"),
		SLICE("\xe2\x80\xae" "evil\xe2\x81\xa6"), SLICE("=1+1"),
		SLICE("http://evil.example/"), SLICE("javascript:x"),
		SLICE("</td></tr></table>"), SLICE("$s$o%s%n"), SLICE(""),
		SLICE("--=_mls-parts-"),
	};
	static char longest[5000];

	memset(longest, '<', sizeof longest);
	for (size_t k = 0; k < 2; k++) {
		struct buf good, harmless, bad, skeleton;

		add_filled(&good, outputs[k].add, SLICE("ann"));
		buf_init(&harmless, ROOM);
		add_skeleton(&harmless, buf_slice(&good));
		ok(harmless.n > 5000, "%s: there are tags", outputs[k].name);
		buf_release(&good);
		for (size_t i = 0; i <= sizeof names / sizeof *names; i++) {
			struct slice name = i < sizeof names / sizeof *names ?
			    names[i] : (struct slice){ longest,
				sizeof longest };

			add_filled(&bad, outputs[k].add, name);
			buf_init(&skeleton, ROOM);
			add_skeleton(&skeleton, buf_slice(&bad));
			ok(slice_is(buf_slice(&skeleton),
			    buf_slice(&harmless)), "%s: the same tags, %zu",
			    outputs[k].name, i);
			ok(is_harmless(buf_slice(&bad)),
			    "%s: no control byte, %zu", outputs[k].name, i);
			buf_release(&skeleton);
			buf_release(&bad);
		}
		for (struct slice rest = buf_slice(&harmless), tag;
		    slice_cut(&rest, '\n', &tag);)
			if (slice_find(tag, SLICE(" href")) < tag.n ||
			    slice_find(tag, SLICE(" src")) < tag.n ||
			    slice_find(tag, SLICE(" on")) < tag.n ||
			    slice_find(tag, SLICE("url(")) < tag.n ||
			    slice_starts(tag, SLICE("<script")))
				ok(false, "a tag: %.*s", (int)tag.n, tag.p);
		buf_release(&harmless);
	}
}

/* A letter that would be too long has fewer rows. */
static void
test_letter_size(void)
{
	static struct model m;
	static char name[MODEL_TEXT_MAX];
	struct model_item *items;
	struct buf out;
	size_t rows = 0;

	sample_model(&m, SLICE("ann"));
	memset(name, '"', sizeof name);
	items = model_array(&m, 10, sizeof *items);
	for (size_t i = 0; i < 10; i++)
		items[i] = (struct model_item){ .value = { name, sizeof name },
			.name = { name, sizeof name }, .attempts = 10 };
	for (int t = 0; t < MODEL_TABLES; t++) {
		m.tables[t].items = items;
		m.tables[t].n = 10;
	}
	buf_init(&out, ROOM);
	add_letter(&out, &m);
	ok(slice_find(buf_slice(&out), SLICE("A &lt;note&gt;.")) < out.n,
	    "a note");
	buf_reset(&out);
	letter_add(&out, &m, SLICE(""));
	for (struct slice rest = buf_slice(&out), line;
	    slice_cut(&rest, '\n', &line);)
		rows += slice_find(line, SLICE("&quot;")) < line.n;
	ok(out.n <= LETTER_MAX && out.n > LETTER_MAX / 3 && rows >= 30,
	    "a letter is short enough: %zu bytes, %zu rows", out.n, rows);
	buf_release(&out);
	model_release(&m);
}

/* What stands before it does not count. */
static void
test_letter_behind(void)
{
	static char before[LETTER_MAX];
	static struct model m;
	struct buf alone, behind;

	sample_model(&m, SLICE("ann"));
	buf_init(&alone, ROOM);
	buf_init(&behind, ROOM);
	add_letter(&alone, &m);
	buf_add(&behind, (struct slice){ before, sizeof before });
	add_letter(&behind, &m);
	ok(slice_is(slice_from(buf_slice(&behind), sizeof before),
	    buf_slice(&alone)), "a letter behind something");
	buf_release(&alone);
	buf_release(&behind);
	model_release(&m);
}

static size_t
count(struct slice text, struct slice what)
{
	size_t n = 0, at;

	for (; (at = slice_find(text, what)) < text.n; n++)
		text = slice_from(text, at + what.n);
	return n;
}

/* Alerts of one kind: one title, on the page all of them, in a letter a few and
 * how many more. */
static void
test_many_alerts(void)
{
	enum { IN_LETTER = 5 };

	for (size_t k = 0; k < 2; k++) {
		for (size_t n = IN_LETTER; n < IN_LETTER + 2; n++) {
			size_t more = k == 0 ? 0 : n - IN_LETTER;
			struct model_alert alerts[IN_LETTER + 1];
			static struct model m;
			struct buf out;

			sample_model(&m, SLICE("ann"));
			for (size_t i = 0; i < n; i++)
				alerts[i] = (struct model_alert){
					.kind = MODEL_MANY_USERS,
					.severity = MODEL_WARNING,
					.subject = SLICE("somebody"),
					.title = "so many", .advice = "look" };
			m.alerts = alerts;
			m.n_alerts = n;
			buf_init(&out, ROOM);
			outputs[k].add(&out, &m);
			ok(count(buf_slice(&out), SLICE("So many")) == 1 &&
			    count(buf_slice(&out), SLICE("somebody")) ==
			    n - more && count(buf_slice(&out),
			    SLICE("and 1 more")) == more &&
			    count(buf_slice(&out), SLICE(" more<")) == more,
			    "%s: %zu alerts of a kind", outputs[k].name, n);
			buf_release(&out);
			model_release(&m);
		}
	}
}

/* Where no country is known there are not none. */
static void
test_unknown(void)
{
	static const size_t distinct[] = { 0, 1 };

	for (size_t i = 0; i < 2; i++) {
		static struct model m;
		struct buf out;
		bool is_none, is_dash;

		sample_model(&m, SLICE("ann"));
		m.tables[MODEL_COUNTRY].distinct = distinct[i];
		buf_init(&out, ROOM);
		page_add(&out, &m);
		is_none = count(buf_slice(&out),
		    SLICE("<b>0</b><span>countries")) > 0;
		is_dash = count(buf_slice(&out),
		    SLICE("<b>\xe2\x80\x93</b><span>countries")) > 0;
		ok(!is_none && is_dash == (distinct[i] == 0),
		    "page: %zu countries", distinct[i]);
		buf_release(&out);
		model_release(&m);
	}
}

static void
test_empty(void)
{
	const struct when now = { .year = 2026, .month = 11, .day = 22,
		.has_offset = true };
	static struct model m;

	for (size_t k = 0; k < 2; k++) {
		struct buf out;

		buf_init(&out, ROOM);
		model_init(&m, &now);
		model_judge(&m);
		outputs[k].add(&out, &m);
		ok(slice_find(buf_slice(&out), SLICE("0 failed logins")) <
		    out.n, "%s: of nothing", outputs[k].name);
		model_release(&m);
		buf_release(&out);
	}
}

static void
quote(struct buf *out, struct slice text)
{
	buf_add_byte(out, '[');
	buf_add(out, text);
	buf_add_byte(out, ']');
}

static void
test_sentences(void)
{
	static const char *const expected[MODEL_ALERT_KINDS] = {
		[MODEL_SUCCESS_AFTER_FAILURES] = ("[ann] logged in from [x] "
		    "at [2026-11-22] [04:12]; from there or its network "
		    "came 1,200 failed logins in the 24 hours before."),
		[MODEL_SUCCESS_NEW_COUNTRY] = ("[ann] logged in from [x] at "
		    "[2026-11-22] [04:12], for the first time there."),
		[MODEL_MANY_USERS] = "[ann] tried 57 users in 1,200 failed logins.",
		[MODEL_MANY_ADDRESSES] =
		    "[ann] was tried from 57 addresses in 1,200 failed logins.",
		[MODEL_MANY_COUNTRIES] =
		    "[ann] was tried from 57 countries in 1,200 failed logins.",
		[MODEL_SPIKE] = "1,200 failed logins a day, where 57 are usual.",
	};
	struct model_alert alert = { .subject = SLICE("ann"),
		.object = SLICE("x"), .attempts = 1200, .count = 57,
		.when = SLICE("2026-11-22T04:12:09+01:00") };
	struct buf out;

	buf_init(&out, 1024);
	for (int kind = 0; kind < MODEL_ALERT_KINDS; kind++) {
		alert.kind = (unsigned)kind;
		buf_reset(&out);
		wording_add_alert(&out, &alert, quote);
		is(buf_slice(&out), expected[kind], "an alert");
	}
	alert.kind = MODEL_MANY_ADDRESSES;
	alert.is_cut = true;
	buf_reset(&out);
	wording_add_alert(&out, &alert, quote);
	is(buf_slice(&out), "[ann][\xe2\x80\xa6] was tried from 57 addresses in "
	    "1,200 failed logins.", "of whom the beginning is known");
	buf_reset(&out);
	wording_add_sentence(&out, "block it");
	is(buf_slice(&out), "Block it.", "a sentence");
	buf_reset(&out);
	wording_add_count(&out, 1, "user", "users");
	wording_add_count(&out, 2, "user", "users");
	is(buf_slice(&out), "1 user2 users", "counts");
	buf_release(&out);
}

static void
test_change(void)
{
	static const struct {
		struct model_comparison c;
		const char *expected;
		unsigned days;
	} cases[] = {
		{ { 0 }, "", 0 },
		{ { .has_before = true, .before = 50, .is_before_whole = true },
			"100 % more than the day before (50)", 1 },
		{ { .has_before = true, .before = 50, .is_before_whole = true },
			"100 % more than the 7 days before (50)", 7 },
		{ { .has_before = true, .before = 50 },
			"100 % more than the day before (50, as far as known)",
			1 },
		{ { .has_before = true, .is_before_whole = true },
			"none the day before", 1 },
		{ { .has_before = true, .before = 200,
			.is_before_whole = true, .baseline_days = 7,
			.median = 100, .per_day = 100 },
			"50 % less than the day before (200), "
			"as many as usual (100 a day)", 1 },
		{ { .baseline_days = 1, .median = 9, .per_day = 100 }, "", 1 },
	};
	struct buf out;

	buf_init(&out, 1024);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		static struct model m;

		m.total = 100;
		m.period.days = cases[i].days;
		m.comparison = cases[i].c;
		buf_reset(&out);
		wording_add_change(&out, &m);
		is(buf_slice(&out), cases[i].expected, "a change");
	}
	buf_release(&out);
}

static void
test_sizes(void)
{
	static const struct {
		uint64_t bytes;
		const char *expected;
	} sizes[] = {
		{ 0, "0 bytes" }, { 999, "999 bytes" }, { 1000, "1.0 kB" },
		{ 12345, "12 kB" }, { 999999, "999 kB" },
		{ 7340032, "7.3 MB" }, { 1234567890, "1.2 GB" },
		{ UINT64_MAX, "18446 PB" },
	};
	struct buf out;

	buf_init(&out, 1024);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		buf_reset(&out);
		wording_add_size(&out, sizes[i].bytes);
		is(buf_slice(&out), sizes[i].expected, "a size");
	}
	buf_release(&out);
}

/* A year of days, some of them empty. */
static void
set_year(struct model *m)
{
	static const unsigned lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30,
		31, 30, 31 };
	struct model_day *days = model_array(m, 365, sizeof *days);
	size_t n = 0;

	for (int month = 0; month < 12; month++)
		for (int day = 0; day < (int)lengths[month]; day++, n++)
			days[n] = (struct model_day){ .date = { .year = 2026,
				.month = month + 1, .day = day + 1 },
				.weekday = (int)(n + 3) % 7,
				.attempts = n * n * 31 % 997 };
	m->days = days;
	m->n_days = n;
	m->period.days = (unsigned)n;
}

/* For t/485-browser.t: a page or a letter, of a day, a week or a year. */
static int
print(const char *name, const char *time)
{
	bool is_week = strcmp(time, "week") == 0;
	static struct model m;
	struct buf out;

	buf_init(&out, ROOM);
	sample_model(&m, SLICE("postmaster@a-very-long-domain-name-indeed."
	    "example.com"));
	if (strcmp(time, "year") == 0)
		set_year(&m);
	if (is_week) {
		m.period.days = 7;
		for (int i = 0; i < 7 * 24; i++)
			m.heat[i / 24][i % 24] = (uint64_t)(i * 37 % 101);
	}
	for (size_t k = 0; k < 2; k++)
		if (strcmp(name, outputs[k].name) == 0)
			outputs[k].add(&out, &m);
	return fwrite(out.p, 1, out.n, stdout) != out.n;
}

int
main(int argc, char **argv)
{
	if (argc == 3)
		return print(argv[1], argv[2]);
	test_hostile();
	test_letter_size();
	test_letter_behind();
	test_many_alerts();
	test_unknown();
	test_empty();
	test_sentences();
	test_change();
	test_sizes();
	return done();
}
