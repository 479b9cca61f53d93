/* SPDX-License-Identifier: ISC */
#ifndef REPORT_ALERT_H
#define REPORT_ALERT_H

#include "report/model.h"
#include "report/tally.h"

/* What an administrator should look at, and from which number on. */
struct alert_limits {
	uint64_t users;		/* tried from one address */
	uint64_t addresses;	/* one user was tried from */
	uint64_t countries;	/* one user was tried from */
	uint64_t failures;	/* before a success that is suspicious */
	uint64_t spike;		/* percent of the median of a day */
	uint64_t least;		/* attempts a day that a spike has */
	uint64_t listed;	/* of each kind, at most */
};

/* Fills the alerts of m, whose total and comparison are there. */
void alerts_find(const struct tally *t, const struct alert_limits *limits,
	struct model *m);

#endif
