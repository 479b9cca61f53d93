/* SPDX-License-Identifier: ISC */
/* The lines of a log that are worth parsing. */
#include "parse/sieve.h"

void
sieve_init(struct sieve *s, const struct parser *p)
{
	s->scan = *parser_scan(p);
	scan_set_way(&s->scan, scan_best_way());
	s->has_gap = false;
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
