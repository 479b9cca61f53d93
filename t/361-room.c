/* SPDX-License-Identifier: ISC */
/* A queue that is full: of rows, and of tickets. */
#include <stdlib.h>

#include "enrich/queue.h"
#include "numbered.h"
#include "tap.h"

static bool
takes(struct queue *q, const struct event *e)
{
	struct row row;

	return queue_add(q, e, FIRST, true, &row) == QUEUE_ADDED;
}

/* How often an event fits. */
static size_t
fill(struct queue *q, const struct event *e)
{
	size_t n = 0;

	while (n < 10000 && takes(q, e))
		n++;
	return n;
}

static void
drain(struct queue *q)
{
	struct row row;

	while (queue_next(q, INT64_MAX, &row))
		continue;
}

/* An event with one text, for whose address nobody has an answer. */
static struct event
sized(size_t n)
{
	static char text[8000];
	struct event e = { .user = { text, n } };

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)('a' + i % 26);
	(void)ip_parse(SLICE("198.18.0.3"), &e.ip);
	return e;
}

/* How often a name was asked for. */
static unsigned long
lookups(void)
{
	struct buf b;
	unsigned long n;

	buf_init(&b, 4096);
	rdns_add_counters(rdns, &b);
	buf_add_byte(&b, '\0');
	n = strtoul(b.p + strlen("dns: look-ups "), NULL, 10);
	buf_release(&b);
	return n;
}

static void
test_full(void)
{
	struct event small = sized(8), large = sized(4000);
	struct queue *q = queue_new(rdns, ALL, 7, 100000);
	struct row row;
	bool good = true;
	size_t n;

	ok(fill(q, &small) == 7 && queue_rows(q) == 7, "full of rows");
	ok(queue_next(q, INT64_MAX, &row) && queue_rows(q) == 6 &&
	    takes(q, &small) && !takes(q, &small),
	    "room for one when one has left");
	drain(q);
	ok(fill(q, &small) == 7, "and for all again");
	queue_free(q);

	q = queue_new(rdns, ALL, 10000, 6000);
	ok(fill(q, &large) == 1 && takes(q, &small),
	    "full of bytes for one, not for another");
	drain(q);
	ok(fill(q, &small) > 5, "a small one fits often");
	ok(queue_next(q, INT64_MAX, &row) && queue_next(q, INT64_MAX, &row) &&
	    !takes(q, &large), "a large one has to wait");
	n = lookups();
	ok(n > 0 && !takes(q, &large) && lookups() == n,
	    "and nobody is asked about it meanwhile");
	while (!takes(q, &large) && queue_next(q, INT64_MAX, &row))
		continue;
	n = queue_rows(q);
	ok(n > 2, "until there is room for it in one piece");
	while (n-- > 1)
		good = good && queue_next(q, INT64_MAX, &row) &&
		    slice_is(row.event->user, small.user);
	ok(good && queue_next(q, INT64_MAX, &row) &&
	    slice_is(row.event->user, large.user) && queue_rows(q) == 0,
	    "and leaves behind those that came before it");
	ok(takes(q, &large) && queue_next(q, INT64_MAX, &row) &&
	    slice_is(row.event->user, large.user) && takes(q, &large) &&
	    !takes(q, &large), "one of more than half of the ring, alone");
	drain(q);
	large = sized(6000);
	ok(!takes(q, &large) && queue_rows(q) == 0 && takes(q, &small) &&
	    queue_rows(q) == 1, "one larger than the ring never");
	queue_free(q);
}

/* Where the ring was once turned at is a place like others later: with room for
 * two large events and a small one. */
static void
test_turn(const struct event *large, size_t size)
{
	struct event small = sized(8);
	struct queue *q = queue_new(rdns, ALL, 10, 2 * size + 600);
	struct row row;

	ok(takes(q, large) && takes(q, large) &&
	    queue_next(q, INT64_MAX, &row) && takes(q, large),
	    "turned behind two");
	drain(q);
	ok(takes(q, large) && takes(q, large) && takes(q, &small) &&
	    queue_next(q, INT64_MAX, &row) &&
	    queue_next(q, INT64_MAX, &row) &&
	    queue_next(q, INT64_MAX, &row) &&
	    slice_is(row.event->user, small.user) && queue_rows(q) == 0,
	    "and not there again, with one behind them");
	queue_free(q);
}

/* A ring in which an event fits exactly. */
static void
test_exact(void)
{
	struct event e = sized(4000);
	size_t size = 4000;
	struct queue *q;
	bool good = true;

	do {
		q = queue_new(rdns, ALL, 10, ++size);
		if (takes(q, &e))
			break;
		queue_free(q);
		q = NULL;
	} while (size < 5000);
	ok(q && queue_rows(q) == 1 && !takes(q, &e),
	    "a ring of the size of one event");
	for (int i = 0; i < 10 && q; i++) {
		drain(q);
		good = good && takes(q, &e) && !takes(q, &e);
	}
	ok(good, "again and again");
	queue_free(q);

	q = queue_new(rdns, ALL, 10, 2 * size);
	for (int i = 0; i < 10; i++) {
		struct row row;

		/* One is always there, at one end or the other. */
		good = good && fill(q, &e) == (i ? 1 : 2) &&
		    queue_next(q, INT64_MAX, &row) &&
		    slice_is(row.event->user, e.user);
	}
	ok(good, "and of two, in turns");
	queue_free(q);
	test_turn(&e, size);
}

/* No more tickets: no room, and nothing half done. */
static void
test_no_tickets(void)
{
	struct queue *q = queue_new(rdns, ALL, 100000, 200 << 20);
	unsigned n = 0;
	bool good = true;
	char ip[40], text[9 * TEXT_MAX];
	struct event e;
	struct row row;

	ok(add(q, 0, "192.0.2.4") == QUEUE_PASSED, "one is known");
	for (; n < 100000; n++) {
		snprintf(ip, sizeof ip, "198.19.%u.%u", n / 256, n % 256);
		if (!adds(q, n, ip))
			break;
	}
	ok(n > 100 && n < 100000 && queue_rows(q) == n,
	    "more addresses than wait in line: no room");
	ok(add(q, n, ip) == QUEUE_FULL && queue_rows(q) == n &&
	    adds(q, n, "192.0.2.4") && queue_rows(q) == n + 1,
	    "but for those that are known");
	e = event_of(n + 1, ip, text);
	ok(queue_add(q, &e, FIRST + n + 1, false, &row) == QUEUE_ADDED &&
	    queue_rows(q) == n + 2, "and those that cannot wait");
	for (unsigned i = 0; i < n && good; i++) {
		snprintf(ip, sizeof ip, "198.19.%u.%u", i / 256, i % 256);
		good = next_is(q, INT64_MAX, i, ip, ALL, RDNS_TIMEOUT);
	}
	snprintf(ip, sizeof ip, "198.19.%u.%u", n / 256, n % 256);
	ok(good && next_is(q, NEVER, n, "192.0.2.4", ALL, RDNS_LOCAL) &&
	    next_is(q, INT64_MAX, n + 1, ip, ALL, RDNS_TIMEOUT),
	    "what was taken leaves in order");
	queue_free(q);
}

/* Each ticket goes back: with one for each row that ever was, a small cache
 * would soon have no room. */
static void
test_tickets(void)
{
	struct rdns *small = new_rdns(20);
	struct queue *q = queue_new(small, ALL, 100, 6000);
	struct event e = sized(4000);
	bool good = true;
	char ip[40];

	for (unsigned i = 0; i < 200 && good; i++) {
		snprintf(ip, sizeof ip, "2001:db8:1::%x", i);
		good = add(q, i, ip) == QUEUE_PASSED;
	}
	ok(good, "a ticket of what passes goes back");
	for (unsigned i = 0; i < 200 && good; i++) {
		snprintf(ip, sizeof ip, "2001:db8:2::%x", i);
		good = adds(q, i, "198.18.0.1") && adds(q, i, ip);
		drain(q);
	}
	ok(good, "one of what leaves, too");
	good = good && takes(q, &e);
	for (unsigned i = 0; i < 200 && good; i++) {
		snprintf(ip, sizeof ip, "2001:db8:3::%x", i);
		(void)ip_parse(slice_text(ip), &e.ip);
		good = !takes(q, &e) && queue_rows(q) == 1;
	}
	drain(q);
	ok(good && adds(q, 1, "198.18.0.1") && adds(q, 2, "2001:db8:4::1"),
	    "and one of what had no room");
	queue_free(q);
	rdns_free(small);
}

int
main(void)
{
	numbered_begin();
	test_full();
	test_exact();
	test_no_tickets();
	test_tickets();
	numbered_end();
	return done();
}
