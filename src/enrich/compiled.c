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
	/* Which of them are of a family, and where in its list each is. */
	struct members {
		size_t n;
		uint8_t which[BATCH];
		uint32_t at[BATCH];
	} v4, v6;
	uint32_t number[BATCH];		/* of a place */
};

/* Families come in no order that could be foreseen. */
static void
batch_begin(struct batch *b, const struct ip *ips, size_t n)
{
	b->ips = ips;
	b->n = n;
	b->v4.n = b->v6.n = 0;
	for (size_t i = 0; i < n; i++) {
		b->v4.which[b->v4.n] = b->v6.which[b->v6.n] = (uint8_t)i;
		b->v4.n += ips[i].family == IP_V4;
		b->v6.n += ips[i].family == IP_V6;
		b->number[i] = 0;
	}
}

/* Its part of the list begins there, and has so many. */
static uint32_t
v4_begin(const struct compiled *c, const struct ip *ip, uint32_t *at)
{
	const uint32_t *index = c->v4_index + (ip->low >> 16 & 0xffff);
	uint32_t n = index[1] - index[0];

	*at = 0;
	if (index[0] >= index[1] || index[1] > c->v4_n)
		return 0;
	*at = index[0];
	__builtin_prefetch(c->v4_lows + *at);
	__builtin_prefetch(c->v4_lows + *at + n / 2);
	return n;
}

static uint32_t
v4_search(const uint16_t *lows, uint32_t at, uint32_t n, uint16_t low)
{
	while (n > 1) {
		uint32_t half = n / 2;

		at = lows[at + half] <= low ? at + half : at;
		n -= half;
	}
	return at;
}

static void
batch_find_v4(const struct compiled *c, struct batch *b)
{
	struct members *m = &b->v4;
	uint32_t sizes[BATCH];

	for (size_t i = 0; i < m->n; i++)
		__builtin_prefetch(c->v4_index +
		    (b->ips[m->which[i]].low >> 16 & 0xffff));
	for (size_t i = 0; i < m->n; i++)
		sizes[i] = v4_begin(c, &b->ips[m->which[i]], &m->at[i]);
	for (size_t i = 0; i < m->n; i++) {
		m->at[i] = v4_search(c->v4_lows, m->at[i], sizes[i],
		    (uint16_t)b->ips[m->which[i]].low);
		__builtin_prefetch(c->v4_numbers + m->at[i]);
	}
	for (size_t i = 0; i < m->n; i++)
		if (sizes[i])
			b->number[m->which[i]] = c->v4_numbers[m->at[i]];
}

/* Whether address at of a list that has every so many of all is not behind it.
 * What that will be cannot be foreseen, so there is no branch for it; that upper
 * halves are equal is rare, and lower ones are far away. */
static inline bool
v6_reaches(const uint64_t *highs, const uint64_t *lows, size_t every, size_t at,
    const struct ip *ip)
{
	bool is_equal = highs[at] == ip->high;
	uint64_t low = is_equal ? lows[at * every] : 0;

	return (highs[at] < ip->high) | (is_equal & (low <= ip->low));
}

/* Of n addresses of such a list, from where each of the batch is on, the last
 * that is not behind it. */
static inline void
v6_search(const uint64_t *highs, const uint64_t *lows, size_t every, size_t n,
    struct batch *b)
{
	struct members *m = &b->v6;

	while (n > 1) {
		size_t half = n / 2;

		for (size_t i = 0; i < m->n; i++) {
			const struct ip *ip = &b->ips[m->which[i]];
			size_t at = m->at[i] + half;
			bool reaches = lows ? v6_reaches(highs, lows, every,
			    at, ip) : highs[at] <= ip->high;

			m->at[i] += (uint32_t)half & -(uint32_t)reaches;
		}
		n -= half;
	}
}

static void
batch_find_v6(const struct compiled *c, struct batch *b)
{
	struct members *m = &b->v6;
	size_t n = c->v6_n < IMAGE_STRIDE ? c->v6_n : IMAGE_STRIDE;

	if (m->n == 0 || n == 0)
		return;
	memset(m->at, 0, m->n * sizeof *m->at);
	v6_search(c->v6_tops, c->v6_lows, IMAGE_STRIDE, c->v6_tops_n, b);
	/* All parts are of one size: the last begins before its top. */
	for (size_t i = 0; i < m->n; i++) {
		size_t at = IMAGE_STRIDE * (size_t)m->at[i];

		m->at[i] = (uint32_t)(at < c->v6_n - n ? at : c->v6_n - n);
		__builtin_prefetch(c->v6_highs + m->at[i]);
		__builtin_prefetch(c->v6_highs + m->at[i] + n - 1);
	}
	v6_search(c->v6_highs, c->v6_lows, 1, n, b);
	for (size_t i = 0; i < m->n; i++)
		__builtin_prefetch(c->v6_numbers + m->at[i]);
	for (size_t i = 0; i < m->n; i++)
		b->number[m->which[i]] = c->v6_numbers[m->at[i]];
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

void
compiled_find(const struct compiled *c, const struct ip *ips, size_t n,
    struct place *places)
{
	struct batch b;

	for (size_t from = 0; from < n; from += b.n) {
		batch_begin(&b, ips + from, n - from < BATCH ? n - from : BATCH);
		batch_find_v4(c, &b);
		batch_find_v6(c, &b);
		for (size_t i = 0; i < b.n; i++) {
			if (b.number[i] >= c->places_n)
				b.number[i] = 0;
			__builtin_prefetch(c->places + b.number[i]);
		}
		for (size_t i = 0; i < b.n; i++) {
			compiled_place(c, b.number[i], &places[from + i]);
			compiled_expect_name(&places[from + i]);
		}
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
