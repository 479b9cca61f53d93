/* SPDX-License-Identifier: ISC */
/* Rows that can be told from their number, through a queue that asks a server
 * that never answers. */
#ifndef NUMBERED_H
#define NUMBERED_H

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "enrich/queue.h"
#include "scratch.h"
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
static inline bool
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
static inline struct rdns *
new_rdns(size_t cache)
{
	struct rdns_settings settings = { .servers = &servers,
		.hosts = "hosts", .in_flight = 100, .cache = cache };
	struct err_list complaints = { 0 };
	struct err e = { 0 };
	struct rdns *r = rdns_new(&settings, &complaints, &e);

	if (!r)
		printf("# %s\n", e.text);
	if (complaints.n)
		printf("# %s\n", complaints.texts[0]);
	return r;
}

static inline struct event
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

static inline bool
is_same_time(const struct when *a, const struct when *b)
{
	return a->year == b->year && a->month == b->month &&
	    a->day == b->day && a->hour == b->hour && a->minute == b->minute &&
	    a->second == b->second && a->has_offset == b->has_offset &&
	    a->offset == b->offset;
}

/* The texts of these columns, and all else. */
static inline bool
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

static inline enum queue_result
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

static inline bool
adds(struct queue *q, unsigned number, const char *ip)
{
	return add(q, number, ip) == QUEUE_ADDED;
}

/* The next row is this one, with all its texts. */
static inline bool
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

static inline bool
has_no_next(struct queue *q, int64_t overdue)
{
	struct row row;

	return !queue_next(q, overdue, &row);
}

static inline void
numbered_begin(void)
{
	scratch_begin();
	if (!prepare()) {
		printf("Bail out! no socket\n");
		exit(1);
	}
	rdns = new_rdns(100000);
}

static inline void
numbered_end(void)
{
	rdns_free(rdns);
	close(silent_socket);
	scratch_end();
}

#endif
