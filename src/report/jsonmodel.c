/* SPDX-License-Identifier: ISC */
/* The model as JSON. */
#include "report/jsonmodel.h"

#include "base/json.h"

/* Members of an object or items of an array, one by one. */
struct json {
	struct buf *out;
	bool is_begun;
};

static void
separate(struct json *j)
{
	if (j->is_begun)
		buf_add_byte(j->out, ',');
	j->is_begun = true;
}

static void
key(struct json *j, const char *name)
{
	separate(j);
	json_add_string(j->out, slice_text(name));
	buf_add_byte(j->out, ':');
}

static void
text(struct json *j, const char *name, struct slice value)
{
	key(j, name);
	json_add_string(j->out, value);
}

static void
number(struct json *j, const char *name, uint64_t value)
{
	key(j, name);
	buf_add_number(j->out, value);
}

static void
truth(struct json *j, const char *name, bool value)
{
	key(j, name);
	buf_addf(j->out, "%s", value ? "true" : "false");
}

static void
moment(struct json *j, const char *name, const struct when *w)
{
	key(j, name);
	buf_add_byte(j->out, '"');
	when_add_rfc3339(j->out, w);
	buf_add_byte(j->out, '"');
}

/* A part that has members or items of its own. */
static struct json
open(struct json *j, const char *name, char bracket)
{
	if (name)
		key(j, name);
	else
		separate(j);
	buf_add_byte(j->out, bracket);
	return (struct json){ .out = j->out };
}

static void
shut(struct json *j, char bracket)
{
	buf_add_byte(j->out, bracket);
}

static void
add_period(struct json *top, const struct model *m)
{
	struct json j = open(top, "period", '{');

	moment(&j, "from", &m->period.from);
	moment(&j, "to", &m->period.to);
	text(&j, "label", m->period.label);
	number(&j, "days", m->period.days);
	truth(&j, "all", m->period.is_all);
	shut(&j, '}');
}

static void
add_item(struct json *list, enum model_table table,
    const struct model_item *item, bool is_exact)
{
	struct json j = open(list, NULL, '{');

	text(&j, "value", item->value);
	number(&j, "attempts", item->attempts);
	if (!is_exact)
		number(&j, "error", item->error);
	if (item->is_cut)
		truth(&j, "cut", true);
	if (table == MODEL_USER) {
		number(&j, "addresses", item->addresses);
		number(&j, "countries", item->countries);
	} else if (table == MODEL_IP) {
		number(&j, "users", item->users);
		text(&j, "hostname", item->name);
		text(&j, "country_code", item->country);
		text(&j, "asn", item->asn);
	} else if (table == MODEL_ASN) {
		text(&j, "aso", item->name);
	}
	if (item->is_least)
		truth(&j, "at_least", true);
	if (table == MODEL_IP || table == MODEL_NETWORK || table == MODEL_ASN)
		truth(&j, "new", item->is_new);
	shut(&j, '}');
}

/* Names of tables are literals. */
static const char *
table_key_text(enum model_table table)
{
	return model_table_name(table).p;
}

static void
add_tops(struct json *top, const struct model *m)
{
	struct json j = open(top, "top", '{');

	for (int t = 0; t < MODEL_TABLES; t++) {
		enum model_table table = (enum model_table)t;
		const struct model_list *list = &m->tables[t];
		struct json items = open(&j, table_key_text(table), '[');

		for (size_t i = 0; i < list->n; i++)
			add_item(&items, table, &list->items[i],
			    list->is_exact);
		shut(&items, ']');
	}
	shut(&j, '}');
}

static void
add_tables(struct json *top, const struct model *m)
{
	struct json j = open(top, "tables", '{');

	for (int t = 0; t < MODEL_TABLES; t++) {
		const struct model_list *list = &m->tables[t];
		struct json one = open(&j,
		    table_key_text((enum model_table)t), '{');

		number(&one, "distinct", list->distinct);
		number(&one, "attempts", list->attempts);
		number(&one, "missing", list->missing);
		truth(&one, "exact", list->is_exact);
		shut(&one, '}');
	}
	shut(&j, '}');
}

static void
add_logins(struct json *top, const struct model *m)
{
	struct json j = open(top, "logins", '[');

	for (size_t i = 0; i < m->n_logins; i++) {
		const struct model_login *login = &m->logins[i];
		struct json one = open(&j, NULL, '{');

		text(&one, "user", login->user);
		text(&one, "ip", login->ip);
		text(&one, "hostname", login->hostname);
		text(&one, "country_code", login->country);
		number(&one, "attempts", login->attempts);
		if (!m->are_logins_exact)
			number(&one, "error", login->error);
		shut(&one, '}');
	}
	shut(&j, ']');
}

static void
add_numbers(struct json *list, const char *name, const uint64_t *numbers,
    size_t n)
{
	struct json j = open(list, name, '[');

	for (size_t i = 0; i < n; i++) {
		separate(&j);
		buf_add_number(j.out, numbers[i]);
	}
	shut(&j, ']');
}

static void
add_clock(struct json *top, const struct model *m)
{
	struct json heat;

	add_numbers(top, "hours", m->hours, 24);
	heat = open(top, "weekday_hours", '[');
	for (int d = 0; d < 7; d++)
		add_numbers(&heat, NULL, m->heat[d], 24);
	shut(&heat, ']');
}

static void
add_days(struct json *top, const struct model *m)
{
	struct json j = open(top, "days", '[');

	for (size_t i = 0; i < m->n_days; i++) {
		const struct model_day *day = &m->days[i];
		struct json one = open(&j, NULL, '{');

		key(&one, "date");
		buf_addf(one.out, "\"%04d-%02d-%02d\"", day->date.year,
		    day->date.month, day->date.day);
		number(&one, "attempts", day->attempts);
		truth(&one, "in_period", !day->is_baseline);
		shut(&one, '}');
	}
	shut(&j, ']');
}

static void
add_alerts(struct json *top, const struct model *m)
{
	struct json j = open(top, "alerts", '[');

	for (size_t i = 0; i < m->n_alerts; i++) {
		const struct model_alert *alert = &m->alerts[i];
		struct json one = open(&j, NULL, '{');

		text(&one, "kind", model_alert_name(alert->kind));
		text(&one, "severity", model_severity_name(alert->severity));
		text(&one, "subject", alert->subject);
		if (alert->is_cut)
			truth(&one, "cut", true);
		text(&one, "object", alert->object);
		number(&one, "attempts", alert->attempts);
		number(&one, "count", alert->count);
		if (alert->is_least)
			truth(&one, "at_least", true);
		text(&one, "when", alert->when);
		text(&one, "title", slice_text(alert->title));
		text(&one, "advice", slice_text(alert->advice));
		shut(&one, '}');
	}
	shut(&j, ']');
	number(top, "hidden_alerts", m->hidden_alerts);
}

static void
add_comparison(struct json *top, const struct model *m)
{
	const struct model_comparison *c = &m->comparison;
	struct json j = open(top, "comparison", '{');

	truth(&j, "known", c->has_before);
	number(&j, "before", c->before);
	truth(&j, "before_whole", c->is_before_whole);
	number(&j, "baseline_days", c->baseline_days);
	number(&j, "median", c->median);
	number(&j, "per_day", c->per_day);
	shut(&j, '}');
}

static void
add_new(struct json *top, const struct model *m)
{
	static const enum model_table tables[MODEL_NOVELTIES] = {
		[MODEL_NEW_IP] = MODEL_IP,
		[MODEL_NEW_NETWORK] = MODEL_NETWORK,
		[MODEL_NEW_ASN] = MODEL_ASN,
	};
	struct json j = open(top, "new", '{');

	for (int i = 0; i < MODEL_NOVELTIES; i++) {
		const struct model_new *new = &m->fresh[i];
		struct json one = open(&j, table_key_text(tables[i]), '{');
		struct json items;

		truth(&one, "known", new->is_known);
		truth(&one, "exact", new->is_exact);
		number(&one, "distinct", new->distinct);
		number(&one, "attempts", new->attempts);
		items = open(&one, "top", '[');
		for (size_t k = 0; k < new->n; k++)
			add_item(&items, tables[i], &new->items[k],
			    new->is_exact);
		shut(&items, ']');
		shut(&one, '}');
	}
	shut(&j, '}');
}

static void
add_events(struct json *top, const struct model *m)
{
	struct json j = open(top, "events", '{');

	for (int k = 0; k < EVENT_KINDS; k++)
		number(&j, event_name((enum event_kind)k).p, m->events[k]);
	shut(&j, '}');
}

static void
add_files(struct json *top, const struct model *m)
{
	struct json j = open(top, "files", '[');

	for (size_t i = 0; i < m->n_files; i++) {
		const struct model_file *file = &m->files[i];
		struct json one = open(&j, NULL, '{');

		text(&one, "name", file->name);
		number(&one, "bytes", file->bytes);
		number(&one, "lines", file->lines);
		number(&one, "rows", file->rows);
		number(&one, "damaged", file->damaged);
		shut(&one, '}');
	}
	shut(&j, ']');
	number(top, "bytes", m->bytes);
	number(top, "lines", m->lines);
	number(top, "rows", m->rows);
	number(top, "unread_files", m->unread);
	number(top, "damaged_rows", m->damaged);
	number(top, "outside_rows", m->outside);
}

void
jsonmodel_add(struct buf *out, const struct model *m)
{
	struct json outer = { .out = out };
	struct json j = open(&outer, NULL, '{');

	moment(&j, "generated", &m->now);
	text(&j, "host", m->host);
	add_period(&j, m);
	text(&j, "severity", model_severity_name(m->severity));
	text(&j, "verdict", m->verdict);
	number(&j, "total", m->total);
	add_events(&j, m);
	add_tops(&j, m);
	add_tables(&j, m);
	add_logins(&j, m);
	add_clock(&j, m);
	add_days(&j, m);
	add_comparison(&j, m);
	add_new(&j, m);
	add_alerts(&j, m);
	add_files(&j, m);
	shut(&j, '}');
	buf_add_byte(out, '\n');
}
