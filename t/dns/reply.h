/* SPDX-License-Identifier: ISC */
#ifndef REPLY_H
#define REPLY_H

#include "answer.h"

enum {
	HEADER = 12,		/* octets; the question's name is behind it */
	POINTER = 0xc000,	/* of the compression (RFC 1035, 4.1.4) */
	QR = 0x8000, OPCODE_STATUS = 0x1000, TC = 0x200, RD = 0x100,
	RA = 0x80, AD_BIT = 0x20,
	RCODE_FORMERR = 1, RCODE_SERVFAIL, RCODE_NXDOMAIN, RCODE_NOTIMP,
	RCODE_REFUSED, RCODE_NOTAUTH = 9,
	EDE_NO_REACHABLE_AUTHORITY = 22,
};

/* Counts of the header. */
enum section { QD, AN, NS, AR };

/* One message of an answer while it is made. */
struct reply {
	const struct query *q;
	struct answerer *by;
	struct answer *answer;
	struct message *m;
	struct name own;	/* what the PTR record says */
	bool tcp;
	uint32_t ttl, now;
};

/* Begins a message of the answer: header and question, of another name or
 * type if that is wanted.  Flags hold the rcode. */
void reply_begin(struct reply *, unsigned flags);
void reply_begin_with(struct reply *, unsigned flags, const struct name *,
    unsigned type);

/* Ends it: with OPT, if the question had one; cut, if it does not fit.  A
 * message that is not ended goes as it is. */
void reply_end(struct reply *);

/* Counts one more in a section, up to 255. */
void reply_count(struct reply *, enum section);

/* Writes what comes behind an owner, but the rdata: returns where that begins.
 * To be ended when it stands. */
size_t reply_rdata(struct reply *, unsigned type, uint32_t ttl);
void reply_rdata_end(struct reply *, size_t start, enum section);

/* Writes an answer that is a name; its owner is the name at a place.  Returns
 * where the new one stands. */
size_t reply_name(struct reply *, size_t owner, unsigned type,
    const struct name *);

/* Writes an answer to the question of any octets. */
void reply_bytes(struct reply *, unsigned type, const void *, size_t n);

/* Writes the PTR record of the address, or one that must never be believed:
 * evil-WHAT. */
void reply_own(struct reply *);
void reply_evil(struct reply *, const char *what);

/* Writes the SOA of the zone, which is the question's name without its first
 * label. */
void reply_soa(struct reply *);

/* Writes an OPT record, with an extended error (RFC 8914) if there is text. */
void reply_opt(struct reply *, unsigned error, const char *text);

/* Whole messages: the PTR record; nothing but flags; no such name; no such
 * record. */
void reply_plain(struct reply *);
void reply_fault(struct reply *, unsigned flags);
void reply_servfail(struct reply *);
void reply_nxdomain(struct reply *);
void reply_nodata(struct reply *);

#endif
