/* SPDX-License-Identifier: ISC */
/* From counts to what a report shows. */
#include "report/digest.h"

#include <stdlib.h>

#include "base/buf.h"
#include "report/ranking.h"

enum { THURSDAY = 3, HOST_MAX = 64 };

static struct slice
keep_ref(struct model *m, const struct tally *t, enum model_table table,
    const struct place_ref *ref)
{
	struct table_key key;

	if (!tally_follow(t, table, ref, &key))
		return (struct slice){ NULL, 0 };
	return model_keep(m, key.text);
}

/* Whether a key was seen in the days before; of other tables: yes. */
static bool
was_before(const struct tally *t, enum model_table table, uint32_t place)
{
	const void *facts = table_extra(t->tables[table], place);

	switch (table) {
	case MODEL_IP:
		return ((const struct ip_facts *)facts)->was_before;
	case MODEL_NETWORK:
		return ((const struct network_facts *)facts)->was_before;
	case MODEL_ASN:
		return ((const struct asn_facts *)facts)->was_before;
	default:
		return true;
	}
}

/* What a table knows beside counts. */
static void
add_facts(struct model *m, const struct tally *t, enum model_table table,
    uint32_t place, struct model_item *item)
{
	const void *facts = table_extra(t->tables[table], place);

	item->is_new = m->fresh[MODEL_NEW_IP].is_known &&
	    !was_before(t, table, place);
	if (table == MODEL_USER) {
		const struct user_facts *user = facts;

		item->addresses = user->addresses;
		item->countries = user->countries;
		item->is_least = !tally_knows_pairs(t, table);
	} else if (table == MODEL_IP) {
		const struct ip_facts *ip = facts;

		item->users = ip->users;
		item->is_least = !tally_knows_pairs(t, table);
		item->name = keep_ref(m, t, MODEL_HOSTNAME, &ip->hostname);
		item->country = keep_ref(m, t, MODEL_COUNTRY, &ip->country);
		item->asn = keep_ref(m, t, MODEL_ASN, &ip->asn);
	} else if (table == MODEL_ASN) {
		const struct asn_facts *asn = facts;

		item->name = keep_ref(m, t, MODEL_ASO, &asn->aso);
	}
}

static const struct model_item *
keep_items(struct model *m, const struct tally *t, enum model_table table,
    const struct ranking *best)
{
	struct model_item *items = model_array(m, best->n, sizeof *items);

	for (size_t i = 0; i < best->n; i++) {
		struct table_key key = table_at(t->tables[table],
		    best->items[i].place);

		items[i].value = model_keep(m, key.text);
		items[i].attempts = key.count;
		items[i].error = key.error;
		items[i].is_cut = key.is_cut;
		add_facts(m, t, table, best->items[i].place, &items[i]);
	}
	return items;
}

/* The keys of a table that were tried in the period; only new ones, if so.
 * Returns how many there are, *attempts: theirs. */
static uint64_t
rank(const struct tally *t, enum model_table table, bool only_new,
    struct ranking *best, uint64_t *attempts)
{
	const struct table *keys = t->tables[table];
	uint64_t n = 0;

	*attempts = 0;
	for (uint32_t i = 0; i < table_size(keys); i++) {
		struct table_key key = table_at(keys, i);

		if (key.count == 0 || (only_new && was_before(t, table, i)))
			continue;
		n++;
		*attempts += key.count;
		if (ranking_wants(best, key.count))
			ranking_offer(best, &(struct ranked){
				.count = key.count, .text = key.text,
				.place = i });
	}
	return n;
}

static void
make_table(const struct digest *d, const struct tally *t,
    enum model_table table, struct model *m)
{
	struct model_list *list = &m->tables[table];
	struct ranking best;
	uint64_t ignored;

	ranking_init(&best, d->top);
	list->distinct = rank(t, table, false, &best, &ignored);
	list->items = keep_items(m, t, table, &best);
	list->n = best.n;
	list->attempts = t->valued[table];
	list->missing = m->total - list->attempts;
	list->is_exact = table_is_exact(t->tables[table]);
	ranking_release(&best);
}

static void
make_new(const struct digest *d, const struct tally *t,
    enum model_novelty novelty, enum model_table table, struct model *m)
{
	struct model_new *new = &m->fresh[novelty];
	struct ranking best;

	if (!new->is_known)
		return;
	ranking_init(&best, d->top);
	new->distinct = rank(t, table, true, &best, &new->attempts);
	new->items = keep_items(m, t, table, &best);
	new->n = best.n;
	new->is_exact = table_is_exact(t->tables[table]);
	ranking_release(&best);
}

/* The texts of a pair; false if they are not known any more, then it is not
 * among those that came often, or if there was no memory for all of the address,
 * whose beginning may be another one. */
static bool
pair_texts(const struct tally *t, const struct pair *pair,
    struct ranked *one)
{
	uint32_t user = table_find(t->tables[MODEL_USER], pair->user);
	uint32_t ip = table_find(t->tables[MODEL_IP], pair->ip);

	if (user == TABLE_NONE || ip == TABLE_NONE ||
	    table_at(t->tables[MODEL_IP], ip).is_cut)
		return false;
	*one = (struct ranked){ .count = pair->count, .error = pair->error,
		.text = table_at(t->tables[MODEL_USER], user).text,
		.second = table_at(t->tables[MODEL_IP], ip).text,
		.place = ip };
	return true;
}

static void
make_logins(const struct digest *d, const struct tally *t, struct model *m)
{
	struct model_login *logins;
	struct ranking best;
	struct ranked one;
	size_t n;
	const struct pair *pairs = pairs_slots(t->pairs, &n);

	ranking_init(&best, d->top);
	for (size_t i = 0; i < n; i++)
		if (pairs[i].count && ranking_wants(&best, pairs[i].count) &&
		    pair_texts(t, &pairs[i], &one))
			ranking_offer(&best, &one);
	logins = model_array(m, best.n, sizeof *logins);
	for (size_t i = 0; i < best.n; i++) {
		const struct ranked *from = &best.items[i];
		const struct ip_facts *ip =
		    table_extra(t->tables[MODEL_IP], from->place);

		logins[i] = (struct model_login){
			.user = model_keep(m, from->text),
			.ip = model_keep(m, from->second),
			.hostname = keep_ref(m, t, MODEL_HOSTNAME,
			    &ip->hostname),
			.country = keep_ref(m, t, MODEL_COUNTRY, &ip->country),
			.attempts = from->count, .error = from->error,
		};
	}
	m->logins = logins;
	m->n_logins = best.n;
	m->are_logins_exact = pairs_are_exact(t->pairs);
	ranking_release(&best);
}

static void
make_clock(const struct tally *t, struct model *m)
{
	memcpy(m->heat, t->heat, sizeof m->heat);
	for (int d = 0; d < 7; d++)
		for (int h = 0; h < 24; h++)
			m->hours[h] += t->heat[d][h];
}

static int
compare_numbers(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The first slot before the period of which something is known. */
static int
known_from(const struct digest *d, const struct tally *t, int from)
{
	return d->has_older || t->oldest < from ? from : t->oldest;
}

static void
make_comparison(const struct digest *d, const struct tally *t,
    struct model *m)
{
	const struct period *p = t->period;
	struct model_comparison *c = &m->comparison;
	uint64_t days[PERIOD_BASELINE];
	int length = p->to - p->from;

	if (p->is_all)
		return;
	c->per_day = m->total / (uint64_t)length;
	c->has_before = d->has_older || t->oldest < p->from;
	if (!c->has_before)
		return;
	for (int slot = p->from - length; slot < p->from; slot++)
		c->before += tally_day(t, slot);
	c->is_before_whole = known_from(d, t, p->from - length) ==
	    p->from - length;
	for (int slot = known_from(d, t, p->baseline); slot < p->from; slot++)
		days[c->baseline_days++] = tally_day(t, slot);
	if (c->baseline_days == 0)
		return;
	qsort(days, c->baseline_days, sizeof *days, compare_numbers);
	c->median = (days[(c->baseline_days - 1) / 2] +
	    days[c->baseline_days / 2]) / 2;
	for (int i = 0; i < MODEL_NOVELTIES; i++)
		m->fresh[i].is_known = true;
}

static void
make_days(const struct digest *d, const struct tally *t, struct model *m)
{
	const struct period *p = t->period;
	int from = p->is_all ? t->first : m->comparison.has_before ?
	    known_from(d, t, p->baseline) : p->from;
	int to = p->is_all ? t->last + 1 : p->to;
	struct model_day *days;

	if (p->is_all && t->first > t->last)
		return;
	if (to - from > MODEL_DAYS)
		from = to - MODEL_DAYS;
	days = model_array(m, (size_t)(to - from), sizeof *days);
	for (int slot = from; slot < to; slot++)
		days[slot - from] = (struct model_day){
			.date = when_of_day(slot),
			.weekday = (slot % 7 + 7 + THURSDAY) % 7,
			.attempts = tally_day(t, slot),
			.is_baseline = !p->is_all && slot < p->from,
		};
	m->days = days;
	m->n_days = (size_t)(to - from);
}

static void
make_files(const struct digest *d, struct model *m)
{
	m->files = d->files;
	m->n_files = d->n_files;
	m->unread = d->unread;
	for (size_t i = 0; i < d->n_files; i++) {
		m->bytes += d->files[i].bytes;
		m->lines += d->files[i].lines;
		m->rows += d->files[i].rows;
		m->damaged += d->files[i].damaged;
	}
}

static void
make_host(struct model *m)
{
	const struct model_list *servers = &m->tables[MODEL_SERVER];
	struct buf b;

	if (servers->distinct == 1)
		m->host = servers->items[0].value;
	if (servers->distinct < 2)
		return;
	buf_init(&b, HOST_MAX);
	model_add_least(&b, servers->is_exact);
	model_add_number(&b, servers->distinct);
	buf_add(&b, SLICE(" servers"));
	m->host = model_keep(m, buf_slice(&b));
	buf_release(&b);
}

void
digest_make(const struct digest *d, const struct tally *t, struct model *m)
{
	m->total = t->events[EVENT_AUTH_FAILURE];
	memcpy(m->events, t->events, sizeof m->events);
	period_show(t->period, &m->now, t->first, t->last, m);
	make_files(d, m);
	make_clock(t, m);
	make_comparison(d, t, m);
	make_days(d, t, m);
	for (int table = 0; table < MODEL_TABLES; table++)
		make_table(d, t, (enum model_table)table, m);
	make_new(d, t, MODEL_NEW_IP, MODEL_IP, m);
	make_new(d, t, MODEL_NEW_NETWORK, MODEL_NETWORK, m);
	make_new(d, t, MODEL_NEW_ASN, MODEL_ASN, m);
	make_logins(d, t, m);
	make_host(m);
	alerts_find(t, &d->limits, m);
	model_judge(m);
}
