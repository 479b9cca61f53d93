/* SPDX-License-Identifier: ISC */
#ifndef ASKED_H
#define ASKED_H

#include <stdint.h>

/* What has been asked before: a table of fixed size, which forgets what it saw
 * longest ago. */
struct asked;

/* Room for 1 << bits questions. */
struct asked *asked_new(unsigned bits);

/* Notes a question by its hash at a time in milliseconds.  Returns how often
 * it has been asked before with at most `within` milliseconds between two. */
unsigned asked_add(struct asked *, uint64_t hash, uint32_t now,
    uint32_t within);

#endif
