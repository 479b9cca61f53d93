/* SPDX-License-Identifier: ISC */
/* Text and pictures in HTML. */
#include <stdlib.h>

#include "report/chart.h"
#include "report/markup.h"
#include "tap.h"

#define TEN "0123456789"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define JOINT "\xe2\x81\xa0"
#define ELLIPSIS "\xe2\x80\xa6"
#define EURO "\xe2\x82\xac"
#define FIVE_EURO EURO EURO EURO EURO EURO

struct text_case {
	const char *raw, *expected;
};

static void
check(void (*add)(struct buf *, struct slice), const struct text_case *cases,
    const char *what)
{
	for (; cases->raw; cases++) {
		struct buf out;

		buf_init(&out, 4096);
		add(&out, slice_text(cases->raw));
		is(buf_slice(&out), cases->expected, what);
		buf_release(&out);
	}
}

static void
test_text(void)
{
	static const struct text_case cases[] = {
		{ "", "" },
		{ "ann@example.net", "ann@example.net" },
		{ "<script>alert(\"1\" + '2' & 3)</script>",
			"&lt;script&gt;alert(&quot;1&quot; + &#39;2&#39; &amp; "
			"3)&lt;/script&gt;" },
		{ "a\\x0Ab\\\\", "a\\x0Ab\\\\" },
		{ SIXTY "1234", SIXTY "1234" },
		{ SIXTY "12345", SIXTY "1234" ELLIPSIS },
		{ FIVE_EURO FIVE_EURO FIVE_EURO FIVE_EURO FIVE_EURO FIVE_EURO
			FIVE_EURO FIVE_EURO FIVE_EURO FIVE_EURO FIVE_EURO
			FIVE_EURO FIVE_EURO,
			FIVE_EURO FIVE_EURO FIVE_EURO FIVE_EURO FIVE_EURO
			FIVE_EURO FIVE_EURO FIVE_EURO FIVE_EURO FIVE_EURO
			FIVE_EURO FIVE_EURO EURO EURO EURO EURO ELLIPSIS },
		{ NULL, NULL },
	};

	check(markup_add, cases, "text");
}

static void
test_unlinked(void)
{
	static const struct text_case cases[] = {
		{ "ann@example.net", "ann" JOINT "@example" JOINT ".net" },
		{ "192.0.2.1", "192.0.2.1" },
		{ "mail.example.net", "mail" JOINT ".example" JOINT ".net" },
		{ "http://a.b/", "http" JOINT "://a" JOINT ".b/" },
		{ "http://x@a.b", "http" JOINT "://x" JOINT "@a" JOINT ".b" },
		{ "end.", "end." },
		{ NULL, NULL },
	};

	check(markup_add_unlinked, cases, "no link");
}

static void
test_numbers(void)
{
	static const struct {
		uint64_t part, whole;
		const char *percent;
		unsigned share;
	} parts[] = {
		{ 0, 0, "0.0", 0 }, { 1, 0, "0.0", 0 }, { 0, 5, "0.0", 0 },
		{ 5, 5, "100", 1000 }, { 1, 3, "33", 333 },
		{ 1, 1000000, "0.0", 1 }, { 99, 1000, "9.9", 99 },
		{ 1, 8, "13", 125 }, { 1, 2, "50", 500 },
		{ UINT64_MAX, UINT64_MAX, "100", 1000 }, { 6, 5, "120", 1000 },
	};
	struct buf out;

	buf_init(&out, 1024);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		buf_reset(&out);
		markup_add_percent(&out, parts[i].part, parts[i].whole);
		is(buf_slice(&out), parts[i].percent, "in per cent");
		ok(chart_share(parts[i].part, parts[i].whole) ==
		    parts[i].share, "as a share");
	}
	buf_release(&out);
}

static void
test_heat(void)
{
	static const struct {
		uint64_t value, highest;
		unsigned heat;
	} cases[] = {
		{ 0, 0, 0 }, { 0, 9, 0 }, { 9, 9, 8 }, { 1, 1000000, 1 },
		{ 1, 4, 4 }, { 26, 100, 5 }, { 25, 100, 4 },
		{ UINT64_MAX, UINT64_MAX, 8 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ok(chart_heat(cases[i].value, cases[i].highest) ==
		    cases[i].heat, "heat %u", cases[i].heat);
}

static void
add_title(struct buf *out, const void *about, size_t i)
{
	buf_addf(out, "%s %zu", (const char *)about, i);
}

static void
test_bars(void)
{
	static const uint64_t values[] = { 2, 0, 4 };
	struct chart c = {
		"days", values, 3, 0, 0, add_title, "day",
	};
	struct buf out;

	buf_init(&out, 4096);
	chart_add_bars(&out, &c);
	is(buf_slice(&out), "<svg class=\"bars\" viewBox=\"0 0 300 1000\" "
	    "preserveAspectRatio=\"none\" role=\"img\" aria-label=\"days\">\n"
	    "<g><title>day 0</title><rect class=\"none\" x=\"0\" y=\"0\" "
	    "width=\"100\" height=\"1000\"/><rect class=\"bar\" x=\"8\" "
	    "y=\"500\" width=\"84\" height=\"500\"/></g>\n"
	    "<g><title>day 1</title><rect class=\"none\" x=\"100\" y=\"0\" "
	    "width=\"100\" height=\"1000\"/><rect class=\"bar\" x=\"108\" "
	    "y=\"1000\" width=\"84\" height=\"0\"/></g>\n"
	    "<g><title>day 2</title><rect class=\"none\" x=\"200\" y=\"0\" "
	    "width=\"100\" height=\"1000\"/><rect class=\"peak\" x=\"208\" "
	    "y=\"0\" width=\"84\" height=\"1000\"/></g>\n</svg>\n", "bars");
	c.old = 2;
	c.level = 8;
	buf_reset(&out);
	chart_add_bars(&out, &c);
	ok(slice_find(buf_slice(&out), SLICE("class=\"old\" x=\"8\" y=\"750\""))
	    < out.n && slice_find(buf_slice(&out), SLICE("class=\"bar\" "
	    "x=\"208\" y=\"500\"")) < out.n, "two are old, a level is high");
	ok(slice_ends(buf_slice(&out), SLICE("<line class=\"usual\" x1=\"0\" "
	    "x2=\"300\" y1=\"0\" y2=\"0\"/>\n</svg>\n")), "the level");
	buf_reset(&out);
	chart_add_heat(&out, &c, 3);
	ok(slice_find(buf_slice(&out), SLICE("viewBox=\"0 0 300 100\"")) <
	    out.n && slice_find(buf_slice(&out), SLICE("class=\"h8\" "
	    "x=\"205\" y=\"5\" width=\"90\" height=\"90\"")) < out.n,
	    "a heat map");
	buf_reset(&out);
	chart_add_share(&out, 1, 4);
	is(buf_slice(&out), "<svg class=\"share\" viewBox=\"0 0 1000 1\" "
	    "preserveAspectRatio=\"none\" aria-hidden=\"true\">"
	    "<rect class=\"air\" x=\"0\" y=\"0\" width=\"1000\" height=\"1\"/>"
	    "<rect class=\"part\" x=\"0\" y=\"0\" width=\"250\" height=\"1\"/>"
	    "</svg>", "a share");
	buf_release(&out);
}

int
main(void)
{
	test_text();
	test_unlinked();
	test_numbers();
	test_heat();
	test_bars();
	return done();
}
