/* SPDX-License-Identifier: ISC */
#ifndef REPORT_MODEL_H
#define REPORT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "base/when.h"
#include "schema/event.h"

/* What a report knows, counted, sorted and ready to be shown: every format
 * reads it, none changes it.  The same rows and the same clock give the same
 * model.
 *
 * All text belongs to the model and lives as long as it does.  It is the text
 * of a cell (schema/cell.h): one line of UTF-8 without control bytes, bidi
 * controls and the like, a backslash doubled.  So it is harmless on a terminal,
 * but it is the attacker's: a format adds its own escapes (HTML, JSON) and puts
 * it into no header, attribute, URL or path.  It may be MODEL_TEXT_MAX bytes
 * long; is_cut says that more stood in the row.
 *
 * Attempts are failed logins (auth-failure) of the period unless it says
 * otherwise. */
enum { MODEL_TEXT_MAX = 128 };

enum model_table {
	MODEL_USER, MODEL_IP, MODEL_NETWORK, MODEL_HOSTNAME, MODEL_COUNTRY,
	MODEL_ASN, MODEL_ASO, MODEL_SERVICE, MODEL_MECHANISM,
	MODEL_STATUS,		/* of reverse look-ups that failed: not OK,
				 * LOCAL or SKIPPED */
	MODEL_SERVER,
	MODEL_TABLES
};

/* Column or key of a table ("user", "country_code", "network", ...), and what
 * a reader calls it ("Users", "Countries", ...). */
struct slice model_table_name(enum model_table table);
const char *model_table_title(enum model_table table);

/* A line of a table.  What a table does not have is empty or 0. */
struct model_item {
	struct slice value;	/* network: 192.0.2.0/24; asn: 64496 */
	uint64_t attempts;
	uint64_t error;		/* attempts are too many by this at most; 0:
				 * exact */
	bool is_cut;
	bool is_new;		/* ip, network, asn: not seen in the 7 days
				 * before the period, of which there are rows */
	uint64_t users;		/* ip: different users it tried */
	uint64_t addresses;	/* user: different addresses that tried it */
	uint64_t countries;	/* user: and countries */
	bool is_least;		/* of these there may be more */
	struct slice country;	/* ip: alpha-2 */
	struct slice asn;	/* ip: its number */
	struct slice name;	/* ip: its PTR name; asn: the organisation */
};

/* The first of a table: by attempts, most first; where these are the same, by
 * value, byte by byte. */
struct model_list {
	const struct model_item *items;
	size_t n;
	uint64_t distinct;	/* values there are; at least, if !is_exact */
	uint64_t attempts;	/* of all values together, exact */
	uint64_t missing;	/* attempts whose rows have no value */
	bool is_exact;		/* false: more values than could be kept, items
				 * carry their errors (Space-Saving) */
};

/* The seed's first table: who tried whom. */
struct model_login {
	struct slice user, ip, hostname, country;
	uint64_t attempts, error;
};

struct model_day {
	struct when date;	/* year, month, day */
	int weekday;		/* 0: Monday */
	uint64_t attempts;
	bool is_baseline;	/* before the period */
};

enum model_severity { MODEL_CALM, MODEL_NOTICE, MODEL_WARNING, MODEL_CRITICAL };

/* "calm", "notice", "warning", "critical" */
struct slice model_severity_name(enum model_severity severity);

enum model_alert_kind {
	MODEL_SUCCESS_AFTER_FAILURES,	/* subject: user; object: address */
	MODEL_SUCCESS_NEW_COUNTRY,	/* subject: user; object: country */
	MODEL_MANY_USERS,		/* subject: address */
	MODEL_MANY_ADDRESSES,		/* subject: user */
	MODEL_MANY_COUNTRIES,		/* subject: user */
	MODEL_SPIKE,			/* no subject */
	MODEL_ALERT_KINDS
};

/* "success-after-failures", "many-users", ...: keys for machines. */
struct slice model_alert_name(enum model_alert_kind kind);

/* The worst first; then by kind, then by numbers. */
struct model_alert {
	enum model_alert_kind kind;
	enum model_severity severity;
	struct slice subject, object;	/* attacker's text */
	bool is_cut;		/* the subject */
	uint64_t attempts;	/* failures behind it */
	uint64_t count;		/* what there are many of, or successes; spike:
				 * the median it is measured against */
	bool is_least;		/* of both there may be more; a country may not
				 * be new */
	struct slice when;	/* RFC 3339, of the success; else empty */
	const char *title;	/* fixed words: "one user was tried from ..." */
	const char *advice;	/* fixed words: what to do */
};

/* Against what was before.  Numbers are of times as long as the period. */
struct model_comparison {
	bool has_before;	/* there are rows from before the period */
	uint64_t before;	/* attempts in the time just before, as long as
				 * the period */
	bool is_before_whole;	/* the input reaches back so far */
	unsigned baseline_days;	/* 0 to 7: days before it with data */
	uint64_t median;	/* attempts a day of these, rounded down */
	uint64_t per_day;	/* attempts a day of the period */
};

/* What appears for the first time: the most active first. */
struct model_new {
	bool is_known;		/* there are rows of the 7 days before */
	bool is_exact;		/* false: of those that are kept only, and what
				 * came before may have been forgotten */
	uint64_t distinct, attempts;
	const struct model_item *items;
	size_t n;
};
enum model_novelty { MODEL_NEW_IP, MODEL_NEW_NETWORK, MODEL_NEW_ASN,
	MODEL_NOVELTIES };

struct model_period {
	bool is_all;		/* no period was asked for: from, to are those
				 * of the first and last row; without rows,
				 * of the clock */
	struct when from, to;	/* to is the first moment after it; resolved */
	struct slice label;	/* "2026-11-22", "2026-11-16 to 2026-11-22",
				 * "24 hours to 2026-11-22 18:00" */
	struct slice zone;	/* "+01:00": of the clock */
	unsigned days;		/* how many it touches; 0: no rows at all */
};

struct model_file {
	struct slice name;	/* "standard input" or as it was named */
	uint64_t bytes;		/* as they stand on disk */
	uint64_t lines, rows, damaged;
	bool is_packed;
};

struct model {
	struct arena arena;
	struct when now;	/* when the report was made; resolved */
	struct slice host;	/* the server, if all rows are of one; "3
				 * servers"; empty: the rows do not say */
	struct model_period period;
	enum model_severity severity;	/* of the worst alert */
	struct slice verdict;	/* a sentence without attacker's text: "1,284
				 * failed logins from 312 addresses in 41
				 * countries, 3 alerts" */
	uint64_t total;
	uint64_t events[EVENT_KINDS];	/* rows of the period by event */
	struct model_list tables[MODEL_TABLES];
	const struct model_login *logins;
	size_t n_logins;
	bool are_logins_exact;
	uint64_t hours[24];	/* as the rows have it: their own zone */
	uint64_t heat[7][24];	/* 0: Monday */
	const struct model_day *days;	/* without gaps, the oldest first: the
					 * baseline, if any, then the period,
					 * at most MODEL_DAYS */
	size_t n_days;
	struct model_comparison comparison;
	struct model_new fresh[MODEL_NOVELTIES];
	const struct model_alert *alerts;
	size_t n_alerts;
	uint64_t hidden_alerts;	/* that are not listed */
	uint64_t serious;	/* listed or not: those that are no notices */
	bool is_hidden_exact, is_serious_exact;	/* false: at least so many */
	const struct model_file *files;
	size_t n_files;
	uint64_t unread;	/* files that could not be opened, or not be read
				 * to their end */
	uint64_t bytes, lines, rows, damaged, outside;	/* of all files;
				 * outside: good rows neither of the period nor of what
				 * it is compared with */
};
enum { MODEL_DAYS = 400 };

/* Empty, with all tables exact and everything 0; the clock is now. */
void model_init(struct model *m, const struct when *now);
void model_release(struct model *m);

/* A copy that belongs to the model: cut at a character to MODEL_TEXT_MAX. */
struct slice model_keep(struct model *m, struct slice text);

/* count items of size bytes each, zeroed, that belong to the model; they are
 * as many as the caller's tables can hold, so there is room. */
void *model_array(struct model *m, size_t count, size_t size);

/* 1284 as "1,284". */
void model_add_number(struct buf *out, uint64_t value);

/* "at least ", unless the number that follows is exact. */
void model_add_least(struct buf *out, bool is_exact);

/* What stands behind a table's title: how many values there are; of look-ups
 * that failed, which have few kinds, how many failed. */
uint64_t model_table_number(const struct model *m, enum model_table table);

/* Change in percent, rounded to the nearest; INT64_MAX when before is 0. */
int64_t model_change(uint64_t before, uint64_t now);

/* Writes the verdict and the severity, once all the rest is there.  What is
 * only a notice is no alert there: every server has such attempts. */
void model_judge(struct model *m);

#endif
