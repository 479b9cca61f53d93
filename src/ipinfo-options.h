/* SPDX-License-Identifier: ISC */
#ifndef IPINFO_OPTIONS_H
#define IPINFO_OPTIONS_H

#include "base/program.h"
#include "base/settings.h"

/* What mls-ipinfo was told: the one table behind its options, the section
 * `ipinfo:` of mls.yaml, --help and --print-config. */
struct ipinfo_options {
	struct program_options program;
	const char *column, *output, *ca_file;
	struct text_list databases, sources;
	int header;
	uint64_t min_interval, timeout;		/* milliseconds */
	uint64_t max_bytes;
	bool csv, json;
	bool show_info, verify, compile, update, force, dry_run;
	struct settings settings;
};

extern const struct program ipinfo_program;

enum { HEADER_AUTO, HEADER_ALWAYS, HEADER_NEVER };

/* As program_read().  ipinfo_options_release() must follow in any case. */
int ipinfo_options_read(struct ipinfo_options *o, int argc, char **argv,
	int *operands, struct err *e);
void ipinfo_options_release(struct ipinfo_options *o);

/* Whether these go together, with so many operands.  -1: EX_USAGE. */
int ipinfo_options_check(const struct ipinfo_options *o, int operands,
	struct err *e);

#endif
