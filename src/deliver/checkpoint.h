/* SPDX-License-Identifier: ISC */
#ifndef DELIVER_CHECKPOINT_H
#define DELIVER_CHECKPOINT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

/* What a state file says: so far has the input been read, and its rows are the
 * output up to here. */

/* A place in a log.  What the file is called says little, and its inode not
 * much more: it is known by what stands in it. */
struct log_place {
	uint64_t device, inode, born;	/* born: nanoseconds, 0: unknown */
	uint64_t offset;	/* of what the file holds unpacked */
	uint64_t again;		/* bytes before it that are needed to
				 * understand a "last message repeated" */
	/* Sums of the first bytes (up to INPUT_HEAD) and the last (up to
	 * INPUT_TAIL) before print_at; 0: it was empty. */
	uint64_t print_at, head, tail;
	uint64_t line_n, line;	/* bytes and sum of its first line, or of what
				 * of that is among the first bytes; 0: it was
				 * not complete */
	uint64_t changed;	/* the file, nanoseconds */
};

/* The end of an output.  A device may have another number after the machine was
 * started again: sums of the first and last bytes before the end tell as well.
 * Both 0: not known. */
struct output_place {
	uint64_t device, inode, length;
	uint64_t head, tail;
};

enum { CHECKPOINT_TEXT = 4096 };
struct checkpoint_text {
	char p[CHECKPOINT_TEXT];
	size_t n;	/* 0: not known, or too long */
};

struct checkpoint {
	uint64_t sequence, rows;
	uint64_t segment;	/* of the journal; 0: the input is a log */
	struct log_place input;
	struct log_place left;	/* the end of the file before; inode 0: none */
	struct output_place output;
	bool ended;		/* nothing was written behind it */
	struct checkpoint_text log;	/* its name, from the root on */
	/* The line before the log's first, if it is in another file and is
	 * needed as those of input.again are. */
	struct checkpoint_text carried;
};

/* What is too long is left out. */
void checkpoint_set_text(struct checkpoint_text *text, struct slice value);
struct slice checkpoint_text(const struct checkpoint_text *text);

/* At most so many bytes. */
enum { CHECKPOINT_MAX = 40 * 1024 };
void checkpoint_add(const struct checkpoint *c, struct buf *out);

/* -1: it is no checkpoint of this version, EX_DATAERR. */
int checkpoint_parse(struct slice text, struct checkpoint *c, struct err *e);

#endif
