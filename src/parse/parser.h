/* SPDX-License-Identifier: ISC */
#ifndef PARSE_PARSER_H
#define PARSE_PARSER_H

#include "base/err.h"
#include "base/when.h"
#include "parse/rules.h"
#include "parse/sieve.h"
#include "schema/event.h"

/* Blocks of lines in, events out: scan, envelope and rules, clock, in this
 * order. */
struct parser;

/* Looks for the events in the set (1 << enum event_kind).  The rules must
 * outlive the parser.  NULL: too many different literals (EX_CONFIG). */
struct parser *parser_new(const struct rules *rules, unsigned events,
	struct err *e);
void parser_free(struct parser *p);

/* A new file begins: what stamps are read against, and no line precedes. */
void parser_start(struct parser *p, const struct clock *clock);

/* Its blocks are what a sieve has left: every line in them is looked at. */
void parser_start_sifted(struct parser *p, const struct clock *clock);

/* The line before what comes next, if it gave a row: a "last message repeated"
 * stands for it.  Empty: none.  Borrowed until the next block. */
struct slice parser_last(const struct parser *p);

/* That line, where it stands at the end of another file than the one that has
 * just been started.  It is copied. */
void parser_set_last(struct parser *p, struct slice line);

/* Live input: the clock goes on. */
void parser_set_clock(struct parser *p, const struct clock *clock);

/* Begins a block of whole lines, which must stay until the next.  It stands in
 * its input behind the block before, or where parser_set_place() has said. */
void parser_begin(struct parser *p, struct slice block);
void parser_set_place(struct parser *p, uint64_t offset);

/* The block that begins next has been read: sieve_read() has made this of it,
 * which must stay as long.  Events are completed in there. */
void parser_set_readings(struct parser *p, struct slice readings);

/* The end of the block that has been read to its end, as the line of an event:
 * where one may go on, and from where. */
struct stretch parser_end(const struct parser *p);

/* The next event of the block.  It lives until the call after PARSER_AHEAD - 1
 * more, or the next block.  NULL: no more in this block. */
enum { PARSER_AHEAD = 32 };
struct event *parser_next(struct parser *p);

/* To be copied by who does a part of its work ahead of it. */
const struct sieve *parser_sieve(const struct parser *p);

/* Lines looked at because they held a literal. */
uint64_t parser_candidates(const struct parser *p);

/* What becomes of one line, in words: envelope, then rules. */
void parser_explain(struct parser *p, struct slice line, struct buf *out);

#endif
