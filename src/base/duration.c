/* SPDX-License-Identifier: ISC */
/* Lengths of time with their units. */
#include "base/duration.h"

#include <stdio.h>

/* Largest first. */
static const struct {
	struct slice name;
	uint64_t ms;
} units[] = {
	{ SLICE("h"), 60 * 60 * 1000 },
	{ SLICE("m"), 60 * 1000 },
	{ SLICE("s"), 1000 },
	{ SLICE("ms"), 1 },
};
enum { UNITS = sizeof units / sizeof *units };

bool
duration_parse(struct slice text, uint64_t *ms)
{
	uint64_t value;

	if (!slice_digits(&text, 1, 9, &value))
		return false;
	for (size_t i = 0; i < UNITS; i++) {
		if (slice_is(text, units[i].name)) {
			*ms = value * units[i].ms;
			return true;
		}
	}
	return false;
}

const char *
duration_text(uint64_t ms, char text[DURATION_MAX])
{
	size_t i = ms ? 0 : UNITS - 2;

	while (ms % units[i].ms)
		i++;
	snprintf(text, DURATION_MAX, "%llu%s",
	    (unsigned long long)(ms / units[i].ms), units[i].name.p);
	return text;
}
