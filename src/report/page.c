/* SPDX-License-Identifier: ISC */
/* The report as one HTML page. */
#include "report/page.h"

#include "report/chart.h"
#include "report/markup.h"
#include "report/model.h"
#include "report/wording.h"

#define DOT " \xc2\xb7 "

static const char style[] =
#include "page-css.h"
;

enum {
	NEW_SHOWN = 3,
	NAMED_DAYS = 9,		/* beside each other, on the smallest screen */
	LABELS = 4,		/* of more days */
};

static void
add(struct buf *out, const char *text)
{
	buf_add(out, slice_text(text));
}

static void
begin_card(struct buf *out, const char *kind, const char *title)
{
	buf_addf(out, "<section class=\"card %s\"><h2>%s", kind, title);
}

static void
end_card(struct buf *out)
{
	add(out, "</section>\n");
}

static void
add_head(struct buf *out, const struct model *m)
{
	add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<meta name=\"robots\" content=\"noindex\">\n<title>");
	markup_add_words(out, m->verdict);
	add(out, "</title>\n<style>\n");
	add(out, style);
	add(out, "</style>\n</head>\n<body>\n<main>\n<header><span>");
	markup_add(out, m->host);
	add(out, "</span><span>");
	wording_add_period(out, m);
	add(out, "</span></header>\n<h1>");
	markup_add_words(out, m->verdict);
	add(out, "</h1>\n<p>");
	wording_add_change(out, m);
	add(out, "</p>\n");
}

/* What is wrong, and what to do about it. */
static void
begin_alert(struct buf *out, enum model_severity severity, const char *title)
{
	add(out, "<section class=\"alert ");
	buf_add(out, model_severity_name(severity));
	add(out, "\"><p><b>");
	wording_add_sentence(out, title);
	add(out, "</b></p><p>");
}

static void
end_alert(struct buf *out, const char *advice)
{
	add(out, "</p><p>");
	wording_add_sentence(out, advice);
	add(out, "</p></section>\n");
}

/* Those of one kind, of which the one at i is the first.  Returns the place of
 * the next one. */
static size_t
add_kind(struct buf *out, const struct model *m, size_t i)
{
	const struct model_alert *first = &m->alerts[i], *a = first;
	const struct model_alert *end = m->alerts + m->n_alerts;

	begin_alert(out, first->severity, first->title);
	for (; a < end && a->kind == first->kind &&
	    a->severity == first->severity; a++) {
		wording_add_alert(out, a, markup_add);
		add(out, "<br>\n");
	}
	end_alert(out, first->advice);
	return i + (size_t)(a - first);
}

/* What must be known at once. */
static void
add_alerts(struct buf *out, const struct model *m)
{
	add(out, "<div class=\"alerts\">\n");
	for (size_t i = 0; i < m->n_alerts && m->alerts[i].severity >
	    MODEL_NOTICE;)
		i = add_kind(out, m, i);
	add(out, "</div>\n<div class=\"grid\">\n");
}

/* What every server sees, and what could not be read. */
static void
add_notices(struct buf *out, const struct model *m)
{
	size_t i = 0;

	add(out, "</div>\n<div class=\"alerts\">\n");
	while (i < m->n_alerts && m->alerts[i].severity > MODEL_NOTICE)
		i++;
	while (i < m->n_alerts)
		i = add_kind(out, m, i);
	if (m->hidden_alerts) {
		begin_alert(out, MODEL_NOTICE, "not listed");
		model_add_least(out, m->is_hidden_exact);
		model_add_number(out, m->hidden_alerts);
		add(out, " more of these kinds.");
		end_alert(out, "more of a kind with --alert-list");
	}
	if (m->damaged) {
		begin_alert(out, MODEL_NOTICE, "damaged rows");
		wording_add_count(out, m->damaged, "row is", "rows are");
		add(out, " not counted.");
		end_alert(out, "look at the files, or at what was said of them");
	}
	add(out, "</div>\n<div class=\"grid\">\n");
}

static void
add_tiles(struct buf *out, const struct model *m)
{
	static const struct {
		enum model_table table;
		const char *what;
		int novelty;		/* -1: nobody asks */
	} tiles[] = {
		{ MODEL_IP, "addresses", MODEL_NEW_IP },
		{ MODEL_NETWORK, "networks", MODEL_NEW_NETWORK },
		{ MODEL_USER, "users tried", -1 },
		{ MODEL_COUNTRY, "countries", -1 },
	};

	for (size_t i = 0; i < sizeof tiles / sizeof *tiles; i++) {
		int k = tiles[i].novelty;

		add(out, "<section class=\"card tile\"><b>");
		/* Without databases none is known, which is not none. */
		if (m->total && m->tables[tiles[i].table].distinct == 0)
			add(out, "\xe2\x80\x93");
		else
			model_add_number(out,
			    m->tables[tiles[i].table].distinct);
		buf_addf(out, "</b><span>%s%s</span>", tiles[i].what,
		    m->tables[tiles[i].table].is_exact ? "" : " at least");
		if (k >= 0 && m->fresh[k].is_known) {
			add(out, m->fresh[k].is_exact ? "<span>" :
			    "<span>about ");
			model_add_number(out, m->fresh[k].distinct);
			add(out, " new</span>");
		}
		end_card(out);
	}
}

/*
 * Tables
 */

static void
add_value(struct buf *out, const struct model_item *item, bool is_asn)
{
	add(out, is_asn ? "<span>AS" : "<span>");
	markup_add(out, item->value);
	if (item->is_cut)
		markup_add_ellipsis(out);
	if (is_asn && item->name.n) {
		add(out, DOT);
		markup_add(out, item->name);
	}
	add(out, "</span>");
}

/* Ends a row: a bar under what stands there, as long as the number is large
 * among those of its table; the number; its share of all attempts. */
static void
end_row(struct buf *out, uint64_t n, uint64_t error, uint64_t most,
    uint64_t total)
{
	chart_add_share(out, n, most);
	buf_addf(out, "</td><td class=\"n\">%s", error ? "\xe2\x89\xa4" : "");
	model_add_number(out, n);
	add(out, "<small>");
	markup_add_percent(out, n, total);
	add(out, "\xc2\xa0%</small></td></tr>\n");
}

/* The same tags, whatever is known of an item. */
static void
add_details(struct buf *out, const struct model_item *item)
{
	add(out, "<small>");
	markup_add(out, item->name.n ? item->name : WORDING_NO_NAME);
	if (item->country.n) {
		add(out, DOT);
		markup_add(out, item->country);
	}
	if (item->asn.n) {
		add(out, DOT "AS");
		markup_add(out, item->asn);
	}
	if (item->users) {
		add(out, DOT);
		model_add_least(out, !item->is_least);
		wording_add_count(out, item->users, "user", "users");
	}
	add(out, "</small>");
}

static void
add_item(struct buf *out, const struct model *m, enum model_table table,
    size_t i)
{
	const struct model_item *item = &m->tables[table].items[i];

	add(out, "<tr><td><div>");
	add_value(out, item, table == MODEL_ASN);
	if (item->is_new)
		add(out, " <i>new</i>");
	add(out, "</div>");
	if (table == MODEL_IP)
		add_details(out, item);
	end_row(out, item->attempts, item->error,
	    m->tables[table].items[0].attempts, m->total);
}

/* How many there are, and how many attempts have none. */
static void
add_note(struct buf *out, const struct model *m, enum model_table table)
{
	const struct model_list *list = &m->tables[table];

	add(out, "<small>");
	model_add_least(out, list->is_exact);
	model_add_number(out, model_table_number(m, table));
	if (list->missing && table != MODEL_STATUS) {
		add(out, DOT);
		model_add_number(out, list->missing);
		add(out, " without");
	}
	add(out, "</small></h2>\n");
}

static void
add_table(struct buf *out, const struct model *m, enum model_table table,
    const char *kind)
{
	const struct model_list *list = &m->tables[table];

	if (list->n == 0)
		return;
	begin_card(out, kind, model_table_title(table));
	add_note(out, m, table);
	add(out, "<table>\n");
	for (size_t i = 0; i < list->n; i++)
		add_item(out, m, table, i);
	add(out, "</table>\n");
	end_card(out);
}

static void
add_logins(struct buf *out, const struct model *m)
{
	if (m->n_logins == 0)
		return;
	begin_card(out, "half", "Who tried whom</h2>\n<table>\n");
	for (size_t i = 0; i < m->n_logins; i++) {
		const struct model_login *l = &m->logins[i];

		add(out, "<tr><td><div><span>");
		markup_add(out, l->user);
		add(out, "</span></div><small>");
		markup_add(out, l->ip);
		add(out, DOT);
		markup_add(out, l->hostname.n ? l->hostname :
		    WORDING_NO_NAME);
		if (l->country.n)
			add(out, DOT);
		markup_add(out, l->country);
		add(out, "</small>");
		end_row(out, l->attempts, l->error, m->logins[0].attempts,
		    m->total);
	}
	add(out, "</table>\n");
	end_card(out);
}

/*
 * Pictures
 */

static void
add_day_title(struct buf *out, const void *about, size_t i)
{
	const struct model *m = about;

	wording_add_date(out, &m->days[i]);
	buf_addf(out, " (%s): ", wording_weekday(m->days[i].weekday));
	model_add_number(out, m->days[i].attempts);
}

static void
add_days(struct buf *out, const struct model *m)
{
	uint64_t values[MODEL_DAYS];
	struct chart c = { .label = "attempts by day", .values = values,
		.n = m->n_days, .title = add_day_title, .about = m };
	bool is_long = m->n_days > NAMED_DAYS;
	size_t step = is_long ? (m->n_days + LABELS - 1) / LABELS : 1;

	for (size_t i = 0; i < m->n_days; i++) {
		values[i] = m->days[i].attempts;
		c.old += m->days[i].is_baseline;
	}
	if (m->comparison.baseline_days > 1)
		c.level = m->comparison.median;
	chart_add_bars(out, &c);
	buf_addf(out, "<div class=\"axis%s\">", is_long ? "" : " mid");
	for (size_t i = 0; i < m->n_days; i += step) {
		add(out, "<span>");
		if (is_long)
			wording_add_date(out, &m->days[i]);
		else
			wording_add_day(out, &m->days[i]);
		add(out, "</span>");
	}
	add(out, "</div>\n");
}

static void
add_new(struct buf *out, const struct model *m, enum model_novelty kind,
    const char *title)
{
	const struct model_new *new = &m->fresh[kind];

	if (!new->is_known || new->n == 0)
		return;
	buf_addf(out, "<h3>%s<small>%s", title, new->is_exact ? "" : "about ");
	model_add_number(out, new->distinct);
	add(out, " with ");
	wording_add_count(out, new->attempts, "attempt", "attempts");
	add(out, "</small></h3>\n<table>\n");
	for (size_t i = 0; i < new->n && i < NEW_SHOWN; i++) {
		add(out, "<tr><td><div>");
		add_value(out, &new->items[i], kind == MODEL_NEW_ASN);
		buf_addf(out, "</div></td><td class=\"n\">%s",
		    new->items[i].error ? "\xe2\x89\xa4" : "");
		model_add_number(out, new->items[i].attempts);
		add(out, "</td></tr>\n");
	}
	add(out, "</table>\n");
}

static void
add_changes(struct buf *out, const struct model *m)
{
	begin_card(out, "half", "What changed<small>");
	if (m->comparison.baseline_days > 1) {
		add(out, "usual: ");
		model_add_number(out, m->comparison.median);
		add(out, " a day (dashed)");
	}
	add(out, "</small></h2>\n");
	add_days(out, m);
	add_new(out, m, MODEL_NEW_IP, "New addresses");
	add_new(out, m, MODEL_NEW_NETWORK, "New networks");
	add_new(out, m, MODEL_NEW_ASN, "New autonomous systems");
	end_card(out);
}

static void
add_hour_title(struct buf *out, const void *about, size_t i)
{
	const struct model *m = about;

	buf_addf(out, "%02zu:00 to %02zu:59: ", i, i);
	model_add_number(out, m->hours[i]);
}

static void
add_hours_axis(struct buf *out)
{
	add(out, "<div class=\"axis\">");
	for (int hour = 0; hour < 24; hour += 3)
		buf_addf(out, "<span>%d</span>", hour);
	add(out, "</div>\n");
}

static void
add_hours(struct buf *out, const struct model *m, const char *kind)
{
	const struct chart c = { .label = "attempts by hour of the day",
		.values = m->hours, .n = 24, .title = add_hour_title,
		.about = m };
	uint64_t high = chart_highest(m->hours, 24);

	begin_card(out, kind, "When<small>hour of the day; most in one: ");
	model_add_number(out, high);
	add(out, "</small></h2>\n");
	chart_add_bars(out, &c);
	add_hours_axis(out);
	end_card(out);
}

static void
add_cell_title(struct buf *out, const void *about, size_t i)
{
	const struct model *m = about;

	buf_addf(out, "%s %02zu:00: ", wording_weekday((int)(i / 24)), i % 24);
	model_add_number(out, m->heat[i / 24][i % 24]);
}

static void
add_week(struct buf *out, const struct model *m)
{
	const struct chart c = { .label = "attempts by weekday and hour",
		.values = m->heat[0], .n = 7 * 24, .title = add_cell_title,
		.about = m };

	begin_card(out, "half", "Week<small>weekday and hour</small></h2>\n"
	    "<div class=\"week\"><div class=\"days\">");
	for (int day = 0; day < 7; day++)
		buf_addf(out, "<span>%s</span>", wording_weekday(day));
	add(out, "</div>\n");
	chart_add_heat(out, &c, 24);
	add(out, "<div></div>");
	add_hours_axis(out);
	add(out, "</div>\n");
	end_card(out);
}

static void
add_foot(struct buf *out, const struct model *m)
{
	add(out, "</div>\n<footer>");
	model_add_number(out, m->rows);
	add(out, " rows, ");
	wording_add_size(out, m->bytes);
	add(out, ", in ");
	wording_add_count(out, m->n_files, "file", "files");
	add(out, DOT "mls-summarize " VERSION "</footer>\n</main>\n</body>\n"
	    "</html>\n");
}

void
page_add(struct buf *out, const struct model *m)
{
	static const enum model_table tables[] = {
		MODEL_COUNTRY, MODEL_ASN, MODEL_ASO, MODEL_NETWORK,
		MODEL_HOSTNAME, MODEL_STATUS, MODEL_SERVICE, MODEL_MECHANISM,
	};
	bool is_long = m->period.days > 1;

	add_head(out, m);
	add_alerts(out, m);
	add_tiles(out, m);
	add_table(out, m, MODEL_IP, "half");
	add_changes(out, m);
	add_hours(out, m, is_long ? "half" : "wide");
	/* A day has one weekday. */
	if (is_long)
		add_week(out, m);
	add_notices(out, m);
	add_logins(out, m);
	add_table(out, m, MODEL_USER, "half");
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		add_table(out, m, tables[i], "third");
	if (m->tables[MODEL_SERVER].distinct > 1)
		add_table(out, m, MODEL_SERVER, "third");
	add_foot(out, m);
}
