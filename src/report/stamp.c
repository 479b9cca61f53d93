/* SPDX-License-Identifier: ISC */
/* Dates of rows. */
#include "report/stamp.h"

#include "base/when.h"

enum {
	CLOCK_AT = STAMP_DAY + 1,	/* HH:MM:SS */
	ZONE_AT = CLOCK_AT + 8,		/* +HH:MM */
	OUR_LENGTH = ZONE_AT + 6,
	SEED_LENGTH = 16,		/* dd/mm/YYYY HH:MM */
	DAY = 24 * 60 * 60,
};

/* Two digits, or something of 100 or more. */
static inline unsigned
two_digits(const char *p)
{
	unsigned tens = (unsigned)(unsigned char)p[0] - '0';
	unsigned ones = (unsigned)(unsigned char)p[1] - '0';

	return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

/* HH:MM:SS */
static bool
read_clock(const char *p, int *second)
{
	unsigned h = two_digits(p), m = two_digits(p + 3), s =
	    two_digits(p + 6);

	if (h > 23 || m > 59 || s > 60 || p[2] != ':' || p[5] != ':')
		return false;
	*second = (int)(h * 3600 + m * 60 + s);
	return true;
}

/* The seed's form as ISO 8601 has it. */
static bool
turn_seed(struct slice cell, char iso[ZONE_AT])
{
	static const char form[] = "YYYY-MM-DDTHH:MM:00";
	const char *p = cell.p;

	if (cell.n != SEED_LENGTH || p[2] != '/' || p[5] != '/' ||
	    p[10] != ' ' || p[13] != ':')
		return false;
	memcpy(iso, form, ZONE_AT);
	memcpy(iso, p + 6, 4);
	memcpy(iso + 5, p + 3, 2);
	memcpy(iso + 8, p, 2);
	memcpy(iso + CLOCK_AT, p + 11, 5);
	return true;
}

/* Any form, slowly; what it has of day and zone is remembered. */
static bool
read_any(struct stamps *s, struct slice cell, struct stamp *out)
{
	const struct clock clock = { .year = 1 };
	char iso[ZONE_AT];
	struct slice rest = cell;
	struct when w;
	bool has_zone;

	if (turn_seed(cell, iso))
		rest = (struct slice){ iso, sizeof iso };
	else if (cell.n < ZONE_AT || cell.p[4] != '-' || cell.p[7] != '-')
		return false;
	if (!when_parse(&rest, &w) || rest.n || w.year == 0)
		return false;
	has_zone = w.has_offset;
	if (!when_resolve(&w, &clock))
		return false;
	*out = (struct stamp){ (int)when_day(&w), w.hour * 3600 +
		w.minute * 60 + w.second, w.offset };
	memcpy(s->day_text, cell.p, STAMP_DAY);
	s->day = out->day;
	s->is_day_known = true;
	if (has_zone && cell.n == OUR_LENGTH) {
		memcpy(s->zone_text, cell.p + ZONE_AT, sizeof s->zone_text);
		s->offset = out->offset;
		s->is_zone_known = true;
	}
	return true;
}

bool
stamp_read(struct stamps *s, struct slice cell, struct stamp *out)
{
	int second;

	if (cell.n == OUR_LENGTH && s->is_zone_known &&
	    stamp_is_same_day(s, cell.p) && cell.p[STAMP_DAY] == 'T' &&
	    bytes_are(s->zone_text, cell.p + ZONE_AT, sizeof s->zone_text) &&
	    read_clock(cell.p + CLOCK_AT, &second)) {
		*out = (struct stamp){ s->day, second, s->offset };
		return true;
	}
	return read_any(s, cell, out);
}

int64_t
stamp_seconds(const struct stamp *s)
{
	return (int64_t)s->day * DAY + s->second - (int64_t)s->offset * 60;
}
