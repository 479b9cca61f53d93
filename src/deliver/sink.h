/* SPDX-License-Identifier: ISC */
#ifndef DELIVER_SINK_H
#define DELIVER_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "deliver/checkpoint.h"
#include "schema/column.h"

/* Where rows go: a file that is appended to, or standard output. */
enum sink_format { SINK_CSV, SINK_TSV, SINK_JSONL, SINK_SEED };
enum sink_header { SINK_HEADER_AUTO, SINK_HEADER_ALWAYS, SINK_HEADER_NEVER };

struct sink_shape {
	enum sink_format format;
	enum sink_header header;
	unsigned style;			/* enum cell_style */
	enum column columns[COLUMNS];
	size_t n;
};

struct sink;

/* file NULL: standard output.  A file is created with mode 0640, must be a
 * regular file with one name and is not followed through a symbolic link; it is
 * locked against a second writer and must begin with the header of this shape
 * unless it is empty (or header is never).  NULL: e says why: EX_CANTCREAT,
 * EX_CONFIG (another header), EX_TEMPFAIL (locked; names the holder).  The name
 * must live as long as the sink.
 *
 * place, unless NULL: the output as it was recorded.  It is cut back to that,
 * also where it has been moved to another name in its directory, and what is
 * cut off is kept in FILE.cut.  EX_DATAERR: it is shorter, or something else
 * stands there. */
struct sink *sink_open(const char *file, const struct sink_shape *shape,
	const struct output_place *place, struct err *e);

/* Whether a file holds more than a header of this shape: false also if it cannot
 * be looked at. */
bool sink_has_rows(const char *file, const struct sink_shape *shape);

/* How that went: bytes cut off; it was not found, or emptied. */
struct sink_resumed {
	uint64_t cut;
	bool is_gone;
};
struct sink_resumed sink_resumed(const struct sink *s);

/* Adds a row as often as its event counts; it may stay in memory until
 * sink_flush().  0: good; 1: nobody reads our output any more; -1: e says why
 * (EX_IOERR), and the file has been cut back to whole rows. */
int sink_add(struct sink *s, const struct row *row, struct err *e);
int sink_flush(struct sink *s, struct err *e);

/* Flushes a file, waits until it is on the disk, and says how it can be found
 * again.  -1: e says why (EX_IOERR); what was written then is in doubt. */
int sink_sync(struct sink *s, struct output_place *place, struct err *e);

/* After a rotation: if the name means another file now, goes on there.  On -1
 * the old file is kept, unless e has EX_IOERR: then rows may be lost. */
int sink_reopen(struct sink *s, struct err *e);

/* Flushes, and frees the sink in any case.  As sink_add(). */
int sink_close(struct sink *s, struct err *e);

uint64_t sink_rows(const struct sink *s);

/* The file ended in the middle of a row when it was opened: a newline was put
 * behind it. */
bool sink_was_torn(const struct sink *s);

#endif
