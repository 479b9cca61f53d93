/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_WINDOW_H
#define ENRICH_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

/* How many questions may be out at once, and how fast they may leave.
 *
 * A resolver that is overrun drops questions in its socket buffer (256 of them
 * fit by default), refuses them (dnsmasq above 150), or just gets slower.  The
 * window grows while growing pays: at once while answers come as fast as the
 * fastest, else by epochs and only if more answers came per second.  It shrinks
 * by ratios, never by single events: a zone that refuses or drops says nothing
 * about the way there.  Times are microseconds of a monotonic clock. */
struct window {
	unsigned size, cap;
	bool is_starting;	/* doubling, not yet probing */
	unsigned ceiling;	/* the size that was too much; 0: none yet */
	int64_t srtt, min_rtt;	/* of answers to first questions; 0: none */
	/* The epoch: about one window's worth of answers. */
	int64_t since;
	unsigned size_then, most_out;
	unsigned answers, lost, late, refused, recovered;
	double rate, best_rate;	/* answers a second: last epoch, before it */
	unsigned size_before;	/* the window that gave best_rate */
	unsigned hold;		/* epochs until the next probe */
	int64_t hold_until;	/* and not before */
	unsigned patience;	/* what hold is set to when a probe fails */
	double loss_ratio;	/* of the epoch that cut the window */
	int64_t cut_at;		/* what was sent before says nothing new */
	/* Pacing. */
	double tokens, rate_tokens;
	double limit;		/* questions a second; 0: none */
	int64_t refilled;
};

/* cap: never more than so many out; limit: never more than so many a second,
 * 0 for none. */
void window_init(struct window *w, unsigned cap, unsigned limit);

/* An answer came, to one of out questions.  rtt: since the question, or 0 if
 * it went out more than once. */
void window_answered(struct window *w, int64_t now, int64_t rtt,
	unsigned out);

/* A question that went out at a time was lost: its answer came soon after it
 * was sent again.  Or it probably is: it has had no answer for WINDOW_LATE,
 * which counts if that is long for this way. */
enum { WINDOW_LATE = 200000 };
void window_lost(struct window *w, int64_t sent);
void window_late(struct window *w, int64_t sent);

/* One of the answers was the first refusal of a question that went out at a
 * time; one came for a question that had been refused when it did. */
void window_refused(struct window *w, int64_t sent);
void window_recovered(struct window *w, int64_t sent);

/* How many may leave now (at most want), and that n have left.  When none may,
 * window_pause() says in how many microseconds one may. */
unsigned window_take(struct window *w, int64_t now, unsigned want);
int64_t window_pause(const struct window *w);

#endif
