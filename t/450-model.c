/* SPDX-License-Identifier: ISC */
/* What a report knows: names, numbers, the verdict, and the sample that the
 * tests of formats start from. */
#include <stdlib.h>

#include "base/buf.h"
#include "sample.h"
#include "tap.h"

static void
test_numbers(void)
{
	static const struct {
		uint64_t value;
		const char *shown;
	} numbers[] = {
		{ 0, "0" }, { 999, "999" }, { 1000, "1,000" },
		{ 1234567, "1,234,567" }, { 1000001, "1,000,001" },
		{ UINT64_MAX, "18,446,744,073,709,551,615" },
	};
	static const struct {
		uint64_t before, now;
		int64_t change;
	} changes[] = {
		{ 0, 0, 0 }, { 0, 1, INT64_MAX }, { 100, 150, 50 },
		{ 3, 1, -67 }, { 3, 2, -33 }, { 200, 201, 1 }, { 7, 7, 0 },
	};
	struct buf b;

	buf_init(&b, 100);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		buf_reset(&b);
		model_add_number(&b, numbers[i].value);
		is(buf_slice(&b), numbers[i].shown, numbers[i].shown);
	}
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		ok(model_change(changes[i].before, changes[i].now) ==
		    changes[i].change, "%d to %d", (int)changes[i].before,
		    (int)changes[i].now);
	buf_release(&b);
}

static void
test_names(void)
{
	int good = 1;

	for (int t = 0; t < MODEL_TABLES; t++)
		good &= model_table_name((enum model_table)t).n > 0 &&
		    model_table_title((enum model_table)t) != NULL;
	for (int k = 0; k < MODEL_ALERT_KINDS; k++)
		good &= model_alert_name((enum model_alert_kind)k).n > 0;
	ok(good, "every table and alert has its name");
	is(model_severity_name(MODEL_CRITICAL), "critical", "severity");
}

static void
test_keep(void)
{
	char text[MODEL_TEXT_MAX + 2];
	const struct when now = { .year = 2026 };
	struct model m;

	model_init(&m, &now);
	memset(text, 'a', sizeof text);
	ok(model_keep(&m, (struct slice){ text, MODEL_TEXT_MAX }).n ==
	    MODEL_TEXT_MAX, "a text that fits is kept whole");
	memcpy(text + MODEL_TEXT_MAX - 1, "\xc3\xa9", 2);
	ok(model_keep(&m, (struct slice){ text, sizeof text }).n ==
	    MODEL_TEXT_MAX - 1, "one that does not is cut at a character");
	model_release(&m);
}

static void
test_verdict(void)
{
	const struct when now = { .year = 2026 };
	struct model m;

	model_init(&m, &now);
	model_judge(&m);
	is(m.verdict, "0 failed logins", "nothing happened");
	ok(m.severity == MODEL_CALM, "calm");
	m.total = 1;
	m.tables[MODEL_IP].distinct = 1;
	model_judge(&m);
	is(m.verdict, "1 failed login from 1 address, no alerts", "one");
	m.is_serious_exact = false;
	model_judge(&m);
	is(m.verdict, "1 failed login from 1 address, no alerts as far as is "
	    "known", "nobody knows");
	model_release(&m);
	sample_model(&m, SLICE("bob"));
	is(m.verdict, "1,284 failed logins from 312 addresses in 41 "
	    "countries, 3 alerts", "the sample");
	ok(m.severity == MODEL_CRITICAL, "the worst alert counts");
	model_release(&m);
}

int
main(void)
{
	test_numbers();
	test_names();
	test_keep();
	test_verdict();
	return done();
}
