/* SPDX-License-Identifier: ISC */
/* The cells of address databases: addresses, countries, AS numbers. */
#include "enrich/field.h"

#include <string.h>

enum address_kind { ADDRESS_V4, ADDRESS_V6, ADDRESS_DECIMAL };

/* An address as it was written: ::ffff:192.0.2.1 is still IPv6. */
struct address {
	enum address_kind kind;
	uint64_t high, low;
};

/* Ways to say that a country is not known. */
static const struct slice unknown[] = {
	SLICE(""), SLICE("-"), SLICE("??"), SLICE("ZZ"), SLICE("None"),
	SLICE("A1"), SLICE("A2"), SLICE("A3"), SLICE("O1"),
};

bool
field_is_unknown(struct slice cell)
{
	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
		if (slice_is(cell, unknown[i]))
			return true;
	return false;
}

/* value * 10 + digit; false past 2^128 - 1. */
static bool
decimal_push(struct address *a, unsigned digit)
{
	uint64_t parts[4] = { a->low & 0xffffffff, a->low >> 32,
		a->high & 0xffffffff, a->high >> 32 };
	uint64_t carry = digit;

	for (int i = 0; i < 4; i++) {
		carry += parts[i] * 10;
		parts[i] = carry & 0xffffffff;
		carry >>= 32;
	}
	a->low = parts[1] << 32 | parts[0];
	a->high = parts[3] << 32 | parts[2];
	return carry == 0;
}

static bool
decimal_parse(struct slice cell, struct address *out)
{
	struct address a = { .kind = ADDRESS_DECIMAL };

	if (slice_number(cell, UINT64_MAX, &a.low)) {
		*out = a;
		return true;
	}
	for (size_t i = 0; i < cell.n; i++)
		if (!byte_is_digit(cell.p[i]) ||
		    !decimal_push(&a, (unsigned)(cell.p[i] - '0')))
			return false;
	*out = a;
	return cell.n > 0;
}

static bool
address_parse(struct slice cell, struct address *out)
{
	bool has_colon = slice_find_byte(cell, ':') < cell.n;
	struct ip ip;

	if (!has_colon && decimal_parse(cell, out))
		return true;
	if (!ip_parse(cell, &ip))
		return false;
	*out = (struct address){ has_colon ? ADDRESS_V6 : ADDRESS_V4,
		ip.high, ip.low };
	if (has_colon && ip.family == IP_V4)
		out->low |= (uint64_t)0xffff << 32;
	return true;
}

bool
field_is_address(struct slice cell)
{
	struct address a;

	return address_parse(cell, &a);
}

static bool
address_less(const struct address *a, const struct address *b)
{
	return a->high < b->high || (a->high == b->high && a->low < b->low);
}

static bool
address_is_mapped(const struct address *a)
{
	return a->high == 0 && a->low >> 32 == 0xffff;
}

/* Both ends IPv6, or both small decimals or IPv4. */
static void
range_set(struct ip_range *range, const struct address *first,
    const struct address *last)
{
	enum ip_family family = IP_V6;
	uint64_t mask = UINT64_MAX;

	if (first->kind == ADDRESS_V4 || (first->kind == ADDRESS_DECIMAL &&
	    last->high == 0 && last->low <= UINT32_MAX))
		family = IP_V4;
	if (address_is_mapped(first) && address_is_mapped(last)) {
		family = IP_V4;
		mask = UINT32_MAX;
	}
	range->first = (struct ip){ family, first->high, first->low & mask };
	range->last = (struct ip){ family, last->high, last->low & mask };
}

int
field_range(struct slice first, struct slice last, struct ip_range *range,
    struct err *e)
{
	struct address a, b;
	bool good = address_parse(first, &a);

	if (!good || !address_parse(last, &b)) {
		struct slice bad = good ? last : first;

		return err_set(e, EX_DATAERR, "'%.*s' is no IP address: "
		    "damaged, get the file again", FIELD_SHOWN(bad));
	}
	if (a.kind != b.kind)
		return err_set(e, EX_DATAERR, "'%.*s' and '%.*s' must both be "
		    "IPv4, IPv6 or decimal", FIELD_SHOWN(first),
		    FIELD_SHOWN(last));
	if (address_less(&b, &a))
		return err_set(e, EX_DATAERR, "the range ends ('%.*s') before "
		    "it starts ('%.*s'): damaged, get the file again",
		    FIELD_SHOWN(last), FIELD_SHOWN(first));
	range_set(range, &a, &b);
	return 0;
}

/* The bits behind a prefix, in an address of so many bits. */
static struct address
host_bits(unsigned bits)
{
	struct address a = { .low = UINT64_MAX };

	if (bits >= 64)
		a.high = bits == 64 ? 0 : UINT64_MAX >> (128 - bits);
	else
		a.low = ((uint64_t)1 << bits) - 1;
	return a;
}

int
field_network(struct slice cell, struct ip_range *range, struct err *e)
{
	struct slice rest = cell, text = cell;
	struct address a, b, hosts;
	uint64_t prefix;
	unsigned width;

	if (!slice_cut(&rest, '/', &text))
		rest = (struct slice){ NULL, 0 };
	if (!address_parse(text, &a) || a.kind == ADDRESS_DECIMAL)
		return err_set(e, EX_DATAERR, "'%.*s' is no IP network: "
		    "damaged, get the file again", FIELD_SHOWN(cell));
	width = a.kind == ADDRESS_V4 ? 32 : 128;
	prefix = width;
	if (text.n < cell.n && !slice_number(rest, width, &prefix))
		return err_set(e, EX_DATAERR, "'%.*s' has no prefix of 0 to "
		    "%u bits: damaged, get the file again", FIELD_SHOWN(cell),
		    width);
	hosts = host_bits(width - (unsigned)prefix);
	if ((a.high & hosts.high) || (a.low & hosts.low))
		return err_set(e, EX_DATAERR, "'%.*s' has bits set behind its "
		    "prefix: damaged, get the file again", FIELD_SHOWN(cell));
	b = (struct address){ a.kind, a.high | hosts.high,
		a.low | hosts.low };
	range_set(range, &a, &b);
	return 0;
}

int
field_country(struct slice cell, char country[2], struct err *e)
{
	country[0] = country[1] = '\0';
	if (cell.n == 2 && byte_is_letter(cell.p[0]) &&
	    byte_is_letter(cell.p[1])) {
		char a = (char)(cell.p[0] & ~0x20);
		char b = (char)(cell.p[1] & ~0x20);

		if (a != 'Z' || b != 'Z') {
			country[0] = a;
			country[1] = b;
		}
		return 0;
	}
	if (field_is_unknown(cell))
		return 0;
	return err_set(e, EX_DATAERR, "country code '%.*s' is not two letters",
	    FIELD_SHOWN(cell));
}

int
field_asn(struct slice cell, uint32_t *asn, struct err *e)
{
	struct slice digits = cell;
	uint64_t value = 0;

	if (cell.n > 2 && (cell.p[0] & ~0x20) == 'A' &&
	    (cell.p[1] & ~0x20) == 'S')
		digits = slice_from(cell, 2);
	if (!slice_number(digits, UINT32_MAX, &value) &&
	    !field_is_unknown(cell))
		return err_set(e, EX_DATAERR, "AS number '%.*s' is not a "
		    "number of at most 4294967295", FIELD_SHOWN(cell));
	*asn = (uint32_t)value;
	return 0;
}

struct slice
field_name(struct slice cell)
{
	return slice_is(cell, SLICE("-")) ? (struct slice){ NULL, 0 } : cell;
}

int
field_geoname(struct slice cell, uint32_t *geoname, struct err *e)
{
	uint64_t value = 0;

	if (cell.n && !slice_number(cell, UINT32_MAX, &value))
		return err_set(e, EX_DATAERR, "geoname_id '%.*s' is not a "
		    "number of at most 4294967295", FIELD_SHOWN(cell));
	*geoname = (uint32_t)value;
	return 0;
}
