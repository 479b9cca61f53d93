/* SPDX-License-Identifier: ISC */
/* The report as HTML for mail readers. */
#include "report/letter.h"

#include "report/chart.h"
#include "report/markup.h"
#include "report/model.h"
#include "report/wording.h"

/* Mail readers drop style sheets, or parts of them: each element says by itself
 * what it looks like.  The few classes are for those that know dark mode. */
#define TABLE "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" " \
	"cellspacing=\"0\" border=\"0\""
#define INK "#1b2230"
#define PART "#5271e0"
#define AIR "#e9edf5"
#define CARD "#fdfdfe"
#define PAGE "#f3f5f9"
#define SOFT "class=\"soft\" style=\"color:#566072;font-size:12px"
#define THIN "font-size:1px;line-height:5px"
#define BROKEN "word-break:break-word;overflow-wrap:anywhere"
#define DOT " \xc2\xb7 "

enum { DAYS_SHOWN = 14, ALERTS_SHOWN = 5 /* of a kind */ };

static const char style[] =
    "@media (prefers-color-scheme: dark) {\n"
    ".page { background: #12161d !important; color: #e6e9ef !important }\n"
    ".card { background: #1a202a !important; "
    "border-color: #2c3441 !important }\n"
    ".soft { color: #a0abbd !important }\n"
    ".bad { color: #ff9b92 !important }\n"
    ".warn { color: #f5bf78 !important }\n"
    ".good { color: #7ed6a3 !important }\n"
    ".part { background: #7d98f5 !important }\n"
    ".air, .h0 { background: #28303d !important }\n"
    ".h1 { background: #2c3858 !important }\n"
    ".h2 { background: #33426c !important }\n"
    ".h3 { background: #3c4e82 !important }\n"
    ".h4 { background: #485d9c !important }\n"
    ".h5 { background: #566eb8 !important }\n"
    ".h6 { background: #6881d6 !important }\n"
    ".h7 { background: #7d98f5 !important }\n"
    ".h8 { background: #b3c3ff !important }\n"
    ".h0, .h1, .h2, .h3, .h4, .h5, .h6, .h7, .h8 "
    "{ border-color: #1a202a !important }\n"
    "}\n";

static const char *const heat[] = {
	AIR, "#d8dff6", "#c4cff3", "#afbef0", "#99acec", "#8199e8", "#6a86e4",
	PART, "#3a57c8",
};

static void
add(struct buf *out, const char *text)
{
	buf_add(out, slice_text(text));
}

/* What comes next is small print behind the title, until end_title(). */
static void
begin_card(struct buf *out, const char *title)
{
	add(out, "<tr><td style=\"padding:0 0 10px\">" TABLE " class=\"card\" "
	    "bgcolor=\"" CARD "\" style=\"background:" CARD ";border:1px solid "
	    "#e3e7ee;border-radius:10px\"><tr><td style=\"padding:12px 16px\">"
	    "\n<div style=\"font-size:15px;font-weight:bold;"
	    "padding-bottom:4px\">");
	add(out, title);
	add(out, " <span " SOFT ";font-weight:normal\">&nbsp;");
}

static void
end_title(struct buf *out)
{
	add(out, "</span></div>\n");
}

static void
end_card(struct buf *out)
{
	add(out, "</td></tr></table></td></tr>\n");
}

static void
add_head(struct buf *out, const struct model *m)
{
	add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<meta name=\"supported-color-schemes\" content=\"light dark\">\n"
	    "<title>");
	markup_add_words(out, m->verdict);
	add(out, "</title>\n<style>\n");
	add(out, style);
	add(out, "</style>\n</head>\n<body class=\"page\" bgcolor=\"" PAGE "\" "
	    "style=\"margin:0;padding:0;background:" PAGE ";color:" INK "\">\n"
	    /* What lists of messages show behind the subject. */
	    "<div style=\"display:none;max-height:0;overflow:hidden\">");
	markup_add_words(out, m->verdict);
	add(out, "</div>\n" TABLE " class=\"page\" bgcolor=\"" PAGE "\" "
	    "style=\"background:" PAGE ";color:" INK ";font-family:'Segoe UI',"
	    "Roboto,Helvetica,Arial,sans-serif;font-size:14px;"
	    "line-height:1.4\"><tr><td align=\"center\" "
	    "style=\"padding:16px 10px\">\n<table role=\"presentation\" "
	    "width=\"600\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
	    "style=\"width:100%;max-width:600px;text-align:left\">\n"
	    "<tr><td style=\"" BROKEN "\"><div " SOFT "\">");
	markup_add_unlinked(out, m->host);
	add(out, DOT);
	wording_add_period(out, m);
	add(out, "</div>\n<div style=\"font-size:22px;line-height:1.3;"
	    "font-weight:bold;padding-top:4px\">");
	markup_add_words(out, m->verdict);
	add(out, "</div>\n<div style=\"padding:2px 0 14px\">");
	wording_add_change(out, m);
	add(out, "</div></td></tr>\n");
}

static const struct colour {
	const char *kind, *code;
} severities[] = {
	[MODEL_CALM] = { "good", "#17663c" },
	[MODEL_NOTICE] = { "soft", "#566072" },
	[MODEL_WARNING] = { "warn", "#8a4b08" },
	[MODEL_CRITICAL] = { "bad", "#b3261e" },
};

/* Those of one kind, of which the one at i is the first.  Returns the place of
 * the next one. */
static size_t
add_kind(struct buf *out, const struct model *m, size_t i)
{
	const struct model_alert *first = &m->alerts[i], *a = first;
	const struct model_alert *end = m->alerts + m->n_alerts;
	const struct colour *c = &severities[first->severity];

	add(out, "<tr><td style=\"padding:0 0 10px\">" TABLE "><tr>");
	buf_addf(out, "<td width=\"5\" bgcolor=\"%s\"></td><td class=\"card\" "
	    "bgcolor=\"" CARD "\" style=\"background:" CARD ";padding:10px "
	    "14px;" BROKEN "\">\n<div class=\"%s\" "
	    "style=\"font-weight:bold;color:%s\">",
	    c->code, c->kind, c->code);
	wording_add_sentence(out, first->title);
	add(out, "</div>\n");
	for (; a < end && a->kind == first->kind &&
	    a->severity == first->severity; a++) {
		if (a - first >= ALERTS_SHOWN)
			continue;
		add(out, "<div>");
		wording_add_alert(out, a, markup_add_unlinked);
		add(out, "</div>\n");
	}
	if (a - first > ALERTS_SHOWN)
		buf_addf(out, "<div>and %d more</div>\n",
		    (int)(a - first) - ALERTS_SHOWN);
	add(out, "<div " SOFT "\">");
	wording_add_sentence(out, first->advice);
	add(out, "</div></td></tr></table></td></tr>\n");
	return i + (size_t)(a - first);
}

/* What must be known at once.  Returns the place of the first notice. */
static size_t
add_alerts(struct buf *out, const struct model *m)
{
	size_t i = 0;

	while (i < m->n_alerts && m->alerts[i].severity > MODEL_NOTICE)
		i = add_kind(out, m, i);
	return i;
}

/* What every server sees. */
static void
add_notices(struct buf *out, const struct model *m, size_t i)
{
	while (i < m->n_alerts)
		i = add_kind(out, m, i);
	if (m->hidden_alerts == 0)
		return;
	add(out, "<tr><td style=\"padding:0 0 10px\">and ");
	model_add_least(out, m->is_hidden_exact);
	model_add_number(out, m->hidden_alerts);
	add(out, " more of these kinds</td></tr>\n");
}

static void
add_bar(struct buf *out, uint64_t part, uint64_t whole)
{
	unsigned width = (chart_share(part, whole) + 5) / 10;

	add(out, TABLE "><tr>");
	if (part)
		buf_addf(out, "<td class=\"part\" width=\"%u%%\" bgcolor=\""
		    PART "\" style=\"background:" PART ";" THIN "\">&nbsp;"
		    "</td>", width ? width : 1);
	if (width < 100)
		add(out, "<td class=\"air\" bgcolor=\"" AIR "\" "
		    "style=\"background:" AIR ";" THIN "\">&nbsp;</td>");
	add(out, "</tr></table>");
}

static void
begin_row(struct buf *out)
{
	add(out, "<tr><td style=\"padding:4px 0;" BROKEN "\">");
}

static void
end_row(struct buf *out, uint64_t n, uint64_t error, uint64_t whole)
{
	add_bar(out, n, whole);
	add(out, "</td><td width=\"80\" align=\"right\" valign=\"top\" "
	    "style=\"padding:4px 0\">");
	add(out, error ? "\xe2\x89\xa4" : "");
	model_add_number(out, n);
	add(out, "</td></tr>\n");
}

/* What is known of an address. */
static void
add_details(struct buf *out, const struct model_item *item)
{
	add(out, "<div " SOFT "\">");
	markup_add_unlinked(out, item->name.n ? item->name : WORDING_NO_NAME);
	if (item->country.n)
		add(out, DOT);
	markup_add_unlinked(out, item->country);
	if (item->asn.n)
		add(out, DOT "AS");
	markup_add_unlinked(out, item->asn);
	if (item->users) {
		add(out, DOT);
		model_add_least(out, !item->is_least);
		wording_add_count(out, item->users, "user", "users");
	}
	add(out, "</div>");
}

static void
add_item(struct buf *out, const struct model_item *item, uint64_t most,
    bool has_details)
{
	begin_row(out);
	markup_add_unlinked(out, item->value);
	if (item->is_cut)
		markup_add_ellipsis(out);
	if (item->is_new)
		add(out, " <b class=\"warn\" style=\"color:#8a4b08\">new</b>");
	if (has_details)
		add_details(out, item);
	end_row(out, item->attempts, item->error, most);
}

static void
add_table(struct buf *out, const struct model *m, enum model_table table,
    size_t rows)
{
	const struct model_list *list = &m->tables[table];

	if (list->n == 0)
		return;
	begin_card(out, model_table_title(table));
	model_add_least(out, list->is_exact);
	model_add_number(out, model_table_number(m, table));
	end_title(out);
	add(out, TABLE ">\n");
	for (size_t i = 0; i < list->n && i < rows; i++)
		add_item(out, &list->items[i], list->items[0].attempts,
		    table == MODEL_IP);
	add(out, "</table>\n");
	end_card(out);
}

static void
add_new(struct buf *out, const struct model *m)
{
	static const char *const kinds[][2] = {
		[MODEL_NEW_IP] = { "address", "addresses" },
		[MODEL_NEW_NETWORK] = { "network", "networks" },
		[MODEL_NEW_ASN] = { "autonomous system",
			"autonomous systems" },
	};

	const char *between = "<div style=\"padding-top:6px\">New: ";
	size_t begin = out->n;

	for (int kind = 0; kind < MODEL_NOVELTIES; kind++) {
		const struct model_new *new = &m->fresh[kind];

		if (!new->is_known || new->distinct == 0)
			continue;
		add(out, between);
		wording_add_new(out, new, kinds[kind][0], kinds[kind][1]);
		between = ", ";
	}
	if (out->n > begin)
		add(out, "</div>\n");
}

/* The last days, so that the period ends the list. */
static void
add_days(struct buf *out, const struct model *m)
{
	const struct model_day *days = m->days;
	size_t n = m->n_days;
	uint64_t high = 0;

	if (n > DAYS_SHOWN) {
		days += n - DAYS_SHOWN;
		n = DAYS_SHOWN;
	}
	for (size_t i = 0; i < n; i++)
		if (days[i].attempts > high)
			high = days[i].attempts;
	begin_card(out, "What changed");
	if (m->comparison.baseline_days > 1) {
		add(out, "usual: ");
		model_add_number(out, m->comparison.median);
		add(out, " a day");
	}
	end_title(out);
	add(out, TABLE ">\n");
	for (size_t i = 0; i < n; i++) {
		begin_row(out);
		add(out, days[i].is_baseline ? "" : "<b>");
		wording_add_day(out, &days[i]);
		add(out, days[i].is_baseline ? "" : "</b>");
		end_row(out, days[i].attempts, 0, high);
	}
	add(out, "</table>\n");
	add_new(out, m);
	end_card(out);
}

static void
add_hours_axis(struct buf *out)
{
	for (int hour = 0; hour < 24; hour += 3)
		buf_addf(out, "<td colspan=\"3\" " SOFT ";font-size:11px\">%d"
		    "</td>", hour);
	add(out, "</tr>");
}

/* An upright bar, that many pixels of at most high. */
static void
add_column(struct buf *out, unsigned high, unsigned pixels)
{
	const char *colour = pixels ? PART : AIR;

	buf_addf(out, "<td valign=\"bottom\" height=\"%u\" "
	    "style=\"padding:0 1px\">", high);
	buf_addf(out, "%s><tr><td class=\"%s\" height=\"%u\" bgcolor=\"%s\" "
	    "style=\"background:%s;font-size:1px;line-height:%upx\">&nbsp;"
	    "</td></tr></table></td>\n", TABLE, pixels ? "part" : "air",
	    pixels ? pixels : 1, colour, colour, pixels ? pixels : 1);
}

static void
add_hours(struct buf *out, const struct model *m)
{
	enum { HIGH = 72 };
	uint64_t high = chart_highest(m->hours, 24);

	begin_card(out, "When");
	add(out, "hour of the day; most in one: ");
	model_add_number(out, high);
	end_title(out);
	add(out, TABLE " style=\"table-layout:fixed\"><tr>\n");
	for (int hour = 0; hour < 24; hour++)
		add_column(out, HIGH, chart_share(m->hours[hour], high) *
		    HIGH / 1000);
	add(out, "</tr><tr>");
	add_hours_axis(out);
	add(out, "</table>\n");
	end_card(out);
}

static void
add_week(struct buf *out, const struct model *m)
{
	uint64_t high = chart_highest(m->heat[0], 7 * 24);

	begin_card(out, "Week");
	add(out, "weekday and hour");
	end_title(out);
	add(out, TABLE " style=\"table-layout:fixed\">\n");
	for (int day = 0; day < 7; day++) {
		buf_addf(out, "<tr><td width=\"34\" " SOFT ";font-size:11px\">"
		    "%s</td>\n", wording_weekday(day));
		for (int hour = 0; hour < 24; hour++) {
			unsigned h = chart_heat(m->heat[day][hour], high);

			buf_addf(out, "<td class=\"h%u\" height=\"16\" "
			    "bgcolor=\"%s\" style=\"background:%s;border:1px "
			    "solid " CARD "\"></td>\n", h, heat[h], heat[h]);
		}
		add(out, "</tr>\n");
	}
	add(out, "<tr><td></td>");
	add_hours_axis(out);
	add(out, "</table>\n");
	end_card(out);
}

static void
add_foot(struct buf *out, const struct model *m, struct slice note)
{
	add(out, "<tr><td " SOFT "\">");
	markup_add_words(out, note);
	add(out, note.n ? "<br>\n" : "");
	model_add_number(out, m->rows);
	add(out, " rows, ");
	wording_add_size(out, m->bytes);
	add(out, ", in ");
	wording_add_count(out, m->n_files, "file", "files");
	if (m->damaged) {
		add(out, "; damaged, and not counted: ");
		model_add_number(out, m->damaged);
	}
	add(out, DOT "mls-summarize " VERSION "</td></tr>\n</table>\n"
	    "</td></tr></table>\n</body>\n</html>\n");
}

static void
add_all(struct buf *out, const struct model *m, struct slice note,
    size_t rows)
{
	static const enum model_table tables[] = {
		MODEL_USER, MODEL_COUNTRY, MODEL_ASO, MODEL_NETWORK,
		MODEL_STATUS, MODEL_SERVICE, MODEL_MECHANISM,
	};
	size_t notices;

	add_head(out, m);
	notices = add_alerts(out, m);
	add_table(out, m, MODEL_IP, rows);
	add_days(out, m);
	add_hours(out, m);
	/* A day has one weekday. */
	if (m->period.days > 1)
		add_week(out, m);
	add_notices(out, m, notices);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		add_table(out, m, tables[i], rows);
	add_foot(out, m, note);
}

void
letter_add(struct buf *out, const struct model *m, struct slice note)
{
	size_t before = out->n, rows = 1;

	for (int t = 0; t < MODEL_TABLES; t++)
		if (m->tables[t].n > rows)
			rows = m->tables[t].n;
	for (; rows; rows -= rows / 4 + 1) {
		out->n = before;
		add_all(out, m, note, rows);
		if (out->n - before <= LETTER_MAX)
			return;
	}
}
