/* SPDX-License-Identifier: ISC */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "name.h"

/* A message that is being written.  Everything we say fits: to write past the
 * end is a mistake of the caller. */
enum { MESSAGE_MAX = 4096, MESSAGE_KNOWN = 64 };

struct message {
	size_t n, known_n;
	uint16_t known[MESSAGE_KNOWN];	/* where names to point at begin */
	uint8_t b[MESSAGE_MAX];
};

void message_reset(struct message *);
void message_u8(struct message *, unsigned);
void message_u16(struct message *, unsigned);
void message_u32(struct message *, uint32_t);
void message_bytes(struct message *, const void *, size_t);

/* Writes n over the two octets at a place. */
void message_set(struct message *, size_t at, unsigned n);

/* Writes a name in full. */
void message_name(struct message *, const struct name *);

/* Writes a name, its end as a pointer to where the same already stands
 * (RFC 1035, 4.1.4), and learns it. */
void message_packed(struct message *, const struct name *);

/* Lets names point into the one that stands at a place in full. */
void message_learn(struct message *, size_t at);

#endif
