/* SPDX-License-Identifier: ISC */
/* Rows in the order they came, against a server that never answers. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "enrich/queue.h"
#include "chance.h"
#include "tap.h"

enum {
	ALL = (1 << COLUMNS) - 1,
	FIRST = 100000,		/* the time a row comes; its number is added */
	NEVER = -1,		/* overdue: nobody is */
	TEXT_MAX = 700,
};

static struct rdns *rdns;
static int silent_socket;

static struct resolvconf servers = { .n = 1 };

/* Somebody to ask who never answers, and names for some addresses. */
static bool
prepare(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof address;
	FILE *f = fopen("hosts", "w");

	silent_socket = socket(AF_INET, SOCK_DGRAM, 0);
	if (!f || silent_socket < 0 || bind(silent_socket,
	    (struct sockaddr *)&address, sizeof address) < 0 ||
	    getsockname(silent_socket, (struct sockaddr *)&address,
	    &length) < 0)
		return false;
	for (int i = 0; i < 256; i += 2)
		fprintf(f, "192.0.2.%d Host%d.example other\n", i, i);
	memcpy(&servers.servers[0].address, &address, sizeof address);
	servers.servers[0].length = sizeof address;
	return fclose(f) == 0;
}

/* 192.0.2.x and 2001:db8::x are answered at once, those in the hosts file with
 * a name; 198.18.x.x never. */
static struct rdns *
new_rdns(size_t cache)
{
	struct rdns_settings settings = { .servers = &servers,
		.hosts = "hosts", .in_flight = 100, .cache = cache };
	struct err_list complaints = { 0 };
	struct rdns *r = rdns_new(&settings, &complaints);

	if (complaints.n)
		printf("# %s\n", complaints.texts[0]);
	return r;
}

/*
 * Events that can be told from their number.
 */

static struct event
event_of(unsigned number, const char *ip, char text[9 * TEXT_MAX])
{
	struct event e = { .kind = EVENT_AUTH_FAILURE, .count = number };
	struct slice *texts[] = { &e.server, &e.program, &e.pid, &e.service,
		&e.user, &e.mechanism, &e.client, &e.reason, &e.message };
	char *p = text;

	for (size_t i = 0; i < 9; i++) {
		size_t n = (number * 7919 + i * 104729) % 97 * (i < 8 ? 1 :
		    7);

		if ((number + i) % 5 == 0)
			n = 0;
		memset(p, (char)('a' + (number + i) % 26), n);
		if (n > 3)
			snprintf(p, 4, "%03u", number % 1000);
		*texts[i] = (struct slice){ p, n };
		p += n;
	}
	e.when = (struct when){ .year = 2000 + (int)(number % 50),
		.month = 1 + (int)(number % 12), .day = 1 + (int)(number % 31),
		.hour = (int)(number % 24), .minute = (int)(number % 60),
		.second = (int)(number % 61), .has_offset = number % 2,
		.offset = (int)(number % 1441) - 720 };
	e.line = (struct stretch){ (uint64_t)number << 33,
		((uint64_t)number << 33) + 1, UINT64_MAX - number };
	if (ip)
		(void)ip_parse(slice_text(ip), &e.ip);
	return e;
}

static bool
is_same_time(const struct when *a, const struct when *b)
{
	return a->year == b->year && a->month == b->month &&
	    a->day == b->day && a->hour == b->hour && a->minute == b->minute &&
	    a->second == b->second && a->has_offset == b->has_offset &&
	    a->offset == b->offset;
}

/* The texts of these columns, and all else. */
static bool
is_same(const struct event *a, const struct event *b, unsigned columns)
{
	const struct {
		enum column column;
		struct slice a, b;
	} texts[] = {
		{ COLUMN_SERVER, a->server, b->server },
		{ COLUMN_PROGRAM, a->program, b->program },
		{ COLUMN_PID, a->pid, b->pid },
		{ COLUMN_SERVICE, a->service, b->service },
		{ COLUMN_USER, a->user, b->user },
		{ COLUMN_MECHANISM, a->mechanism, b->mechanism },
		{ COLUMN_CLIENT, a->client, b->client },
		{ COLUMN_REASON, a->reason, b->reason },
		{ COLUMN_MESSAGE, a->message, b->message },
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		bool wanted = columns >> texts[i].column & 1;

		if (wanted ? !slice_is(texts[i].a, texts[i].b) : texts[i].a.n)
			return false;
	}
	return a->kind == b->kind && a->count == b->count &&
	    is_same_time(&a->when, &b->when) &&
	    memcmp(&a->line, &b->line, sizeof a->line) == 0 &&
	    (a->ip.family == IP_NONE ? b->ip.family == IP_NONE :
	    ip_equal(&a->ip, &b->ip));
}

static enum queue_result
add(struct queue *q, unsigned number, const char *ip)
{
	char text[9 * TEXT_MAX];
	struct event e = event_of(number, ip, text);
	struct row row;
	enum queue_result result = queue_add(q, &e, FIRST + number, true, &row);

	/* What it borrowed is gone. */
	memset(text, '!', sizeof text);
	return result;
}

static bool
adds(struct queue *q, unsigned number, const char *ip)
{
	return add(q, number, ip) == QUEUE_ADDED;
}

/* The next row is this one, with all its texts. */
static bool
next_is(struct queue *q, int64_t overdue, unsigned number, const char *ip,
    unsigned columns, enum rdns_status status)
{
	char text[9 * TEXT_MAX];
	struct event e = event_of(number, ip, text);
	struct row row = { .place = { .asn = 4711 } };

	if (!queue_next(q, overdue, &row)) {
		printf("# no row, not %u\n", number);
		return false;
	}
	if (is_same(row.event, &e, columns) && row.status == status &&
	    row.forward == FORWARD_NONE)
		return true;
	printf("# row %u, not %u; status %d, not %d\n", row.event->count,
	    number, row.status, status);
	return false;
}

static bool
has_no_next(struct queue *q, int64_t overdue)
{
	struct row row;

	return !queue_next(q, overdue, &row);
}

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
	char directory[4096];

	snprintf(directory, sizeof directory, "%s/mls.XXXXXX",
	    getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(directory) || chdir(directory) < 0 || !prepare()) {
		printf("Bail out! no directory, or no socket\n");
		return 1;
	}
	rdns = new_rdns(100000);
	test_passed();
	test_order();
	test_columns();
	test_full();
	test_exact();
	test_wrap();
	test_no_tickets();
	test_tickets();
	rdns_free(rdns);
	close(silent_socket);
	unlink("hosts");
	if (chdir("/") == 0)
		rmdir(directory);
	return done();
}
