/* SPDX-License-Identifier: ISC */
#ifndef BASE_STATEFILE_H
#define BASE_STATEFILE_H

#include "base/buf.h"
#include "base/err.h"

/* A small text in a file that is replaced whole or not at all, whenever the
 * process or the machine stops: written beside it, synced, renamed, and the
 * directory synced.  A sum in its last line tells whether it is what was
 * written.  FILE.lock keeps a second process out. */
struct statefile;

enum { STATEFILE_MAX = 64 * 1024 };

/* Takes the lock; the name must live as long as the state file.  NULL: e says
 * why: EX_TEMPFAIL (locked), EX_CANTCREAT. */
struct statefile *statefile_open(const char *file, struct err *e);
void statefile_close(struct statefile *s);

/* 1: *text is what was written last, to be released by the caller; 0: nothing
 * ever was; -1: e says why: EX_DATAERR (damaged), EX_IOERR. */
int statefile_read(struct statefile *s, struct buf *text, struct err *e);

/* The text must end in a newline.  When it returns 0, the text is on the disk.
 * -1: it may be or not (EX_IOERR, EX_CANTCREAT); not to be tried again: after a
 * failed fsync(2) the next one says nothing about what was lost. */
int statefile_write(struct statefile *s, struct slice text, struct err *e);

/* A name for what is put out of its way: FILE.old and the time, and a number if
 * there is one already; the caller frees it. */
char *statefile_aside(const struct statefile *s);

/* Moves it there.  1: done; 0: there was none; -1: e says why. */
int statefile_archive(struct statefile *s, const char *aside, struct err *e);

#endif
