/* SPDX-License-Identifier: ISC */
/* The sections of a compiled database, as they grow. */
#include "enrich/compiler.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

enum {
	STEPS_FIRST = 4096,
	SLOTS_FIRST = 4096,		/* a power of two */
	NAMES_MAX = 1 << 30,		/* bytes, and names */
};

/* A list of addresses, and the number of the place that begins at each. */
struct steps {
	uint64_t *highs, *lows;		/* IPv6 */
	uint16_t *parts;		/* IPv4: the lower 16 bits */
	uint32_t *numbers;
	size_t n, cap;
	uint32_t last;			/* number */
};

struct compiler {
	struct steps v4, v6;
	uint32_t *index;
	size_t part;			/* the next that has not begun */
	bool has_lows;
	struct map *names;		/* text to where it lies in text */
	struct buf text;
	struct siphash_key key;
	struct image_place *places;
	size_t places_n, places_cap;
	uint32_t *slots;		/* numbers of places by hash; 0: free */
	size_t slots_n;			/* a power of two */
};

struct compiler *
compiler_new(void)
{
	struct compiler *c = mem_new(sizeof *c);

	c->index = mem_array(IMAGE_PARTS + 1, sizeof *c->index);
	c->names = map_new(NAMES_MAX);
	buf_init(&c->text, NAMES_MAX);
	c->key = siphash_random_key();
	c->slots_n = SLOTS_FIRST;
	c->slots = mem_array(c->slots_n, sizeof *c->slots);
	c->places_cap = SLOTS_FIRST;
	c->places = mem_array(c->places_cap, sizeof *c->places);
	/* Nowhere. */
	c->places_n = 1;
	return c;
}

void
compiler_free(struct compiler *c)
{
	if (!c)
		return;
	free(c->index);
	free(c->v4.parts);
	free(c->v4.numbers);
	free(c->v6.highs);
	free(c->v6.lows);
	free(c->v6.numbers);
	map_free(c->names);
	buf_release(&c->text);
	free(c->places);
	free(c->slots);
	free(c);
}

static uint32_t
compiler_name(struct compiler *c, struct slice name)
{
	const uint64_t *known = map_find(c->names, name);
	uint32_t at = (uint32_t)c->text.n;

	if (known)
		return (uint32_t)*known;
	buf_add(&c->text, name);
	map_add(c->names, name, at);
	return at;
}

struct image_place
compiler_keep(struct compiler *c, const struct place *place)
{
	struct image_place kept = { .asn = place->asn };

	assert(place->as_name.n <= UINT16_MAX);
	if (place->country.n)
		memcpy(kept.country, place->country.p, sizeof kept.country);
	if (place->as_name.n) {
		kept.name = compiler_name(c, place->as_name);
		kept.name_size = (uint16_t)place->as_name.n;
	}
	return kept;
}

/* There is one for each border, and whoever chooses the places of a database
 * has no need of collisions to spoil it: speed counts. */
static uint64_t
hash_place(const struct compiler *c, const struct image_place *place)
{
	const uint64_t odd = 0x9e3779b97f4a7c15;
	uint64_t first = (uint64_t)place->asn << 32 | place->name;
	uint64_t second = (uint64_t)place->name_size << 16 |
	    (uint64_t)(unsigned char)place->country[0] << 8 |
	    (unsigned char)place->country[1];
	uint64_t hash = (first ^ c->key.k0) * odd;

	hash = (hash ^ hash >> 32 ^ second ^ c->key.k1) * odd;
	return hash >> 32;
}

/* Where the number of a place is, or would be. */
static uint32_t *
compiler_slot(const struct compiler *c, const struct image_place *place)
{
	size_t i = hash_place(c, place) & (c->slots_n - 1);

	while (c->slots[i] && memcmp(&c->places[c->slots[i]], place,
	    sizeof *place))
		i = (i + 1) & (c->slots_n - 1);
	return &c->slots[i];
}

static void
compiler_grow(struct compiler *c)
{
	free(c->slots);
	c->slots_n *= 4;
	c->slots = mem_array(c->slots_n, sizeof *c->slots);
	for (size_t i = 1; i < c->places_n; i++)
		*compiler_slot(c, &c->places[i]) = (uint32_t)i;
}

static uint32_t
compiler_number(struct compiler *c, const struct image_place *place)
{
	uint32_t *slot;

	if (memcmp(place, &c->places[0], sizeof *place) == 0)
		return 0;
	slot = compiler_slot(c, place);
	if (*slot)
		return *slot;
	if (c->places_n == c->places_cap) {
		c->places_cap *= 2;
		c->places = mem_resize(c->places, c->places_cap,
		    sizeof *c->places);
	}
	c->places[c->places_n] = *place;
	*slot = (uint32_t)c->places_n++;
	if (c->places_n > c->slots_n / 2)
		compiler_grow(c);
	return (uint32_t)c->places_n - 1;
}

/* Room for one more step. */
static size_t
steps_room(struct steps *s, bool is_v6)
{
	if (s->n < s->cap)
		return s->n++;
	s->cap = s->cap ? 2 * s->cap : STEPS_FIRST;
	s->numbers = mem_resize(s->numbers, s->cap, sizeof *s->numbers);
	if (is_v6) {
		s->highs = mem_resize(s->highs, s->cap, sizeof *s->highs);
		s->lows = mem_resize(s->lows, s->cap, sizeof *s->lows);
	} else {
		s->parts = mem_resize(s->parts, s->cap, sizeof *s->parts);
	}
	return s->n++;
}

static void
add_v4(struct compiler *c, uint16_t low, uint32_t number)
{
	size_t i = steps_room(&c->v4, false);

	c->v4.parts[i] = low;
	c->v4.numbers[i] = c->v4.last = number;
}

/* Begins all parts before this one, which are of one place each, and those that
 * do not begin with a step of their own. */
static void
begin_parts(struct compiler *c, size_t until)
{
	while (c->part < until) {
		c->index[c->part++] = (uint32_t)c->v4.n;
		add_v4(c, 0, c->v4.last);
	}
}

static void
step_v4(struct compiler *c, uint32_t first, uint32_t number)
{
	size_t part = first >> 16;

	if (c->part && number == c->v4.last)
		return;
	if ((first & 0xffff) == 0) {
		begin_parts(c, part);
		c->index[c->part++] = (uint32_t)c->v4.n;
	} else {
		begin_parts(c, part + 1);
	}
	add_v4(c, (uint16_t)first, number);
}

static void
step_v6(struct compiler *c, const struct ip *first, uint32_t number)
{
	size_t i;

	if (c->v6.n && number == c->v6.last)
		return;
	i = steps_room(&c->v6, true);
	c->v6.highs[i] = first->high;
	c->v6.lows[i] = first->low;
	c->v6.numbers[i] = c->v6.last = number;
	c->has_lows |= first->low != 0;
}

void
compiler_add(struct compiler *c, const struct ip *first,
    const struct image_place *place)
{
	uint32_t number = compiler_number(c, place);

	if (first->family == IP_V4)
		step_v4(c, (uint32_t)first->low, number);
	else
		step_v6(c, first, number);
}

/* The upper half of every so many addresses. */
static uint64_t *
make_tops(const struct steps *s, size_t n)
{
	uint64_t *tops = mem_array(n, sizeof *tops);

	for (size_t i = 0; i < n; i++)
		tops[i] = s->highs[i * IMAGE_STRIDE];
	return tops;
}

/* Cuts what has grown to its size, and gives it away. */
static void
give(void **section, size_t *bytes, void *array, size_t n, size_t size)
{
	*section = mem_resize(array, n ? n : 1, size);
	*bytes = n * size;
}

static struct compiled *
give_all(struct compiler *c)
{
	struct image image = { .file = NULL };
	const size_t tops = (c->v6.n + IMAGE_STRIDE - 1) / IMAGE_STRIDE;
	const struct {
		enum image_section section;
		void *array;
		size_t n, size;
	} all[] = {
		{ IMAGE_V4_INDEX, c->index, IMAGE_PARTS + 1,
			sizeof *c->index },
		{ IMAGE_V4_LOWS, c->v4.parts, c->v4.n, sizeof *c->v4.parts },
		{ IMAGE_V4_NUMBERS, c->v4.numbers, c->v4.n,
			sizeof *c->v4.numbers },
		{ IMAGE_V6_TOPS, make_tops(&c->v6, tops), tops,
			sizeof *c->v6.highs },
		{ IMAGE_V6_HIGHS, c->v6.highs, c->v6.n, sizeof *c->v6.highs },
		{ IMAGE_V6_LOWS, c->v6.lows, c->has_lows ? c->v6.n : 0,
			sizeof *c->v6.lows },
		{ IMAGE_V6_NUMBERS, c->v6.numbers, c->v6.n,
			sizeof *c->v6.numbers },
		{ IMAGE_PLACES, c->places, c->places_n, sizeof *c->places },
		{ IMAGE_NAMES, c->text.p, c->text.n, 1 },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		give(&image.sections[all[i].section],
		    &image.sizes[all[i].section], all[i].array, all[i].n, all[i].size);
	c->index = NULL;
	c->v4 = c->v6 = (struct steps){ .n = 0 };
	c->places = NULL;
	c->text.p = NULL;
	return compiled_new(&image);
}

struct compiled *
compiler_finish(struct compiler *c, struct err *e)
{
	if (c->text.overflow) {
		err_set(e, EX_DATAERR, "more than %d bytes of names: too "
		    "much for databases of addresses", NAMES_MAX);
		return NULL;
	}
	begin_parts(c, IMAGE_PARTS);
	c->index[IMAGE_PARTS] = (uint32_t)c->v4.n;
	assert(c->v6.n);
	return give_all(c);
}
