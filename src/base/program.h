/* SPDX-License-Identifier: ISC */
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/settings.h"

/* What every program of the family has: settings out of one file and the
 * command line, a log, and answers about itself.  For mains only. */
struct program {
	const char *name;
	const char *section;	/* of mls.yaml */
	const char *usage;	/* what --help says before the options */
	const char *manuals;	/* "mls-filter(1)", ... */
};

struct program_options {
	const char *config, *log;
	int log_level;		/* enum diag_level */
	bool verbose, quiet, print_config, help, version;
};

/* Entries of the table of a program whose settings, a struct type, have these
 * options in a member of that name; the program has its own between them. */
#define PROGRAM_AT(type, member, field) \
	.offset = offsetof(struct type, member.field)
#define PROGRAM_ACTION .kind = SETTING_FLAG, .place = SETTING_OPTION
#define PROGRAM_CONFIG SYSCONFDIR "/mls/mls.yaml"
#define PROGRAM_SETTINGS(type, member) \
	{ "config", 'c', SETTING_TEXT, PROGRAM_AT(type, member, config), \
		.value = "FILE", .place = SETTING_OPTION, \
		.about = "settings; default: " PROGRAM_CONFIG ", if there" }
#define PROGRAM_LOG(type, member) \
	{ "verbose", 'v', PROGRAM_AT(type, member, verbose), PROGRAM_ACTION, \
		.about = "the same as --log-level info" }, \
	{ "quiet", 'q', PROGRAM_AT(type, member, quiet), PROGRAM_ACTION, \
		.about = "the same as --log-level error" }, \
	{ "log", PROGRAM_AT(type, member, log), .kind = SETTING_TEXT, \
		.value = "WHERE", .fallback = "stderr", \
		.about = "stderr, syslog or a file" }, \
	{ "log-level", PROGRAM_AT(type, member, log_level), \
		.kind = SETTING_CHOICE, .choices = diag_levels, \
		.fallback = "warning", .value = "LEVEL", \
		.about = "error, warning, info, debug" }
#define PROGRAM_ANSWERS(type, member) \
	{ "print-config", PROGRAM_AT(type, member, print_config), \
		PROGRAM_ACTION, .about = "print the settings in force" }, \
	{ "help", 'h', PROGRAM_AT(type, member, help), PROGRAM_ACTION, \
		.about = "this text" }, \
	{ "version", 'V', PROGRAM_AT(type, member, version), PROGRAM_ACTION, \
		.about = "the version" }

/* Reads the command line, then the file it names, or the usual one if it is
 * there, into the target of s, which is initialised; o is part of that.
 * *operands: index of the first operand in argv.  -1: e says what to do
 * (EX_USAGE, EX_CONFIG). */
int program_read(const struct program *p, struct program_options *o,
	struct settings *s, int argc, char **argv, int *operands,
	struct err *e);

/* Whether it was asked about itself, and the answer: --help, --version or
 * --print-config. */
bool program_is_asked(const struct program_options *o);
void program_answer(const struct program *p, const struct program_options *o,
	const struct settings *s, struct buf *out);

#endif
