/* SPDX-License-Identifier: ISC */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "name.h"

/* An IP address: four octets or sixteen. */
struct address {
	bool v6;
	uint8_t b[16];
};

/* Names that the server knows, by what they stand for. */
enum place_kind {
	PLACE_NOWHERE,		/* not ours */
	PLACE_REVERSE,		/* 4.3.2.1.in-addr.arpa */
	PLACE_RANGE,		/* 4.0-255.3.2.1.in-addr.arpa (RFC 2317) */
	PLACE_HOST,		/* [prefix]host-1-2-3-4.example.net */
};

enum { PLACE_PREFIX = 8 };

struct place {
	enum place_kind kind;
	struct address address;
	char prefix[PLACE_PREFIX];	/* of a host; "" for the plain one */
};

/* Reads an address as people write it; false: it is none.  ::ffff:a.b.c.d is
 * the IPv4 address in it. */
bool address_parse(struct address *, const char *text);

/* The name that asks for the address, its RFC 2317 delegation, its host. */
void address_reverse(const struct address *, struct name *);
void address_range(const struct address *, struct name *);
void address_host(const struct address *, const char *prefix, struct name *);

/* The first label of the plain host name, without zero.  Returns its length,
 * at most 63. */
size_t address_label(const struct address *, char label[64]);

/* A hash of the address. */
uint64_t address_hash(const struct address *, uint64_t seed);

/* What a name in lower case stands for. */
void place_find(struct place *, const struct name *lower);

#endif
