/* SPDX-License-Identifier: ISC */
/* Databases in a form that need not be read to be asked.  Nothing in a file is
 * trusted further than to be asked: every number is looked at before it leads
 * anywhere. */
#include "enrich/compiled.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { BATCH = 64 };

struct compiled {
	struct image image;
	/* Its sections, by what they are. */
	const uint32_t *v4_index, *v4_numbers, *v6_numbers;
	const uint16_t *v4_lows;
	const uint64_t *v6_tops, *v6_highs, *v6_lows;	/* lows: or NULL */
	const struct image_place *places;
	const char *names;
	size_t v4_n, v6_n, v6_tops_n, places_n, names_n;
	/* Every country there could be, so that each has one text. */
	char countries[26 * 26][2];
};

static void
compiled_name_sections(struct compiled *c)
{
	const struct image *im = &c->image;

	c->v4_index = im->sections[IMAGE_V4_INDEX];
	c->v4_lows = im->sections[IMAGE_V4_LOWS];
	c->v4_numbers = im->sections[IMAGE_V4_NUMBERS];
	c->v4_n = image_items(im, IMAGE_V4_LOWS);
	c->v6_tops = im->sections[IMAGE_V6_TOPS];
	c->v6_tops_n = image_items(im, IMAGE_V6_TOPS);
	c->v6_highs = im->sections[IMAGE_V6_HIGHS];
	c->v6_lows = image_items(im, IMAGE_V6_LOWS) ?
	    im->sections[IMAGE_V6_LOWS] : NULL;
	c->v6_numbers = im->sections[IMAGE_V6_NUMBERS];
	c->v6_n = image_items(im, IMAGE_V6_HIGHS);
	c->places = im->sections[IMAGE_PLACES];
	c->places_n = image_items(im, IMAGE_PLACES);
	c->names = im->sections[IMAGE_NAMES];
	c->names_n = image_items(im, IMAGE_NAMES);
	for (size_t i = 0; i < 26 * 26; i++) {
		c->countries[i][0] = (char)('A' + i / 26);
		c->countries[i][1] = (char)('A' + i % 26);
	}
}

struct compiled *
compiled_open(const char *file, enum ipdb_where where, struct err *e)
{
	struct compiled *c = mem_new(sizeof *c);

	if (image_open(&c->image, file, where, e) < 0) {
		free(c);
		return NULL;
	}
	compiled_name_sections(c);
	return c;
}

struct compiled *
compiled_new(const struct image *image)
{
	struct compiled *c = mem_new(sizeof *c);

	c->image = *image;
	compiled_name_sections(c);
	return c;
}

void
compiled_close(struct compiled *c)
{
	if (!c)
		return;
	image_close(&c->image);
	free(c);
}

/*
 * Asking.  An address takes several steps, each of which leads to memory that
 * is far away: all addresses of a batch take a step together, and say what they
 * will need for the next.
 */

struct batch {
	const struct ip *ips;
	size_t n;
	size_t at[BATCH];	/* where an answer may begin */
	size_t end[BATCH];	/* and where it must have */
};

/* The last of n addresses from at on that is not behind this one, of a list that
 * has every so many of all.  Which way it goes cannot be foreseen, so there is
 * no branch for it; that upper halves are equal is rare, and lower ones are far
 * away. */
static inline size_t
v6_search(const struct compiled *c, const uint64_t *highs, size_t every,
    size_t at, size_t n, const struct ip *ip)
{
	const uint64_t *lows = c->v6_lows;

	while (n > 1) {
		size_t half = n / 2, i = at + half;
		bool is_equal = highs[i] == ip->high;
		uint64_t low = lows && is_equal ? lows[i * every] : 0;

		at += half & -(size_t)((highs[i] < ip->high) |
		    (is_equal & (low <= ip->low)));
		n -= half;
	}
	return at;
}

/* The part of the list that the tops leave. */
static void
v6_begin(const struct compiled *c, const struct ip *ip, size_t *at,
    size_t *end)
{
	*at = IMAGE_STRIDE * v6_search(c, c->v6_tops, IMAGE_STRIDE, 0,
	    c->v6_tops_n, ip);
	*end = c->v6_n - *at < IMAGE_STRIDE ? c->v6_n : *at + IMAGE_STRIDE;
	__builtin_prefetch(c->v6_highs + *at);
	__builtin_prefetch(c->v6_highs + *end - 1);
}

static void
v4_begin(const struct compiled *c, const struct ip *ip, size_t *at,
    size_t *end)
{
	const uint32_t *index = c->v4_index + (ip->low >> 16 & 0xffff);

	*at = index[0];
	*end = index[1];
	if (*at >= *end || *end > c->v4_n) {
		*at = *end = 0;
		return;
	}
	__builtin_prefetch(c->v4_lows + *at);
	__builtin_prefetch(c->v4_lows + *at + (*end - *at) / 2);
}

static size_t
v4_search(const uint16_t *lows, size_t at, size_t n, uint16_t low)
{
	while (n > 1) {
		size_t half = n / 2;

		at = lows[at + half] <= low ? at + half : at;
		n -= half;
	}
	return at;
}

static inline void
begin(const struct compiled *c, const struct ip *ip, size_t *at, size_t *end)
{
	*at = *end = 0;
	if (ip->family == IP_V4)
		v4_begin(c, ip, at, end);
	else if (ip->family == IP_V6)
		v6_begin(c, ip, at, end);
}

/* From a part of the list to a place in it. */
static inline size_t
search(const struct compiled *c, const struct ip *ip, size_t at, size_t n)
{
	return ip->family == IP_V4 ? v4_search(c->v4_lows, at, n,
	    (uint16_t)ip->low) : v6_search(c, c->v6_highs, 1, at, n, ip);
}

static inline const uint32_t *
numbers(const struct compiled *c, const struct ip *ip)
{
	return ip->family == IP_V4 ? c->v4_numbers : c->v6_numbers;
}

static void
batch_begin(const struct compiled *c, struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->ips[i].family == IP_V4)
			__builtin_prefetch(c->v4_index +
			    (b->ips[i].low >> 16 & 0xffff));
	for (size_t i = 0; i < b->n; i++)
		begin(c, &b->ips[i], &b->at[i], &b->end[i]);
}

static void
batch_search(const struct compiled *c, struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct ip *ip = &b->ips[i];
		size_t n = b->end[i] - b->at[i];

		if (n == 0)
			continue;
		b->at[i] = search(c, ip, b->at[i], n);
		__builtin_prefetch(numbers(c, ip) + b->at[i]);
	}
}

/* And to the numbers of places. */
static void
batch_number(const struct compiled *c, struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		uint32_t number = 0;

		if (b->end[i] > 0)
			number = numbers(c, &b->ips[i])[b->at[i]];
		b->at[i] = number < c->places_n ? number : 0;
		__builtin_prefetch(c->places + b->at[i]);
	}
}

static bool
is_country(const char country[2])
{
	return country[0] >= 'A' && country[0] <= 'Z' && country[1] >= 'A' &&
	    country[1] <= 'Z';
}

void
compiled_place(const struct compiled *c, size_t number, struct place *place)
{
	const struct image_place *from = &c->places[number];
	const char *country = from->country;

	*place = (struct place){ .asn = 0 };
	if (number == 0)
		return;
	place->asn = from->asn;
	if (is_country(country))
		place->country = (struct slice){ c->countries[(country[0] -
		    'A') * 26 + country[1] - 'A'], 2 };
	if (from->asn && from->name_size && from->name <= c->names_n &&
	    from->name_size <= c->names_n - from->name)
		place->as_name = (struct slice){ c->names + from->name,
			from->name_size };
}

/* And to the places. */
static void
batch_place(const struct compiled *c, const struct batch *b,
    struct place *places)
{
	for (size_t i = 0; i < b->n; i++) {
		compiled_place(c, b->at[i], &places[i]);
		compiled_expect_name(&places[i]);
	}
}

void
compiled_find_one(const struct compiled *c, const struct ip *ip,
    struct place *place)
{
	size_t at, end;
	uint32_t number = 0;

	begin(c, ip, &at, &end);
	if (end > at)
		number = numbers(c, ip)[search(c, ip, at, end - at)];
	compiled_place(c, number < c->places_n ? number : 0, place);
}

void
compiled_find(const struct compiled *c, const struct ip *ips, size_t n,
    struct place *places)
{
	struct batch b;

	for (size_t from = 0; from < n; from += b.n) {
		b.ips = ips + from;
		b.n = n - from < BATCH ? n - from : BATCH;
		batch_begin(c, &b);
		batch_search(c, &b);
		batch_number(c, &b);
		batch_place(c, &b, places + from);
	}
}

size_t
compiled_places(const struct compiled *c)
{
	return c->places_n;
}

/* Every part has at least one address, so that one step is enough. */
static bool
v4_next(const struct compiled *c, size_t *at, struct ip *first,
    uint32_t *number)
{
	size_t part = *at >> 32, i = *at & UINT32_MAX;

	if (part < IMAGE_PARTS && i >= c->v4_index[part + 1])
		part++;
	if (part >= IMAGE_PARTS || i < c->v4_index[part] ||
	    i >= c->v4_index[part + 1] || i >= c->v4_n)
		return false;
	*first = (struct ip){ IP_V4, 0, part << 16 | c->v4_lows[i] };
	*number = c->v4_numbers[i];
	*at = part << 32 | (i + 1);
	return true;
}

static bool
v6_next(const struct compiled *c, size_t *at, struct ip *first,
    uint32_t *number)
{
	size_t i = *at;

	if (i >= c->v6_n)
		return false;
	*first = (struct ip){ IP_V6, c->v6_highs[i],
		c->v6_lows ? c->v6_lows[i] : 0 };
	*number = c->v6_numbers[i];
	*at = i + 1;
	return true;
}

bool
compiled_next(const struct compiled *c, enum ip_family family, size_t *at,
    struct ip *first, uint32_t *number)
{
	static_assert(sizeof(size_t) == 8, "a walk needs 64 bits");
	if (!(family == IP_V4 ? v4_next : v6_next)(c, at, first, number))
		return false;
	if (*number >= c->places_n)
		*number = 0;
	return true;
}

static int
verify_order(const struct compiled *c, enum ip_family family, struct err *e)
{
	struct ip before = { .family = IP_NONE }, first;
	uint32_t number;
	size_t at = 0, n = 0;

	for (; compiled_next(c, family, &at, &first, &number); n++) {
		if (n && (first.high < before.high || (first.high ==
		    before.high && first.low <= before.low)))
			break;
		before = first;
	}
	if (n == (family == IP_V4 ? c->v4_n : c->v6_n))
		return 0;
	return err_set(e, EX_DATAERR, "damaged: its IPv%d addresses do not "
	    "ascend", family == IP_V4 ? 4 : 6);
}

static int
verify_tops(const struct compiled *c, struct err *e)
{
	size_t i = 0;

	while (i < c->v6_tops_n &&
	    c->v6_tops[i] == c->v6_highs[i * IMAGE_STRIDE])
		i++;
	return i == c->v6_tops_n ? 0 : err_set(e, EX_DATAERR, "damaged: its "
	    "IPv6 addresses are not where they are said to be");
}

static int
verify_places(const struct compiled *c, struct err *e)
{
	for (size_t i = 0; i < c->places_n; i++) {
		const struct image_place *from = &c->places[i];
		struct place place;

		compiled_place(c, i, &place);
		if (place.asn != from->asn ||
		    place.as_name.n != from->name_size ||
		    (place.country.n == 0 && from->country[0]))
			return err_set(e, EX_DATAERR, "damaged: place %zu is "
			    "none", i);
	}
	return 0;
}

int
compiled_verify(const struct compiled *c, struct err *e)
{
	/* What we made is good. */
	if (!image_is_file(&c->image))
		return 0;
	return image_verify(&c->image, e) < 0 ||
	    verify_order(c, IP_V4, e) < 0 || verify_order(c, IP_V6, e) < 0 ||
	    verify_tops(c, e) < 0 ? -1 : verify_places(c, e);
}

const struct image *
compiled_image(const struct compiled *c)
{
	return &c->image;
}
