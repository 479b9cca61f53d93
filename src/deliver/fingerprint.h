/* SPDX-License-Identifier: ISC */
#ifndef DELIVER_FINGERPRINT_H
#define DELIVER_FINGERPRINT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/input.h"
#include "deliver/checkpoint.h"
#include "deliver/rotation.h"

/* The sums of a place in a log: by them a file is known again that was renamed,
 * compressed or copied, and one that only took its name or inode is not; and
 * those of the end of an output. */

/* Sets those of a place, or takes them from another. */
void fingerprint_set(struct log_place *p, uint64_t at,
	const struct input_ends *ends);
void fingerprint_copy(struct log_place *p, const struct log_place *from);

/* Whether an open file that is not packed still has them.  -1: e, EX_IOERR. */
int fingerprint_is_kept(const struct log_place *p, const struct input *in,
	struct err *e);

/* Those of a file of which nothing was read yet, from its first bytes.  1; 0:
 * it is not there under this name any more; -1: e; EX_DATAERR: it is compressed
 * in a way that is not read. */
int fingerprint_first(const struct rotated *one, struct log_place *sums,
	struct err *e);

/* The file that a place is in: the one it was in if that still fits, else the
 * newest that does.  1: *at is its index, or -1: there is none; 0: a file that
 * might have been it was moved meanwhile; -1: e. */
int fingerprint_find(const struct rotation *r, const struct log_place *place,
	int *at, struct err *e);

/* A copy that was made before all was written that was read from the original,
 * which was emptied then: it has its first line and is shorter.  As
 * fingerprint_find(); EX_DATAERR: the log itself begins like it. */
int fingerprint_find_short(const struct rotation *r,
	const struct log_place *place, int *at, struct err *e);

/* Sets the sums of an output that is open, before its length.  -1: e, EX_IOERR;
 * file is what e calls it. */
int fingerprint_output(int fd, const char *file, struct output_place *place,
	struct err *e);

/* Whether a file that is open still holds before its length what stood there, as
 * far as that is known; and whether it is that output: by inode and device, or,
 * if that is not so, by what it holds.  1; 0; -1: as above. */
int fingerprint_is_output_kept(int fd, const char *file,
	const struct output_place *place, struct err *e);
int fingerprint_is_output(int fd, const char *file, const struct stat *st,
	const struct output_place *place, struct err *e);

#endif
