/* SPDX-License-Identifier: ISC */
/* What the window lets leave, whatever time does. */
#include "enrich/window.h"
#include "chance.h"
#include "tap.h"

enum { CAP = 5000, SECOND = 1000000 };

/* What may leave within any time, whatever time does. */
static void
test_tokens(void)
{
	struct window w;
	int64_t now = 12345, pause;
	unsigned total = 0, n;

	window_init(&w, CAP, 0);
	for (int i = 0; i < 1000; i++)
		total += window_take(&w, now, 10000);
	ok(total > 0 && total <= 160, "at one time not more than 160");
	ok(window_take(&w, now, 0) == 0, "none wanted, none taken");
	n = window_take(&w, now + (int64_t)SECOND * 86400 * 365, 10000);
	ok(n > 0 && n <= 160, "after a year neither");
	total = 0;
	now += (int64_t)SECOND * 86400 * 365;
	pause = window_pause(&w);
	ok(pause > 0 && pause <= 1000, "a short pause until the next");
	ok(window_take(&w, now + pause + 1, 5) > 0, "then one may leave");

	window_init(&w, CAP, 10);
	total = 0;
	for (int i = 0; i < 1000; i++)
		total += window_take(&w, now, 10000);
	ok(total == 1, "of 10 a second one at once");
	pause = window_pause(&w);
	ok(pause >= 99000 && pause <= 101000, "the next in a tenth of it");
	ok(window_take(&w, now + pause - 2000, 1) == 0 &&
	    window_take(&w, now + pause, 1) == 1, "not before");

	/* Nothing is saved up for later. */
	window_init(&w, CAP, 1000);
	(void)window_take(&w, now, 1);
	total = 0;
	for (int i = 0; i < 10000; i++)
		total += window_take(&w, now + (int64_t)SECOND * 3600 +
		    i * 100, 10);
	ok(total >= 980 && total <= 1020,
	    "1000 a second after an hour of rest too");
}

static bool
is_sane(const struct window *w, unsigned cap)
{
	return w->size >= 1 && w->size <= cap && w->rate >= 0 &&
	    w->rate < 1e13 && w->best_rate >= 0 && w->best_rate < 1e13 &&
	    w->tokens >= 0 && w->tokens < 1e6 && w->rate_tokens > -1 &&
	    w->rate_tokens < 1e6 && w->srtt >= 0 && w->min_rtt >= 0;
}

/* Any calls at any times, the same one again and again among them: no number
 * is lost (the sanitizers look for divisions by zero). */
static void
test_odd_times(void)
{
	static const unsigned caps[] = { 1, 2, 17, 64, 5000 };
	bool good = true;

	for (int round = 0; round < 400 && good; round++) {
		unsigned cap = caps[round % 5];
		int64_t now = round % 3 ? 1 : 1000000000000;
		struct window w;

		window_init(&w, cap, round % 2 ? 0 : 1000);
		for (int i = 0; i < 2000 && good; i++) {
			double what = chance_part();

			if (chance_part() < 0.2)
				now += (int64_t)(chance_part() * (round % 7 ? 300 :
				    1e9));
			if (what < 0.5)
				window_answered(&w, now, (int64_t)(chance_part() *
				    (round % 4 ? 2 : 100000)), w.size);
			else if (what < 0.6)
				window_lost(&w, now);
			else if (what < 0.65)
				window_late(&w, now - WINDOW_LATE);
			else if (what < 0.7)
				window_refused(&w, now);
			else if (what < 0.75)
				window_recovered(&w, now);
			else
				(void)window_take(&w, now, w.size);
			good = is_sane(&w, cap) && window_pause(&w) >= 0;
		}
		if (!good)
			printf("# round %d: size %u, rate %g, best %g, tokens "
			    "%g and %g\n", round, w.size, w.rate, w.best_rate,
			    w.tokens, w.rate_tokens);
	}
	ok(good, "any calls at any times");
}

int
main(void)
{
	test_tokens();
	test_odd_times();
	return done();
}
