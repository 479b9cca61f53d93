/* SPDX-License-Identifier: ISC */
/* Sentences about a model. */
#include "report/wording.h"

#include <stdio.h>

#include "report/model.h"

/* $s and $o: who did what to whom; $a: how often; $c: how many there are of
 * something, in its own words; $w: when; $k: whether that is sure. */
static const struct {
	const char *sentence, *one, *many;
} alerts[MODEL_ALERT_KINDS] = {
	[MODEL_SUCCESS_AFTER_FAILURES] = {
		"$s logged in from $o at $w; from there or its network came "
		"$a in the 24 hours before.", NULL, NULL },
	[MODEL_SUCCESS_NEW_COUNTRY] = {
		"$s logged in from $o at $w, for the first time there$k.",
		NULL, NULL },
	[MODEL_MANY_USERS] = { "$s tried $c in $a.", "user", "users" },
	[MODEL_MANY_ADDRESSES] = { "$s was tried from $c in $a.", "address",
		"addresses" },
	[MODEL_MANY_COUNTRIES] = { "$s was tried from $c in $a.", "country",
		"countries" },
	[MODEL_SPIKE] = { "$a a day, where $c.", "is usual", "are usual" },
};

/* 2026-11-22T04:12:09+01:00 as people read it: 2026-11-22 04:12. */
static void
add_moment(struct buf *out, struct slice stamp,
    void (*quote)(struct buf *out, struct slice text))
{
	struct slice day = stamp;

	slice_cut(&stamp, 'T', &day);
	quote(out, day);
	buf_add_byte(out, ' ');
	quote(out, slice_to(stamp, sizeof "04:12" - 1));
}

void
wording_add_count(struct buf *out, uint64_t n, const char *one,
    const char *many)
{
	model_add_number(out, n);
	buf_addf(out, " %s", n == 1 ? one : many);
}

void
wording_add_new(struct buf *out, const struct model_new *new, const char *one,
    const char *many)
{
	if (!new->is_exact)
		buf_add(out, SLICE("about "));
	wording_add_count(out, new->distinct, one, many);
}

static void
add_least_count(struct buf *out, const struct model_alert *alert, uint64_t n,
    const char *one, const char *many)
{
	model_add_least(out, !alert->is_least);
	wording_add_count(out, n, one, many);
}

static void
add_subject(struct buf *out, const struct model_alert *alert,
    void (*quote)(struct buf *, struct slice))
{
	const struct slice mark = SLICE("\xe2\x80\xa6");

	quote(out, alert->subject);
	/* Some have marked it already, since it is too long for them. */
	if (alert->is_cut && !slice_ends(buf_slice(out), mark))
		quote(out, mark);
}

void
wording_add_alert(struct buf *out, const struct model_alert *alert,
    void (*quote)(struct buf *out, struct slice text))
{
	struct slice rest = slice_text(alerts[alert->kind].sentence), words;

	while (slice_cut(&rest, '$', &words)) {
		char what = *rest.p;

		buf_add(out, words);
		if (what == 's')
			add_subject(out, alert, quote);
		else if (what == 'o')
			quote(out, alert->object);
		else if (what == 'w')
			add_moment(out, alert->when, quote);
		else if (what == 'a')
			add_least_count(out, alert, alert->attempts,
			    "failed login", "failed logins");
		else if (what == 'k')
			buf_add(out, alert->is_least ? SLICE(
			    ", as far as is known") : SLICE(""));
		else
			add_least_count(out, alert, alert->count,
			    alerts[alert->kind].one, alerts[alert->kind].many);
		rest = slice_from(rest, 1);
	}
	buf_add(out, rest);
}

/* "106 % more than the day before (622)" */
static void
add_change(struct buf *out, uint64_t before, uint64_t now, const char *what,
    const char *unit)
{
	int64_t change = model_change(before, now);

	if (before == 0) {
		buf_addf(out, "none %s", what);
		return;
	}
	if (change == 0) {
		buf_add(out, SLICE("as many as "));
	} else {
		model_add_number(out, (uint64_t)(change < 0 ? -change :
		    change));
		buf_addf(out, " %% %s than ", change < 0 ? "less" :
		    "more");
	}
	buf_addf(out, "%s (", what);
	model_add_number(out, before);
	buf_addf(out, "%s)", unit);
}

void
wording_add_change(struct buf *out, const struct model *m)
{
	const struct model_comparison *c = &m->comparison;
	char before[64] = "the day before";

	if (!c->has_before)
		return;
	if (m->period.days > 1)
		snprintf(before, sizeof before, "the %u days before",
		    m->period.days);
	add_change(out, c->before, m->total, before, c->is_before_whole ? "" :
	    ", as far as known");
	if (c->baseline_days < 2 || c->median == 0)
		return;
	buf_add(out, SLICE(", "));
	add_change(out, c->median, c->per_day, "usual", " a day");
}

const char *
wording_weekday(int weekday)
{
	static const char *const days[] = {
		"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun",
	};

	return days[weekday];
}

void
wording_add_period(struct buf *out, const struct model *m)
{
	if (m->period.days == 1 && m->n_days)
		buf_addf(out, "%s ",
		    wording_weekday(m->days[m->n_days - 1].weekday));
	buf_add(out, m->period.label);
}

void
wording_add_sentence(struct buf *out, const char *words)
{
	if (*words >= 'a' && *words <= 'z')
		buf_add_byte(out, (char)(*words++ - 'a' + 'A'));
	buf_add(out, slice_text(words));
	buf_add_byte(out, '.');
}

void
wording_add_day(struct buf *out, const struct model_day *day)
{
	buf_addf(out, "%s %d", wording_weekday(day->weekday), day->date.day);
}

void
wording_add_date(struct buf *out, const struct model_day *day)
{
	buf_addf(out, "%04d-%02d-%02d", day->date.year, day->date.month,
	    day->date.day);
}

void
wording_add_size(struct buf *out, uint64_t bytes)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB" };
	uint64_t tenths = bytes / 100;
	size_t unit = 0;

	if (bytes < 1000) {
		buf_addf(out, "%u bytes", (unsigned)bytes);
		return;
	}
	while (tenths >= 10000 && unit < sizeof units / sizeof *units - 1) {
		tenths /= 1000;
		unit++;
	}
	if (tenths >= 100)
		buf_addf(out, "%llu %s", (unsigned long long)tenths / 10,
		    units[unit]);
	else
		buf_addf(out, "%u.%u %s", (unsigned)(tenths / 10),
		    (unsigned)(tenths % 10), units[unit]);
}
