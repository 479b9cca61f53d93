/* SPDX-License-Identifier: ISC */
#ifndef IPINFO_RUN_H
#define IPINFO_RUN_H

#include "base/diag.h"
#include "base/input.h"
#include "enrich/ipdb.h"
#include "ipinfo-answer.h"
#include "ipinfo-options.h"
#include "ipinfo-output.h"
#include "ipinfo-table.h"

/* Addresses are looked up so many at a time: while one is fetched from memory
 * the next are on their way. */
enum { QUESTIONS = 128 };

/* One run of mls-ipinfo: addresses in, answers out. */
struct ipinfo_run {
	struct ipinfo_options options;
	struct diag diag;
	struct output out;
	struct ipdb *ipdb;
	struct answers *answers;
	struct table *table;	/* NULL: an address a line */
	/* Those that have no answer yet, each with its text: the address, or
	 * the row it stands in. */
	size_t n;
	struct ip ips[QUESTIONS];
	struct slice texts[QUESTIONS];
	struct place places[QUESTIONS];
	struct buf scratch;
	uint64_t lines, asked, unknown, invalid;
	int status;		/* the first failure that let us go on */
};

/* The databases to use: those named, or the usual ones. */
const struct text_list *ipinfo_run_files(struct ipinfo_run *run);

/* Opens these.  Returns the status of what cannot be used (said already), 0 if
 * all are good and there is one. */
int ipinfo_run_open(struct ipinfo_run *run, const struct text_list *files);

/* Answers addresses, or all that standard input holds; the databases are open.
 * Returns the exit status; what went wrong has been said. */
int ipinfo_run_addresses(struct ipinfo_run *run, char **texts, int n);
int ipinfo_run_input(struct ipinfo_run *run);

#endif
