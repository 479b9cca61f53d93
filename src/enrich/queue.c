/* SPDX-License-Identifier: ISC */
/* Rows in input order while answers arrive in any. */
#include "enrich/queue.h"

#include <stdlib.h>

#include "base/mem.h"

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

/* A row in the ring, as small as it can be, since there are many: its texts
 * stand behind it. */
struct entry {
	struct ip ip;
	struct stretch line;
	int64_t came;
	rdns_ticket ticket;	/* 0: no address */
	uint32_t size;		/* with its texts, rounded up */
	uint32_t count;
	int16_t year, offset;
	uint8_t kind, month, day, hour, minute, second;
	bool has_offset;
	uint32_t lengths[];	/* of the texts that are kept */
};

struct queue {
	struct rdns *rdns;
	size_t texts[TEXTS], n;		/* those that are kept: indices */
	size_t rows, rows_max;
	char *ring;
	size_t size;
	/* Entries stand in [head, tail), or in [head, wrap) and [0, tail). */
	size_t head, tail, wrap;
	bool is_wrapped, has_left;	/* the head's row is in use outside */
	struct event event;		/* the head's, while it is */
	rdns_ticket passed;		/* of a row that never was in the ring */
};

static const struct slice *
text_of(const struct event *e, size_t i)
{
	return (const struct slice *)(const void *)((const char *)e +
	    texts[i].offset);
}

static void
set_text(struct event *e, size_t i, struct slice text)
{
	memcpy((char *)e + texts[i].offset, &text, sizeof text);
}

struct queue *
queue_new(struct rdns *rdns, unsigned columns, size_t rows, size_t bytes)
{
	struct queue *q = mem_new(sizeof *q);

	q->rdns = rdns;
	for (size_t i = 0; i < TEXTS; i++)
		if (columns >> texts[i].column & 1)
			q->texts[q->n++] = i;
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

static size_t
size_of(const struct queue *q, const struct event *event)
{
	size_t size = sizeof(struct entry) + q->n * sizeof(uint32_t);

	for (size_t i = 0; i < q->n; i++)
		size += text_of(event, q->texts[i])->n;
	return (size + 15) & ~(size_t)15;
}

/* Room for an event; NULL: there is none. */
static struct entry *
room(struct queue *q, const struct event *event)
{
	size_t end = q->is_wrapped ? q->head : q->size;
	size_t size = size_of(q, event);
	struct entry *e;

	if (size > end - q->tail) {
		if (q->is_wrapped || size > q->head)
			return NULL;
		q->wrap = q->tail;
		q->tail = 0;
		q->is_wrapped = true;
	}
	e = entry_at(q, q->tail);
	e->size = (uint32_t)size;
	return e;
}

/* All of an event but its texts. */
static void
pack(struct entry *e, const struct event *event)
{
	e->kind = (uint8_t)event->kind;
	e->count = event->count;
	e->ip = event->ip;
	e->line = event->line;
	e->year = (int16_t)event->when.year;
	e->month = (uint8_t)event->when.month;
	e->day = (uint8_t)event->when.day;
	e->hour = (uint8_t)event->when.hour;
	e->minute = (uint8_t)event->when.minute;
	e->second = (uint8_t)event->when.second;
	e->offset = (int16_t)event->when.offset;
	e->has_offset = event->when.has_offset;
}

static void
unpack(const struct queue *q, const struct entry *e, struct event *event)
{
	const char *p = (const char *)(e->lengths + q->n);

	*event = (struct event){
		.kind = (enum event_kind)e->kind,
		.count = e->count,
		.ip = e->ip,
		.line = e->line,
		.when = { .year = e->year, .month = e->month, .day = e->day,
			.hour = e->hour, .minute = e->minute,
			.second = e->second, .offset = e->offset,
			.has_offset = e->has_offset },
	};
	for (size_t i = 0; i < q->n; i++) {
		set_text(event, q->texts[i], (struct slice){ p,
		    e->lengths[i] });
		p += e->lengths[i];
	}
}

/* The event, with its texts, into the room made for it. */
static void
store(struct queue *q, struct entry *e, const struct event *event,
    rdns_ticket ticket, int64_t now)
{
	char *p = (char *)(e->lengths + q->n);

	pack(e, event);
	for (size_t i = 0; i < q->n; i++) {
		const struct slice *text = text_of(event, q->texts[i]);

		e->lengths[i] = (uint32_t)text->n;
		if (text->n)
			memcpy(p, text->p, text->n);
		p += text->n;
	}
	e->ticket = ticket;
	e->came = now;
	q->tail += e->size;
	q->rows++;
}

enum queue_result
queue_add(struct queue *q, const struct event *event, int64_t now,
    bool may_wait, struct row *row)
{
	struct rdns_name name = { .status = RDNS_SKIPPED };
	rdns_ticket ticket = 0;
	struct entry *e = NULL;

	drop_head(q);
	/* Asked for only once it has its room: what is asked is for a row. */
	if (q->rows && (q->rows == q->rows_max || !(e = room(q, event))))
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
	if (!e)
		e = room(q, event);
	if (e) {
		store(q, e, event, ticket, now);
		return QUEUE_ADDED;
	}
	/* Larger than the whole ring. */
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
	unpack(q, e, &q->event);
	*row = (struct row){ .event = &q->event, .hostname = name.hostname,
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
