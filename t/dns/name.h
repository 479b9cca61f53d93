/* SPDX-License-Identifier: ISC */
#ifndef NAME_H
#define NAME_H

#include <stddef.h>
#include <stdint.h>

/* A domain name as it goes over the wire (RFC 1035, 3.1), uncompressed.  The
 * zero octet of the root is not kept: n is 0 for the root, at most 254. */
struct name {
	size_t n;
	uint8_t b[254];
};

/* Room for any name_show(), with its zero. */
enum { NAME_TEXT = 1024 };

/* Adds one label, of any bytes.  Labels are 1 to 63 octets, names at most 254:
 * more is a mistake of the caller. */
void name_label(struct name *, const void *bytes, size_t n);

/* Adds the labels of a dotted text. */
void name_text(struct name *, const char *text);

/* Folds the ASCII letters: to lower case, to upper case. */
void name_lower(struct name *);
void name_upper(struct name *);

/* The name as the filter is to print it: no final dot, lower case, each byte
 * but letters, digits, '_' and '-' written \DDD.  Returns its length. */
size_t name_show(const struct name *, char text[NAME_TEXT]);

/* A hash of the octets, good enough for a table. */
uint64_t name_hash(const struct name *, uint64_t seed);

#endif
