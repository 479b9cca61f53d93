/* SPDX-License-Identifier: ISC */
/* What a report knows. */
#include "report/model.h"

#include <assert.h>

#include "base/buf.h"

enum { ARENA_MAX = 1 << 30, VERDICT_MAX = 512 };

static const struct {
	struct slice name;
	const char *title;
} tables[MODEL_TABLES] = {
	[MODEL_USER] = { SLICE("user"), "Users" },
	[MODEL_IP] = { SLICE("ip"), "Addresses" },
	[MODEL_NETWORK] = { SLICE("network"), "Networks" },
	[MODEL_HOSTNAME] = { SLICE("hostname"), "Host names" },
	[MODEL_COUNTRY] = { SLICE("country_code"), "Countries" },
	[MODEL_ASN] = { SLICE("asn"), "Autonomous systems" },
	[MODEL_ASO] = { SLICE("aso"), "Organisations" },
	[MODEL_SERVICE] = { SLICE("service"), "Services" },
	[MODEL_MECHANISM] = { SLICE("mechanism"), "Mechanisms" },
	[MODEL_STATUS] = { SLICE("reverse_dns_status"),
		"Reverse DNS failures" },
	[MODEL_SERVER] = { SLICE("server"), "Servers" },
};

static const struct slice severities[] = {
	[MODEL_CALM] = SLICE("calm"),
	[MODEL_NOTICE] = SLICE("notice"),
	[MODEL_WARNING] = SLICE("warning"),
	[MODEL_CRITICAL] = SLICE("critical"),
};

static const struct slice alerts[MODEL_ALERT_KINDS] = {
	[MODEL_SUCCESS_AFTER_FAILURES] = SLICE("success-after-failures"),
	[MODEL_SUCCESS_NEW_COUNTRY] = SLICE("success-new-country"),
	[MODEL_MANY_USERS] = SLICE("many-users"),
	[MODEL_MANY_ADDRESSES] = SLICE("many-addresses"),
	[MODEL_MANY_COUNTRIES] = SLICE("many-countries"),
	[MODEL_SPIKE] = SLICE("spike"),
};

struct slice
model_table_name(enum model_table table)
{
	return tables[table].name;
}

const char *
model_table_title(enum model_table table)
{
	return tables[table].title;
}

struct slice
model_severity_name(enum model_severity severity)
{
	return severities[severity];
}

struct slice
model_alert_name(enum model_alert_kind kind)
{
	return alerts[kind];
}

void
model_init(struct model *m, const struct when *now)
{
	*m = (struct model){ .now = *now, .are_logins_exact = true,
		.is_hidden_exact = true, .is_serious_exact = true };
	arena_init(&m->arena, ARENA_MAX);
	for (int t = 0; t < MODEL_TABLES; t++)
		m->tables[t].is_exact = true;
	for (int n = 0; n < MODEL_NOVELTIES; n++)
		m->fresh[n].is_exact = true;
}

void
model_release(struct model *m)
{
	arena_release(&m->arena);
}

struct slice
model_keep(struct model *m, struct slice text)
{
	if (text.n > MODEL_TEXT_MAX) {
		text.n = MODEL_TEXT_MAX;
		while (text.n && (text.p[text.n] & 0xc0) == 0x80)
			text.n--;
	}
	return arena_copy(&m->arena, text);
}

void *
model_array(struct model *m, size_t count, size_t size)
{
	void *items = arena_array(&m->arena, count, size);

	assert(items);
	return items;
}

void
model_add_number(struct buf *out, uint64_t value)
{
	if (value >= 1000) {
		model_add_number(out, value / 1000);
		buf_addf(out, ",%03u", (unsigned)(value % 1000));
		return;
	}
	buf_add_number(out, value);
}

void
model_add_least(struct buf *out, bool is_exact)
{
	if (!is_exact)
		buf_add(out, SLICE("at least "));
}

uint64_t
model_table_number(const struct model *m, enum model_table table)
{
	return table == MODEL_STATUS ? m->tables[table].attempts :
	    m->tables[table].distinct;
}

int64_t
model_change(uint64_t before, uint64_t now)
{
	double change;

	if (before == 0)
		return now ? INT64_MAX : 0;
	change = ((double)now - (double)before) * 100 / (double)before;
	return (int64_t)(change < 0 ? change - 0.5 : change + 0.5);
}

/* ", 41 countries" and the like: nothing for none. */
static void
add_count(struct buf *out, const char *before, bool is_exact, uint64_t n,
    const char *one, const char *many)
{
	if (n == 0)
		return;
	buf_addf(out, "%s", before);
	model_add_least(out, is_exact);
	model_add_number(out, n);
	buf_addf(out, " %s", n == 1 ? one : many);
}

void
model_judge(struct model *m)
{
	const struct model_list *ips = &m->tables[MODEL_IP];
	const struct model_list *countries = &m->tables[MODEL_COUNTRY];
	struct buf out;

	buf_init(&out, VERDICT_MAX);
	m->severity = MODEL_CALM;
	for (size_t i = 0; i < m->n_alerts; i++)
		if (m->alerts[i].severity > m->severity)
			m->severity = m->alerts[i].severity;
	model_add_number(&out, m->total);
	buf_addf(&out, " failed login%s", m->total == 1 ? "" : "s");
	add_count(&out, " from ", ips->is_exact, ips->distinct, "address",
	    "addresses");
	add_count(&out, " in ", countries->is_exact, countries->distinct,
	    "country", "countries");
	if (m->serious)
		add_count(&out, ", ", m->is_serious_exact, m->serious, "alert",
		    "alerts");
	else if (m->total)
		buf_addf(&out, ", no alerts%s", m->is_serious_exact ? "" :
		    " as far as is known");
	if (m->unread)
		add_count(&out, "; ", true, m->unread, "file was not read whole",
		    "files were not read whole");
	m->verdict = arena_copy(&m->arena, buf_slice(&out));
	buf_release(&out);
}
