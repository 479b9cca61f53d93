/* SPDX-License-Identifier: ISC */
#ifndef IPINFO_OPTIONS_H
#define IPINFO_OPTIONS_H

#include "base/diag.h"
#include "base/settings.h"

/* What mls-ipinfo was told: the one table behind its options, the section
 * `ipinfo:` of mls.yaml, --help and --print-config. */
struct ipinfo_options {
	const char *config, *column, *output, *ca_file, *log;
	struct text_list databases, sources;
	int header, log_level;
	uint64_t min_interval, timeout;		/* milliseconds */
	uint64_t max_bytes;
	bool csv, json;
	bool show_info, verify, compile, update, force, dry_run;
	bool verbose, quiet;
	bool print_config, help, version;
	struct settings settings;
};

enum { HEADER_AUTO, HEADER_ALWAYS, HEADER_NEVER };

/* Reads the command line, then the file it names, or the usual one if it is
 * there.  *operands: index of the first operand in argv.  -1: e says what to
 * do (EX_USAGE, EX_CONFIG).  ipinfo_options_release() must follow in any
 * case. */
int ipinfo_options_read(struct ipinfo_options *o, int argc, char **argv,
	int *operands, struct err *e);
void ipinfo_options_release(struct ipinfo_options *o);

/* Whether these go together, with so many operands.  -1: EX_USAGE. */
int ipinfo_options_check(const struct ipinfo_options *o, int operands,
	struct err *e);

/* --help and --print-config. */
void ipinfo_options_add_help(const struct ipinfo_options *o, struct buf *out);
void ipinfo_options_add_config(const struct ipinfo_options *o,
	struct buf *out);

#endif
