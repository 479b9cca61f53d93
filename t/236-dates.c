/* SPDX-License-Identifier: ISC */
/* Years and zones of lines, of every form. */
#include "parse/parser.h"
#include "logged.h"
#include "tap.h"

static const struct {
	const char *zone, *now;
	int year;
	const char *envelope, *date;
} dates[] = {
	{ "UTC", "2026-11-22T12:00:00Z", 0, "Nov 22 11:05:40 mx1 " TAG,
		"2026-11-22T11:05:40+00:00" },
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0, "Nov 22 10:05:40 mx1 " TAG,
		"2026-11-22T10:05:40+01:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 0, "Nov 23 12:00:00 mx1 " TAG,
		"2026-11-23T12:00:00+00:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 0, "Nov 23 12:00:01 mx1 " TAG,
		"2025-11-23T12:00:01+00:00" },
	{ "UTC", "2027-01-01T00:00:05Z", 0, "Dec 31 23:59:60 mx1 " TAG,
		"2026-12-31T23:59:60+00:00" },
	{ "UTC", "2026-12-31T23:00:00Z", 0, "Jan  1 00:00:01 mx1 " TAG,
		"2027-01-01T00:00:01+00:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 0, "Feb 29 23:59:60 mx1 " TAG,
		"2024-02-29T23:59:60+00:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 2019, "Dec 24 10:00:00 mx1 " TAG,
		"2019-12-24T10:00:00+00:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 2020, "Feb 29 10:00:00 mx1 " TAG,
		"2020-02-29T10:00:00+00:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 2019, "2026-11-02 10:00:00 mx1 " TAG,
		"2026-11-02T10:00:00+00:00" },
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0, "Mar 29 02:30:00 mx1 " TAG,
		"2026-03-29T02:30:00+01:00" },
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0, "Oct 25 02:30:00 mx1 " TAG,
		"2026-10-25T02:30:00+02:00" },
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0,
		"Sun 2026-10-25 02:30:00 CET mx1 " TAG,
		"2026-10-25T02:30:00+01:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 0,
		"Sun 2026-11-22 12:08:46 EST mx1 " TAG,
		"2026-11-22T12:08:46-05:00" },
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0,
		"1795345726.861716 mx1 " TAG, "2026-11-22T12:08:46+01:00" },
	{ "UTC", "2026-11-22T12:00:00Z", 0,
		"2031-01-01T00:00:00.123-03:30 mx1 " TAG,
		"2031-01-01T00:00:00-03:30" },
	{ "Europe/Paris", "2026-11-22T12:00:00Z", 0,
		"<20>1 - mx1 postfix 1 - - ", "2026-11-22T13:00:00+01:00" },
};

static void
test_dates(void)
{
	struct parser *p = parser(1 << EVENT_AUTH_FAILURE);
	struct buf block, out;
	bool good = p != NULL;

	buf_init(&block, ROOM);
	buf_init(&out, ROOM);
	for (size_t i = 0; p && i < sizeof dates / sizeof *dates; i++) {
		struct slice rest = slice_text(dates[i].now);
		struct clock clock = { .year = dates[i].year };
		struct when now;
		const struct event *e;
		struct err why;

		if (when_set_zone(dates[i].zone, &why) < 0)
			printf("# %s\n", why.text);
		if (when_parse(&rest, &now) && when_resolve(&now, &clock))
			clock.now = when_seconds(&now);
		parser_start(p, &clock);
		buf_reset(&block);
		buf_addf(&block, "%s%s\n", dates[i].envelope, FAIL("bob"));
		parser_begin(p, buf_slice(&block));
		buf_reset(&out);
		e = parser_next(p);
		if (e)
			when_add_rfc3339(&out, &e->when);
		if (slice_is(buf_slice(&out), slice_text(dates[i].date)))
			continue;
		good = false;
		printf("# %s, now %s: %s gives %.*s, not %s\n", dates[i].zone,
		    dates[i].now, dates[i].envelope, (int)out.n,
		    out.n ? out.p : "", dates[i].date);
	}
	ok(good, "years and zones of stamps that lack them");
	parser_free(p);
	buf_release(&block);
	buf_release(&out);
}

int
main(void)
{
	logged_begin();
	test_dates();
	logged_end();
	return done();
}
