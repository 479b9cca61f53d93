/* SPDX-License-Identifier: ISC */
#ifndef REPORT_SEEN_H
#define REPORT_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which of many things came already, known by a keyed 64-bit hash alone (see
 * report/pairs.h). */
struct seen;

/* At most max things; what comes then is not kept, nor is what came before: it is
 * of no use any more. */
struct seen *seen_new(size_t max);
void seen_free(struct seen *s);

/* It will be added soon. */
void seen_expect(const struct seen *s, uint64_t hash);

/* True: it is seen for the first time, as far as is known. */
bool seen_add(struct seen *s, uint64_t hash);

/* Whether all that came was kept. */
bool seen_is_exact(const struct seen *s);

#endif
