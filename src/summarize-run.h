/* SPDX-License-Identifier: ISC */
#ifndef SUMMARIZE_RUN_H
#define SUMMARIZE_RUN_H

#include "base/diag.h"
#include "base/progress.h"
#include "report/allow.h"
#include "report/bookmark.h"
#include "report/model.h"
#include "report/period.h"
#include "report/reader.h"
#include "report/counting.h"
#include "report/tally.h"
#include "summarize-mail.h"
#include "summarize-options.h"

/* One run of mls-summarize: rows in, a model out. */
struct summarize_run {
	struct summarize_options options;
	struct diag diag;
	struct progress progress;
	struct when now;
	struct period period;
	struct allow allow;
	struct summarize_mail mail;	/* for FORMAT_MAIL */
	struct bookmark *bookmark;	/* NULL: all is read */
	struct reader *reader;
	struct tally *tally;
	struct counting *counting;
	struct model_file *files;
	size_t n_files;			/* that could be opened */
	uint64_t unread;		/* of them, or more */
	uint64_t bytes, rows, outside;	/* so far */
	struct model model;
	int status;		/* the first failure that let us go on */
};

/* What is known before anything is read.  -1: e, wrong settings. */
int summarize_run_prepare(struct summarize_run *run, struct err *e);
void summarize_run_release(struct summarize_run *run);

/* Reads all of these and makes the model.  -1: none of them could be opened
 * (said already, as everything that is wrong with them). */
int summarize_run_read(struct summarize_run *run, char **names, int n);

#endif
