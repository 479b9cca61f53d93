/* SPDX-License-Identifier: ISC */
/* Messages, written octet by octet. */
#include "message.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

void
message_reset(struct message *m)
{
	m->n = m->known_n = 0;
}

void
message_bytes(struct message *m, const void *bytes, size_t n)
{
	assert(n <= sizeof(m->b) - m->n);
	memcpy(m->b + m->n, bytes, n);
	m->n += n;
}

void
message_u8(struct message *m, unsigned n)
{
	uint8_t b = (uint8_t)n;

	message_bytes(m, &b, 1);
}

void
message_u16(struct message *m, unsigned n)
{
	uint8_t b[2] = { (uint8_t)(n >> 8), (uint8_t)n };

	message_bytes(m, b, sizeof(b));
}

void
message_u32(struct message *m, uint32_t n)
{
	message_u16(m, n >> 16);
	message_u16(m, n & 0xffff);
}

void
message_set(struct message *m, size_t at, unsigned n)
{
	assert(at + 2 <= m->n);
	m->b[at] = (uint8_t)(n >> 8);
	m->b[at + 1] = (uint8_t)n;
}

void
message_name(struct message *m, const struct name *name)
{
	message_bytes(m, name->b, name->n);
	message_u8(m, 0);
}

/* A pointer of ours at a place, or 0. */
static size_t
pointed(const struct message *m, size_t at)
{
	return m->b[at] < 0xc0 ? 0 :
	    (size_t)(m->b[at] & 0x3f) << 8 | m->b[at + 1];
}

/* Whether the name at a place is the n octets of labels, ignoring case never:
 * what differs in case is written again. */
static bool
stands(const struct message *m, size_t at, const uint8_t *labels, size_t n)
{
	size_t i = 0;

	for (;;) {
		size_t to = pointed(m, at);

		if (to > 0) {
			at = to;
			continue;
		}
		if (m->b[at] == 0 || i == n)
			return m->b[at] == 0 && i == n;
		if (n - i < 1U + m->b[at] ||
		    memcmp(m->b + at, labels + i, 1U + m->b[at]) != 0)
			return false;
		i += 1U + m->b[at];
		at += 1U + m->b[at];
	}
}

static size_t
find(const struct message *m, const uint8_t *labels, size_t n)
{
	for (size_t i = 0; i < m->known_n; i++)
		if (stands(m, m->known[i], labels, n))
			return m->known[i];
	return 0;
}

void
message_learn(struct message *m, size_t at)
{
	while (m->b[at] > 0 && m->b[at] < 0xc0 &&
	    m->known_n < MESSAGE_KNOWN) {
		m->known[m->known_n++] = (uint16_t)at;
		at += 1U + m->b[at];
	}
}

void
message_packed(struct message *m, const struct name *name)
{
	size_t start = m->n, i = 0, at = 0;

	while (i < name->n) {
		at = find(m, name->b + i, name->n - i);
		if (at > 0)
			break;
		i += 1U + name->b[i];
	}
	message_bytes(m, name->b, i);
	if (at > 0)
		message_u16(m, (unsigned)at | 0xc000);
	else
		message_u8(m, 0);
	message_learn(m, start);
}
