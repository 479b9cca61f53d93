/* SPDX-License-Identifier: ISC */
#ifndef DELIVER_LEFT_H
#define DELIVER_LEFT_H

#include <stdbool.h>

#include "base/err.h"
#include "deliver/checkpoint.h"
#include "deliver/logfile.h"

/* The file of a log that was finished last.  Who writes to a log may take a
 * while to notice that it was moved: what comes late is behind its end. */
struct left {
	struct log_place end;	/* of what was read of it; inode 0: no file */
	uint64_t size;		/* when it was looked at; a line at its end may
				 * not be complete */
	int fd;			/* -1: not open */
	bool is_packed;		/* nobody writes to it any more, but somebody
				 * may have before */
};

#define LEFT_NONE { .fd = -1 }

/* The file that is being read is left, all that was handed out of it being
 * read; end: the place that was recorded.  -1: e, EX_IOERR. */
int left_take(struct left *l, struct logfile *file,
	const struct log_place *end, struct err *e);
void left_forget(struct left *l);

/* Finds it again after a pause, if it is not open; what is not there is
 * forgotten.  1; 0: files were moved meanwhile; -1: e. */
int left_find(struct left *l, const char *log, struct err *e);

/* Which of the files it is; as fingerprint_find(). */
int left_index(const struct left *l, const struct rotation *r, int *at,
	struct err *e);

/* Opens it, open as it is, as the file that is being read, for what came late.  As
 * logfile_enter(). */
int left_enter(const struct left *l, struct logfile *file, struct err *e);

/* 1: there is, or may be, something that was not read; 0: nothing since it was
 * looked at; -1: e. */
int left_has_grown(struct left *l, struct err *e);

#endif
