/* SPDX-License-Identifier: ISC */
/* Signals noted, to be looked at when there is time for them. */
#include "base/signals.h"

#include <errno.h>
#include <stddef.h>
#include <sys/time.h>
#include <unistd.h>

static const int caught[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };

/* Handlers can reach nothing but a global. */
static volatile sig_atomic_t came[NSIG], is_told, is_busy, spared;
static sigset_t all, none;
static void (*ticking)(void);

static void
note(int signal)
{
	if (signal == SIGINT)
		signal = SIGTERM;
	if (signal == SIGTERM && !came[SIGTERM] && !ticking) {
		is_told = 1;
		alarm(SIGNALS_PATIENCE);
	}
	came[signal] = 1;
}

/* Patience is at an end.  The signal that ends us comes when this is done. */
static void
expire(int signal)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };

	if (is_busy && ++spared < SIGNALS_BUSY / SIGNALS_PATIENCE) {
		alarm(SIGNALS_PATIENCE);
		return;
	}
	sigaction(signal, &usual, NULL);
	raise(signal);
}

void
signals_busy(bool on)
{
	if (!on && is_told && !ticking)
		alarm(SIGNALS_PATIENCE);
	is_busy = on;
	spared = 0;
}

void
signals_catch(void)
{
	struct sigaction action = { .sa_handler = note,
		.sa_flags = SA_RESTART };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction end = { .sa_handler = expire, .sa_flags = SA_RESTART };

	sigemptyset(&none);
	sigemptyset(&all);
	for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
		sigaddset(&all, caught[i]);
	action.sa_mask = all;
	for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
		sigaction(caught[i], &action, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGXFSZ, &ignore, NULL);
	sigaction(SIGALRM, &end, NULL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
tick(int signal)
{
	int saved = errno;

	(void)signal;
	ticking();
	errno = saved;
}

void
signals_tick(unsigned milliseconds, bool interrupts, void (*function)(void))
{
	struct timeval each = { .tv_sec = milliseconds / 1000,
		.tv_usec = milliseconds % 1000 * 1000 };
	struct itimerval timer = { .it_interval = each, .it_value = each };
	struct sigaction action = { .sa_handler = tick,
		.sa_flags = interrupts ? 0 : SA_RESTART };

	ticking = function;
	sigfillset(&action.sa_mask);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

void
signals_restore(void)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };

	for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
		sigaction(caught[i], &usual, NULL);
	sigaction(SIGPIPE, &usual, NULL);
}

void
signals_hold(void)
{
	sigprocmask(SIG_SETMASK, &all, NULL);
}

void
signals_let_go(void)
{
	sigprocmask(SIG_SETMASK, &none, NULL);
}

const sigset_t *
signals_mask(void)
{
	return &none;
}

bool
signals_take(int signal)
{
	if (!came[signal])
		return false;
	came[signal] = 0;
	return true;
}

bool
signals_thread(pthread_t *thread, void *(*run)(void *with), void *with)
{
	sigset_t every, before;
	pthread_attr_t attributes;
	pthread_t alone;
	int failed;

	if (pthread_attr_init(&attributes))
		return false;
	if (!thread) {
		pthread_attr_setdetachstate(&attributes,
		    PTHREAD_CREATE_DETACHED);
		pthread_attr_setstacksize(&attributes, SIGNALS_STACK);
	}
	/* It inherits the mask. */
	sigfillset(&every);
	pthread_sigmask(SIG_SETMASK, &every, &before);
	failed = pthread_create(thread ? thread : &alone, &attributes, run,
	    with);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return failed == 0;
}
