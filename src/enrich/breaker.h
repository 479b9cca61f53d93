/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_BREAKER_H
#define ENRICH_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

/* Whether anybody is there.  When no server has answered any of many questions
 * for some seconds it opens; then one question a second may go as a probe, one
 * at a time, and the first answer closes it.  Microseconds, monotonic. */
struct breaker {
	int64_t silent_since, probe_at;
	unsigned unanswered;
	bool is_open, is_probing;
};

void breaker_sent(struct breaker *b, int64_t now);

/* An answer came, or there are other servers now. */
void breaker_close(struct breaker *b);

/* True once, when it opens. */
bool breaker_opens(struct breaker *b, int64_t now);

/* It is open: whether a question may go as the probe, which must be told how
 * it ended, whichever way. */
bool breaker_lets_probe(struct breaker *b, int64_t now);
void breaker_probed(struct breaker *b);

#endif
