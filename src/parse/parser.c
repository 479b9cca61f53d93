/* SPDX-License-Identifier: ISC */
/* From blocks of lines to events. */
#include "parse/parser.h"

#include <stdlib.h>

#include "base/input.h"
#include "base/mem.h"
#include "schema/cell.h"

struct parser {
	struct sieve sieve;		/* as it begins */
	struct clock clock;
	struct scan scan;
	/* What the lines of the block say, as far as somebody has read them. */
	struct reading *read, *read_end;
	struct reading *next_read;	/* the same of the next block */
	size_t n_next_read;
	/* Of as many lines as their events may be in use: what we have read,
	 * and what JSON was decoded into. */
	struct reading readings[PARSER_AHEAD];
	struct buf scratches[PARSER_AHEAD];
	size_t turn;
	uint64_t candidates;
	/* The line before, if it gave a row: what "last message repeated"
	 * stands for.  Its place in the block, or a copy when it was the last
	 * line of the block before. */
	struct slice block, last;
	const char *last_end;
	struct buf kept[2];	/* the other one may still be in use */
	size_t keep;
	/* Offsets in the input: of the block, behind it, of the line before. */
	uint64_t block_from, block_to, last_from;
};

struct parser *
parser_new(const struct rules *rules, unsigned events, struct err *e)
{
	struct parser *p = mem_new(sizeof *p);

	if (sieve_init(&p->sieve, rules, events, e) < 0) {
		free(p);
		return NULL;
	}
	for (size_t i = 0; i < PARSER_AHEAD; i++)
		buf_init(&p->scratches[i], INPUT_LINE_MAX);
	for (size_t i = 0; i < 2; i++) {
		buf_init(&p->kept[i], INPUT_LINE_MAX);
		(void)buf_room(&p->kept[i], INPUT_LINE_MAX);
	}
	return p;
}

void
parser_free(struct parser *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < PARSER_AHEAD; i++)
		buf_release(&p->scratches[i]);
	buf_release(&p->kept[0]);
	buf_release(&p->kept[1]);
	free(p);
}

void
parser_start(struct parser *p, const struct clock *clock)
{
	p->clock = *clock;
	p->last = p->block = (struct slice){ NULL, 0 };
	p->last_end = NULL;
	p->block_from = p->block_to = 0;
	p->scan = p->sieve.scan;
}

/* The line before is this one, wherever it stands. */
static void
keep(struct parser *p, struct slice line)
{
	p->keep ^= 1;
	buf_reset(&p->kept[p->keep]);
	buf_add(&p->kept[p->keep], line);
	p->last = buf_slice(&p->kept[p->keep]);
}

struct slice
parser_last(const struct parser *p)
{
	return p->last_end ? p->last : (struct slice){ NULL, 0 };
}

void
parser_set_last(struct parser *p, struct slice line)
{
	keep(p, line);
	p->last_end = p->last.p;
	p->last_from = 0;
}

void
parser_set_place(struct parser *p, uint64_t offset)
{
	p->block_to = offset;
}

void
parser_start_sifted(struct parser *p, const struct clock *clock)
{
	parser_start(p, clock);
	scan_set_way(&p->scan, SCAN_EVERY);
}

void
parser_set_clock(struct parser *p, const struct clock *clock)
{
	p->clock = *clock;
}

void
parser_set_readings(struct parser *p, struct slice readings)
{
	p->next_read = (struct reading *)(void *)(uintptr_t)readings.p;
	p->n_next_read = readings.n / sizeof *p->next_read;
}

void
parser_begin(struct parser *p, struct slice block)
{
	p->read = p->next_read;
	p->read_end = p->read ? p->read + p->n_next_read : NULL;
	p->n_next_read = 0;
	scan_begin(&p->scan, block);
	if (block.n == 0)
		return;
	/* The block before is gone: its last line is worth keeping only if the
	 * first line of this one follows it. */
	p->last_end = p->last_end ? block.p : NULL;
	p->block = block;
	p->block_from = p->block_to;
	p->block_to += block.n;
}

struct stretch
parser_end(const struct parser *p)
{
	return (struct stretch){ .first = p->last_end ? p->last_from :
	    p->block_to, .from = p->block_to, .to = p->block_to };
}

/* Where a line of the block stands in the input. */
static void
locate(struct parser *p, const char *line, struct event *e)
{
	e->line.from = p->block_from + (uint64_t)(line - p->block.p);
	e->line.to = p->block_from + (uint64_t)(p->scan.at - p->block.p);
	/* A repetition counts for the line it repeats. */
	if (p->last.p == line)
		p->last_from = e->line.from;
	e->line.first = p->last_from;
}

/* Called before the block goes: its lines are borrowed. */
static void
keep_last(struct parser *p)
{
	const char *end = p->block.p + p->block.n;

	if (!p->last_end || p->last_end < end ||
	    p->last.p == p->kept[p->keep].p) {
		if (p->last_end && p->last_end < end)
			p->last_end = NULL;
		return;
	}
	keep(p, p->last);
}

static void
resolve(const struct parser *p, bool has_when, struct event *e)
{
	if (!has_when || !when_resolve(&e->when, &p->clock))
		e->when = when_local(p->clock.now);
}

/* "last message repeated 4 times": four more of the line just before it, if
 * that gave a row and came from the same host. */
static bool
repeat_last(struct parser *p, struct reading *r)
{
	struct event *e = &r->event, repeat = *e;
	struct envelope env;

	if (p->last_end != r->line.p || repeat.count == 0 ||
	    !envelope_parse(p->last, &p->scratches[p->turn], &env) ||
	    !slice_is(env.server, repeat.server))
		return false;
	env.repeats = repeat.count;
	if (!rules_match(p->sieve.rules, &env, e) || e->count == 0)
		return false;
	e->server = env.server;
	e->when = repeat.when;
	return true;
}

/* The next line that may give an event, NULL: no more in this block. */
static struct reading *
next_reading(struct parser *p)
{
	struct buf *scratch = &p->scratches[p->turn];
	struct reading *r = &p->readings[p->turn];

	if (p->read < p->read_end) {
		r = p->read++;
		p->scan.at = r->next;
		if (r->kind != READING_LATER)
			return r;
	} else if (!scan_next(&p->scan, INPUT_LINE_MAX, &r->line)) {
		return NULL;
	}
	reading_make(p->sieve.rules, p->sieve.events, scratch, r);
	return r;
}

struct event *
parser_next(struct parser *p)
{
	struct reading *r;

	p->turn = (p->turn + 1) % PARSER_AHEAD;
	while ((r = next_reading(p))) {
		bool taken = r->kind == READING_EVENT ||
		    (r->kind == READING_REPEAT && repeat_last(p, r));

		p->candidates++;
		p->last_end = taken ? p->scan.at : NULL;
		if (!taken)
			continue;
		resolve(p, r->has_when, &r->event);
		if (r->kind == READING_EVENT)
			p->last = r->line;
		locate(p, r->line.p, &r->event);
		return &r->event;
	}
	if (p->block.n)
		keep_last(p);
	return NULL;
}

const struct sieve *
parser_sieve(const struct parser *p)
{
	return &p->sieve;
}

uint64_t
parser_candidates(const struct parser *p)
{
	return p->candidates;
}

/* The row, behind what the rules say. */
static void
explain_event(const struct parser *p, const struct envelope *env,
    struct event *e, struct buf *out)
{
	bool wanted = p->sieve.events >> e->kind & 1;

	e->when = env->when;
	resolve(p, env->has_when, e);
	buf_addf(out, "  service    ");
	cell_add(out, e->service, CELL_PLAIN);
	buf_addf(out, "\n  date       ");
	when_add_rfc3339(out, &e->when);
	buf_addf(out, "\n  rows       %u%s\n", wanted ? e->count : 0,
	    wanted ? "" : " (--events does not ask for it)");
}

void
parser_explain(struct parser *p, struct slice line, struct buf *out)
{
	struct envelope env;
	struct event event;

	cell_add(out, line, CELL_PLAIN);
	buf_add_byte(out, '\n');
	if (!envelope_parse(line, &p->scratches[0], &env)) {
		buf_addf(out, "  no log line: %s\n", envelope_hint(line));
		return;
	}
	buf_addf(out, "  envelope   %s\n", envelope_form_name(env.form));
	buf_addf(out, "  host       ");
	cell_add(out, env.server, CELL_PLAIN);
	buf_addf(out, "\n  program    ");
	cell_add(out, env.program, CELL_PLAIN);
	if (env.cut)
		buf_addf(out, " (perhaps cut)");
	buf_addf(out, "\n");
	if (env.repeats_last) {
		buf_addf(out, "  %u more of the line before, if that gives a "
		    "row\n", env.repeats);
		return;
	}
	if (env.repeats)
		buf_addf(out, "  repeated   %u times\n", env.repeats);
	rules_explain(p->sieve.rules, &env, out);
	if (rules_match(p->sieve.rules, &env, &event))
		explain_event(p, &env, &event, out);
}
