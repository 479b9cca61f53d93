/* SPDX-License-Identifier: ISC */
#ifndef REPORT_PHRASE_H
#define REPORT_PHRASE_H

#include "base/buf.h"
#include "report/model.h"

/* Numbers in words, as every format for people has them. */

/* "1 address", "1,284 addresses" */
void phrase_add_count(struct buf *out, uint64_t n, const char *one,
	const char *many);

/* "+106 % against the day before (622)", "the day before: none"; what: "the day
 * before" */
void phrase_add_change(struct buf *out, uint64_t before, uint64_t now,
	const char *what);

/* What an alert is about, with the attacker's text in it: "192.0.2.7 tried 57
 * users in 212 failed logins". */
void phrase_add_alert(struct buf *out, const struct model_alert *alert);

#endif
