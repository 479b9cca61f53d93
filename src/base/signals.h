/* SPDX-License-Identifier: ISC */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* SIGTERM, SIGINT, SIGHUP and SIGUSR1 are noted and blocked everywhere but in
 * waits that use signals_mask(), so no system call is ever cut short by them
 * and none can slip between a test and the wait.  SIGPIPE is ignored.
 * Whatever mask was inherited (rsyslogd blocks most of them) is undone. */
void signals_catch(void);

/* The mask to wait with: lets exactly those through. */
const sigset_t *signals_mask(void);

/* Lets those through that are waiting: a wait that finds its file ready does
 * not. */
void signals_deliver(void);

/* Whether one came since it was last taken; SIGINT counts as SIGTERM. */
bool signals_take(int signal);

#endif
