/* SPDX-License-Identifier: ISC */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* How often each of many texts came.  Exact up to a number of keys; from then
 * on a new key takes the place of the rarest and inherits its count as possible
 * error (Metwally, Agrawal, El Abbadi: "Efficient computation of frequent and
 * top-k elements", Space-Saving), so that what came often enough is there,
 * however many others there were.
 *
 * Keys are told apart by length and keyed 64-bit hash alone (see
 * report/pairs.h); of the text TABLE_TEXT bytes are kept, to be shown. */
struct table;
enum { TABLE_TEXT = 128 };

/* What a number of tables may take together, in bytes.  Each may have a share
 * of its own, of which the others cannot deprive it. */
struct budget {
	size_t left, share;
};
#define TABLE_NONE UINT32_MAX

/* At most max keys (below TABLE_NONE), each with extra zeroed bytes of the
 * caller's, and fewer if the budget is spent; it must live as long.  Then also
 * less may be kept of a text. */
struct table *table_new(size_t max, size_t extra, struct budget *budget);
void table_free(struct table *t);

/* Adds count to a key, whose hash is one that nobody can foresee, such as
 * texthash() with a key that the caller drew for all its tables; returns its
 * place, which holds until its key has to make room.  count 0 adds a key only
 * where there is room: TABLE_NONE if there is none. */
uint32_t table_add(struct table *t, struct slice key, uint64_t hash,
	uint64_t count);

/* A key will be added soon: first the one, a little later the other for each of
 * a number of keys, so that all their memory is fetched at the same time. */
void table_expect(const struct table *t, uint64_t hash);
void table_expect_key(const struct table *t, uint64_t hash);

/* The place of a key by its hash alone; TABLE_NONE if there is none. */
uint32_t table_find(const struct table *t, uint64_t hash);

struct table_key {
	struct slice text;	/* its first TABLE_TEXT bytes, at a character */
	uint64_t count;
	uint64_t error;		/* count may be too high by so much */
	uint64_t hash;
	bool is_cut;
};

/* Keys stand at places 0 to table_size() - 1. */
size_t table_size(const struct table *t);
struct table_key table_at(const struct table *t, uint32_t place);
void *table_extra(const struct table *t, uint32_t place);

/* Whether every key that came is there with its true count. */
bool table_is_exact(const struct table *t);

#endif
