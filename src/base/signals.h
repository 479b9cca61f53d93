/* SPDX-License-Identifier: ISC */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

/* SIGTERM, SIGINT, SIGHUP and SIGUSR1 are noted, to be looked at when there is
 * time; system calls go on (SA_RESTART).  SIGPIPE and SIGXFSZ are ignored: the
 * call that failed says so.  Whatever mask was inherited (rsyslogd blocks most
 * of them) is undone.
 *
 * A program that is told to end has SIGNALS_PATIENCE seconds: if it hangs then,
 * it is ended by SIGALRM. */
enum { SIGNALS_PATIENCE = 5, SIGNALS_BUSY = 60 };
void signals_catch(void);

/* What takes its time does not hang: while it is on, patience lasts for
 * SIGNALS_BUSY seconds, and from then on all of it is there again. */
void signals_busy(bool on);

/* From now on calls a function every so many milliseconds, out of a signal
 * handler (SIGALRM).  interrupts: a system call that waits ends then (EINTR).
 * Who is told to end has all the time it takes. */
void signals_tick(unsigned milliseconds, bool interrupts,
	void (*tick)(void));

/* Back to what signals usually do, SIGPIPE too, for work that has nothing to
 * finish. */
void signals_restore(void);

/* Between these two, signals wait, so that none can slip between a look at
 * signals_take() and a wait with signals_mask(), which lets them through. */
void signals_hold(void);
void signals_let_go(void);
const sigset_t *signals_mask(void);

/* Whether one came since it was last taken; SIGINT counts as SIGTERM. */
bool signals_take(int signal);

/* A thread that no signal reaches, so that they are for the one that heeds them.
 * Nobody can wait for it if thread is NULL, and it has SIGNALS_STACK bytes of
 * stack.  False: there can be none. */
enum { SIGNALS_STACK = 256 * 1024 };
bool signals_thread(pthread_t *thread, void *(*run)(void *with), void *with);

#endif
