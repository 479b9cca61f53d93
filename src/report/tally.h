/* SPDX-License-Identifier: ISC */
#ifndef REPORT_TALLY_H
#define REPORT_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "report/batch.h"
#include "report/clients.h"
#include "report/model.h"
#include "report/pairs.h"
#include "report/period.h"
#include "report/seen.h"
#include "report/table.h"
#include "report/trail.h"

/* Rows counted in one pass, in whatever order they come.  Memory is bounded by
 * the ceiling of keys in each table, and of bytes in all of them, whatever the
 * rows are.  What is counted here is for report/digest.h and report/alert.h to
 * read, after tally_end(). */

/* A key of another table: half its hash tells whether it is still there. */
struct place_ref {
	uint32_t place;		/* TABLE_NONE: none */
	uint32_t hash;
};

/* What is kept with the keys of a table beside attempts. */
struct ip_facts {
	struct place_ref hostname, country, asn;
	uint32_t users;		/* it tried */
	bool is_set;
	bool was_before;	/* seen before the period */
};
struct network_facts {
	bool was_before;
};
struct asn_facts {
	struct place_ref aso;
	bool was_before;
};
struct user_facts {
	uint32_t addresses, countries;	/* it was tried from */
};

/* Logins that succeeded: the key is ip, newline, user; and country, newline,
 * user, where no country stands for any. */
struct success_facts {
	struct stamp last;		/* in the period */
	struct stamp suspicious;	/* with most failures before it, */
	uint64_t failures;		/* so many: report/trail.h */
	bool is_now, was_before;
};

struct tally {
	const struct period *period;
	struct texthash_key key;
	struct budget budget;		/* of all tables */
	struct table *tables[MODEL_TABLES];
	uint64_t valued[MODEL_TABLES];	/* attempts that have a value */
	struct pairs *pairs;		/* users and addresses */
	struct seen *user_countries;	/* and countries */
	struct table *successes, *success_countries;
	struct trail *trail;
	uint64_t events[EVENT_KINDS];
	uint64_t heat[7][24];
	uint64_t *days;			/* by slot - TALLY_FIRST_DAY */
	int first, last;		/* slots of the period's rows, if any:
					 * else first > last */
	int oldest;			/* slot of all rows, INT_MAX: none */
	struct clients clients;
	struct buf scratch, name, user;
};
enum { TALLY_FIRST_DAY = -719162, TALLY_LAST_DAY = 2932896 };

/* At most max_keys keys in each table, and TALLY_LEAST bytes and TALLY_KEY for
 * each of max_keys in all of them together. */
enum { TALLY_KEY = 148, TALLY_LEAST = 4 * 1024 * 1024 };
struct tally *tally_new(const struct period *period, size_t max_keys);
void tally_free(struct tally *t);

/* Counts rows that were prepared with the tally's key; report/counting.h is who
 * calls it. */
void tally_count(struct tally *t, const struct batch *b);

/* All rows were counted: the tables are complete. */
void tally_end(struct tally *t);

/* Attempts of a slot. */
uint64_t tally_day(const struct tally *t, int slot);

/* The hash of a key, for table_find(). */
uint64_t tally_hash(const struct tally *t, struct slice key);

/* Adds attempts to a value of a table.  Its place, as of table_add(); TABLE_NONE
 * also for an empty value. */
uint32_t tally_add(struct tally *t, enum model_table table,
	struct slice value, uint64_t attempts);
uint32_t tally_add_hashed(struct tally *t, enum model_table table,
	struct slice value, uint64_t hash, uint64_t attempts);

/* Whether the numbers of users, addresses and countries that are kept with the
 * keys of a table are exact; otherwise there may be more. */
bool tally_knows_pairs(const struct tally *t, enum model_table table);

/* The key a reference leads to; false if it is not there any more. */
bool tally_follow(const struct tally *t, enum model_table table,
	const struct place_ref *ref, struct table_key *key);

#endif
