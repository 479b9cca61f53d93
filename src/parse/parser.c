/* SPDX-License-Identifier: ISC */
/* From blocks of lines to events. */
#include "parse/parser.h"

#include <stdlib.h>

#include "base/input.h"
#include "base/mem.h"
#include "parse/scan.h"
#include "schema/cell.h"

struct parser {
	const struct rules *rules;
	unsigned events;
	struct clock clock;
	struct scan scan;
	/* Decoded JSON, of as many lines as their events may be in use. */
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

/* Besides the rules' literals: a message as an array of bytes hides them, and
 * a repetition has none. */
static const struct slice always[] = {
	SLICE("\"MESSAGE\":["), SLICE("\"MESSAGE\": ["),
	SLICE("last message repeated "),
};
enum { ALWAYS = sizeof always / sizeof *always };

struct parser *
parser_new(const struct rules *rules, unsigned events, struct err *e)
{
	struct slice literals[SCAN_LITERALS];
	struct parser *p;
	int n = rules_literals(rules, events, literals,
	    SCAN_LITERALS - ALWAYS);

	if (n < 0) {
		err_set(e, EX_CONFIG, "the rules in force have more than %d "
		    "different texts to look for: use fewer --filters",
		    SCAN_LITERALS - ALWAYS);
		return NULL;
	}
	for (int i = 0; i < ALWAYS; i++)
		literals[n + i] = always[i];
	p = mem_new(sizeof *p);
	p->rules = rules;
	p->events = events;
	scan_init(&p->scan, literals, (size_t)n + ALWAYS);
	for (size_t i = 0; i < PARSER_AHEAD; i++) {
		buf_init(&p->scratches[i], INPUT_LINE_MAX);
		(void)buf_room(&p->scratches[i], INPUT_LINE_MAX);
	}
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
	scan_set_way(&p->scan, scan_best_way());
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
parser_begin(struct parser *p, struct slice block)
{
	if (block.n == 0) {
		scan_begin(&p->scan, block);
		return;
	}
	/* The block before is gone: its last line is worth keeping only if the
	 * first line of this one follows it. */
	p->last_end = p->last_end ? block.p : NULL;
	p->block = block;
	p->block_from = p->block_to;
	p->block_to += block.n;
	scan_begin(&p->scan, block);
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
resolve(struct parser *p, const struct envelope *env, struct event *e)
{
	e->server = env->server;
	e->when = env->when;
	if (!env->has_when || !when_resolve(&e->when, &p->clock))
		e->when = when_local(p->clock.now);
}

static bool
is_wanted(const struct parser *p, const struct event *e)
{
	return p->events >> e->kind & 1;
}

/* "last message repeated 4 times": four more of the line just before it, if
 * that gave a row and came from the same host. */
static bool
repeat_last(struct parser *p, struct slice line,
    const struct envelope *repeat, struct event *e)
{
	struct envelope env;

	if (p->last_end != line.p || repeat->repeats == 0 ||
	    !envelope_parse(p->last, &p->scratches[p->turn], &env) ||
	    !slice_is(env.server, repeat->server))
		return false;
	env.repeats = repeat->repeats;
	env.when = repeat->when;
	env.has_when = repeat->has_when;
	if (!rules_match(p->rules, &env, e) || e->count == 0)
		return false;
	resolve(p, &env, e);
	return true;
}

static bool
take_line(struct parser *p, struct slice line, struct event *e)
{
	struct envelope env;

	p->candidates++;
	if (!envelope_parse(line, &p->scratches[p->turn], &env))
		return false;
	if (env.repeats_last)
		return repeat_last(p, line, &env, e);
	if (!rules_match(p->rules, &env, e) || !is_wanted(p, e) ||
	    e->count == 0)
		return false;
	resolve(p, &env, e);
	p->last = line;
	return true;
}

bool
parser_next(struct parser *p, struct event *e)
{
	struct slice line;

	p->turn = (p->turn + 1) % PARSER_AHEAD;
	while (scan_next(&p->scan, INPUT_LINE_MAX, &line)) {
		bool taken = take_line(p, line, e);

		p->last_end = taken ? p->scan.at : NULL;
		if (taken) {
			locate(p, line.p, e);
			return true;
		}
	}
	if (p->block.n)
		keep_last(p);
	return false;
}

const struct scan *
parser_scan(const struct parser *p)
{
	return &p->scan;
}

uint64_t
parser_candidates(const struct parser *p)
{
	return p->candidates;
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
	rules_explain(p->rules, &env, out);
	if (!rules_match(p->rules, &env, &event))
		return;
	resolve(p, &env, &event);
	buf_addf(out, "  service    ");
	cell_add(out, event.service, CELL_PLAIN);
	buf_addf(out, "\n  date       ");
	when_add_rfc3339(out, &event.when);
	buf_addf(out, "\n  rows       %u%s\n", is_wanted(p, &event) ?
	    event.count : 0, is_wanted(p, &event) ? "" :
	    " (--events does not ask for it)");
}
