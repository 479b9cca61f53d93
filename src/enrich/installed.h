/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_INSTALLED_H
#define ENRICH_INSTALLED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* A file in its place, and how it is replaced: it never is missing, never half
 * written, and only one of us is at it. */
struct installed {
	const char *file;
	char *directory;
	struct slice base;	/* the name in it; borrowed from file */
	int lock;		/* -1: not held */
	char *fresh;		/* FILE.new: what is to replace it */
	char *old, *fresh_old;	/* FILE.old: what was before */
	char *ledger, *fresh_ledger;	/* FILE.sources */
};

/* Takes FILE.lock, and removes what a run that was killed has left behind.  The
 * directory is made if there is none, but not the one it is in.  -1:
 * EX_TEMPFAIL if somebody else holds it, else EX_CANTCREAT.
 * installed_close() must follow in any case. */
int installed_open(struct installed *i, const char *file, struct err *e);
void installed_close(struct installed *i);

/* Moves fresh to its place, keeping what was there in old if *has_old; it then
 * says whether that was possible.  -1: EX_CANTCREAT, and it was not moved. */
int installed_replace(struct installed *i, bool *has_old, struct err *e);

/* Makes the change of a name last. */
void installed_sync(const char *file);

/* Renames.  -1: EX_CANTCREAT. */
int installed_move(const char *from, const char *to, struct err *e);

/* A name beside a file: the caller frees it. */
char *installed_beside(const char *file, const char *tail);

/* "the database installed on 2026-11-20, 5 days ago"; false and nothing if there is
 * none. */
bool installed_add_age(struct buf *out, const char *file, int64_t now);

/* "5 days", "3 h", "20 s". */
void installed_add_span(struct buf *out, int64_t seconds);

#endif
