/* SPDX-License-Identifier: ISC */
#ifndef ANSWER_H
#define ANSWER_H

#include "asked.h"
#include "message.h"
#include "query.h"

/* What all answers depend on. */
struct answerer {
	uint32_t ttl, negative_ttl;
	struct asked *asked;
	uint64_t random;	/* state of answer_random() */
	unsigned turn;		/* rotates the names of multi3 and multi30 */
};

/* What one question is answered: nothing, a message, two. */
struct answer {
	struct message messages[2];
	size_t n;
	bool stranger;		/* the first comes from another port */
	bool hangup;		/* by TCP: close without a word */
};

/* Makes the answer to a question that came by UDP or TCP at a time in
 * milliseconds. */
void answer_make(struct answer *, const struct query *, bool tcp,
    uint32_t now, struct answerer *);

/* Makes a REFUSED, whatever the question. */
void answer_refuse(struct answer *, const struct query *, bool tcp,
    struct answerer *);

/* The next of a row of numbers that the seed determines. */
uint64_t answer_random(struct answerer *);

#endif
