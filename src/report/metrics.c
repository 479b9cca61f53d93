/* SPDX-License-Identifier: ISC */
/* The report as metrics. */
#include "report/metrics.h"

static void
add_help(struct buf *out, const char *name, const char *help)
{
	buf_addf(out, "# HELP mls_%s %s\n# TYPE mls_%s gauge\n", name, help,
	    name);
}

static void
add_gauge(struct buf *out, const char *name, const char *help, uint64_t value)
{
	add_help(out, name, help);
	buf_addf(out, "mls_%s %llu\n", name, (unsigned long long)value);
}

/* Cell text has no newline. */
static void
add_label(struct buf *out, const char *label, struct slice value)
{
	buf_addf(out, "%s=\"", label);
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\')
			buf_add_byte(out, '\\');
		buf_add_byte(out, value.p[i]);
	}
	buf_add_byte(out, '"');
}

static void
add_table(struct buf *out, const struct model *m, enum model_table table,
    const char *name, const char *label, const char *help)
{
	const struct model_list *list = &m->tables[table];

	add_help(out, name, help);
	for (size_t i = 0; i < list->n; i++) {
		buf_addf(out, "mls_%s{", name);
		add_label(out, label, list->items[i].value);
		buf_addf(out, "} %llu\n",
		    (unsigned long long)list->items[i].attempts);
	}
}

static void
add_alerts(struct buf *out, const struct model *m)
{
	uint64_t n[MODEL_ALERT_KINDS] = { 0 };

	for (size_t i = 0; i < m->n_alerts; i++)
		n[m->alerts[i].kind]++;
	add_help(out, "alerts", "Alerts that are listed, by kind.");
	for (int k = 0; k < MODEL_ALERT_KINDS; k++) {
		buf_addf(out, "mls_alerts{");
		add_label(out, "kind",
		    model_alert_name((enum model_alert_kind)k));
		buf_addf(out, "} %llu\n", (unsigned long long)n[k]);
	}
	add_gauge(out, "severity", "Of the worst alert: 0 calm, 1 notice, "
	    "2 warning, 3 critical.", m->severity);
}

static void
add_events(struct buf *out, const struct model *m)
{
	add_help(out, "events", "Rows of the period, by event.");
	for (int k = 0; k < EVENT_KINDS; k++) {
		buf_addf(out, "mls_events{");
		add_label(out, "event", event_name((enum event_kind)k));
		buf_addf(out, "} %llu\n", (unsigned long long)m->events[k]);
	}
}

/* Whether the numbers above are exact. */
static void
add_exact(struct buf *out, const struct model *m)
{
	static const enum model_table tables[] = { MODEL_USER, MODEL_IP,
		MODEL_NETWORK };

	add_help(out, "exact", "Whether a column was counted exactly: 1; 0: "
	    "there are at least so many values.");
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		buf_addf(out, "mls_exact{");
		add_label(out, "column", model_table_name(tables[i]));
		buf_addf(out, "} %d\n", m->tables[tables[i]].is_exact);
	}
}

void
metrics_add(struct buf *out, const struct model *m)
{
	add_gauge(out, "failed_logins", "Failed logins of the period.",
	    m->total);
	add_gauge(out, "users", "Different users tried.",
	    m->tables[MODEL_USER].distinct);
	add_gauge(out, "addresses", "Different client addresses.",
	    m->tables[MODEL_IP].distinct);
	add_gauge(out, "networks", "Different networks (/24, /48).",
	    m->tables[MODEL_NETWORK].distinct);
	add_gauge(out, "new_addresses", "Addresses not seen in the 7 days "
	    "before.", m->fresh[MODEL_NEW_IP].distinct);
	add_gauge(out, "new_networks", "Networks not seen in the 7 days "
	    "before.", m->fresh[MODEL_NEW_NETWORK].distinct);
	add_gauge(out, "baseline_median", "Failed logins a day, median of "
	    "the 7 days before.", m->comparison.median);
	add_exact(out, m);
	add_events(out, m);
	add_alerts(out, m);
	add_table(out, m, MODEL_COUNTRY, "failed_logins_by_country",
	    "country", "Failed logins of the countries with most of them.");
	add_table(out, m, MODEL_SERVICE, "failed_logins_by_service",
	    "service", "Failed logins by service.");
	add_table(out, m, MODEL_STATUS, "reverse_dns_failures", "status",
	    "Failed logins whose address has no name, by reason.");
	add_gauge(out, "input_rows", "Rows read.", m->rows);
	add_gauge(out, "damaged_rows", "Rows that could not be read.",
	    m->damaged);
	add_gauge(out, "period_start_seconds", "Where the period begins.",
	    (uint64_t)when_seconds(&m->period.from));
	add_gauge(out, "period_end_seconds", "Where it ends.",
	    (uint64_t)when_seconds(&m->period.to));
	add_gauge(out, "report_seconds", "When the report was made.",
	    (uint64_t)when_seconds(&m->now));
}
