/* SPDX-License-Identifier: ISC */
#ifndef REPORT_DIGEST_H
#define REPORT_DIGEST_H

#include "report/alert.h"
#include "report/model.h"
#include "report/tally.h"

/* From counts to the model. */
struct digest {
	size_t top;		/* lines of a table, at most */
	struct alert_limits limits;
	bool has_older;		/* the input goes back beyond what is of
				 * interest: report/reader.h */
	const struct model_file *files;	/* names live as long as the model */
	uint64_t unread;	/* as the model has it */
	size_t n_files;
};

/* Fills m, which model_init() has made; t has ended. */
void digest_make(const struct digest *d, const struct tally *t,
	struct model *m);

#endif
