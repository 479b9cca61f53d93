/* SPDX-License-Identifier: ISC */
/* What time a report is about. */
#include "report/period.h"

#include "base/buf.h"

enum { DAY = 24 * 60 * 60, DATE_LENGTH = 10, LABEL_MAX = 128 };

static const struct {
	struct slice name;
	int from, to;		/* days from today */
	bool is_all, is_rolling;
} names[] = {
	{ .name = SLICE("all"), .is_all = true },
	{ .name = SLICE("today"), .from = 0, .to = 1 },
	{ .name = SLICE("yesterday"), .from = -1, .to = 0 },
	{ .name = SLICE("24h"), .from = 0, .to = 1, .is_rolling = true },
	{ .name = SLICE("7d"), .from = -7, .to = 0 },
};

/* YYYY-MM-DD off the cursor. */
static bool
parse_date(struct slice *rest, int *day)
{
	char text[] = "YYYY-MM-DDT00:00:00Z";
	struct slice at = { text, sizeof text - 1 };
	struct when w;

	if (rest->n < DATE_LENGTH)
		return false;
	memcpy(text, rest->p, DATE_LENGTH);
	if (text[4] != '-' || !when_parse(&at, &w) || at.n)
		return false;
	*day = (int)when_day(&w);
	*rest = slice_from(*rest, DATE_LENGTH);
	return true;
}

static int
parse_dates(struct period *p, const char *text, struct err *e)
{
	struct slice rest = slice_text(text);

	if (!parse_date(&rest, &p->from) ||
	    (rest.n && (!slice_skip(&rest, SLICE("..")) ||
	    !parse_date(&rest, &p->to) || rest.n)))
		return err_set(e, EX_USAGE, "no such period: '%s' (all, "
		    "today, yesterday, 24h, 7d, 2026-11-22 or "
		    "2026-11-01..2026-11-30)", text);
	if (slice_find_byte(slice_text(text), '.') == strlen(text))
		p->to = p->from;
	if (p->to < p->from)
		return err_set(e, EX_USAGE, "period '%s' ends before it "
		    "begins", text);
	p->to++;
	return 0;
}

/* Looks as far back as the period is long, or a week. */
static void
look_back(struct period *p)
{
	int days = p->to - p->from;

	p->baseline = p->from - PERIOD_BASELINE;
	p->first = p->from - (days > PERIOD_BASELINE ? days :
	    PERIOD_BASELINE);
}

int
period_parse(struct period *p, const char *text, const struct when *now,
    struct err *e)
{
	int today = (int)when_day(now);

	*p = (struct period){ .end = when_seconds(now) };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!slice_is(slice_text(text), names[i].name))
			continue;
		p->is_all = names[i].is_all;
		p->is_rolling = names[i].is_rolling;
		p->from = today + names[i].from;
		p->to = today + names[i].to;
		look_back(p);
		return 0;
	}
	if (parse_dates(p, text, e) < 0)
		return -1;
	look_back(p);
	return 0;
}

int
period_slot(const struct period *p, const struct stamp *s)
{
	int slot = s->day;

	if (p->is_all)
		return slot;
	if (p->is_rolling) {
		int64_t back = p->end - 1 - stamp_seconds(s);

		if (back < 0 || back / DAY > p->to - p->first)
			return PERIOD_NONE;
		slot = p->to - 1 - (int)(back / DAY);
	}
	return slot >= p->first && slot < p->to ? slot : PERIOD_NONE;
}

bool
period_excludes(const struct period *p, int day)
{
	int slack = p->is_rolling ? 2 : 0;

	return !p->is_all && (day < p->first - slack || day >= p->to + slack);
}

static void
add_date(struct buf *out, int day)
{
	struct when w = when_of_day(day);

	buf_addf(out, "%04d-%02d-%02d", w.year, w.month, w.day);
}

/* Midnight in local time. */
static struct when
day_start(int day)
{
	const struct clock clock = { .year = 1 };
	struct when w = when_of_day(day);

	(void)when_resolve(&w, &clock);
	return w;
}

static void
add_label(struct buf *out, const struct period *p, const struct when *now,
    int first, int last)
{
	if (p->is_rolling) {
		buf_addf(out, "24 hours to %04d-%02d-%02d %02d:%02d",
		    now->year, now->month, now->day, now->hour, now->minute);
		return;
	}
	if (first > last) {
		buf_add(out, SLICE("no rows"));
		return;
	}
	add_date(out, first);
	if (first == last)
		return;
	buf_add(out, SLICE(" to "));
	add_date(out, last);
}

void
period_show(const struct period *p, const struct when *now, int first,
    int last, struct model *m)
{
	struct model_period *shown = &m->period;
	struct buf text;

	buf_init(&text, LABEL_MAX);
	if (!p->is_all) {
		first = p->from;
		last = p->to - 1;
	}
	shown->is_all = p->is_all;
	shown->days = first > last ? 0 : (unsigned)(last - first) + 1;
	add_label(&text, p, now, first, last);
	shown->label = model_keep(m, buf_slice(&text));
	buf_reset(&text);
	when_add_rfc3339(&text, now);
	shown->zone = model_keep(m, slice_from(buf_slice(&text), text.n - 6));
	if (p->is_rolling) {
		shown->to = *now;
		shown->from = when_local(p->end - DAY);
	} else if (first > last) {
		shown->from = shown->to = *now;
	} else {
		shown->from = day_start(first);
		shown->to = day_start(last + 1);
	}
	buf_release(&text);
}
