/* SPDX-License-Identifier: ISC */
/* Databases of IPv4 addresses, each as text and as a MaxMind DB of the same
 * ranges, and addresses to ask them for.  Same arguments, same bytes.
 *
 *   places DIRECTORY RANGES ADDRESSES SEED
 *
 * Writes asn.csv, asn.mmdb, country.csv, country.mmdb and addresses.  Borders
 * lie anywhere and neighbours have nothing in common: the worst case.  The
 * binary form is MaxMind DB 2.0, with records of 32 bits. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"

enum {
	LOWEST = 1 << 24,
	HIGHEST_NET = 223,
	ASNS = 80000,
	COUNTRIES = 26 * 9,
	SEPARATOR = 16,		/* bytes between tree and data */
	NODES_FIRST = 1 << 20,
	TEXT_MAX = 64,
};

#define LEAF UINT32_C(0x80000000)	/* a record that is a value; 0: none */

enum mmdb_type { MMDB_STRING = 2, MMDB_UINT16 = 5, MMDB_UINT32 = 6, MMDB_MAP = 7,
	MMDB_UINT64 = 9, MMDB_ARRAY = 11 };

/* Each ends where the next begins; the value 0 is no place. */
struct range {
	uint32_t first, value;
};

struct tree {
	const struct range *ranges;
	size_t n, at;		/* the range looked at */
	uint32_t (*nodes)[2];
	size_t nodes_n, nodes_cap;
};

/* What a value is in text and in the binary form. */
struct kind {
	const char *name, *type;
	uint32_t values;
	void (*add_text)(FILE *f, uint32_t value);
	void (*add_data)(FILE *f, uint32_t value);
};

static uint32_t
any(void)
{
	return (uint32_t)(chance_bits() >> 32);
}

static uint32_t
any_address(void)
{
	uint32_t address;

	do {
		address = any();
	} while (address < LOWEST || address >> 24 > HIGHEST_NET);
	return address;
}

static void *
need(void *p)
{
	if (p)
		return p;
	fputs("places: no memory\n", stderr);
	exit(71);
}

static FILE *
create(const char *directory, const char *name, const char *type)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s%s", directory, name, type);
	f = fopen(path, "w");
	if (f)
		return f;
	perror(path);
	exit(73);
}

static void
finish(FILE *f)
{
	if (ferror(f) || fclose(f) != 0) {
		perror("places");
		exit(74);
	}
}

static int
by_first(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/* One in twenty is a hole. */
static struct range *
make_ranges(size_t n, uint32_t values)
{
	struct range *ranges = need(calloc(n + 1, sizeof *ranges));

	for (size_t i = 0; i < n; i++)
		ranges[i] = (struct range){ any_address(),
			any() % 20 ? 1 + any() % values : 0 };
	qsort(ranges, n, sizeof *ranges, by_first);
	ranges[n] = (struct range){ (uint32_t)(HIGHEST_NET + 1) << 24,
		0 };
	return ranges;
}

static void
write_text(FILE *f, const struct kind *kind, const struct range *ranges,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!ranges[i].value || ranges[i].first == ranges[i + 1].first)
			continue;
		fprintf(f, "%" PRIu32 ",%" PRIu32 ",", ranges[i].first,
		    ranges[i + 1].first - 1);
		kind->add_text(f, ranges[i].value);
		putc('\n', f);
	}
}

/*
 * The binary form.
 */

static void
add_control(FILE *f, enum mmdb_type type, size_t size)
{
	int short_type = type < 8 ? (int)type : 0;

	putc(short_type << 5 | (int)(size < 29 ? size : 29), f);
	if (!short_type)
		putc((int)type - 7, f);
	if (size >= 29)
		putc((int)(size - 29), f);
}

static void
add_string(FILE *f, const char *s)
{
	add_control(f, MMDB_STRING, strlen(s));
	fputs(s, f);
}

static void
add_number(FILE *f, enum mmdb_type type, uint64_t value)
{
	size_t size = 0;

	while (size < 8 && value >> 8 * size)
		size++;
	add_control(f, type, size);
	while (size-- > 0)
		putc((int)(value >> 8 * size & 0xff), f);
}

static void
add_word(FILE *f, uint64_t word)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		putc((int)(word >> shift & 0xff), f);
}

/* The record of the net that begins at first and has so many host bits. */
static uint32_t
tree_add(struct tree *t, uint64_t first, int bits)
{
	size_t node;
	uint32_t left, right;

	while (t->at <= t->n && t->ranges[t->at].first <= first)
		t->at++;
	/* at: the first range behind the one that first lies in. */
	if (t->at > t->n || t->ranges[t->at].first >= first +
	    (UINT64_C(1) << bits)) {
		uint32_t value = t->at ? t->ranges[t->at - 1].value : 0;

		return value ? LEAF | value : 0;
	}
	if (t->nodes_n == t->nodes_cap) {
		t->nodes_cap = t->nodes_cap ? 2 * t->nodes_cap : NODES_FIRST;
		t->nodes = need(realloc(t->nodes, t->nodes_cap *
		    sizeof *t->nodes));
	}
	node = t->nodes_n++;
	left = tree_add(t, first, bits - 1);
	right = tree_add(t, first + (UINT64_C(1) << (bits - 1)), bits - 1);
	t->nodes[node][0] = left;
	t->nodes[node][1] = right;
	return (uint32_t)node;
}

static void
write_tree(FILE *f, const struct tree *t, const uint32_t *offsets)
{
	for (size_t i = 0; i < t->nodes_n; i++) {
		for (int side = 0; side < 2; side++) {
			uint32_t record = t->nodes[i][side];

			add_word(f, record == 0 ? t->nodes_n :
			    record & LEAF ? t->nodes_n + SEPARATOR +
			    offsets[record & ~LEAF] : record);
		}
	}
	for (int i = 0; i < SEPARATOR; i++)
		putc(0, f);
}

static void
write_metadata(FILE *f, const struct tree *t, const char *type)
{
	fputs("\xab\xcd\xefMaxMind.com", f);
	add_control(f, MMDB_MAP, 9);
	add_string(f, "binary_format_major_version");
	add_number(f, MMDB_UINT16, 2);
	add_string(f, "binary_format_minor_version");
	add_number(f, MMDB_UINT16, 0);
	add_string(f, "build_epoch");
	add_number(f, MMDB_UINT64, 1700000000);
	add_string(f, "database_type");
	add_string(f, type);
	add_string(f, "description");
	add_control(f, MMDB_MAP, 0);
	add_string(f, "ip_version");
	add_number(f, MMDB_UINT16, 4);
	add_string(f, "languages");
	add_control(f, MMDB_ARRAY, 0);
	add_string(f, "node_count");
	add_number(f, MMDB_UINT32, t->nodes_n);
	add_string(f, "record_size");
	add_number(f, MMDB_UINT16, 32);
}

static void
write_binary(FILE *f, const struct kind *kind, const struct range *ranges,
    size_t n)
{
	struct tree tree = { .ranges = ranges, .n = n };
	uint32_t *offsets = need(calloc(kind->values + 1, sizeof *offsets));
	char *data;
	size_t size;
	FILE *to = need(open_memstream(&data, &size));

	for (uint32_t value = 1; value <= kind->values; value++) {
		offsets[value] = (uint32_t)ftell(to);
		kind->add_data(to, value);
	}
	finish(to);
	tree_add(&tree, 0, 32);
	write_tree(f, &tree, offsets);
	fwrite(data, 1, size, f);
	write_metadata(f, &tree, kind->type);
	free(tree.nodes);
	free(offsets);
	free(data);
}

/*
 * The two kinds.
 */

static void
asn_text(FILE *f, uint32_t value)
{
	fprintf(f, "%" PRIu32 ",Example %" PRIu32 " Ltd", value, value);
}

static void
asn_data(FILE *f, uint32_t value)
{
	char name[TEXT_MAX];

	snprintf(name, sizeof name, "Example %" PRIu32 " Ltd", value);
	add_control(f, MMDB_MAP, 2);
	add_string(f, "autonomous_system_number");
	add_number(f, MMDB_UINT32, value);
	add_string(f, "autonomous_system_organization");
	add_string(f, name);
}

static const char *
country_code(uint32_t value)
{
	static char code[3];

	code[0] = (char)('A' + value % 9);
	code[1] = (char)('A' + value / 9 % 26);
	return code;
}

static void
country_text(FILE *f, uint32_t value)
{
	fputs(country_code(value), f);
}

static void
country_data(FILE *f, uint32_t value)
{
	add_control(f, MMDB_MAP, 1);
	add_string(f, "country");
	add_control(f, MMDB_MAP, 1);
	add_string(f, "iso_code");
	add_string(f, country_code(value));
}

static void
write_database(const char *directory, const struct kind *kind, size_t n)
{
	struct range *ranges = make_ranges(n, kind->values);
	FILE *text = create(directory, kind->name, ".csv");
	FILE *binary = create(directory, kind->name, ".mmdb");

	write_text(text, kind, ranges, n);
	finish(text);
	write_binary(binary, kind, ranges, n);
	finish(binary);
	free(ranges);
}

static void
write_addresses(const char *directory, size_t n)
{
	FILE *f = create(directory, "addresses", "");

	while (n-- > 0) {
		uint32_t a = any_address();

		fprintf(f, "%u.%u.%u.%u\n", a >> 24, a >> 16 & 255,
		    a >> 8 & 255, a & 255);
	}
	finish(f);
}

int
main(int argc, char **argv)
{
	static const struct kind kinds[] = {
		{ "asn", "Bench-ASN", ASNS, asn_text, asn_data },
		{ "country", "Bench-Country", COUNTRIES, country_text,
			country_data },
	};

	if (argc != 5) {
		fputs("usage: places DIRECTORY RANGES ADDRESSES SEED\n",
		    stderr);
		return 64;
	}
	chance_state = strtoull(argv[4], NULL, 10) * 2 + 1;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		write_database(argv[1], &kinds[i], strtoul(argv[2], NULL, 10));
	write_addresses(argv[1], strtoul(argv[3], NULL, 10));
	return 0;
}
