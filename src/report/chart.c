/* SPDX-License-Identifier: ISC */
/* Pictures in SVG. */
#include "report/chart.h"

#include "report/markup.h"

enum {
	HEIGHT = 1000,		/* of the highest bar: a share in thousandths */
	STEP = 100,		/* from bar to bar, from cell to cell */
	GAP = 16,		/* between bars */
	CELL_GAP = 10,
};

uint64_t
chart_highest(const uint64_t *values, size_t n)
{
	uint64_t high = 0;

	for (size_t i = 0; i < n; i++)
		if (values[i] > high)
			high = values[i];
	return high;
}

unsigned
chart_share(uint64_t part, uint64_t whole)
{
	unsigned share;

	if (part == 0 || whole == 0)
		return 0;
	if (part >= whole)
		return HEIGHT;
	share = (unsigned)((double)part / (double)whole * HEIGHT + 0.5);
	return share ? share : 1;
}

unsigned
chart_heat(uint64_t value, uint64_t highest)
{
	unsigned share = chart_share(value, highest), heat = 0;

	while (heat * heat * HEIGHT < share * CHART_DARKEST * CHART_DARKEST)
		heat++;
	return heat;
}

static void
begin(struct buf *out, const char *kind, size_t width, size_t high)
{
	buf_addf(out, "<svg class=\"%s\" viewBox=\"0 0 %zu %zu\" "
	    "preserveAspectRatio=\"none\"", kind, width, high);
}

static void
add_rectangle(struct buf *out, const char *kind, size_t x, size_t y,
    size_t width, size_t high)
{
	buf_addf(out, "<rect class=\"%s\" x=\"%zu\" y=\"%zu\" width=\"%zu\" "
	    "height=\"%zu\"/>", kind, x, y, width, high);
}

static void
begin_group(struct buf *out, const struct chart *c, size_t i)
{
	buf_add(out, SLICE("<g><title>"));
	c->title(out, c->about, i);
	buf_add(out, SLICE("</title>"));
}

void
chart_add_share(struct buf *out, uint64_t part, uint64_t whole)
{
	/* The number stands beside it. */
	begin(out, "share", HEIGHT, 1);
	buf_add(out, SLICE(" aria-hidden=\"true\">"));
	add_rectangle(out, "air", 0, 0, HEIGHT, 1);
	add_rectangle(out, "part", 0, 0, chart_share(part, whole), 1);
	buf_add(out, SLICE("</svg>"));
}

static const char *
bar_kind(const struct chart *c, size_t i, uint64_t high)
{
	if (c->old)
		return i < c->old ? "old" : "bar";
	return high && c->values[i] == high ? "peak" : "bar";
}

void
chart_add_bars(struct buf *out, const struct chart *c)
{
	uint64_t high = chart_highest(c->values, c->n);

	if (c->level > high)
		high = c->level;
	begin(out, "bars", c->n * STEP, HEIGHT);
	buf_addf(out, " role=\"img\" aria-label=\"%s\">\n", c->label);
	for (size_t i = 0; i < c->n; i++) {
		unsigned share = chart_share(c->values[i], high);

		/* A low bar is hard to point at: what is above it counts. */
		begin_group(out, c, i);
		add_rectangle(out, "none", i * STEP, 0, STEP, HEIGHT);
		add_rectangle(out, bar_kind(c, i, high), i * STEP + GAP / 2,
		    HEIGHT - share, STEP - GAP, share);
		buf_add(out, SLICE("</g>\n"));
	}
	if (c->level) {
		unsigned y = HEIGHT - chart_share(c->level, high);

		buf_addf(out, "<line class=\"usual\" x1=\"0\" x2=\"%zu\" "
		    "y1=\"%u\" y2=\"%u\"/>\n", c->n * STEP, y, y);
	}
	buf_add(out, SLICE("</svg>\n"));
}

void
chart_add_heat(struct buf *out, const struct chart *c, size_t columns)
{
	uint64_t high = chart_highest(c->values, c->n);

	begin(out, "heat", columns * STEP, c->n / columns * STEP);
	buf_addf(out, " role=\"img\" aria-label=\"%s\">\n", c->label);
	for (size_t i = 0; i < c->n; i++) {
		char kind[] = { 'h', (char)('0' +
		    chart_heat(c->values[i], high)), '\0' };

		begin_group(out, c, i);
		add_rectangle(out, kind, i % columns * STEP + CELL_GAP / 2,
		    i / columns * STEP + CELL_GAP / 2, STEP - CELL_GAP,
		    STEP - CELL_GAP);
		buf_add(out, SLICE("</g>\n"));
	}
	buf_add(out, SLICE("</svg>\n"));
}
