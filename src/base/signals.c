/* SPDX-License-Identifier: ISC */
/* Signals noted, to be looked at when there is time for them. */
#include "base/signals.h"

#include <stddef.h>

static const int caught[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };

/* Handlers can reach nothing but a global. */
static volatile sig_atomic_t came[NSIG];
static sigset_t waiting;

static void
note(int signal)
{
	came[signal == SIGINT ? SIGTERM : signal] = 1;
}

void
signals_catch(void)
{
	struct sigaction action = { .sa_handler = note };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t working;

	sigemptyset(&working);
	sigemptyset(&waiting);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof caught / sizeof *caught; i++) {
		sigaction(caught[i], &action, NULL);
		sigaddset(&working, caught[i]);
	}
	sigaction(SIGPIPE, &ignore, NULL);
	sigprocmask(SIG_SETMASK, &working, NULL);
}

const sigset_t *
signals_mask(void)
{
	return &waiting;
}

void
signals_deliver(void)
{
	sigset_t working;

	sigprocmask(SIG_SETMASK, &waiting, &working);
	sigprocmask(SIG_SETMASK, &working, NULL);
}

bool
signals_take(int signal)
{
	if (!came[signal])
		return false;
	came[signal] = 0;
	return true;
}
