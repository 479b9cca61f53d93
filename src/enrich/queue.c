/* SPDX-License-Identifier: ISC */
/* Rows in input order while answers arrive in any. */
#include "enrich/queue.h"

#include <stdlib.h>

#include "base/mem.h"

/* A row in the ring: its texts stand behind it. */
struct entry {
	struct event event;
	rdns_ticket ticket;	/* 0: no address */
	int64_t came;
	size_t size;		/* with its texts, rounded up */
};

struct queue {
	struct rdns *rdns;
	unsigned columns;
	size_t rows, rows_max;
	char *ring;
	size_t size;
	/* Entries stand in [head, tail), or in [head, wrap) and [0, tail). */
	size_t head, tail, wrap;
	bool is_wrapped, has_left;	/* the head's row is in use outside */
	rdns_ticket passed;		/* of a row that never was in the ring */
};

/* What each column borrows from an event. */
static const struct {
	enum column column;
	size_t offset;
} texts[] = {
	{ COLUMN_SERVER, offsetof(struct event, server) },
	{ COLUMN_PROGRAM, offsetof(struct event, program) },
	{ COLUMN_PID, offsetof(struct event, pid) },
	{ COLUMN_SERVICE, offsetof(struct event, service) },
	{ COLUMN_USER, offsetof(struct event, user) },
	{ COLUMN_MECHANISM, offsetof(struct event, mechanism) },
	{ COLUMN_CLIENT, offsetof(struct event, client) },
	{ COLUMN_REASON, offsetof(struct event, reason) },
	{ COLUMN_MESSAGE, offsetof(struct event, message) },
};
enum { TEXTS = sizeof texts / sizeof *texts };

static struct slice *
text_of(struct event *e, size_t i)
{
	return (struct slice *)(void *)((char *)e + texts[i].offset);
}

struct queue *
queue_new(struct rdns *rdns, unsigned columns, size_t rows, size_t bytes)
{
	struct queue *q = mem_new(sizeof *q);

	q->rdns = rdns;
	q->columns = columns;
	q->rows_max = rows;
	q->size = bytes;
	/* calloc: pages are taken as they are used. */
	q->ring = mem_array(bytes, 1);
	return q;
}

void
queue_free(struct queue *q)
{
	if (!q)
		return;
	free(q->ring);
	free(q);
}

static struct entry *
entry_at(const struct queue *q, size_t at)
{
	return (struct entry *)(void *)(q->ring + at);
}

/* What was handed out last goes. */
static void
drop_head(struct queue *q)
{
	struct entry *e = entry_at(q, q->head);

	if (q->passed)
		rdns_release(q->rdns, q->passed);
	q->passed = 0;
	if (!q->has_left)
		return;
	q->has_left = false;
	if (e->ticket)
		rdns_release(q->rdns, e->ticket);
	q->head += e->size;
	q->rows--;
	if (q->is_wrapped && q->head == q->wrap) {
		q->head = 0;
		q->is_wrapped = false;
	}
	/* Empty: the same memory again, not the next. */
	if (q->rows == 0)
		q->head = q->tail = 0;
}

/* Room for one entry; NULL: there is none. */
static struct entry *
room(struct queue *q, size_t size)
{
	size_t end = q->is_wrapped ? q->head : q->size;

	if (size > end - q->tail) {
		if (q->is_wrapped || size > q->head)
			return NULL;
		q->wrap = q->tail;
		q->tail = 0;
		q->is_wrapped = true;
	}
	return entry_at(q, q->tail);
}

/* The event, with its texts, at the end of the ring. */
static bool
store(struct queue *q, const struct event *event, rdns_ticket ticket,
    int64_t now)
{
	struct event copy = *event;
	size_t size = sizeof(struct entry);
	struct entry *e;
	char *p;

	for (size_t i = 0; i < TEXTS; i++) {
		struct slice *text = text_of(&copy, i);

		if (!(q->columns >> texts[i].column & 1))
			text->n = 0;
		size += text->n;
	}
	size = (size + 15) & ~(size_t)15;
	e = room(q, size);
	if (!e)
		return false;
	p = (char *)(e + 1);
	for (size_t i = 0; i < TEXTS; i++) {
		struct slice *text = text_of(&copy, i);

		if (text->n)
			memcpy(p, text->p, text->n);
		text->p = p;
		p += text->n;
	}
	e->event = copy;
	e->ticket = ticket;
	e->came = now;
	e->size = size;
	q->tail += size;
	q->rows++;
	return true;
}

enum queue_result
queue_add(struct queue *q, const struct event *event, int64_t now,
    bool may_wait, struct row *row)
{
	struct rdns_name name = { .status = RDNS_SKIPPED };
	rdns_ticket ticket = 0;

	drop_head(q);
	if (q->rows == q->rows_max)
		return QUEUE_FULL;
	if (event->ip.family != IP_NONE) {
		ticket = rdns_ask(q->rdns, &event->ip, may_wait);
		if (!ticket)
			return QUEUE_FULL;
	}
	if (q->rows == 0 && (!ticket ||
	    rdns_answer(q->rdns, ticket, &name))) {
		*row = (struct row){ .event = event,
			.hostname = name.hostname, .status = name.status,
			.forward = name.forward };
		q->passed = ticket;
		return QUEUE_PASSED;
	}
	if (store(q, event, ticket, now))
		return QUEUE_ADDED;
	if (ticket)
		rdns_release(q->rdns, ticket);
	return QUEUE_FULL;
}

bool
queue_next(struct queue *q, int64_t overdue, struct row *row)
{
	struct rdns_name name = { .status = RDNS_SKIPPED };
	struct entry *e;

	drop_head(q);
	if (q->rows == 0)
		return false;
	e = entry_at(q, q->head);
	if (e->ticket && !rdns_answer(q->rdns, e->ticket, &name)) {
		if (e->came > overdue)
			return false;
		name = (struct rdns_name){ .status = RDNS_TIMEOUT };
	}
	*row = (struct row){ .event = &e->event, .hostname = name.hostname,
		.status = name.status, .forward = name.forward };
	q->has_left = true;
	return true;
}

size_t
queue_rows(const struct queue *q)
{
	return q->rows - q->has_left;
}

int64_t
queue_oldest(const struct queue *q)
{
	size_t at = q->head;

	if (queue_rows(q) == 0)
		return INT64_MAX;
	if (q->has_left) {
		at += entry_at(q, at)->size;
		if (q->is_wrapped && at == q->wrap)
			at = 0;
	}
	return entry_at(q, at)->came;
}
