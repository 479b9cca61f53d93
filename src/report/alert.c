/* SPDX-License-Identifier: ISC */
/* What an administrator should look at. */
#include "report/alert.h"

#include <stdlib.h>

#include "base/buf.h"
#include "report/ranking.h"

enum {
	BASELINE_LEAST = 3,	/* days that make a median */
	STAMP_MAX = 64,
};

static const struct {
	enum model_severity severity;
	const char *title, *advice;
} kinds[MODEL_ALERT_KINDS] = {
	[MODEL_SUCCESS_AFTER_FAILURES] = { MODEL_CRITICAL,
		"a login succeeded from where others failed",
		"ask the user; if it was not them, change the password, end "
		"the sessions, and look at what was sent" },
	[MODEL_SUCCESS_NEW_COUNTRY] = { MODEL_WARNING,
		"a login succeeded from a new country",
		"ask the user whether they are there; if not, change the "
		"password" },
	[MODEL_MANY_USERS] = { MODEL_NOTICE,
		"one address tried many users",
		"block the address: --format blocklist writes the list" },
	[MODEL_MANY_ADDRESSES] = { MODEL_NOTICE,
		"one user was tried from many addresses",
		"if the user exists, make sure the password is long and used "
		"nowhere else" },
	[MODEL_MANY_COUNTRIES] = { MODEL_NOTICE,
		"one user was tried from many countries",
		"if the user exists, make sure the password is long and used "
		"nowhere else" },
	[MODEL_SPIKE] = { MODEL_WARNING,
		"many more failures than usual",
		"see which addresses and networks are new, and block them" },
};

/* Where alerts are gathered: at most listed of each kind. */
struct found {
	const struct tally *tally;
	const struct alert_limits *limits;
	struct model *model;
	struct model_alert *alerts;
	size_t n;
};

static struct model_alert *
add(struct found *f, enum model_alert_kind kind)
{
	struct model_alert *one = &f->alerts[f->n++];

	*one = (struct model_alert){
		.kind = kind, .severity = kinds[kind].severity,
		.title = kinds[kind].title, .advice = kinds[kind].advice,
	};
	return one;
}

/* So many of a kind there are: of those beyond the limit only how many. */
static void
hide(struct found *f, enum model_alert_kind kind, uint64_t n, bool is_exact)
{
	if (kinds[kind].severity >= MODEL_WARNING) {
		f->model->serious += n;
		f->model->is_serious_exact &= is_exact;
	}
	f->model->is_hidden_exact &= is_exact;
	if (n > f->limits->listed)
		f->model->hidden_alerts += n - f->limits->listed;
}

static uint64_t
users_of(const struct tally *t, uint32_t place)
{
	const struct ip_facts *facts = table_extra(t->tables[MODEL_IP], place);

	return facts->users;
}

static uint64_t
addresses_of(const struct tally *t, uint32_t place)
{
	const struct user_facts *facts =
	    table_extra(t->tables[MODEL_USER], place);

	return facts->addresses;
}

static uint64_t
countries_of(const struct tally *t, uint32_t place)
{
	const struct user_facts *facts =
	    table_extra(t->tables[MODEL_USER], place);

	return facts->countries;
}

/* Keys of a table that have too many of something: most of it first. */
static void
find_many(struct found *f, enum model_alert_kind kind, enum model_table table,
    uint64_t (*many)(const struct tally *, uint32_t), uint64_t limit)
{
	const struct table *keys = f->tally->tables[table];
	bool is_exact = tally_knows_pairs(f->tally, table);
	struct ranking best;
	uint64_t n = 0;

	ranking_init(&best, f->limits->listed);
	for (uint32_t i = 0; limit && i < table_size(keys); i++) {
		uint64_t count = many(f->tally, i);

		/* The beginning of an address may be another one. */
		if (count < limit ||
		    (table == MODEL_IP && table_at(keys, i).is_cut))
			continue;
		n++;
		if (ranking_wants(&best, count))
			ranking_offer(&best, &(struct ranked){ .count = count,
				.text = table_at(keys, i).text, .place = i });
	}
	for (size_t i = 0; i < best.n; i++) {
		struct model_alert *one = add(f, kind);
		struct table_key key = table_at(keys, best.items[i].place);

		one->subject = model_keep(f->model, key.text);
		one->is_cut = key.is_cut;
		one->count = best.items[i].count;
		one->attempts = key.count - key.error;
		one->is_least = !is_exact;
	}
	hide(f, kind, n, is_exact || limit == 0);
	ranking_release(&best);
}

static struct slice
keep_stamp(struct model *m, const struct stamp *stamp)
{
	struct when w = when_of_day(stamp->day);
	struct slice text;
	struct buf b;

	w.hour = stamp->second / 3600;
	w.minute = stamp->second / 60 % 60;
	w.second = stamp->second % 60;
	w.offset = stamp->offset;
	buf_init(&b, STAMP_MAX);
	when_add_rfc3339(&b, &w);
	text = model_keep(m, buf_slice(&b));
	buf_release(&b);
	return text;
}

/* Failures that stand behind a success; 0: none, or too few. */
static uint64_t
suspicion(const struct found *f, const struct success_facts *facts)
{
	return f->limits->failures == 0 ||
	    facts->failures < f->limits->failures ? 0 : facts->failures;
}

/* A login from a country from which this user never logged in before, though
 * there are earlier logins. */
static uint64_t
novelty(const struct found *f, struct slice user,
    const struct success_facts *facts)
{
	const struct table *keys = f->tally->success_countries;
	const struct success_facts *any;
	char text[TABLE_TEXT];
	uint32_t place;

	if (facts->was_before || user.n >= sizeof text)
		return 0;
	text[0] = '\n';
	memcpy(text + 1, user.p, user.n);
	place = table_find(keys, tally_hash(f->tally,
	    (struct slice){ text, user.n + 1 }));
	if (place == TABLE_NONE)
		return 0;
	any = table_extra(keys, place);
	return any->was_before;
}

/* Successes by what makes them worth a look: most failures first. */
static void
find_successes(struct found *f, enum model_alert_kind kind,
    const struct table *keys)
{
	bool is_exact = table_is_exact(keys) &&
	    (kind != MODEL_SUCCESS_AFTER_FAILURES ||
	    trail_is_exact(f->tally->trail));
	struct ranking best;
	uint64_t n = 0;

	ranking_init(&best, f->limits->listed);
	for (uint32_t i = 0; i < table_size(keys); i++) {
		const struct success_facts *facts = table_extra(keys, i);
		struct slice user = table_at(keys, i).text, head;
		uint64_t weight;

		if (table_at(keys, i).count == 0 ||
		    !slice_cut(&user, '\n', &head) || head.n == 0)
			continue;
		weight = kind == MODEL_SUCCESS_AFTER_FAILURES ?
		    suspicion(f, facts) : novelty(f, user, facts);
		n += weight > 0;
		if (weight)
			ranking_offer(&best, &(struct ranked){
				.count = weight, .text = user, .second = head,
				.place = i });
	}
	for (size_t i = 0; i < best.n; i++) {
		struct model_alert *one = add(f, kind);
		const struct success_facts *facts = table_extra(keys,
		    best.items[i].place);

		one->subject = model_keep(f->model, best.items[i].text);
		one->object = model_keep(f->model, best.items[i].second);
		one->is_cut = table_at(keys, best.items[i].place).is_cut;
		if (kind == MODEL_SUCCESS_AFTER_FAILURES)
			one->attempts = best.items[i].count;
		one->count = table_at(keys, best.items[i].place).count -
		    table_at(keys, best.items[i].place).error;
		one->is_least = !is_exact;
		one->when = keep_stamp(f->model,
		    kind == MODEL_SUCCESS_AFTER_FAILURES ?
		    &facts->suspicious : &facts->last);
	}
	hide(f, kind, n, is_exact);
	ranking_release(&best);
}

static void
find_spike(struct found *f)
{
	const struct model_comparison *c = &f->model->comparison;
	struct model_alert *one;

	if (f->limits->spike == 0 || c->baseline_days < BASELINE_LEAST ||
	    c->per_day < f->limits->least ||
	    c->per_day * 100 < c->median * f->limits->spike)
		return;
	one = add(f, MODEL_SPIKE);
	one->attempts = c->per_day;
	one->count = c->median;
	hide(f, MODEL_SPIKE, 1, true);
}

/* Stable: kinds stand in the order of their enum. */
static void
sort(struct found *f)
{
	for (size_t i = 1; i < f->n; i++) {
		struct model_alert one = f->alerts[i];
		size_t at = i;

		for (; at && f->alerts[at - 1].severity < one.severity; at--)
			f->alerts[at] = f->alerts[at - 1];
		f->alerts[at] = one;
	}
}

void
alerts_find(const struct tally *t, const struct alert_limits *limits,
    struct model *m)
{
	struct found f = { .tally = t, .limits = limits, .model = m };

	f.alerts = model_array(m, MODEL_ALERT_KINDS * limits->listed + 1,
	    sizeof *f.alerts);
	find_successes(&f, MODEL_SUCCESS_AFTER_FAILURES, t->successes);
	find_successes(&f, MODEL_SUCCESS_NEW_COUNTRY, t->success_countries);
	find_many(&f, MODEL_MANY_USERS, MODEL_IP, users_of, limits->users);
	find_many(&f, MODEL_MANY_ADDRESSES, MODEL_USER, addresses_of,
	    limits->addresses);
	find_many(&f, MODEL_MANY_COUNTRIES, MODEL_USER, countries_of,
	    limits->countries);
	find_spike(&f);
	sort(&f);
	m->alerts = f.alerts;
	m->n_alerts = f.n;
}
