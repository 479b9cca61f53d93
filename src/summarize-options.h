/* SPDX-License-Identifier: ISC */
#ifndef SUMMARIZE_OPTIONS_H
#define SUMMARIZE_OPTIONS_H

#include "base/program.h"
#include "base/settings.h"
#include "base/when.h"
#include "report/alert.h"

/* Of a report as a mail. */
struct summarize_mail_options {
	struct text_list to;
	const char *from, *subject, *sendmail, *since_last;
	bool send, skip_empty;
	int attach;		/* enum attach_kind */
	uint64_t attach_max;
};

/* What mls-summarize was told: the one table behind its options, the section
 * `summarize:` of mls.yaml, --help and --print-config. */
struct summarize_options {
	struct program_options program;
	const char *period, *now, *allow;
	int format, blocklist_form, blocklist_of, progress;
	uint64_t top, min_attempts, max_keys;
	struct alert_limits alerts;
	struct summarize_mail_options mail;
	struct settings settings;
};

extern const struct program summarize_program;

enum { FORMAT_AUTO, FORMAT_MAIL, FORMAT_TEXT, FORMAT_HTML, FORMAT_JSON,
	FORMAT_PROMETHEUS, FORMAT_BLOCKLIST };
enum { BLOCKLIST_OF_ADDRESSES, BLOCKLIST_OF_NETWORKS };
enum { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

/* As program_read(); the format is not FORMAT_AUTO any more.  summarize_options_release() must follow in any case. */
int summarize_options_read(struct summarize_options *o, int argc, char **argv,
	int *operands, struct err *e);
void summarize_options_release(struct summarize_options *o);

/* The clock, in local time.  -1: e says what is wrong with the setting now. */
int summarize_options_now(const struct summarize_options *o, struct when *now,
	struct err *e);

#endif
