/* SPDX-License-Identifier: ISC */
/* Addresses, and the names that are made of them. */
#include "address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "chance.h"

static const char digits[] = "0123456789abcdef";
static const char v4_zone[] = "\7in-addr\4arpa";
static const char v6_zone[] = "\3ip6\4arpa";
static const char host_zone[] = "\7example\3net";

bool
address_parse(struct address *a, const char *text)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, text, a->b) == 1)
		return true;
	if (inet_pton(AF_INET6, text, a->b) != 1)
		return false;
	a->v6 = memcmp(a->b, mapped, sizeof(mapped)) != 0;
	if (!a->v6) {
		memmove(a->b, a->b + 12, 4);
		memset(a->b + 4, 0, 12);
	}
	return true;
}

static size_t
decimal(char *to, unsigned octet)
{
	size_t n = 0;

	if (octet >= 100)
		to[n++] = digits[octet / 100];
	if (octet >= 10)
		to[n++] = digits[octet / 10 % 10];
	to[n++] = digits[octet % 10];
	return n;
}

/* The labels of the address, last part first; cut goes behind the first. */
static void
reverse(const struct address *a, const char *cut, struct name *name)
{
	size_t parts = a->v6 ? 32 : 4;

	name->n = 0;
	for (size_t i = parts; i-- > 0;) {
		char label[3];
		size_t n = 1;

		if (a->v6)
			label[0] = digits[a->b[i / 2] >> (i % 2 ? 0 : 4) & 15];
		else
			n = decimal(label, a->b[i]);
		name_label(name, label, n);
		if (cut && i == parts - 1)
			name_text(name, cut);
	}
	name_text(name, a->v6 ? "ip6.arpa" : "in-addr.arpa");
}

void
address_reverse(const struct address *a, struct name *name)
{
	reverse(a, NULL, name);
}

void
address_range(const struct address *a, struct name *name)
{
	reverse(a, a->v6 ? "0-f" : "0-255", name);
}

size_t
address_label(const struct address *a, char label[64])
{
	size_t n = 5;

	memcpy(label, "host-", n);
	for (size_t i = 0; i < (a->v6 ? 16 : 4); i++) {
		if (a->v6) {
			label[n++] = digits[a->b[i] >> 4];
			label[n++] = digits[a->b[i] & 15];
			continue;
		}
		if (i > 0)
			label[n++] = '-';
		n += decimal(label + n, a->b[i]);
	}
	return n;
}

void
address_host(const struct address *a, const char *prefix, struct name *name)
{
	char label[64 + PLACE_PREFIX];
	size_t n = strlen(prefix);

	name->n = 0;
	if (n > 0 && prefix[n - 1] == '.') {
		name_label(name, prefix, n - 1);
		n = 0;
	}
	memcpy(label, prefix, n);
	n += address_label(a, label + n);
	name_label(name, label, n);
	name_text(name, "example.net");
}

uint64_t
address_hash(const struct address *a, uint64_t seed)
{
	uint64_t half[2];

	memcpy(half, a->b, sizeof(half));
	return chance_mix(half[0] ^
	    chance_mix(half[1] ^ chance_mix(seed + 1 + a->v6)));
}

/* Takes the zone off the end; what is left is *n octets. */
static bool
ends(const struct name *name, const char *zone, size_t size, size_t *n)
{
	if (name->n < size ||
	    memcmp(name->b + name->n - size, zone, size) != 0)
		return false;
	*n = name->n - size;
	return true;
}

static int
hex(uint8_t c)
{
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* A decimal octet without leading zeros; -1: it is none. */
static int
octet(const uint8_t *p, size_t n)
{
	int value = 0;

	if (n == 0 || n > 3 || (n > 1 && p[0] == '0'))
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		value = value * 10 + p[i] - '0';
	}
	return value < 256 ? value : -1;
}

static bool
set_part(struct address *a, size_t i, const uint8_t *label)
{
	int v = a->v6 ? label[0] == 1 ? hex(label[1]) : -1 :
	    octet(label + 1, label[0]);

	if (v < 0)
		return false;
	if (a->v6)
		a->b[i / 2] = (uint8_t)(a->b[i / 2] | v << (i % 2 ? 0 : 4));
	else
		a->b[i] = (uint8_t)v;
	return true;
}

/* Labels of a reverse name, without its zone, last part of the address first;
 * in a range the second label is the range. */
static enum place_kind
find_reverse(struct address *a, const uint8_t *labels, size_t n)
{
	const char *cut = a->v6 ? "\0030-f" : "\0050-255";
	enum place_kind kind = PLACE_REVERSE;
	size_t parts = a->v6 ? 32 : 4, at = 0;

	for (size_t i = parts; i-- > 0;) {
		if (at >= n || !set_part(a, i, labels + at))
			return PLACE_NOWHERE;
		at += 1U + labels[at];
		if (i == parts - 1 && n - at > strlen(cut) &&
		    memcmp(labels + at, cut, strlen(cut)) == 0) {
			kind = PLACE_RANGE;
			at += strlen(cut);
		}
	}
	return at == n ? kind : PLACE_NOWHERE;
}

static bool
find_octets(struct address *a, const uint8_t *p, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < 4; i++) {
		size_t start = at;
		int v;

		while (at < n && p[at] != '-')
			at++;
		v = octet(p + start, at - start);
		if (v < 0)
			return false;
		a->b[i] = (uint8_t)v;
		if (i < 3 && at++ >= n)
			return false;
	}
	return at == n;
}

static bool
find_digits(struct address *a, const uint8_t *p)
{
	for (size_t i = 0; i < 32; i++) {
		int v = hex(p[i]);

		if (v < 0)
			return false;
		a->b[i / 2] = (uint8_t)(a->b[i / 2] << 4 | v);
	}
	a->v6 = true;
	return true;
}

/* The labels in front of example.net: host-..., x-host-... or x.host-... */
static enum place_kind
find_host(struct place *place, const uint8_t *labels, size_t n)
{
	const uint8_t *at = memmem(labels, n, "host-", 5);
	size_t before, left;

	if (!at || n == 0)
		return PLACE_NOWHERE;
	before = (size_t)(at - labels) - 1;
	left = n - before - 6;
	if (before >= PLACE_PREFIX)
		return PLACE_NOWHERE;
	memcpy(place->prefix, labels + 1, before);
	if (before > 0 && labels[0] == before - 1)
		place->prefix[before - 1] = '.';
	else if (labels[0] != n - 1)
		return PLACE_NOWHERE;
	at += 5;
	if (left == 32 ? find_digits(&place->address, at) :
	    find_octets(&place->address, at, left))
		return PLACE_HOST;
	return PLACE_NOWHERE;
}

void
place_find(struct place *place, const struct name *name)
{
	struct address *a = &place->address;
	size_t n;

	memset(place, 0, sizeof(*place));
	if (ends(name, v4_zone, sizeof(v4_zone) - 1, &n)) {
		place->kind = find_reverse(a, name->b, n);
	} else if (ends(name, v6_zone, sizeof(v6_zone) - 1, &n)) {
		a->v6 = true;
		place->kind = find_reverse(a, name->b, n);
	} else if (ends(name, host_zone, sizeof(host_zone) - 1, &n)) {
		place->kind = find_host(place, name->b, n);
	}
}
