/* SPDX-License-Identifier: ISC */
/* Failures before a success: what is counted, in any order of rows, and what
 * is said when not all could be kept. */
#include <stdlib.h>

#include "report/trail.h"
#include "chance.h"
#include "tap.h"

enum { NETWORKS = 20, ROWS = 3000, DAY = TRAIL_SECONDS };

static struct row {
	int64_t when;
	uint64_t network;
	bool is_success;
} rows[ROWS];
static uint64_t found[ROWS];

static void
settle(void *context, const struct moment *moment, uint64_t failures)
{
	(void)context;
	found[moment->key] = failures;
}

static void
make_rows(unsigned span)
{
	for (size_t i = 0; i < ROWS; i++)
		rows[i] = (struct row){ .when = 20000LL * DAY +
			(int64_t)(span * i / ROWS), .network = chance(NETWORKS),
			.is_success = chance(30) == 0 };
}

static void
turn_rows(void)
{
	for (size_t i = 0; i < ROWS / 2; i++) {
		struct row one = rows[i];

		rows[i] = rows[ROWS - 1 - i];
		rows[ROWS - 1 - i] = one;
	}
}

static void
mix_rows(void)
{
	for (size_t i = ROWS - 1; i; i--) {
		size_t k = chance((unsigned)i + 1);
		struct row one = rows[i];

		rows[i] = rows[k];
		rows[k] = one;
	}
}

static uint64_t
truth(const struct row *success)
{
	uint64_t n = 0;

	for (size_t i = 0; i < ROWS; i++)
		n += !rows[i].is_success &&
		    rows[i].network == success->network &&
		    rows[i].when <= success->when &&
		    rows[i].when >= success->when - DAY;
	return n;
}

/* Every success has its count; or, where not all could be kept, that or less,
 * and it is said. */
static bool
is_right(size_t max, bool is_exact)
{
	struct trail *t = trail_new(max, settle, NULL);
	bool good;

	memset(found, 0, sizeof found);
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *r = &rows[i];
		struct moment m = { .network = r->network, .key = i,
			.stamp = { (int)(r->when / DAY), (int)(r->when % DAY),
			0 } };

		if (r->is_success)
			trail_add_success(t, &m);
		else
			trail_add_failure(t, r->network, r->when);
	}
	trail_end(t);
	good = trail_is_exact(t) == is_exact;
	for (size_t i = 0; i < ROWS; i++) {
		uint64_t n = rows[i].is_success ? truth(&rows[i]) : 0;

		good &= is_exact ? found[i] == n : found[i] <= n;
	}
	trail_free(t);
	return good;
}

int
main(void)
{
	make_rows(5 * DAY);
	ok(is_right(ROWS, true), "in the order of time");
	ok(is_right(1200, true), "with room for two days of five");
	ok(is_right(300, false), "with less than a day: at least so many");
	turn_rows();
	ok(is_right(ROWS, true), "in the other order");
	ok(is_right(1200, false), "with less room: at least so many");
	mix_rows();
	ok(is_right(2 * ROWS, true), "in any order");
	ok(is_right(1200, false), "with less room: at least so many");
	make_rows(1);
	ok(is_right(ROWS, true), "all in one second");
	ok(is_right(300, false), "of which there are too many");
	return done();
}
