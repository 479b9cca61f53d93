/* SPDX-License-Identifier: ISC */
#ifndef QUERY_H
#define QUERY_H

#include "behaviour.h"

enum type {
	TYPE_A = 1, TYPE_CNAME = 5, TYPE_SOA = 6, TYPE_PTR = 12,
	TYPE_TXT = 16, TYPE_AAAA = 28, TYPE_OPT = 41, TYPE_UNKNOWN = 65280
};
enum { CLASS_IN = 1, CLASS_CH = 3 };

/* One question, and who is meant by it. */
struct query {
	uint16_t id, flags, type, class;
	uint16_t size;		/* octets that the client takes by UDP */
	bool edns;
	struct name name;	/* as it was written */
	uint64_t hash;		/* of the name in lower case, and the type */
	struct place place;
	enum code code;		/* of the place, if there is one */
};

/* Reads a message.  False: it is no query with one question. */
bool query_parse(struct query *, const uint8_t *bytes, size_t n,
    const struct mix *);

#endif
