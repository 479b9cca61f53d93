/* SPDX-License-Identifier: ISC */
/* Rows in the order they came, against a server that never answers. */
#include "enrich/queue.h"
#include "chance.h"
#include "numbered.h"
#include "tap.h"

/* All is known and nobody waits: a row goes past the queue. */
static void
test_passed(void)
{
	struct queue *q = queue_new(rdns, 0, 100, 100000);
	char text[9 * TEXT_MAX];
	struct event e = event_of(9, "192.0.2.4", text);
	struct row row = { .place = { .asn = 4711 } };

	ok(queue_rows(q) == 0 && queue_oldest(q) == INT64_MAX &&
	    has_no_next(q, INT64_MAX), "empty");
	ok(queue_add(q, &e, FIRST, true, &row) == QUEUE_PASSED &&
	    row.event == &e && row.status == RDNS_LOCAL && row.forward == FORWARD_NONE,
	    "what is known passes an empty queue");
	is(row.hostname, "host4.example", "with its name");
	ok(row.place.asn == 0 && row.place.country.n == 0 &&
	    row.place.as_name.n == 0, "and an empty place");
	ok(queue_rows(q) == 0 && queue_oldest(q) == INT64_MAX &&
	    has_no_next(q, INT64_MAX), "it is not in the queue");
	e = event_of(10, "2001:db8::5", text);
	ok(queue_add(q, &e, FIRST, true, &row) == QUEUE_PASSED &&
	    row.status == RDNS_LOCAL && row.hostname.n == 0,
	    "so does one without a name");
	e = event_of(11, NULL, text);
	ok(queue_add(q, &e, FIRST, true, &row) == QUEUE_PASSED &&
	    row.event == &e && row.status == RDNS_SKIPPED &&
	    row.hostname.n == 0, "and one without an address");
	ok(adds(q, 12, "198.18.0.1") && adds(q, 13, "192.0.2.4") &&
	    adds(q, 14, NULL) && queue_rows(q) == 3,
	    "nobody passes who has to wait");
	ok(next_is(q, INT64_MAX, 12, "198.18.0.1", 0, RDNS_TIMEOUT) &&
	    adds(q, 15, "192.0.2.4"), "nor while others do");
	ok(next_is(q, NEVER, 13, "192.0.2.4", 0, RDNS_LOCAL) &&
	    next_is(q, NEVER, 14, NULL, 0, RDNS_SKIPPED) &&
	    next_is(q, NEVER, 15, "192.0.2.4", 0, RDNS_LOCAL) &&
	    add(q, 16, NULL) == QUEUE_PASSED, "but when the last has left");
	queue_free(q);
	queue_free(NULL);
}

static void
test_order(void)
{
	struct queue *q = queue_new(rdns, ALL, 100, 100000);
	struct row row;

	ok(adds(q, 1, "198.18.0.1") && adds(q, 2, "192.0.2.4") &&
	    adds(q, 3, "198.18.0.1") && adds(q, 4, "198.18.0.2") &&
	    adds(q, 5, NULL), "rows of which some stay without answer");
	ok(has_no_next(q, NEVER) && has_no_next(q, FIRST), "none before it");
	ok(queue_rows(q) == 5 && queue_oldest(q) == FIRST + 1,
	    "all wait for the first");
	ok(next_is(q, FIRST + 1, 1, "198.18.0.1", ALL, RDNS_TIMEOUT),
	    "overdue: without a name");
	ok(queue_rows(q) == 4 && queue_oldest(q) == FIRST + 2,
	    "it does not count any more");
	ok(queue_next(q, NEVER, &row) && row.event->count == 2 &&
	    row.status == RDNS_LOCAL && row.forward == FORWARD_NONE,
	    "what is known is not held to be late");
	is(row.hostname, "host4.example", "it has its name");
	ok(row.place.asn == 0 && row.place.country.n == 0 &&
	    row.place.as_name.n == 0, "and an empty place");
	ok(has_no_next(q, FIRST + 2) && queue_rows(q) == 3 &&
	    queue_oldest(q) == FIRST + 3, "the next waits for itself");
	ok(next_is(q, INT64_MAX, 3, "198.18.0.1", ALL, RDNS_TIMEOUT) &&
	    next_is(q, INT64_MAX, 4, "198.18.0.2", ALL, RDNS_TIMEOUT) &&
	    next_is(q, INT64_MAX, 5, NULL, ALL, RDNS_SKIPPED) &&
	    has_no_next(q, INT64_MAX), "at the end all leave in order");
	ok(queue_rows(q) == 0 && queue_oldest(q) == INT64_MAX,
	    "empty again");
	queue_free(q);
}

static void
test_columns(void)
{
	static const unsigned sets[] = { 0, ALL, 1 << COLUMN_USER,
		1 << COLUMN_MESSAGE, 1 << COLUMN_SERVER | 1 << COLUMN_REASON,
		1 << COLUMN_IP | 1 << COLUMN_DATE | 1 << COLUMN_COUNTRY,
		ALL & ~(1 << COLUMN_MESSAGE),
		1 << COLUMN_PROGRAM | 1 << COLUMN_PID | 1 << COLUMN_SERVICE |
		1 << COLUMN_MECHANISM | 1 << COLUMN_CLIENT };
	bool good = true;

	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
		struct queue *q = queue_new(rdns, sets[i], 100, 100000);

		for (unsigned n = 0; n < 20; n++)
			good = good && adds(q, n, "198.18.0.1");
		for (unsigned n = 0; n < 20; n++)
			good = good && next_is(q, INT64_MAX, n, "198.18.0.1",
			    sets[i], RDNS_TIMEOUT);
		queue_free(q);
	}
	ok(good, "only the columns that are wanted are copied");
}

static const char *
address_of(unsigned number, char text[40])
{
	if (number % 11 == 0)
		return NULL;
	if (number % 7 == 1)
		snprintf(text, 40, "198.18.0.%u", number % 50);
	else if (number % 2)
		snprintf(text, 40, "192.0.2.%u", number % 256);
	else
		snprintf(text, 40, "2001:db8::%x", number % 1000);
	return text;
}

static enum rdns_status
status_of(unsigned number)
{
	return number % 11 == 0 ? RDNS_SKIPPED : number % 7 == 1 ?
	    RDNS_TIMEOUT : RDNS_LOCAL;
}

/* In and out at random, sizes odd, the ring no multiple of anything. */
static void
test_wrap(void)
{
	enum { ROWS = 100000 };
	struct queue *q = queue_new(rdns, ALL, 150, 40001);
	unsigned in = 0, out = 0, full = 0, passed = 0, bursts = 0;
	bool good = true;
	char ip[40];

	while (out < ROWS && good) {
		unsigned n = chance(40);

		for (bursts++; n-- && in < ROWS; in++) {
			enum queue_result result = add(q, in,
			    address_of(in, ip));

			full += result == QUEUE_FULL;
			if (result == QUEUE_FULL)
				break;
			if (result == QUEUE_ADDED)
				continue;
			good = good && out == in &&
			    status_of(in) != RDNS_TIMEOUT;
			out++;
			passed++;
		}
		good = good && queue_rows(q) == in - out && (in == out ||
		    queue_oldest(q) == FIRST + out);
		for (n = chance(40); n-- && out < in && good; out++) {
			if (status_of(out) == RDNS_TIMEOUT)
				good = has_no_next(q, FIRST + out - 1);
			good = good && next_is(q, FIRST + out, out,
			    address_of(out, ip), ALL, status_of(out)) &&
			    (in == out + 1 ||
			    queue_oldest(q) == FIRST + out + 1);
		}
	}
	ok(good && out == ROWS && has_no_next(q, INT64_MAX),
	    "%d rows through a small ring, in order and intact", ROWS);
	if (!ok(full > bursts / 20 && passed > 0 && passed < ROWS / 4,
	    "which was full now and then"))
		printf("# in %u bursts full %u, passed %u\n", bursts, full,
		    passed);
	queue_free(q);
}

int
main(void)
{
	numbered_begin();
	test_passed();
	test_order();
	test_columns();
	test_wrap();
	numbered_end();
	return done();
}
