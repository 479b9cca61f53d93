/* SPDX-License-Identifier: ISC */
/* The window, against servers made of arithmetic, in virtual time.  What asks
 * does with the window what enrich/exchange.c does. */
#include <stdlib.h>

#include "enrich/window.h"
#include "chance.h"
#include "tap.h"

enum {
	CAP = 5000, SECOND = 1000000,
	TURN = 50,		/* between two looks at the sockets */
	REPEATS = 3,
	READY = 512,		/* waiting to be sent, at most */
	EVENTS_MAX = 1 << 18,	/* with those that are stale */
};

/*
 * What will happen: a heap by time.
 */

enum happening { ANSWER, REFUSAL, LATE, TIME };

struct event {
	int64_t at;
	uint32_t slot, life;	/* of the question: others are stale */
	enum happening what;
};

static struct event heap[EVENTS_MAX];
static size_t heap_n;

static void
swap(size_t a, size_t b)
{
	struct event e = heap[a];

	heap[a] = heap[b];
	heap[b] = e;
}

static void
heap_add(struct event e)
{
	size_t i = heap_n++;

	if (heap_n > EVENTS_MAX) {
		printf("Bail out! too many events\n");
		exit(1);
	}
	heap[i] = e;
	for (; i && heap[i].at < heap[(i - 1) / 2].at; i = (i - 1) / 2)
		swap(i, (i - 1) / 2);
}

static struct event
heap_take(void)
{
	struct event e = heap[0];
	size_t i = 0;

	heap[0] = heap[--heap_n];
	for (;;) {
		size_t k = 2 * i + 1;

		if (k + 1 < heap_n && heap[k + 1].at < heap[k].at)
			k++;
		if (k >= heap_n || heap[i].at <= heap[k].at)
			return e;
		swap(i, k);
		i = k;
	}
}

/*
 * Servers.
 */

struct server {
	int64_t latency, jitter;
	double rate;		/* served a second; 0: any number */
	unsigned queue;		/* what does not fit is dropped */
	unsigned refuses_above;	/* so many at once; 0: never */
	double refused, lost;	/* of the questions, for ever; of messages */
};

struct run {
	const struct server *server;
	struct window window;
	int64_t now;
	/* Of the server. */
	double busy_until;
	unsigned inside;
	/* What came of it. */
	uint64_t sent, answered, dropped, refused, failed;
	unsigned burst;
	double share;			/* of refusals, lately */
	int64_t cap_at;			/* reached then; 0: never */
	unsigned least, most;		/* sizes of the window */
};

/* A question that is out. */
static struct question {
	int64_t sent_at, sent_before;
	uint32_t life;
	unsigned sent, refused;
	bool is_out, is_ready, is_old, is_forbidden;
} slots[CAP];
static uint32_t ready[CAP], vacant[CAP];
static size_t ready_n, vacant_n, old;

static void
plan(struct run *run, uint32_t slot, enum happening what, int64_t in)
{
	heap_add((struct event){ run->now + in, slot, slots[slot].life,
	    what });
}

/* One message arrives at the server. */
static void
serve(struct run *run, uint32_t slot)
{
	const struct server *s = run->server;
	struct question *q = &slots[slot];
	int64_t latency = s->latency + (int64_t)(chance_part() * (double)s->jitter);
	double each = s->rate > 0 ? SECOND / s->rate : 0;
	double now = (double)run->now;

	if (chance_part() < s->lost)
		return;
	if (run->busy_until < now)
		run->busy_until = now;
	if (s->queue && run->busy_until - now > s->queue * each) {
		run->dropped++;
		return;
	}
	run->busy_until += each;
	latency += (int64_t)(run->busy_until - now);
	if (q->is_forbidden) {
		plan(run, slot, REFUSAL, latency);
	} else if (s->refuses_above && run->inside >= s->refuses_above) {
		plan(run, slot, REFUSAL, 200);
	} else {
		run->inside++;
		plan(run, slot, ANSWER, latency);
	}
}

/*
 * Who asks.
 */

/* What was sent again does not count. */
static size_t
count_young(void)
{
	return CAP - vacant_n - old;
}

static void
set_old(struct question *q, bool is_old)
{
	old += (size_t)is_old - q->is_old;
	q->is_old = is_old;
}

static void
finish(uint32_t slot)
{
	set_old(&slots[slot], false);
	slots[slot].life++;
	slots[slot].is_out = false;
	vacant[vacant_n++] = slot;
}

static void
ask(struct run *run)
{
	while (vacant_n && ready_n < READY &&
	    count_young() < run->window.size) {
		uint32_t slot = vacant[--vacant_n];

		slots[slot] = (struct question){ .life = slots[slot].life,
			.is_out = true, .is_ready = true,
			.is_forbidden = chance_part() < run->server->refused };
		ready[ready_n++] = slot;
	}
}

static void
send_some(struct run *run)
{
	static const int64_t delays[] = { WINDOW_LATE, SECOND, 2 * SECOND };
	unsigned n = window_take(&run->window, run->now, (unsigned)ready_n);
	size_t kept = 0;

	if (n > run->burst)
		run->burst = n;
	for (size_t i = 0; i < ready_n; i++) {
		uint32_t slot = ready[i];
		struct question *q = &slots[slot];

		if (i >= n) {
			ready[kept++] = slot;
			continue;
		}
		q->is_ready = false;
		q->sent_before = q->sent_at;
		q->sent_at = run->now;
		plan(run, slot, q->sent ? TIME : LATE,
		    delays[q->sent < REPEATS ? q->sent : REPEATS - 1]);
		set_old(q, q->sent > 0);
		if (q->sent < REPEATS)
			q->sent++;
		run->sent++;
		serve(run, slot);
	}
	ready_n = kept;
}

static void
take_answer(struct run *run, uint32_t slot, bool is_refusal)
{
	struct window *w = &run->window;
	struct question *q = &slots[slot];
	bool is_first = q->sent == 1 && !q->refused;
	int64_t rtt = run->now - q->sent_at;

	run->answered++;
	run->refused += is_refusal && !q->is_forbidden;
	if (!q->refused)
		run->share += (is_refusal - run->share) / 512;
	if (is_refusal && !q->refused)
		window_refused(w, q->sent_at);
	else if (!is_refusal && q->refused)
		window_recovered(w, q->sent_before);
	if (q->sent > 1 && !q->refused && rtt < 2 * w->srtt + 5000)
		window_lost(w, q->sent_before);
	window_answered(w, run->now, is_first && !is_refusal ? rtt : 0,
	    (unsigned)(count_young() - ready_n));
	if (is_refusal && q->refused++ < (run->share > 0.03 ? 6 : 2)) {
		set_old(q, false);
		q->life++;
		plan(run, slot, TIME, SECOND / 4 * (int64_t)q->refused);
		return;
	}
	run->failed += is_refusal && !q->is_forbidden;
	finish(slot);
}

static void
happen(struct run *run, const struct event *e)
{
	struct question *q = &slots[e->slot];

	run->inside -= e->what == ANSWER;
	if (e->life != q->life || !q->is_out)
		return;
	if (e->what == ANSWER || e->what == REFUSAL) {
		if (!q->is_ready)
			take_answer(run, e->slot, e->what == REFUSAL);
	} else if (e->what == LATE) {
		window_late(&run->window, q->sent_at);
		plan(run, e->slot, TIME, SECOND / 2 - WINDOW_LATE);
	} else if (q->sent == REPEATS && !q->refused) {
		run->failed++;
		finish(e->slot);
	} else if (!q->is_ready) {
		set_old(q, false);
		q->is_ready = true;
		ready[ready_n++] = e->slot;
	}
}

static void
note_window(struct run *run, int64_t start, int64_t from)
{
	unsigned size = run->window.size;

	if (!run->cap_at && size == CAP)
		run->cap_at = run->now - start;
	if (run->now < start + from)
		return;
	if (!run->most || size < run->least)
		run->least = size;
	if (size > run->most)
		run->most = size;
}

/* As many questions as the window takes, for so long; its sizes are noted from
 * a time on. */
static struct run
run_for(const struct server *server, unsigned limit, int64_t from, int64_t to)
{
	struct run run = { .server = server, .now = 1000 * (int64_t)SECOND };
	int64_t start = run.now, next;

	window_init(&run.window, CAP, limit);
	heap_n = ready_n = vacant_n = old = 0;
	memset(slots, 0, sizeof slots);
	for (uint32_t i = CAP; i--;)
		vacant[vacant_n++] = i;
	while (run.now < start + to) {
		note_window(&run, start, from);
		ask(&run);
		send_some(&run);
		next = heap_n ? heap[0].at : INT64_MAX;
		if (ready_n && run.now + window_pause(&run.window) < next)
			next = run.now + window_pause(&run.window);
		run.now = next > run.now + TURN ? next : run.now + TURN;
		while (heap_n && heap[0].at <= run.now) {
			struct event e = heap_take();

			happen(&run, &e);
		}
	}
	return run;
}

static void
show(const struct run *run)
{
	printf("# sent %llu, answered %llu, dropped %llu, refused %llu, "
	    "failed %llu; window %u to %u, at the cap after %.3f s, burst "
	    "%u\n", (unsigned long long)run->sent,
	    (unsigned long long)run->answered,
	    (unsigned long long)run->dropped,
	    (unsigned long long)run->refused, (unsigned long long)run->failed,
	    run->least, run->most, (double)run->cap_at / SECOND, run->burst);
}

static void
judge(bool good, const struct run *run, const char *what)
{
	if (!ok(good, "%s", what))
		show(run);
}

static void
test_growth(void)
{
	static const struct server far = { .latency = 50000 },
		farther = { .latency = 40000, .jitter = 20000 },
		slow = { .latency = 300000 };
	struct run run = run_for(&far, 0, SECOND / 2, 2 * SECOND);

	judge(run.cap_at && run.cap_at <= SECOND * 6 / 10 && run.least == CAP,
	    &run, "50 ms away: at the cap in half a second, and stays there");
	/* 5000 in 50 ms are 100000 a second. */
	judge(run.answered > 140000, &run, "and the window is used");
	judge(run.burst <= 160, &run, "never more than 160 at once");
	run = run_for(&farther, 0, SECOND / 2, 2 * SECOND);
	judge(run.cap_at && run.cap_at <= SECOND * 6 / 10 && run.least == CAP,
	    &run, "40 to 60 ms away: the same");
	/* Later than what is late on a usual way. */
	run = run_for(&slow, 0, 3 * SECOND, 5 * SECOND);
	judge(run.cap_at && run.cap_at <= 3 * SECOND && run.least == CAP,
	    &run, "300 ms away: in three seconds");
}

static void
test_near(void)
{
	static const struct server near = { .latency = 30, .rate = 140000,
		.queue = 256 }, tiny = { .latency = 50000, .rate = 50000,
		.queue = 16 };
	struct run run = run_for(&near, 0, SECOND / 2, 2 * SECOND);

	judge(run.dropped < 20, &run, "140000 a second and a buffer of 256: "
	    "next to nothing is lost");
	judge(run.answered > 2 * 120000, &run, "and it is kept busy");
	judge(run.failed == 0, &run, "no question fails");
	run = run_for(&tiny, 0, 2 * SECOND, 10 * SECOND);
	judge(run.failed * 1000 < run.sent && run.answered > 50000, &run,
	    "a buffer of 16: bursts get small enough for it");
}

static void
test_refusing(void)
{
	static const struct server dnsmasq = { .latency = 50000,
		.refuses_above = 150 };
	struct run run = run_for(&dnsmasq, 0, 2 * SECOND, 10 * SECOND);

	judge(run.refused * 20 < run.sent, &run,
	    "refused above 150 at once: less than 5 % are");
	judge(run.least >= 50, &run, "the window does not collapse");
	/* 150 in 50 ms are 3000 a second. */
	judge(run.answered > 10 * 1500, &run, "and enough is answered");
}

/* What always happens says nothing about the way there. */
static void
test_noise(void)
{
	static const struct {
		const char *what;
		struct server server;
	} noises[] = {
		{ "1 % are always refused: more than half the cap",
			{ .latency = 50000, .refused = 0.01 } },
		{ "5 % get lost: more than half the cap",
			{ .latency = 50000, .lost = 0.05 } },
	};

	for (size_t i = 0; i < sizeof noises / sizeof *noises; i++) {
		struct run run = run_for(&noises[i].server, 0, 2 * SECOND,
		    10 * SECOND);

		judge(run.least > CAP / 2, &run, noises[i].what);
	}
}

static void
test_limit(void)
{
	static const struct server far = { .latency = 50000 },
		near = { .latency = 50 };
	static const unsigned limits[] = { 1, 10, 333, 1000, 1500, 20000 };

	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		double wanted = 5.0 * limits[i];
		struct run run = run_for(i % 2 ? &near : &far, limits[i], 0,
		    5 * SECOND);

		if (!ok((double)run.sent > wanted * 0.98 - 1 &&
		    (double)run.sent < wanted * 1.02 + 1,
		    "at most %u a second, and not much less", limits[i]))
			show(&run);
	}
}

int
main(void)
{
	test_growth();
	test_near();
	test_refusing();
	test_noise();
	test_limit();
	return done();
}
