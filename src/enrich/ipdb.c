/* SPDX-License-Identifier: ISC */
/* What is known about an address, out of several database files. */
#include "enrich/ipdb.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "enrich/compiled.h"
#include "enrich/image.h"
#include "enrich/merge.h"
#include "enrich/places.h"
#include "enrich/source.h"

/* Attackers come back: most addresses of a log were seen a moment ago.  More
 * answers would not stay in the processor's second cache beside all else. */
enum { CACHE_BITS = 12, CACHE_SIZE = 1 << CACHE_BITS };

struct answer {
	struct ip ip;
	struct place place;
};
static_assert(sizeof(struct answer) == 64, "an answer is a cache line");

struct ipdb {
	struct compiled *compiled;
	struct ipdb_source *sources;
	size_t n;
	struct arena texts;		/* what they are called */
	struct answer *cache;
};

enum { TEXTS_MAX = 16 << 20 };

const char *const ipdb_candidates[IPDB_CANDIDATES] = { IPDB_DEFAULT,
	"/usr/share/tor/geoip", "/usr/share/tor/geoip6" };

/* Sources on their way to become one. */
struct loading {
	struct source **sources;
	size_t n;
};

static struct slice
geoname_bytes(const struct place_entry *entry)
{
	return (struct slice){ (const char *)&entry->geoname,
		sizeof entry->geoname };
}

/* GeoLite2's numbers of places to their entries, from every Locations file. */
static struct map *
loading_locations(const struct loading *db)
{
	struct map *m = map_new((size_t)PLACES_MAX * (db->n + 1));

	for (size_t i = 0; i < db->n; i++) {
		const struct places *p = db->sources[i]->places;

		if (!db->sources[i]->is_locations)
			continue;
		for (size_t j = 1; j <= places_count(p); j++) {
			struct place_entry *entry = places_at(p, j);

			if (!map_find(m, geoname_bytes(entry)))
				map_add(m, geoname_bytes(entry),
				    (uintptr_t)entry);
		}
	}
	return m;
}

/* Gives the places of a file the countries that its numbers stand for. */
static int
source_locate(const struct source *s, const struct map *locations,
    struct err *e)
{
	for (size_t i = 1; i <= places_count(s->places); i++) {
		struct place_entry *entry = places_at(s->places, i);
		const uint64_t *at = map_find(locations,
		    geoname_bytes(entry));

		if (entry->geoname == 0)
			continue;
		if (!at && map_count(locations) == 0)
			return err_set(e, EX_DATAERR, "%s:%" PRIu64 ": "
			    "countries are given as geoname_id: name "
			    "GeoLite2-Country-Locations-en.csv as a database "
			    "too", s->about.file, entry->line);
		if (!at)
			return err_set(e, EX_DATAERR, "%s:%" PRIu64 ": "
			    "geoname_id %" PRIu32 " is in no Locations file: "
			    "get both files of the same day", s->about.file,
			    entry->line, entry->geoname);
		if (entry->place.country.n == 0)
			entry->place.country = ((struct place_entry *)
			    (uintptr_t)*at)->place.country;
	}
	return 0;
}

/* Fills in what one file says by the numbers of another. */
static int
loading_join(const struct loading *db, const struct source *s,
    const struct map *locations, struct err *e)
{
	bool has_geonames = false;

	if (!s->is_locations)
		return s->has_geonames ? source_locate(s, locations, e) : 0;
	for (size_t i = 0; i < db->n; i++)
		has_geonames |= db->sources[i]->has_geonames;
	if (has_geonames)
		return 0;
	return err_set(e, EX_DATAERR, "%s:1: places without their networks: "
	    "name GeoLite2-Country-Blocks-IPv4.csv and -IPv6.csv as "
	    "databases too", s->about.file);
}

static void
loading_join_all(struct loading *db, struct err_list *complaints)
{
	struct map *locations = loading_locations(db);
	bool *failed = mem_array(db->n + 1, sizeof *failed);
	size_t kept = 0;

	for (size_t i = 0; i < db->n; i++) {
		struct err e;

		failed[i] = loading_join(db, db->sources[i], locations, &e) < 0;
		if (failed[i])
			err_list_add(complaints, &e);
	}
	for (size_t i = 0; i < db->n; i++) {
		if (failed[i])
			source_close(db->sources[i]);
		else
			db->sources[kept++] = db->sources[i];
	}
	db->n = kept;
	free(failed);
	map_free(locations);
}

static void
add_source(struct ipdb *db, const struct ipdb_source *source)
{
	struct ipdb_source *s = &db->sources[db->n++];

	*s = *source;
	ipdb_rename(db, db->n - 1, source->file);
	s->format = arena_copy(&db->texts, slice_text(source->format)).p;
	if (!s->format)
		s->format = "";
}

/* A compiled file stands for those it was made from. */
static void
add_sources(struct ipdb *db, const struct source *s)
{
	struct ipdb_source made_from;
	size_t n = 0;

	while (s->compiled && image_source(compiled_image(s->compiled), n, &made_from))
		n++;
	db->sources = mem_resize(db->sources, db->n + n + 1,
	    sizeof *db->sources);
	if (!s->compiled)
		add_source(db, &s->about);
	for (size_t i = 0; i < n; i++) {
		image_source(compiled_image(s->compiled), i, &made_from);
		add_source(db, &made_from);
	}
}

/* The only one is used as it is, if it can be; others are put together. */
static void
ipdb_unite(struct ipdb *db, struct loading *l, struct err_list *complaints)
{
	struct err e;

	if (l->n == 1 && l->sources[0]->compiled) {
		db->compiled = l->sources[0]->compiled;
		l->sources[0]->compiled = NULL;
		return;
	}
	db->compiled = merge(l->sources, l->n, &e);
	if (db->compiled)
		return;
	err_list_add(complaints, &e);
	db->compiled = merge(NULL, 0, &e);
	db->n = 0;
}

struct ipdb *
ipdb_open(const char *const *files, size_t n, enum ipdb_where where,
    struct err_list *complaints)
{
	struct ipdb *db = mem_new(sizeof *db);
	struct loading l = { .n = 0 };

	arena_init(&db->texts, TEXTS_MAX);
	db->cache = mem_aligned(CACHE_SIZE, sizeof *db->cache);
	l.sources = mem_array(n + 1, sizeof *l.sources);
	for (size_t i = 0; i < n; i++) {
		struct err e;
		struct source *s = source_open(files[i], n == 1, where, &e);

		if (s)
			l.sources[l.n++] = s;
		else
			err_list_add(complaints, &e);
	}
	loading_join_all(&l, complaints);
	for (size_t i = 0; i < l.n; i++)
		add_sources(db, l.sources[i]);
	ipdb_unite(db, &l, complaints);
	for (size_t i = 0; i < l.n; i++)
		source_close(l.sources[i]);
	free(l.sources);
	return db;
}

void
ipdb_close(struct ipdb *db)
{
	if (!db)
		return;
	compiled_close(db->compiled);
	free(db->sources);
	free(db->cache);
	arena_release(&db->texts);
	free(db);
}

/* Where its answer would be. */
static struct answer *
answer_of(const struct ipdb *db, const struct ip *ip)
{
	/* Fibonacci hashing: neighbours fall far apart. */
	uint64_t hash = (ip->high ^ ip->low ^ ip->low >> 32) *
	    0x9e3779b97f4a7c15;

	return &db->cache[hash >> (64 - CACHE_BITS)];
}

void
ipdb_expect(struct ipdb *db, const struct ip *ips, size_t n)
{
	struct answer *answers[IPDB_EXPECTED], *kept[IPDB_EXPECTED];
	struct ip missing[IPDB_EXPECTED];
	struct place places[IPDB_EXPECTED];
	size_t missed = 0;

	assert(n <= IPDB_EXPECTED);
	for (size_t i = 0; i < n; i++) {
		answers[i] = answer_of(db, &ips[i]);
		__builtin_prefetch(answers[i], 1);
	}
	for (size_t i = 0; i < n; i++) {
		if (ip_equal(&answers[i]->ip, &ips[i])) {
			compiled_expect_name(&answers[i]->place);
			continue;
		}
		missing[missed] = ips[i];
		kept[missed++] = answers[i];
	}
	if (missed == 0)
		return;
	compiled_find(db->compiled, missing, missed, places);
	for (size_t i = 0; i < missed; i++)
		*kept[i] = (struct answer){ missing[i], places[i] };
}

void
ipdb_find(struct ipdb *db, const struct ip *ip, struct place *place)
{
	struct answer *a = answer_of(db, ip);

	if (!ip_equal(&a->ip, ip)) {
		a->ip = *ip;
		compiled_find(db->compiled, ip, 1, &a->place);
	}
	*place = a->place;
}

void
ipdb_find_many(const struct ipdb *db, const struct ip *ips, size_t n,
    struct place *places)
{
	compiled_find(db->compiled, ips, n, places);
}

size_t
ipdb_sources(const struct ipdb *db)
{
	return db->n;
}

const struct ipdb_source *
ipdb_source(const struct ipdb *db, size_t i)
{
	assert(i < db->n);
	return &db->sources[i];
}

void
ipdb_rename(struct ipdb *db, size_t i, const char *name)
{
	struct slice copy = arena_copy(&db->texts, slice_text(name));

	assert(i < db->n);
	db->sources[i].file = copy.p ? copy.p : "";
}

uint64_t
ipdb_sum(const struct ipdb *db)
{
	return image_said_sum(compiled_image(db->compiled));
}

int
ipdb_check(const struct ipdb *db, struct err *e)
{
	if (compiled_verify(db->compiled, e) == 0)
		return 0;
	return err_prefix(e, "the compiled database is ");
}

int
ipdb_compile(const struct ipdb *db, const char *file, struct err *e)
{
	/* What is damaged must not get a good sum. */
	if (ipdb_check(db, e) < 0)
		return -1;
	return image_write(compiled_image(db->compiled), db->sources, db->n,
	    file, e);
}

int
ipdb_verify(const char *file, struct err_list *complaints)
{
	unsigned before = complaints->n;

	source_verify(file, complaints);
	return complaints->n == before ? 0 : -1;
}

void
ipdb_usual(struct text_list *files)
{
	files->n = 0;
	for (size_t i = 0; i < IPDB_CANDIDATES; i++) {
		if (access(ipdb_candidates[i], R_OK) == 0)
			text_list_add(files, ipdb_candidates[i]);
		/* It knows more than the others. */
		if (i == 0 && files->n)
			return;
	}
}
