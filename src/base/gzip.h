/* SPDX-License-Identifier: ISC */
#ifndef BASE_GZIP_H
#define BASE_GZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* What gzip has packed (RFC 1952: one or several members, zeros between and
 * behind them), unpacked as it comes. */
struct gzip;

/* NULL: e says why (EX_OSERR). */
struct gzip *gzip_new(struct err *e);
void gzip_free(struct gzip *g);		/* NULL is fine */

/* Room for *n bytes more of the file, valid until gzip_add() has said how many
 * came.  At first that is GZIP_ROOM. */
enum { GZIP_ROOM = 256 * 1024 };
char *gzip_room(struct gzip *g, size_t *n);
void gzip_add(struct gzip *g, size_t n);

/* The next step: unpacks to at most *n bytes at out; *n becomes how many have
 * come, on error too.  whole: all of the file was added.  1: more may come; 0:
 * end; -1: e says what is wrong, to stand behind the name of the file,
 * EX_DATAERR. */
int gzip_next(struct gzip *g, bool whole, char *out, size_t *n, struct err *e);

/* Whether the next step needs no more than what was added: between members the
 * two bytes of a magic number, or padding, must be there. */
bool gzip_is_fed(const struct gzip *g);

/* Behind the last member stood bytes that are neither a member nor padding;
 * they were the end. */
bool gzip_has_garbage(const struct gzip *g);

#endif
