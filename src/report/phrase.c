/* SPDX-License-Identifier: ISC */
/* Numbers in words. */
#include "report/phrase.h"

void
phrase_add_count(struct buf *out, uint64_t n, const char *one, const char *many)
{
	model_add_number(out, n);
	buf_addf(out, " %s", n == 1 ? one : many);
}

void
phrase_add_change(struct buf *out, uint64_t before, uint64_t now,
    const char *what)
{
	int64_t change = model_change(before, now);

	if (change == INT64_MAX) {
		buf_addf(out, "%s: none", what);
		return;
	}
	if (change == 0)
		buf_add(out, SLICE("no change"));
	else
		buf_addf(out, "%+lld %%", (long long)change);
	buf_addf(out, " against %s (", what);
	model_add_number(out, before);
	buf_add_byte(out, ')');
}

void
phrase_add_alert(struct buf *out, const struct model_alert *a)
{
	buf_add(out, a->subject);
	switch (a->kind) {
	case MODEL_SUCCESS_AFTER_FAILURES:
		buf_add(out, SLICE(" logged in from "));
		buf_add(out, a->object);
		buf_add(out, SLICE(" at "));
		buf_add(out, a->when);
		buf_add(out, SLICE(" ("));
		phrase_add_count(out, a->count, "time", "times");
		buf_add(out, SLICE("), where "));
		phrase_add_count(out, a->attempts, "login had", "logins had");
		buf_add(out, SLICE(" failed"));
		return;
	case MODEL_SUCCESS_NEW_COUNTRY:
		buf_add(out, SLICE(" logged in from "));
		buf_add(out, a->object);
		buf_add(out, SLICE(" at "));
		buf_add(out, a->when);
		buf_add(out, SLICE(", never before from there"));
		return;
	case MODEL_MANY_USERS:
		buf_add(out, SLICE(" tried "));
		phrase_add_count(out, a->count, "user", "users");
		break;
	case MODEL_MANY_ADDRESSES:
		buf_add(out, SLICE(" was tried from "));
		phrase_add_count(out, a->count, "address", "addresses");
		break;
	case MODEL_MANY_COUNTRIES:
		buf_add(out, SLICE(" was tried from "));
		phrase_add_count(out, a->count, "country", "countries");
		break;
	case MODEL_SPIKE:
		phrase_add_count(out, a->attempts, "failed login a day",
		    "failed logins a day");
		buf_add(out, SLICE(", usually "));
		model_add_number(out, a->count);
		return;
	case MODEL_ALERT_KINDS:
		return;
	}
	buf_add(out, SLICE(" in "));
	phrase_add_count(out, a->attempts, "failed login", "failed logins");
}
