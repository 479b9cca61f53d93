/* SPDX-License-Identifier: ISC */
/* How many questions may be out at once. */
#include "enrich/window.h"

enum {
	START = 96, LEAST = 16,
	SAFE = 160, ENOUGH = 30000,	/* questions out, answers a second */
	SLACK = 500,		/* an answer later than twice the fastest and
				 * this is one that had to wait */
	EPOCH = 20000,		/* an epoch lasts at least so long */
	MANY = 40,		/* too many to be by chance */
	BURST = 160,		/* fit the smallest socket buffer there is */
	BURST_LEAST = 8,
	TRICKLE = 16000,	/* questions a second, whatever was measured */
	PATIENCE = 2, PATIENCE_MAX = 64, REFUSED_HOLD = 8,
	SECOND = 1000000,
	LOSS_SEEN = 700000,	/* the first repetition, and its answer */
};

void
window_init(struct window *w, unsigned cap, unsigned limit)
{
	*w = (struct window){ .size = cap < START ? cap : START, .cap = cap,
		.is_starting = true, .limit = limit, .tokens = START,
		.rate_tokens = 1, .patience = PATIENCE };
	w->size_then = w->size;
	w->size_before = w->size;
}

static void
set_size(struct window *w, unsigned size)
{
	if (size < LEAST)
		size = LEAST;
	w->size = size < w->cap ? size : w->cap;
}

/* Whether answers have to queue somewhere, as far as the last ones tell. */
static bool
is_crowded(const struct window *w)
{
	return w->srtt > 2 * w->min_rtt + SLACK;
}

/* The resolver cannot keep up: half of it, and no more haste.  If that did not
 * help the last time, what gets lost has other reasons. */
static void
cut(struct window *w, double ratio, int64_t now)
{
	bool helped = ratio < w->loss_ratio * 3 / 4 || w->loss_ratio == 0;

	w->is_starting = false;
	if (helped) {
		w->ceiling = w->size_then;
		set_size(w, w->size_then / 2);
	}
	w->loss_ratio = ratio;
	w->cut_at = now;
	/* What is lost now is known when it is sent again. */
	w->hold_until = now + LOSS_SEEN;
	w->hold = w->patience;
	w->best_rate = 0;
}

/* A few refused more than could be: just below is the right place. */
static void
step_back(struct window *w, int64_t now)
{
	w->is_starting = false;
	w->ceiling = w->size_then;
	w->cut_at = now;
	set_size(w, w->size_then - w->size_then / 8);
	w->hold = REFUSED_HOLD;
	w->best_rate = 0;
}

/* Growing did not pay: back to where it was as fast. */
static void
go_back(struct window *w)
{
	set_size(w, w->size_before);
	w->is_starting = false;
	w->hold = w->patience;
	if (w->patience < PATIENCE_MAX)
		w->patience *= 2;
}

/* A larger window, on trial: what this one gave is remembered, and not given
 * up for one slow epoch. */
static void
grow(struct window *w, unsigned size)
{
	w->size_before = w->size_then;
	w->best_rate -= w->best_rate / 32;
	if (w->rate > w->best_rate)
		w->best_rate = w->rate;
	if (size > w->size)
		set_size(w, size);
}

/* Whether there was anything to say about a larger one: a window that is not
 * used up is not what limits. */
static bool
is_filled(const struct window *w)
{
	return w->most_out >= w->size - w->size / 4;
}

/* A server that is this fast is near; a larger window would only fill its
 * buffer, and overflow it when it is held up. */
static bool
has_enough(const struct window *w)
{
	return is_crowded(w) && w->rate > ENOUGH && w->size >= SAFE;
}

/* The next one to try; in small steps where it was too much before. */
static unsigned
next_size(const struct window *w, bool crowded)
{
	unsigned size = w->size_then;

	if (w->is_starting)
		return 2 * size;
	if (size > w->ceiling / 2 && w->ceiling)
		return size + size / 32 + 1;
	return size + size / (crowded ? 8 : 4);
}

/* At the end of an epoch. */
static void
judge(struct window *w, int64_t now)
{
	double lost = (double)w->lost / w->answers;
	double late = (double)w->late / (w->answers + w->late);
	double refused = (double)w->refused / w->answers;
	bool has_grown = w->size_before < w->size_then;
	bool crowded = is_crowded(w);
	bool paid = w->rate > w->best_rate * (!crowded ? 1 :
	    w->is_starting ? 1.2 : 1.05);

	if (refused > 0.3 && refused < 0.95) {
		cut(w, refused, now);
	} else if (lost > 0.1) {
		cut(w, lost, now);
	} else if (late > 0.2) {
		cut(w, late, now);
	} else if (w->recovered * 50 > w->answers) {
		step_back(w, now);
	} else if (w->is_starting && late > 0.08 && w->late > MANY) {
		w->is_starting = false;
	} else if (w->hold || now < w->hold_until) {
		w->hold -= w->hold > 0;
		if (now >= w->hold_until)
			w->loss_ratio = 0;
	} else if (has_grown && !paid && (crowded || w->is_starting)) {
		go_back(w);
	} else if (w->size < w->cap && is_filled(w) && !has_enough(w)) {
		if (!w->is_starting && paid)
			w->patience = PATIENCE;
		grow(w, next_size(w, crowded));
		return;
	}
	/* No trial is on. */
	w->size_before = w->size_then;
	if (w->rate > w->best_rate)
		w->best_rate = w->rate;
}

static void
end_epoch(struct window *w, int64_t now)
{
	w->rate = (double)w->answers * SECOND / (double)(now - w->since);
	judge(w, now);
	w->since = now;
	w->size_then = w->size;
	w->most_out = 0;
	w->answers = w->lost = w->late = w->refused = w->recovered = 0;
	w->min_rtt += w->min_rtt / 64;	/* ways get longer, too */
}

static void
measure(struct window *w, int64_t rtt)
{
	if (rtt <= 0)
		return;
	w->srtt = w->srtt ? w->srtt + (rtt - w->srtt) / 8 : rtt;
	if (!w->min_rtt || rtt < w->min_rtt)
		w->min_rtt = rtt;
}

void
window_answered(struct window *w, int64_t now, int64_t rtt, unsigned out)
{
	measure(w, rtt);
	if (!w->since)
		w->since = now - rtt;
	w->answers++;
	if (out > w->most_out)
		w->most_out = out;
	if (w->is_starting && is_filled(w) && w->size < 2 * w->size_then &&
	    rtt > 0 && rtt <= 2 * w->min_rtt + SLACK)
		set_size(w, w->size + 1);
	w->tokens += 2;
	if (w->answers >= w->size_then && now - w->since >= EPOCH &&
	    now - w->since >= w->srtt)
		end_epoch(w, now);
}

void
window_lost(struct window *w, int64_t sent)
{
	w->lost += sent > w->cut_at;
}

void
window_late(struct window *w, int64_t sent)
{
	/* Before the first answer nobody knows how long this way is. */
	w->late += w->srtt && sent > w->cut_at && 3 * w->srtt <= WINDOW_LATE;
}

void
window_refused(struct window *w, int64_t sent)
{
	w->refused += sent > w->cut_at;
}

void
window_recovered(struct window *w, int64_t sent)
{
	w->recovered += sent > w->cut_at;
}

/* How many may leave at once.  Where some got lost, the buffer they were too
 * many for may be far smaller. */
static unsigned
burst(const struct window *w)
{
	unsigned n = w->size / 4;

	if (!w->ceiling || n > BURST)
		return BURST;
	return n < BURST_LEAST ? BURST_LEAST : n;
}

static void
refill(struct window *w, int64_t now)
{
	double elapsed = (double)(now - w->refilled) / SECOND;
	double pace = w->srtt ? 2.0 * w->size * SECOND / (double)w->srtt : 0;

	if (w->refilled) {
		w->tokens += elapsed * (pace > TRICKLE ? pace : TRICKLE);
		w->rate_tokens += elapsed * w->limit;
	}
	if (w->tokens > burst(w))
		w->tokens = burst(w);
	if (w->rate_tokens > 1 + w->limit / 100)
		w->rate_tokens = 1 + w->limit / 100;
	w->refilled = now;
}

unsigned
window_take(struct window *w, int64_t now, unsigned want)
{
	refill(w, now);
	if (want > w->tokens)
		want = (unsigned)w->tokens;
	if (w->limit > 0 && want > w->rate_tokens)
		want = (unsigned)w->rate_tokens;
	w->tokens -= want;
	w->rate_tokens -= w->limit > 0 ? want : 0;
	return want;
}

int64_t
window_pause(const struct window *w)
{
	int64_t pause = SECOND / TRICKLE;

	if (w->limit > 0 && w->rate_tokens < 1)
		pause = (int64_t)((1 - w->rate_tokens) * SECOND / w->limit) +
		    1;
	return pause;
}
