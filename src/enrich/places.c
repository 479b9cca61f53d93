/* SPDX-License-Identifier: ISC */
/* Countries and networks, each combination once. */
#include "enrich/places.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"

/* What makes two places the same, as bytes without holes. */
struct identity {
	uint64_t name;		/* the one copy's address; 0: none */
	uint32_t asn, geoname;
	char country[8];
};
static_assert(sizeof(struct identity) == 24, "identity has holes");

struct places {
	struct arena arena;
	struct map *names;	/* text to the address of its copy */
	struct map *numbers;	/* identity to number */
	struct place_entry *entries;
	size_t n, cap;
	int64_t countries[26 * 26];	/* the numbers of countries alone */
};

struct places *
places_new(void)
{
	struct places *p = mem_new(sizeof *p);

	arena_init(&p->arena, PLACES_BYTES_MAX);
	p->names = map_new(PLACES_MAX);
	p->numbers = map_new(PLACES_MAX);
	return p;
}

void
places_finish(struct places *p)
{
	map_free(p->names);
	map_free(p->numbers);
	p->names = p->numbers = NULL;
}

void
places_free(struct places *p)
{
	if (!p)
		return;
	places_finish(p);
	arena_release(&p->arena);
	free(p->entries);
	free(p);
}

/* The copy of a name; its p is NULL if there is no room. */
static struct slice
places_name(struct places *p, struct slice name)
{
	uint64_t *known = map_find(p->names, name);
	struct slice copy;

	if (known)
		return (struct slice){ (const char *)(uintptr_t)*known,
			name.n };
	copy = arena_copy(&p->arena, name);
	if (copy.p && !map_add(p->names, copy, (uintptr_t)copy.p))
		copy.p = NULL;
	return copy;
}

static int64_t
places_add_entry(struct places *p, const struct identity *id,
    struct slice name, uint64_t line)
{
	struct identity *kept = arena_new(&p->arena, sizeof *kept);
	struct place_entry *entry;

	if (!kept)
		return PLACES_FULL;
	*kept = *id;
	/* The map's ceiling is ours. */
	if (!map_add(p->numbers,
	    (struct slice){ (char *)kept, sizeof *kept }, p->n + 1))
		return PLACES_FULL;
	if (p->n == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 256;
		p->entries = mem_resize(p->entries, p->cap,
		    sizeof *p->entries);
	}
	entry = &p->entries[p->n++];
	*entry = (struct place_entry){
		.place = { .as_name = name, .asn = id->asn },
		.geoname = id->geoname,
		.line = line,
	};
	if (id->country[0])
		entry->place.country = (struct slice){ kept->country, 2 };
	return (int64_t)p->n;
}

static int64_t
places_number(struct places *p, const struct place_key *key, uint64_t line)
{
	struct identity id = { .asn = key->asn, .geoname = key->geoname };
	struct slice name = { NULL, 0 };
	const uint64_t *known;

	memcpy(id.country, key->country, sizeof key->country);
	if (key->asn && key->name.n) {
		name = places_name(p, key->name);
		if (!name.p)
			return PLACES_FULL;
		id.name = (uintptr_t)name.p;
	}
	known = map_find(p->numbers, (struct slice){ (char *)&id, sizeof id });
	return known ? (int64_t)*known : places_add_entry(p, &id, name, line);
}

int64_t
places_add(struct places *p, const struct place_key *key, uint64_t line)
{
	int64_t *number;

	if (key->asn || key->geoname)
		return places_number(p, key, line);
	if (!key->country[0])
		return 0;
	/* Files of countries have many rows and few places. */
	number = &p->countries[(key->country[0] - 'A') * 26 +
	    key->country[1] - 'A'];
	if (*number == 0)
		*number = places_number(p, key, line);
	return *number;
}

static struct slice
asn_bytes(const struct place_entry *entry)
{
	return (struct slice){ (const char *)&entry->place.asn,
		sizeof entry->place.asn };
}

void
places_join_names(struct places *p)
{
	struct map *named = map_new(PLACES_MAX);

	for (size_t i = 0; i < p->n; i++) {
		struct place_entry *entry = &p->entries[i];

		if (entry->place.as_name.n &&
		    !map_find(named, asn_bytes(entry)))
			map_add(named, asn_bytes(entry), i);
	}
	for (size_t i = 0; i < p->n; i++) {
		struct place_entry *entry = &p->entries[i];
		const uint64_t *from = map_find(named, asn_bytes(entry));

		if (from && entry->place.as_name.n == 0)
			entry->place.as_name =
			    p->entries[*from].place.as_name;
	}
	map_free(named);
}

size_t
places_count(const struct places *p)
{
	return p->n;
}

struct place_entry *
places_at(const struct places *p, size_t number)
{
	assert(number >= 1 && number <= p->n);
	return &p->entries[number - 1];
}
