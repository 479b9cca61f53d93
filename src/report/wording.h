/* SPDX-License-Identifier: ISC */
#ifndef REPORT_WORDING_H
#define REPORT_WORDING_H

#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

struct model;
struct model_alert;
struct model_day;
struct model_new;

/* Sentences about what is in a model, without their markup. */

/* "1 address", "1,284 addresses" */
void wording_add_count(struct buf *out, uint64_t n, const char *one,
	const char *many);

/* The same of what is new: "about 3 networks", if that is not exact. */
void wording_add_new(struct buf *out, const struct model_new *new,
	const char *one, const char *many);

/* What happened, in one sentence: "192.0.2.7 tried 118 users in 233 failed
 * logins."
 * What came from a log is written by quote, which makes it fit for where the
 * sentence stands. */
void wording_add_alert(struct buf *out, const struct model_alert *alert,
	void (*quote)(struct buf *out, struct slice text));

/* How it was before: "106 % more than the day before (622), 151 % more than
 * usual (511 a day)"; nothing if there is nothing to compare with. */
void wording_add_change(struct buf *out, const struct model *m);

/* Of an address: there is none, or nobody asked. */
#define WORDING_NO_NAME SLICE("name unknown")

/* "Mon" for 0. */
const char *wording_weekday(int weekday);

/* "Sun 2026-11-22", "2026-11-16 to 2026-11-22". */
void wording_add_period(struct buf *out, const struct model *m);

/* Fixed words, as a sentence: with a capital and a full stop. */
void wording_add_sentence(struct buf *out, const char *words);

/* "Sun 22"; "2026-11-22". */
void wording_add_day(struct buf *out, const struct model_day *day);
void wording_add_date(struct buf *out, const struct model_day *day);

/* 3276800 as "3.1 MB". */
void wording_add_size(struct buf *out, uint64_t bytes);

#endif
