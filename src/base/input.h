/* SPDX-License-Identifier: ISC */
#ifndef BASE_INPUT_H
#define BASE_INPUT_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"

/* A file, pipe or terminal read as blocks of whole lines; gzip (RFC 1952, one
 * or several members) is recognised by content and unpacked on the way.
 * Memory is fixed: about half a megabyte, whatever comes in. */
struct input;

/* What goes beyond this of a line is not to be read: a line that does not fit a
 * block ends here, and the rest of it is passed over. */
enum { INPUT_LINE_MAX = 64 * 1024 };

/* No block is larger. */
enum { INPUT_BLOCK_MAX = INPUT_LINE_MAX + 256 * 1024 };

/* "-" is standard input.  NULL: e says why (EX_NOINPUT). */
struct input *input_open(const char *name, struct err *e);
void input_close(struct input *in);

/* Goes to a place before anything was read: an offset in what the file holds
 * unpacked.  If that is within a line, its rest is passed over.  ends, unless
 * NULL, gets the first bytes and those just before the offset.  1: done; 0: the
 * file is not so long, and ends are those of what there is; -1: e says why.
 * Only after 1 it can be read. */
enum { INPUT_HEAD = 1024, INPUT_TAIL = 256 };
struct input_ends {
	char head[INPUT_HEAD], tail[INPUT_TAIL];
	size_t head_n, tail_n;
};
int input_seek(struct input *in, uint64_t offset, struct input_ends *ends,
	struct err *e);

/* The ends of any open file before an offset, as they stand there; it is read
 * on as if nothing was.  name: what e calls it.  As input_seek(). */
int input_ends_at(int fd, const char *name, uint64_t offset,
	struct input_ends *ends, struct err *e);

/* A file that somebody writes to: its end is only the end for now, and a line
 * without a newline there is not complete.  May change at any time. */
void input_set_growing(struct input *in, bool growing);

/* What comes is not packed, whatever it begins with; before the first read. */
void input_set_plain(struct input *in);

/* A signal that interrupts system calls ends input_next() with an empty
 * block. */
void input_set_interruptible(struct input *in);

/* Growing: the last read found the end of the file. */
bool input_is_at_end(const struct input *in);

/* Not growing: all has been handed out. */
bool input_is_done(const struct input *in);

/* Where the byte behind what was handed out stands in what the file holds
 * unpacked. */
uint64_t input_place(const struct input *in);

/* For fstat(2). */
int input_fd(const struct input *in);

/* Next block.  1: *block holds whole lines with their newlines and is borrowed
 * until the next call; it is empty when no line is complete yet, and without a
 * final newline when a line was cut or the input ended so.  0: end of input.
 * -1: e says why: EX_DATAERR (damaged gzip, or a compression we do not read)
 * or EX_IOERR; what came before has been handed out.  Reads at most once, so
 * it waits only if input_wait() would. */
int input_next(struct input *in, struct slice *block, struct err *e);

/* Waits until input_next() has something to read.  1: it has; 0: microseconds
 * have passed (-1: no limit), or another descriptor is readable (-1: none); -1:
 * a signal came that mask lets through.  Ends what input_next() has lent, as that
 * does: with no time to wait, it may read already. */
int input_wait(struct input *in, int64_t microseconds, int other,
	const sigset_t *mask);

/* Of text that is not packed: whether a line has begun whose end has not come. */
bool input_has_begun(const struct input *in);

/* Reads a byte of such a line from a pipe, and nothing behind it, for which it
 * waits so long at most.  1: its end has come, or that of the input, or an error,
 * as input_next() says; 0: not yet; -1: nothing comes, or it is no pipe. */
int input_take_byte(struct input *in, int milliseconds);

/* A pipe, socket or terminal: somebody may be writing to it right now. */
bool input_is_live(const struct input *in);

/* Modification time in seconds since the epoch; INT64_MAX if it is not a
 * regular file. */
int64_t input_time(const struct input *in);

/* Bytes taken from the file so far and its size when opened (0: unknown), as
 * they stand on disk: compressed, if it is. */
uint64_t input_taken(const struct input *in);
uint64_t input_size(const struct input *in);

/* Bytes of all files of these names together ("-": standard input); 0: one of
 * them has no size, or cannot be looked at. */
uint64_t input_sizes(char **names, int n);

/* What messages call it; lives as long as the input. */
const char *input_name(const struct input *in);

/* It is gzip, as far as has been read. */
bool input_is_packed(const struct input *in);

/* Bytes behind the last gzip member that are neither a member nor padding. */
bool input_has_garbage(const struct input *in);

/* Lines longer than INPUT_LINE_MAX so far. */
uint64_t input_cut_lines(const struct input *in);

/* Takes the next line off a block, without its line end ("\n" or "\r\n").
 * False when the block is empty. */
bool input_line(struct slice *block, struct slice *line);

#endif
