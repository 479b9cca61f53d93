/* SPDX-License-Identifier: ISC */
/* The report as text. */
#include "report/text.h"

#include <stdio.h>

#include "report/bars.h"
#include "report/width.h"
#include "report/wording.h"

enum {
	INDENT = 2,
	NUMBER = 10,		/* columns of attempts in a table, */
	SHARE = 6,		/* and of percent */
	IP_MAX = 39,		/* of an address, whole */
	SENTENCE_MAX = 4096,
	DAYS_SHOWN = 31,
	DAY_BAR = 50,
	ITEMS_MAX = 50,		/* more than these nobody reads */
};

/* Columns of a table's line: for the value and the bar; what there is more to
 * say has the rest. */
static const struct {
	size_t value, bar;
} layouts[MODEL_TABLES] = {
	[MODEL_USER] = { 28, 0 },
	[MODEL_IP] = { IP_MAX, 0 },
	[MODEL_NETWORK] = { 39, 8 },
	[MODEL_HOSTNAME] = { 46, 8 },
	[MODEL_COUNTRY] = { 8, 30 },
	[MODEL_ASN] = { 12, 8 },
	[MODEL_ASO] = { 46, 8 },
	[MODEL_SERVICE] = { 20, 30 },
	[MODEL_MECHANISM] = { 20, 30 },
	[MODEL_STATUS] = { 20, 30 },
	[MODEL_SERVER] = { 46, 8 },
};

static const char *const weekdays[] = { "Mon", "Tue", "Wed", "Thu", "Fri",
	"Sat", "Sun" };

static void
add_times(struct buf *out, const char *what, size_t n)
{
	while (n--)
		buf_addf(out, "%s", what);
}

static void
add_rule(struct buf *out)
{
	add_times(out, "=", TEXT_COLUMNS);
	buf_add_byte(out, '\n');
}

static void
add_title(struct buf *out, const char *title)
{
	buf_addf(out, "\n%s\n", title);
}

/* A sentence that is made in a buffer of its own. */
static void
add_sentence(struct buf *out, const struct buf *sentence, size_t indent)
{
	add_times(out, " ", indent);
	width_add_wrapped(out, buf_slice(sentence), indent, indent,
	    TEXT_COLUMNS);
}

static void
add_head(struct buf *out, const struct model *m)
{
	struct buf line;

	buf_init(&line, SENTENCE_MAX);
	buf_add(&line, SLICE("mls report"));
	if (m->host.n) {
		buf_add(&line, SLICE(": "));
		buf_add(&line, m->host);
	}
	buf_add(&line, SLICE(", "));
	buf_add(&line, m->period.label);
	width_add_cut(out, buf_slice(&line), TEXT_COLUMNS);
	buf_add_byte(out, '\n');
	add_rule(out);
	buf_release(&line);
}

static void
add_verdict(struct buf *out, const struct model *m)
{
	struct buf line;

	buf_init(&line, SENTENCE_MAX);
	buf_add(&line, m->verdict);
	buf_add_byte(&line, '.');
	add_sentence(out, &line, 0);
	buf_reset(&line);
	wording_add_change(&line, m);
	if (line.n)
		add_sentence(out, &line, 0);
	if (m->damaged) {
		buf_reset(&line);
		wording_add_count(&line, m->damaged, "damaged row was",
		    "damaged rows were");
		buf_add(&line, SLICE(" left out."));
		add_sentence(out, &line, 0);
	}
	buf_release(&line);
}

/* The same advice once, below the last alert it is for. */
static bool
is_last_of_kind(const struct model *m, size_t i)
{
	return i + 1 == m->n_alerts ||
	    m->alerts[i + 1].kind != m->alerts[i].kind;
}

static void
add_alerts(struct buf *out, const struct model *m)
{
	struct buf line;

	if (m->n_alerts == 0)
		return;
	add_title(out, m->severity > MODEL_NOTICE ? "Alerts" : "Notices");
	buf_init(&line, SENTENCE_MAX);
	for (size_t i = 0; i < m->n_alerts; i++) {
		const struct model_alert *a = &m->alerts[i];

		if (i == 0 || is_last_of_kind(m, i - 1)) {
			buf_addf(out, "  %s: %s\n",
			    model_severity_name(a->severity).p, a->title);
		}
		buf_reset(&line);
		wording_add_alert(&line, a, buf_add);
		add_sentence(out, &line, 2 * INDENT);
		if (!is_last_of_kind(m, i))
			continue;
		buf_reset(&line);
		buf_addf(&line, "-> %s", a->advice);
		add_sentence(out, &line, 2 * INDENT);
	}
	if (m->hidden_alerts) {
		buf_add(out, SLICE("  and "));
		model_add_least(out, m->is_hidden_exact);
		model_add_number(out, m->hidden_alerts);
		buf_add(out, SLICE(" more\n"));
	}
	buf_release(&line);
}

/* What stands behind the bar: as much as there is room for. */
static void
add_about(struct buf *about, enum model_table table,
    const struct model_item *item)
{
	if (item->error)
		buf_addf(about, "(-%llu) ", (unsigned long long)item->error);
	if (item->is_new)
		buf_add(about, SLICE("new "));
	if (table == MODEL_USER && item->addresses) {
		model_add_least(about, !item->is_least);
		wording_add_count(about, item->addresses, "address",
		    "addresses");
		if (item->countries) {
			buf_add(about, SLICE(", "));
			wording_add_count(about, item->countries, "country",
			    "countries");
		}
		return;
	}
	buf_add(about, item->country);
	if (item->country.n)
		buf_add_byte(about, ' ');
	if (item->asn.n)
		buf_add(about, SLICE("AS"));
	buf_add(about, item->asn);
	if (item->asn.n)
		buf_add_byte(about, ' ');
	buf_add(about, item->name);
}

static void
trim_blanks(struct buf *out)
{
	while (out->n && out->p[out->n - 1] == ' ')
		out->n--;
	buf_add_byte(out, '\n');
}

static void
add_bar(struct buf *out, uint64_t value, uint64_t most, size_t columns)
{
	size_t from = out->n;

	if (columns == 0)
		return;
	bars_add_one(out, value, most, columns);
	add_times(out, " ", columns + 1 - width_of(slice_from(buf_slice(out),
	    from)));
}

/* Value, attempts, percent, bar, more. */
static void
add_item(struct buf *out, struct buf *scratch, enum model_table table,
    const struct model_item *item, uint64_t most, uint64_t total)
{
	size_t value = layouts[table].value, bar = layouts[table].bar;
	size_t about = TEXT_COLUMNS - INDENT - value - NUMBER - SHARE - 2 -
	    (bar ? bar + 1 : 0);

	add_times(out, " ", INDENT);
	buf_reset(scratch);
	buf_add(scratch, table == MODEL_ASN ? SLICE("AS") : SLICE(""));
	buf_add(scratch, item->value);
	if (item->is_cut)
		buf_add(scratch, SLICE("\xe2\x80\xa6"));
	width_add_left(out, buf_slice(scratch), value);
	buf_reset(scratch);
	model_add_number(scratch, item->attempts);
	width_add_right(out, buf_slice(scratch), NUMBER);
	buf_reset(scratch);
	/* Not by printf, which takes 12.5 to 12 and 13.5 to 14. */
	model_add_number(scratch, total ? (uint64_t)((double)item->attempts *
	    100 / (double)total + 0.5) : 0);
	buf_add(scratch, SLICE(" %"));
	width_add_right(out, buf_slice(scratch), SHARE);
	add_times(out, " ", 2);
	add_bar(out, item->attempts, most, bar);
	buf_reset(scratch);
	add_about(scratch, table, item);
	width_add_cut(out, buf_slice(scratch), about);
	trim_blanks(out);
}

static void
add_table(struct buf *out, const struct model *m, enum model_table table)
{
	const struct model_list *list = &m->tables[table];
	struct buf scratch;

	if (list->n == 0)
		return;
	buf_addf(out, "\n%s: ", model_table_title(table));
	model_add_number(out, model_table_number(m, table));
	if (!list->is_exact)
		buf_add(out, SLICE(" at least"));
	if (list->missing && table != MODEL_STATUS) {
		buf_add(out, SLICE(" (unknown in "));
		wording_add_count(out, list->missing, "failed login",
		    "failed logins");
		buf_add_byte(out, ')');
	}
	buf_add_byte(out, '\n');
	buf_init(&scratch, SENTENCE_MAX);
	for (size_t i = 0; i < list->n && i < ITEMS_MAX; i++)
		add_item(out, &scratch, table, &list->items[i],
		    list->items[0].attempts, m->total);
	buf_release(&scratch);
}

static size_t
widest_ip(const struct model *m)
{
	size_t widest = 0;

	for (size_t i = 0; i < m->n_logins && i < ITEMS_MAX; i++)
		if (m->logins[i].ip.n > widest)
			widest = m->logins[i].ip.n;
	return widest;
}

static void
add_logins(struct buf *out, const struct model *m)
{
	enum { USER = 20 };
	size_t ip = widest_ip(m);
	size_t rest = TEXT_COLUMNS - INDENT - NUMBER - INDENT - USER - 1 - ip -
	    1 - 3;
	struct buf number;

	if (m->n_logins == 0)
		return;
	add_title(out, "Who tried whom");
	buf_init(&number, SENTENCE_MAX);
	for (size_t i = 0; i < m->n_logins && i < ITEMS_MAX; i++) {
		const struct model_login *login = &m->logins[i];

		buf_reset(&number);
		if (login->error)
			buf_add(&number, SLICE("\xe2\x89\xa4"));
		model_add_number(&number, login->attempts);
		add_times(out, " ", INDENT);
		width_add_left(out, login->user, USER);
		buf_add_byte(out, ' ');
		width_add_left(out, login->ip, ip);
		width_add_right(out, buf_slice(&number), NUMBER);
		add_times(out, " ", INDENT);
		width_add_left(out, login->country, 2);
		buf_add_byte(out, ' ');
		width_add_cut(out, login->hostname, rest);
		trim_blanks(out);
	}
	buf_release(&number);
}

static void
add_new(struct buf *out, const struct model *m)
{
	static const struct {
		const char *one, *many;
		enum model_table table;
	} kinds[MODEL_NOVELTIES] = {
		[MODEL_NEW_IP] = { "address", "addresses", MODEL_IP },
		[MODEL_NEW_NETWORK] = { "network", "networks",
			MODEL_NETWORK },
		[MODEL_NEW_ASN] = { "autonomous system", "autonomous systems",
			MODEL_ASN },
	};
	struct buf scratch;

	if (!m->fresh[0].is_known)
		return;
	buf_init(&scratch, SENTENCE_MAX);
	for (int i = 0; i < MODEL_NOVELTIES; i++) {
		const struct model_new *new = &m->fresh[i];

		buf_add(out, SLICE("\nNew in 7 days: "));
		wording_add_new(out, new, kinds[i].one, kinds[i].many);
		buf_add(out, SLICE(", "));
		wording_add_count(out, new->attempts, "failed login",
		    "failed logins");
		buf_add_byte(out, '\n');
		for (size_t k = 0; k < new->n && k < ITEMS_MAX; k++) {
			struct model_item item = new->items[k];

			/* The title says it. */
			item.is_new = false;
			add_item(out, &scratch, kinds[i].table, &item,
			    new->items[0].attempts, m->total);
		}
	}
	buf_release(&scratch);
}

static void
add_hours(struct buf *out, const struct model *m)
{
	add_title(out, "Hours of the day");
	bars_add_upright(out, m->hours, 24, 4, 2, INDENT);
	add_times(out, " ", INDENT);
	for (int h = 0; h < 24; h++)
		buf_addf(out, h < 23 ? "%02d " : "%02d\n", h);
}

static void
add_heat(struct buf *out, const struct model *m)
{
	uint64_t most = 0;

	if (m->period.days < 2)
		return;
	for (int d = 0; d < 7; d++)
		for (int h = 0; h < 24; h++)
			most = m->heat[d][h] > most ? m->heat[d][h] : most;
	add_title(out, "Weekday and hour");
	for (int d = 0; d < 7; d++) {
		buf_addf(out, "  %s ", weekdays[d]);
		for (int h = 0; h < 24; h++)
			bars_add_shade(out, m->heat[d][h], most, 2);
		buf_add_byte(out, '\n');
	}
	buf_add(out, SLICE("      "));
	for (int h = 0; h < 24; h += 3)
		buf_addf(out, h < 21 ? "%02d    " : "%02d\n", h);
}

static void
add_days(struct buf *out, const struct model *m)
{
	size_t from = m->n_days > DAYS_SHOWN ? m->n_days - DAYS_SHOWN : 0;
	uint64_t most = 0;
	struct buf number;

	if (m->n_days < 2)
		return;
	add_title(out, "Days");
	for (size_t i = from; i < m->n_days; i++)
		most = m->days[i].attempts > most ? m->days[i].attempts : most;
	buf_init(&number, SENTENCE_MAX);
	for (size_t i = from; i < m->n_days; i++) {
		const struct model_day *day = &m->days[i];

		buf_addf(out, "  %04d-%02d-%02d %s", day->date.year,
		    day->date.month, day->date.day, weekdays[day->weekday]);
		buf_reset(&number);
		model_add_number(&number, day->attempts);
		width_add_right(out, buf_slice(&number), NUMBER - 1);
		buf_add_byte(out, ' ');
		bars_add_one(out, day->attempts, most, DAY_BAR);
		trim_blanks(out);
	}
	buf_release(&number);
}

static void
add_foot(struct buf *out, const struct model *m)
{
	struct buf line;

	buf_init(&line, SENTENCE_MAX);
	add_title(out, "What was read");
	wording_add_count(&line, m->n_files, "file", "files");
	buf_add(&line, SLICE(", "));
	wording_add_count(&line, m->bytes, "byte", "bytes");
	buf_add(&line, SLICE(", "));
	wording_add_count(&line, m->lines, "line", "lines");
	buf_add(&line, SLICE(", "));
	wording_add_count(&line, m->rows, "row", "rows");
	buf_add(&line, SLICE("; "));
	wording_add_count(&line, m->damaged, "damaged", "damaged");
	buf_add(&line, SLICE("; "));
	wording_add_count(&line, m->outside, "of another time",
	    "of another time");
	buf_add(&line, SLICE("; by mls-summarize " VERSION));
	add_sentence(out, &line, INDENT);
	buf_release(&line);
}

void
text_add(struct buf *out, const struct model *m)
{
	/* Those first that tell who it was. */
	static const enum model_table tables[] = { MODEL_USER, MODEL_IP,
		MODEL_NETWORK, MODEL_HOSTNAME, MODEL_COUNTRY, MODEL_ASN,
		MODEL_ASO, MODEL_SERVICE, MODEL_MECHANISM, MODEL_STATUS };

	add_head(out, m);
	add_verdict(out, m);
	add_alerts(out, m);
	if (m->total) {
		add_hours(out, m);
		add_heat(out, m);
	}
	add_days(out, m);
	if (m->total)
		add_new(out, m);
	add_logins(out, m);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		add_table(out, m, tables[i]);
	if (m->tables[MODEL_SERVER].distinct > 1)
		add_table(out, m, MODEL_SERVER);
	add_foot(out, m);
}
