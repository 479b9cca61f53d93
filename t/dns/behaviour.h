/* SPDX-License-Identifier: ISC */
#ifndef BEHAVIOUR_H
#define BEHAVIOUR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "address.h"

/* What the server does to a question.  The number is the CODE of the networks
 * 198.18.CODE.0/24 and 2001:2:0:CODE::/64: add at the end only. */
enum code {
	OK, NXDOMAIN, NODATA, SERVFAIL, REFUSED, DROP, DROP1, DROP2, TRUNC,
	TRUNC_NOTCP, GARBAGE, WRONGID, WRONGID_THEN_OK, SPOOFSRC_THEN_OK,
	WRONGQ_THEN_OK, CNAME2317, CNAME8, CNAMELOOP, CNAMEONLY, ODDBYTES,
	LONG255, MULTI3, MULTI30, ROOT, RDLEN0, PTRLOOP, RDLENSHORT, TRAILING,
	ANCOUNTLIE, EMPTYQ, SHORT, QR0, LOWERQ, EDNSFORMERR, FORMERR, NOTIMP,
	NOTAUTH, SLOW, DUP, WRONGTYPE, WRONGOWNER, FWDMISMATCH, FWDNX,
	FWDMULTI, LOCALHOST, IPLITERAL, UPPER, TTL0, TTLNEG, SERVFAIL1,
	SERVFAIL_EDE, AD, UTF8, DOTLABEL, FWDSERVFAIL, FWDCNAME, HINFO,
	ANYCLASS, QTYPEMISMATCH_THEN_OK, OPCODE, FORWARDPTR,
	CODES
};

/* How often each behaviour is met outside the two networks. */
struct mix {
	uint64_t seed;
	unsigned total, weights[CODES];
};

/* Reads "ok=90,drop=10".  False: a behaviour is unknown, a weight no number,
 * or all are 0. */
bool mix_parse(struct mix *, const char *text);

/* The behaviour of an address. */
enum code mix_find(const struct mix *, const struct address *);

/* The name in the PTR record; of several, the i-th of behaviour_names(). */
void behaviour_name(enum code, const struct address *, unsigned i,
    struct name *);
unsigned behaviour_names(enum code);

/* Prints every behaviour, a line each. */
void behaviour_list(FILE *);

/* Prints "ADDRESS STATUS NAME CONFIRMED": what a careful client makes of the
 * address, which text names. */
void behaviour_oracle(enum code, const struct address *, const char *text,
    FILE *);

#endif
