/* SPDX-License-Identifier: ISC */
/* Charts out of block characters. */
#include "report/bars.h"

enum { EIGHTHS = 8 };

/* Filled from the left, and from below, by eighths. */
static const struct slice from_left[] = {
	SLICE(" "), SLICE("\xe2\x96\x8f"), SLICE("\xe2\x96\x8e"),
	SLICE("\xe2\x96\x8d"), SLICE("\xe2\x96\x8c"), SLICE("\xe2\x96\x8b"),
	SLICE("\xe2\x96\x8a"), SLICE("\xe2\x96\x89"), SLICE("\xe2\x96\x88"),
};
static const struct slice from_below[] = {
	SLICE(" "), SLICE("\xe2\x96\x81"), SLICE("\xe2\x96\x82"),
	SLICE("\xe2\x96\x83"), SLICE("\xe2\x96\x84"), SLICE("\xe2\x96\x85"),
	SLICE("\xe2\x96\x86"), SLICE("\xe2\x96\x87"), SLICE("\xe2\x96\x88"),
};
static const struct slice shades[] = {
	SLICE("\xc2\xb7"), SLICE("\xe2\x96\x91"), SLICE("\xe2\x96\x92"),
	SLICE("\xe2\x96\x93"), SLICE("\xe2\x96\x88"),
};
enum { SHADES = sizeof shades / sizeof *shades };

/* value of most as parts of whole, at least one if it is not 0. */
static size_t
scale(uint64_t value, uint64_t most, size_t whole)
{
	size_t parts;

	if (value == 0 || most == 0)
		return 0;
	parts = (size_t)((double)value / (double)most * (double)whole + 0.5);
	return parts ? parts : 1;
}

void
bars_add_one(struct buf *out, uint64_t value, uint64_t most, size_t columns)
{
	size_t parts = scale(value, most, columns * EIGHTHS);

	for (; parts >= EIGHTHS; parts -= EIGHTHS)
		buf_add(out, from_left[EIGHTHS]);
	if (parts)
		buf_add(out, from_left[parts]);
}

static uint64_t
most_of(const uint64_t *values, size_t n)
{
	uint64_t most = 0;

	for (size_t i = 0; i < n; i++)
		if (values[i] > most)
			most = values[i];
	return most;
}

void
bars_add_upright(struct buf *out, const uint64_t *values, size_t n_values,
    size_t lines, size_t wide, size_t indent)
{
	uint64_t most = most_of(values, n_values);

	for (size_t line = lines; line-- > 0;) {
		size_t end;

		for (size_t i = 0; i < indent; i++)
			buf_add_byte(out, ' ');
		end = out->n - indent;
		for (size_t i = 0; i < n_values; i++) {
			size_t parts = scale(values[i], most, lines * EIGHTHS);
			size_t below = line * EIGHTHS;
			size_t here = parts <= below ? 0 : parts - below;

			for (size_t k = 0; k < wide; k++)
				buf_add(out, from_below[here < EIGHTHS ? here :
				    EIGHTHS]);
			if (here)
				end = out->n;
			buf_add_byte(out, ' ');
		}
		out->n = end;
		buf_add_byte(out, '\n');
	}
}

void
bars_add_shade(struct buf *out, uint64_t value, uint64_t most, size_t columns)
{
	size_t shade = scale(value, most, SHADES - 1);

	for (size_t i = 0; i < columns; i++)
		buf_add(out, shades[shade]);
}
