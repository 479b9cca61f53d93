/* SPDX-License-Identifier: ISC */
/* A model as a report would have it, for the tests of formats: every part is
 * there, and one user has the name that is given. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "report/model.h"

#define SAMPLE_ITEMS(m, t, list, total, all) \
	sample_list(m, t, list, sizeof list / sizeof *list, total, all)

static inline void
sample_list(struct model *m, enum model_table table,
    const struct model_item *items, size_t n, uint64_t attempts,
    uint64_t distinct)
{
	struct model_list *list = &m->tables[table];
	struct model_item *kept = model_array(m, n, sizeof *kept);

	for (size_t i = 0; i < n; i++)
		kept[i] = items[i];
	*list = (struct model_list){ .items = kept, .n = n,
		.distinct = distinct, .attempts = attempts, .is_exact = true,
		.missing = m->total - attempts };
}

static inline void
sample_times(struct model *m)
{
	static const unsigned weights[24] = { 9, 12, 31, 44, 27, 8, 3, 2, 5, 9,
		14, 16, 11, 9, 8, 7, 12, 15, 9, 6, 4, 3, 8, 12 };
	struct model_day *days = model_array(m, 8, sizeof *days);
	uint64_t left = m->total;

	for (int h = 0; h < 24; h++) {
		m->hours[h] = h == 23 ? left : m->total * weights[h] / 284;
		left -= h == 23 ? left : m->hours[h];
		m->heat[6][h] = m->hours[h];
	}
	for (int d = 0; d < 8; d++) {
		days[d] = (struct model_day){
			.date = { .year = 2026, .month = 11, .day = 15 + d },
			.weekday = (6 + d) % 7,
			.attempts = d == 7 ? m->total : 400 + (uint64_t)d * 37,
			.is_baseline = d < 7,
		};
	}
	m->days = days;
	m->n_days = 8;
	m->comparison = (struct model_comparison){ .has_before = true,
		.before = 622, .is_before_whole = true, .baseline_days = 7,
		.median = 511, .per_day = m->total };
}

static inline void
sample_alerts(struct model *m)
{
	static const struct model_alert alerts[] = {
		{ .kind = MODEL_SUCCESS_AFTER_FAILURES,
			.severity = MODEL_CRITICAL,
			.subject = SLICE("carol@example.org"),
			.object = SLICE("203.0.113.44"),
			.attempts = 38, .count = 2,
			.when = SLICE("2026-11-22T04:12:09+01:00"),
			.title = "a login succeeded after failures",
			.advice = "change this password now and end the "
				"sessions" },
		{ .kind = MODEL_MANY_USERS, .severity = MODEL_WARNING,
			.subject = SLICE("192.0.2.7"),
			.attempts = 212, .count = 57,
			.title = "one address tried many users",
			.advice = "block the address or its network" },
		{ .kind = MODEL_SPIKE, .severity = MODEL_WARNING,
			.attempts = 1284, .count = 511,
			.title = "many more attempts than usual",
			.advice = "see below who is new" },
	};

	m->alerts = alerts;
	m->n_alerts = m->serious = sizeof alerts / sizeof *alerts;
}

static inline void
sample_new(struct model *m)
{
	static const struct model_item ips[] = {
		{ .value = SLICE("192.0.2.7"), .attempts = 212, .is_new = true,
			.country = SLICE("NL"), .asn = SLICE("64496") },
		{ .value = SLICE("2001:db8:7::25"), .attempts = 31,
			.is_new = true, .country = SLICE("FR") },
	}, networks[] = {
		{ .value = SLICE("192.0.2.0/24"), .attempts = 212,
			.is_new = true },
	}, asns[] = {
		{ .value = SLICE("64496"), .attempts = 212, .is_new = true,
			.name = SLICE("EXAMPLE-HOSTING") },
	};

	m->fresh[MODEL_NEW_IP] = (struct model_new){ true, true, 2, 243, ips,
		2 };
	m->fresh[MODEL_NEW_NETWORK] = (struct model_new){ true, true, 1, 212,
		networks, 1 };
	m->fresh[MODEL_NEW_ASN] = (struct model_new){ true, true, 1, 212, asns,
		1 };
}

static inline void
sample_tables(struct model *m, struct slice name)
{
	const struct model_item users[] = {
		{ .value = SLICE("info"), .attempts = 311, .addresses = 87,
			.countries = 19 },
		{ .value = name, .attempts = 212, .addresses = 1,
			.countries = 1 },
		{ .value = SLICE("carol@example.org"), .attempts = 38,
			.addresses = 3, .countries = 2 },
	};
	static const struct model_item ips[] = {
		{ .value = SLICE("192.0.2.7"), .attempts = 212, .is_new = true,
			.users = 57, .country = SLICE("NL"),
			.asn = SLICE("64496"),
			.name = SLICE("scan-7.example.net") },
		{ .value = SLICE("203.0.113.44"), .attempts = 120, .users = 4,
			.country = SLICE("BR"), .asn = SLICE("64511") },
		{ .value = SLICE("2001:db8:7::25"), .attempts = 31,
			.is_new = true, .users = 31, .country = SLICE("FR") },
	}, networks[] = {
		{ .value = SLICE("192.0.2.0/24"), .attempts = 212,
			.is_new = true },
		{ .value = SLICE("203.0.113.0/24"), .attempts = 140 },
		{ .value = SLICE("2001:db8:7::/48"), .attempts = 31 },
	}, hostnames[] = {
		{ .value = SLICE("scan-7.example.net"), .attempts = 212 },
	}, countries[] = {
		{ .value = SLICE("NL"), .attempts = 540 },
		{ .value = SLICE("BR"), .attempts = 301 },
		{ .value = SLICE("FR"), .attempts = 77 },
	}, asns[] = {
		{ .value = SLICE("64496"), .attempts = 512, .is_new = true,
			.name = SLICE("EXAMPLE-HOSTING") },
		{ .value = SLICE("64511"), .attempts = 301,
			.name = SLICE("Telecomunica\xc3\xa7\xc3\xb5"
			    "es Exemplo") },
	}, asos[] = {
		{ .value = SLICE("EXAMPLE-HOSTING"), .attempts = 512 },
		{ .value = SLICE("Telecomunica\xc3\xa7\xc3\xb5"
			    "es Exemplo"), .attempts = 301 },
	}, services[] = {
		{ .value = SLICE("submission"), .attempts = 900 },
		{ .value = SLICE("smtps"), .attempts = 384 },
	}, mechanisms[] = {
		{ .value = SLICE("LOGIN"), .attempts = 1000 },
		{ .value = SLICE("PLAIN"), .attempts = 284 },
	}, statuses[] = {
		{ .value = SLICE("NXDOMAIN"), .attempts = 640 },
		{ .value = SLICE("TIMEOUT"), .attempts = 41 },
	}, servers[] = {
		{ .value = SLICE("mx1"), .attempts = 1284 },
	};

	SAMPLE_ITEMS(m, MODEL_USER, users, 1200, 214);
	SAMPLE_ITEMS(m, MODEL_IP, ips, 1284, 312);
	SAMPLE_ITEMS(m, MODEL_NETWORK, networks, 1284, 208);
	SAMPLE_ITEMS(m, MODEL_HOSTNAME, hostnames, 603, 97);
	SAMPLE_ITEMS(m, MODEL_COUNTRY, countries, 1250, 41);
	SAMPLE_ITEMS(m, MODEL_ASN, asns, 1250, 66);
	SAMPLE_ITEMS(m, MODEL_ASO, asos, 1250, 64);
	SAMPLE_ITEMS(m, MODEL_SERVICE, services, 1284, 2);
	SAMPLE_ITEMS(m, MODEL_MECHANISM, mechanisms, 1284, 2);
	SAMPLE_ITEMS(m, MODEL_STATUS, statuses, 681, 2);
	SAMPLE_ITEMS(m, MODEL_SERVER, servers, 1284, 1);
}

/* model_release() must follow; user must live as long. */
static inline void
sample_model(struct model *m, struct slice user)
{
	static const struct model_file file = {
		.name = SLICE("/var/log/mls/mls.csv"), .bytes = 7340032,
		.lines = 61211, .rows = 61207, .damaged = 3,
	};
	const struct when now = { .year = 2026, .month = 11, .day = 23,
		.minute = 5, .offset = 60, .has_offset = true };
	struct model_login *logins;

	model_init(m, &now);
	m->host = SLICE("mx1");
	m->period = (struct model_period){
		.from = { .year = 2026, .month = 11, .day = 22, .offset = 60,
			.has_offset = true },
		.to = { .year = 2026, .month = 11, .day = 23, .offset = 60,
			.has_offset = true },
		.label = SLICE("2026-11-22"), .zone = SLICE("+01:00"),
		.days = 1,
	};
	m->total = m->events[EVENT_AUTH_FAILURE] = 1284;
	m->events[EVENT_AUTH_SUCCESS] = 97;
	sample_tables(m, user);
	sample_times(m);
	sample_alerts(m);
	sample_new(m);
	logins = model_array(m, 2, sizeof *logins);
	logins[0] = (struct model_login){ user, SLICE("192.0.2.7"),
		SLICE("scan-7.example.net"), SLICE("NL"), 212, 0 };
	logins[1] = (struct model_login){ SLICE("info"), SLICE("203.0.113.44"),
		SLICE(""), SLICE("BR"), 80, 0 };
	m->logins = logins;
	m->n_logins = 2;
	m->files = &file;
	m->n_files = 1;
	m->bytes = file.bytes;
	m->lines = file.lines;
	m->rows = file.rows;
	m->damaged = file.damaged;
	m->outside = 55000;
	model_judge(m);
}

#endif
