/* SPDX-License-Identifier: ISC */
/* Questions that wait for their answer. */
#include "pending.h"

#include <err.h>
#include <stdlib.h>

struct pending {
	size_t max;
	struct waiting *all;
	uint32_t *vacant, *queue, *heap;	/* indices into all */
	size_t vacant_n, queue_n, heap_n;
	size_t head;				/* of the queue, a ring */
};

static void *
zeroed(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		err(71, "memory");
	return p;
}

struct pending *
pending_new(size_t max)
{
	struct pending *p = zeroed(1, sizeof(*p));

	p->max = p->vacant_n = max;
	p->all = zeroed(max, sizeof(*p->all));
	p->vacant = zeroed(max, sizeof(*p->vacant));
	p->queue = zeroed(max, sizeof(*p->queue));
	p->heap = zeroed(max, sizeof(*p->heap));
	for (size_t i = 0; i < max; i++)
		p->vacant[i] = (uint32_t)(max - 1 - i);
	return p;
}

static uint64_t
due(const struct pending *p, size_t i)
{
	return p->all[p->heap[i]].due;
}

static void
swap(struct pending *p, size_t i, size_t j)
{
	uint32_t kept = p->heap[i];

	p->heap[i] = p->heap[j];
	p->heap[j] = kept;
}

static void
rise(struct pending *p, size_t i)
{
	while (i > 0 && due(p, i) < due(p, (i - 1) / 2)) {
		swap(p, i, (i - 1) / 2);
		i = (i - 1) / 2;
	}
}

static void
sink(struct pending *p)
{
	for (size_t i = 0, child = 1; child < p->heap_n; child = 2 * i + 1) {
		if (child + 1 < p->heap_n && due(p, child + 1) < due(p, child))
			child++;
		if (due(p, i) <= due(p, child))
			return;
		swap(p, i, child);
		i = child;
	}
}

struct waiting *
pending_add(struct pending *p, uint64_t when, bool in_order)
{
	uint32_t i;

	if (p->vacant_n == 0)
		return NULL;
	i = p->vacant[--p->vacant_n];
	p->all[i].due = when;
	if (in_order) {
		p->queue[(p->head + p->queue_n++) % p->max] = i;
	} else {
		p->heap[p->heap_n++] = i;
		rise(p, p->heap_n - 1);
	}
	return &p->all[i];
}

static uint64_t
queue_due(const struct pending *p)
{
	return p->queue_n > 0 ? p->all[p->queue[p->head]].due : UINT64_MAX;
}

static uint64_t
heap_due(const struct pending *p)
{
	return p->heap_n > 0 ? due(p, 0) : UINT64_MAX;
}

const struct waiting *
pending_next(struct pending *p, uint64_t now)
{
	uint32_t i;

	if (pending_due(p) > now)
		return NULL;
	if (queue_due(p) <= heap_due(p)) {
		i = p->queue[p->head];
		p->head = (p->head + 1) % p->max;
		p->queue_n--;
	} else {
		i = p->heap[0];
		p->heap[0] = p->heap[--p->heap_n];
		sink(p);
	}
	p->vacant[p->vacant_n++] = i;
	return &p->all[i];
}

uint64_t
pending_due(const struct pending *p)
{
	uint64_t a = queue_due(p), b = heap_due(p);

	return a < b ? a : b;
}

size_t
pending_count(const struct pending *p)
{
	return p->queue_n + p->heap_n;
}
