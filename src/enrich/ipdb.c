/* SPDX-License-Identifier: ISC */
/* What is known about an address, out of several database files. */
#include "enrich/ipdb.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "enrich/places.h"
#include "enrich/ranges.h"
#include "enrich/source.h"

/* Attackers come back: most addresses of a log were seen a moment ago. */
enum { CACHE_SIZE = 1024 };

struct answer {
	struct ip ip;
	struct place place;
};

struct ipdb {
	struct source **sources;
	size_t n;
	struct answer cache[CACHE_SIZE];
};

static struct slice
geoname_bytes(const struct place_entry *entry)
{
	return (struct slice){ (const char *)&entry->geoname,
		sizeof entry->geoname };
}

/* GeoLite2's numbers of places to their entries, from every Locations file. */
static struct map *
ipdb_locations(const struct ipdb *db)
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
ipdb_join(const struct ipdb *db, const struct source *s,
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
ipdb_join_all(struct ipdb *db, struct err_list *complaints)
{
	struct map *locations = ipdb_locations(db);
	bool *failed = mem_array(db->n + 1, sizeof *failed);
	size_t kept = 0;

	for (size_t i = 0; i < db->n; i++) {
		struct err e;

		failed[i] = ipdb_join(db, db->sources[i], locations, &e) < 0;
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

struct ipdb *
ipdb_open(const char *const *files, size_t n, struct err_list *complaints)
{
	struct ipdb *db = mem_new(sizeof *db);

	db->sources = mem_array(n + 1, sizeof *db->sources);
	for (size_t i = 0; i < n; i++) {
		struct err e;
		struct source *s = source_open(files[i], &e);

		if (s)
			db->sources[db->n++] = s;
		else
			err_list_add(complaints, &e);
	}
	ipdb_join_all(db, complaints);
	return db;
}

void
ipdb_close(struct ipdb *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < db->n; i++)
		source_close(db->sources[i]);
	free(db->sources);
	free(db);
}

/* A name belongs to its number: that of another file's AS would be a lie. */
static void
place_merge(struct place *place, const struct place *more)
{
	if (place->country.n == 0)
		place->country = more->country;
	if (place->asn == 0)
		place->asn = more->asn;
	if (place->as_name.n == 0 && place->asn == more->asn)
		place->as_name = more->as_name;
}

static void
ipdb_ask(const struct ipdb *db, const struct ip *ip, struct place *place)
{
	*place = (struct place){ .asn = 0 };
	for (size_t i = 0; i < db->n; i++) {
		const struct source *s = db->sources[i];
		uint32_t number = ranges_find(s->ranges, ip);

		if (number)
			place_merge(place,
			    &places_at(s->places, number)->place);
	}
}

void
ipdb_find(struct ipdb *db, const struct ip *ip, struct place *place)
{
	/* Fibonacci hashing: neighbours fall far apart. */
	uint64_t hash = (ip->high ^ ip->low ^ ip->low >> 32) *
	    0x9e3779b97f4a7c15;
	struct answer *a = &db->cache[hash >> 54];

	static_assert(CACHE_SIZE == 1 << (64 - 54), "hash bits");
	if (!ip_equal(&a->ip, ip)) {
		ipdb_ask(db, ip, &a->place);
		a->ip = *ip;
	}
	*place = a->place;
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
	return &db->sources[i]->about;
}
