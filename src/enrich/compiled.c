/* SPDX-License-Identifier: ISC */
/* Databases in a form that need not be read to be asked.  Nothing in a file is
 * trusted further than to be asked: every number is looked at before it leads
 * anywhere. */
#include "enrich/compiled.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { BATCH = 64 };

struct compiled {
	void *map;		/* MAP_FAILED: the sections are ours */
	size_t map_size;
	void *sections[IMAGE_SECTIONS];
	size_t sizes[IMAGE_SECTIONS];
	/* The same, by what they are. */
	const uint32_t *v4_index, *v4_numbers, *v6_numbers;
	const uint16_t *v4_lows;
	const uint64_t *v6_tops, *v6_highs, *v6_lows;	/* lows: or NULL */
	const struct image_place *places;
	const char *names;
	size_t v4_n, v6_n, places_n, names_n;
	/* Every country there could be, so that each has one text. */
	char countries[26 * 26][2];
};

/* How large an item of a section is. */
static const size_t item_sizes[IMAGE_SECTIONS] = {
	[IMAGE_V4_INDEX] = sizeof(uint32_t),
	[IMAGE_V4_LOWS] = sizeof(uint16_t),
	[IMAGE_V4_NUMBERS] = sizeof(uint32_t),
	[IMAGE_V6_TOPS] = sizeof(uint64_t),
	[IMAGE_V6_HIGHS] = sizeof(uint64_t),
	[IMAGE_V6_LOWS] = sizeof(uint64_t),
	[IMAGE_V6_NUMBERS] = sizeof(uint32_t),
	[IMAGE_PLACES] = sizeof(struct image_place),
	[IMAGE_NAMES] = 1,
	[IMAGE_SOURCES] = sizeof(struct image_source),
	[IMAGE_TEXTS] = 1,
};

static size_t
items(const struct compiled *c, enum image_section s)
{
	return c->sizes[s] / item_sizes[s];
}

/* Sections whose sizes do not fit each other lead out of them. */
static bool
compiled_fits(const struct compiled *c)
{
	size_t v6 = items(c, IMAGE_V6_HIGHS);
	size_t lows = items(c, IMAGE_V6_LOWS);

	return items(c, IMAGE_V4_INDEX) == IMAGE_PARTS + 1 &&
	    items(c, IMAGE_V4_LOWS) == items(c, IMAGE_V4_NUMBERS) &&
	    items(c, IMAGE_V6_NUMBERS) == v6 && v6 > 0 &&
	    (lows == v6 || lows == 0) && items(c, IMAGE_PLACES) > 0 &&
	    items(c, IMAGE_V6_TOPS) == (v6 + IMAGE_STRIDE - 1) / IMAGE_STRIDE;
}

static void
compiled_name_sections(struct compiled *c)
{
	c->v4_index = c->sections[IMAGE_V4_INDEX];
	c->v4_lows = c->sections[IMAGE_V4_LOWS];
	c->v4_numbers = c->sections[IMAGE_V4_NUMBERS];
	c->v4_n = items(c, IMAGE_V4_LOWS);
	c->v6_tops = c->sections[IMAGE_V6_TOPS];
	c->v6_highs = c->sections[IMAGE_V6_HIGHS];
	c->v6_lows = items(c, IMAGE_V6_LOWS) ? c->sections[IMAGE_V6_LOWS] :
	    NULL;
	c->v6_numbers = c->sections[IMAGE_V6_NUMBERS];
	c->v6_n = items(c, IMAGE_V6_HIGHS);
	c->places = c->sections[IMAGE_PLACES];
	c->places_n = items(c, IMAGE_PLACES);
	c->names = c->sections[IMAGE_NAMES];
	c->names_n = items(c, IMAGE_NAMES);
	for (size_t i = 0; i < 26 * 26; i++) {
		c->countries[i][0] = (char)('A' + i / 26);
		c->countries[i][1] = (char)('A' + i % 26);
	}
}

/* Where sections lie, by the header. */
static int
compiled_place_sections(struct compiled *c, const struct image_header *h,
    struct err *e)
{
	for (size_t i = 0; i < IMAGE_SECTIONS; i++) {
		uint64_t offset = h->sections[i].offset;
		uint64_t size = h->sections[i].size;

		if (offset % IMAGE_ALIGNMENT || offset > c->map_size ||
		    size > c->map_size - offset || size % item_sizes[i])
			return err_set(e, EX_DATAERR, "damaged (section %zu "
			    "does not lie in the file): compile or fetch it "
			    "again", i);
		c->sections[i] = (char *)c->map + offset;
		c->sizes[i] = size;
	}
	if (!compiled_fits(c))
		return err_set(e, EX_DATAERR, "damaged (its sections do not "
		    "fit each other): compile or fetch it again");
	return 0;
}

static int
check_header(const struct image_header *h, size_t size, struct err *e)
{
	if (size < sizeof *h)
		return err_set(e, EX_DATAERR, "cut short: compile or fetch it "
		    "again");
	if (memcmp(h->magic, IMAGE_MAGIC, IMAGE_MAGIC_SIZE))
		return err_set(e, EX_DATAERR, "no compiled database");
	if (h->byte_order != IMAGE_BYTE_ORDER)
		return err_set(e, EX_DATAERR, "compiled on a machine of "
		    "another byte order: compile it here");
	if (h->version != IMAGE_VERSION)
		return err_set(e, EX_DATAERR, "compiled in version %" PRIu32
		    " of the format, not %d: compile or fetch it again",
		    h->version, IMAGE_VERSION);
	if (h->size != size)
		return err_set(e, EX_DATAERR, "has %zu bytes and should have "
		    "%" PRIu64 ": compile or fetch it again", size, h->size);
	return 0;
}

static int
map_file(struct compiled *c, const char *file, struct err *e)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int rc = 0;
	struct stat st;

	if (fd < 0)
		return err_errno(e, EX_NOINPUT, "cannot open '%s'", file);
	if (fstat(fd, &st) < 0 || st.st_size <= 0)
		rc = err_set(e, EX_DATAERR, "%s: empty", file);
	else
		c->map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED,
		    fd, 0);
	if (rc == 0 && c->map == MAP_FAILED)
		rc = err_errno(e, EX_NOINPUT, "cannot map '%s'", file);
	c->map_size = (size_t)st.st_size;
	close(fd);
	return rc;
}

bool
compiled_is(const char *file)
{
	char magic[IMAGE_MAGIC_SIZE];
	struct stat st;
	bool is = false;
	int fd;

	/* A pipe could be read only once. */
	if (stat(file, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return false;
	is = read(fd, magic, sizeof magic) == sizeof magic &&
	    memcmp(magic, IMAGE_MAGIC, sizeof magic) == 0;
	close(fd);
	return is;
}

struct compiled *
compiled_open(const char *file, struct err *e)
{
	struct compiled *c = mem_new(sizeof *c);

	c->map = MAP_FAILED;
	if (map_file(c, file, e) < 0) {
		free(c);
		return NULL;
	}
	if (check_header(c->map, c->map_size, e) < 0 ||
	    compiled_place_sections(c, c->map, e) < 0) {
		err_prefix(e, "%s: ", file);
		munmap(c->map, c->map_size);
		free(c);
		return NULL;
	}
	compiled_name_sections(c);
	return c;
}

struct compiled *
compiled_new(void *const sections[IMAGE_SECTIONS],
    const size_t sizes[IMAGE_SECTIONS])
{
	struct compiled *c = mem_new(sizeof *c);

	c->map = MAP_FAILED;
	for (size_t i = 0; i < IMAGE_SECTIONS; i++) {
		c->sections[i] = sections[i];
		c->sizes[i] = sizes[i];
	}
	assert(compiled_fits(c));
	compiled_name_sections(c);
	return c;
}

void
compiled_close(struct compiled *c)
{
	if (!c)
		return;
	if (c->map != MAP_FAILED)
		munmap(c->map, c->map_size);
	else
		for (size_t i = 0; i < IMAGE_SECTIONS; i++)
			free(c->sections[i]);
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

/* The address of the list is not behind this one. */
static inline bool
v6_reached(const struct compiled *c, uint64_t high, size_t i,
    const struct ip *ip)
{
	return high < ip->high || (high == ip->high &&
	    (!c->v6_lows || c->v6_lows[i] <= ip->low));
}

/* The part of the list that the tops leave. */
static void
v6_begin(const struct compiled *c, const struct ip *ip, size_t *at,
    size_t *end)
{
	size_t low = 0, n = items(c, IMAGE_V6_TOPS);

	while (n > 1) {
		size_t half = n / 2;

		if (v6_reached(c, c->v6_tops[low + half],
		    (low + half) * IMAGE_STRIDE, ip))
			low += half;
		n -= half;
	}
	*at = low * IMAGE_STRIDE;
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

static size_t
v6_search(const struct compiled *c, size_t at, size_t n, const struct ip *ip)
{
	while (n > 1) {
		size_t half = n / 2;

		at = v6_reached(c, c->v6_highs[at + half], at + half, ip) ?
		    at + half : at;
		n -= half;
	}
	return at;
}

static void
batch_begin(const struct compiled *c, struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->ips[i].family == IP_V4)
			__builtin_prefetch(c->v4_index +
			    (b->ips[i].low >> 16 & 0xffff));
	for (size_t i = 0; i < b->n; i++) {
		b->at[i] = b->end[i] = 0;
		if (b->ips[i].family == IP_V4)
			v4_begin(c, &b->ips[i], &b->at[i], &b->end[i]);
		else if (b->ips[i].family == IP_V6)
			v6_begin(c, &b->ips[i], &b->at[i], &b->end[i]);
	}
}

/* From parts of the lists to places in them. */
static void
batch_search(const struct compiled *c, struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct ip *ip = &b->ips[i];
		size_t n = b->end[i] - b->at[i];

		if (n == 0)
			continue;
		b->at[i] = ip->family == IP_V4 ? v4_search(c->v4_lows,
		    b->at[i], n, (uint16_t)ip->low) :
		    v6_search(c, b->at[i], n, ip);
		__builtin_prefetch((ip->family == IP_V4 ? c->v4_numbers :
		    c->v6_numbers) + b->at[i]);
	}
}

/* And to the numbers of places. */
static void
batch_number(const struct compiled *c, struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		uint32_t number = 0;

		if (b->end[i] > 0)
			number = (b->ips[i].family == IP_V4 ?
			    c->v4_numbers : c->v6_numbers)[b->at[i]];
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

	*place = (struct place){ .asn = from->asn };
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
		b.ips = ips + from;
		b.n = n - from < BATCH ? n - from : BATCH;
		batch_begin(c, &b);
		batch_search(c, &b);
		batch_number(c, &b);
		for (size_t i = 0; i < b.n; i++)
			compiled_place(c, b.at[i], &places[from + i]);
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

static const char *
text_at(const struct compiled *c, uint32_t offset)
{
	const char *texts = c->sections[IMAGE_TEXTS];
	size_t n = items(c, IMAGE_TEXTS);

	return offset < n && memchr(texts + offset, '\0', n - offset) ?
	    texts + offset : NULL;
}

bool
compiled_source(const struct compiled *c, size_t i, struct ipdb_source *source)
{
	const struct image_source *from = c->sections[IMAGE_SOURCES];

	if (i >= items(c, IMAGE_SOURCES))
		return false;
	from += i;
	*source = (struct ipdb_source){
		.file = text_at(c, from->file),
		.format = text_at(c, from->format),
		.rows = from->rows, .v4 = from->v4, .v6 = from->v6,
		.time = from->time,
	};
	return source->file && source->format;
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
verify_places(const struct compiled *c, struct err *e)
{
	for (size_t i = 0; i < c->places_n; i++) {
		const struct image_place *from = &c->places[i];
		struct place place;

		compiled_place(c, i, &place);
		if (place.as_name.n != from->name_size ||
		    (place.country.n == 0 && from->country[0]))
			return err_set(e, EX_DATAERR, "damaged: place %zu is "
			    "none", i);
	}
	return 0;
}

int
compiled_verify(const struct compiled *c, struct err *e)
{
	const struct image_header *h = c->map;

	assert(c->map != MAP_FAILED);
	if (image_sum(h, h + 1, c->map_size - sizeof *h) != h->sum)
		return err_set(e, EX_DATAERR, "damaged: its sum is wrong, "
		    "compile or fetch it again");
	return verify_order(c, IP_V4, e) < 0 || verify_order(c, IP_V6, e) < 0 ?
	    -1 : verify_places(c, e);
}

const void *
compiled_section(const struct compiled *c, enum image_section s, size_t *size)
{
	*size = c->sizes[s];
	return c->sections[s];
}
