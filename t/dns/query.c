/* SPDX-License-Identifier: ISC */
/* Questions, read from the wire (RFC 1035, 4.1). */
#include "query.h"

#include <string.h>

enum { HEADER = 12, SIZE_MIN = 512 };

static unsigned
u16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* The name of the question; *at goes behind it. */
static bool
read_name(struct name *name, const uint8_t *bytes, size_t n, size_t *at)
{
	size_t i = *at;

	while (i < n && bytes[i] > 0 && bytes[i] < 64)
		i += 1U + bytes[i];
	if (i >= n || bytes[i] != 0 || i - *at > sizeof(name->b))
		return false;
	name->n = i - *at;
	memcpy(name->b, bytes + *at, name->n);
	*at = i + 1;
	return true;
}

/* An OPT record that comes first behind the question (RFC 6891, 6.1.2). */
static void
read_opt(struct query *q, const uint8_t *p, size_t n)
{
	q->edns = n >= 11 && p[0] == 0 && u16(p + 1) == TYPE_OPT;
	q->size = SIZE_MIN;
	if (q->edns && u16(p + 3) > SIZE_MIN)
		q->size = (uint16_t)u16(p + 3);
}

bool
query_parse(struct query *q, const uint8_t *bytes, size_t n,
    const struct mix *mix)
{
	size_t at = HEADER;
	struct name lower;

	if (n < HEADER || bytes[2] & 0xf8 || u16(bytes + 4) != 1)
		return false;
	if (!read_name(&q->name, bytes, n, &at) || n - at < 4)
		return false;
	q->id = (uint16_t)u16(bytes);
	q->flags = (uint16_t)u16(bytes + 2);
	q->type = (uint16_t)u16(bytes + at);
	q->class = (uint16_t)u16(bytes + at + 2);
	read_opt(q, bytes + at + 4, n - at - 4);
	lower = q->name;
	name_lower(&lower);
	q->hash = name_hash(&lower, q->type);
	place_find(&q->place, &lower);
	q->code = q->place.kind == PLACE_NOWHERE ? OK :
	    mix_find(mix, &q->place.address);
	return true;
}
