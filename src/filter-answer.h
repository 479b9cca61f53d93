/* SPDX-License-Identifier: ISC */
#ifndef FILTER_ANSWER_H
#define FILTER_ANSWER_H

#include <stdbool.h>

#include "base/slice.h"

/* What rsyslogd is told on standard output: one answer to each line, and dots
 * while it takes longer, also to read the line.  A dot behind an answer, read
 * together with that, would make it wait for more: there never is one. */

/* Dots from now on whenever an answer is awaited, or a line is there that nobody
 * reads: a disk may keep us for longer than rsyslogd waits. */
void filter_answer_begin(void);

/* On: a system call that waits for longer than so many milliseconds is
 * interrupted. */
enum { FILTER_ANSWER_MS = 10 };
void filter_answer_interrupt(bool on);

/* Somebody waits for one now. */
void filter_answer_await(void);

/* Here it is.  False: nobody reads it. */
bool filter_answer_give(struct slice text);

#endif
