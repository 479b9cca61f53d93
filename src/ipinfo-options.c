/* SPDX-License-Identifier: ISC */
/* The settings of mls-ipinfo. */
#include "ipinfo-options.h"

#include <stddef.h>

#define DEFAULT_SOURCE "https://iptoasn.com/data/ip2asn-combined.tsv.gz"

enum {
	SECOND = 1000,
	HOUR = 60 * 60 * SECOND,
	DAY = 24 * HOUR,
	MONTH_HOURS = 30 * 24,
	KILOBYTE = 1024,
};

static const char *const occasions[] = { "auto", "always", "never", NULL };

#define AT(field) .offset = offsetof(struct ipinfo_options, field)
#define CHOICE(list, one) .kind = SETTING_CHOICE, .choices = list, \
	.fallback = one

static const struct setting table[] = {
	PROGRAM_SETTINGS(ipinfo_options, program),
	{ "database", AT(databases), .kind = SETTING_LIST, .value = "FILE",
		.about = "where to look up; repeatable" },
	{ "column", AT(column), .kind = SETTING_TEXT, .value = "NAME",
		.place = SETTING_OPTION,
		.about = "add columns to CSV with addresses in this one" },
	{ "csv", AT(csv), PROGRAM_ACTION, .about = "write CSV" },
	{ "json", AT(json), PROGRAM_ACTION, .about = "write JSON, an object a line" },
	{ "header", AT(header), CHOICE(occasions, "auto"), .value = "WHEN",
		.about = "column names first: auto, always, never" },
	{ "info", AT(show_info), PROGRAM_ACTION,
		.about = "say what the databases are, and how old" },
	{ "verify", AT(verify), PROGRAM_ACTION,
		.about = "check every row of databases" },
	{ "compile", AT(compile), PROGRAM_ACTION,
		.about = "make one fast file of databases: -o" },
	{ "update", AT(update), PROGRAM_ACTION,
		.about = "fetch databases and install them" },
	{ "force", AT(force), PROGRAM_ACTION,
		.about = "with --update: at once, whatever has changed" },
	{ "dry-run", AT(dry_run), PROGRAM_ACTION,
		.about = "with --update: install nothing" },
	{ "output", 'o', SETTING_TEXT, AT(output), .value = "FILE",
		.place = SETTING_OPTION,
		.about = "what --compile and --update write" },
	{ "source", AT(sources), .kind = SETTING_LIST, .value = "URL",
		.fallback = DEFAULT_SOURCE,
		.about = "what --update fetches; repeatable" },
	{ "ca-file", AT(ca_file), .kind = SETTING_TEXT, .value = "FILE",
		.about = "trust these authorities, no others" },
	{ "min-interval", AT(min_interval), .kind = SETTING_DURATION,
		.value = "TIME", .fallback = "20h",
		.limit = (uint64_t)MONTH_HOURS * HOUR,
		.about = "--update does nothing before" },
	{ "timeout", AT(timeout), .kind = SETTING_DURATION, .value = "TIME",
		.fallback = "10m", .least = SECOND / 10, .limit = DAY,
		.about = "a source may take so long" },
	{ "max-bytes", AT(max_bytes), .kind = SETTING_NUMBER, .value = "N",
		.fallback = "268435456", .least = KILOBYTE,
		.limit = (uint64_t)4 << 30,
		.about = "a source may be so large" },
	PROGRAM_LOG(ipinfo_options, program),
	PROGRAM_ANSWERS(ipinfo_options, program),
	{ .name = NULL },
};

const struct program ipinfo_program = {
	.name = "mls-ipinfo",
	.section = "ipinfo",
	.usage = "usage: mls-ipinfo [options] [address ...]\n"
		"       mls-ipinfo [options] --info | --verify [file ...]\n"
		"       mls-ipinfo [options] --compile -o file [file ...]\n"
		"       mls-ipinfo [options] --update\n\n"
		"Says country and network of addresses (standard input: one "
		"a line, or a column\nof CSV), and keeps the databases for "
		"that.\n",
	.manuals = "mls-ipinfo(1)",
};

int
ipinfo_options_read(struct ipinfo_options *o, int argc, char **argv,
    int *operands, struct err *e)
{
	*o = (struct ipinfo_options){ .header = HEADER_AUTO };
	settings_init(&o->settings, table, o);
	return program_read(&ipinfo_program, &o->program, &o->settings, argc,
	    argv, operands, e);
}

void
ipinfo_options_release(struct ipinfo_options *o)
{
	settings_release(&o->settings);
}

int
ipinfo_options_check(const struct ipinfo_options *o, int operands,
    struct err *e)
{
	int actions = o->show_info + o->verify + o->compile + o->update;
	const struct {
		bool is_so;
		const char *text;
	} mistakes[] = {
		{ actions > 1, "--info, --verify, --compile and --update "
			"exclude each other" },
		{ o->csv && o->json, "--csv and --json exclude each other" },
		{ (o->csv || o->json) && actions && !o->show_info,
			"--csv and --json are for look-ups and --info" },
		{ o->column && actions, "--column is for look-ups" },
		{ o->column && operands, "--column reads standard input: no "
			"addresses can be given" },
		{ (o->force || o->dry_run) && !o->update,
			"--force and --dry-run are for --update" },
		{ o->output && !o->compile && !o->update,
			"-o is for --compile and --update" },
		{ o->compile && !o->output, "--compile needs -o FILE" },
		{ o->update && operands, "--update takes no files: name what "
			"to fetch with --source" },
	};

	for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
		if (mistakes[i].is_so)
			return err_set(e, EX_USAGE, "%s (see --help)",
			    mistakes[i].text);
	return 0;
}
