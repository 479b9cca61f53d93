/* SPDX-License-Identifier: ISC */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

/* The operational log of a program: for mains only.  Text goes to stderr as
 * "program: text", to a file with time, pid and level before it, or to syslog
 * (facility daemon, never mail: a mail log must not grow by our reading it).
 * Messages below error are limited to DIAG_BURST in DIAG_SECONDS; how many
 * were dropped is said when the flood is over. */
enum diag_level { DIAG_ERROR, DIAG_WARNING, DIAG_INFO, DIAG_DEBUG };
extern const char *const diag_levels[];	/* their names, and NULL */
enum { DIAG_BURST = 50, DIAG_SECONDS = 10 };

struct diag {
	const char *program;
	enum diag_level level;
	const char *file;	/* NULL: stderr or syslog */
	FILE *out;		/* NULL: syslog */
	int64_t window;
	unsigned in_window, dropped;
};

/* Makes descriptors 0 to 2 taken, so that no file opened later can get one of
 * them; using one that was closed still fails. */
void diag_claim_standard(void);

/* Until diag_open() messages of level warning go to stderr. */
void diag_init(struct diag *d, const char *program);

/* where: "stderr", "syslog" or a file, created with mode 0640. */
int diag_open(struct diag *d, const char *where, enum diag_level level,
	struct err *e);

/* After a rotation: the file again, by name. */
int diag_reopen(struct diag *d, struct err *e);
void diag_close(struct diag *d);

void diag_say(struct diag *d, enum diag_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What somebody asked for (--stats, SIGUSR1): never left out. */
void diag_answer(struct diag *d, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Says the error and returns its exit status. */
int diag_fail(struct diag *d, const struct err *e);

/* Says all complaints at a level and releases them; returns the status of the
 * first, 0 if there is none. */
int diag_complain(struct diag *d, enum diag_level level,
	struct err_list *complaints);

#endif
