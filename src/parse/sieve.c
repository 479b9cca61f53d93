/* SPDX-License-Identifier: ISC */
/* The lines of a log that are worth parsing. */
#include "parse/sieve.h"

#include "base/input.h"

/* Besides the rules' literals: a message as an array of bytes hides them, and
 * a repetition has none. */
static const struct slice always[] = {
	SLICE("\"MESSAGE\":["), SLICE("\"MESSAGE\": ["),
	SLICE("last message repeated "),
};
enum { ALWAYS = sizeof always / sizeof *always };

int
sieve_init(struct sieve *s, const struct rules *rules, unsigned events,
    struct err *e)
{
	struct slice literals[SCAN_LITERALS];
	int n = rules_literals(rules, events, literals,
	    SCAN_LITERALS - ALWAYS);

	if (n < 0)
		return err_set(e, EX_CONFIG, "the rules in force have more "
		    "than %d different texts to look for: use fewer --filters",
		    SCAN_LITERALS - ALWAYS);
	for (int i = 0; i < ALWAYS; i++)
		literals[n + i] = always[i];
	*s = (struct sieve){ .rules = rules, .events = events };
	scan_init(&s->scan, literals, (size_t)n + ALWAYS);
	return 0;
}

void
sieve_block(struct sieve *s, struct slice block, struct buf *out)
{
	const char *next = block.p;
	struct slice line;

	scan_begin(&s->scan, block);
	while (scan_next(&s->scan, SIZE_MAX, &line)) {
		if (s->has_gap || line.p != next)
			buf_add_byte(out, '\n');
		buf_add(out, line);
		buf_add_byte(out, '\n');
		s->has_gap = false;
		next = s->scan.at;
	}
	if (block.n && next != block.p + block.n)
		s->has_gap = true;
}

void
sieve_read(const struct sieve *s, struct slice left, struct buf *readings)
{
	struct slice line;
	struct scan scan;

	scan_init(&scan, NULL, 0);
	scan_set_way(&scan, SCAN_EVERY);
	scan_begin(&scan, left);
	while (scan_next(&scan, INPUT_LINE_MAX, &line)) {
		struct reading *r = (struct reading *)(void *)buf_room(readings,
		    sizeof *r);

		if (!r)
			break;
		r->line = line;
		r->next = scan.at;
		reading_make(s->rules, s->events, NULL, r);
		readings->n += sizeof *r;
	}
}
