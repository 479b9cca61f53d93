/* SPDX-License-Identifier: ISC */
/* The settings of mls-ipinfo. */
#include "ipinfo-options.h"

#include <stddef.h>
#include <unistd.h>

#define CONFIG SYSCONFDIR "/mls/mls.yaml"
#define DEFAULT_SOURCE "https://iptoasn.com/data/ip2asn-combined.tsv.gz"

enum {
	SECOND = 1000,
	HOUR = 60 * 60 * SECOND,
	DAY = 24 * HOUR,
	MONTH_HOURS = 30 * 24,
	KILOBYTE = 1024,
};

static const char *const occasions[] = { "auto", "always", "never", NULL };
static const char *const log_levels[] = { "error", "warning", "info", "debug",
	NULL };
static const char *const sections[] = { "filter", "summarize", "ipinfo",
	NULL };

#define AT(field) .offset = offsetof(struct ipinfo_options, field)
#define ACTION .kind = SETTING_FLAG, .place = SETTING_OPTION
#define CHOICE(list, one) .kind = SETTING_CHOICE, .choices = list, \
	.fallback = one

static const struct setting table[] = {
	{ "config", 'c', SETTING_TEXT, AT(config), .value = "FILE",
		.place = SETTING_OPTION,
		.about = "settings; default: " CONFIG ", if there" },
	{ "database", AT(databases), .kind = SETTING_LIST, .value = "FILE",
		.about = "where to look up; repeatable" },
	{ "column", AT(column), .kind = SETTING_TEXT, .value = "NAME",
		.place = SETTING_OPTION,
		.about = "add columns to CSV with addresses in this one" },
	{ "csv", AT(csv), ACTION, .about = "write CSV" },
	{ "json", AT(json), ACTION, .about = "write JSON, an object a line" },
	{ "header", AT(header), CHOICE(occasions, "auto"), .value = "WHEN",
		.about = "column names first: auto, always, never" },
	{ "info", AT(show_info), ACTION,
		.about = "say what the databases are, and how old" },
	{ "verify", AT(verify), ACTION,
		.about = "check every row of databases" },
	{ "compile", AT(compile), ACTION,
		.about = "make one fast file of databases: -o" },
	{ "update", AT(update), ACTION,
		.about = "fetch databases and install them" },
	{ "force", AT(force), ACTION,
		.about = "with --update: at once, whatever has changed" },
	{ "dry-run", AT(dry_run), ACTION,
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
	{ "verbose", 'v', AT(verbose), ACTION,
		.about = "the same as --log-level info" },
	{ "quiet", 'q', AT(quiet), ACTION,
		.about = "the same as --log-level error" },
	{ "log", AT(log), .kind = SETTING_TEXT, .value = "WHERE",
		.fallback = "stderr", .about = "stderr, syslog or a file" },
	{ "log-level", AT(log_level), CHOICE(log_levels, "warning"),
		.value = "LEVEL", .about = "error, warning, info, debug" },
	{ "print-config", AT(print_config), ACTION,
		.about = "print the settings in force" },
	{ "help", 'h', AT(help), ACTION, .about = "this text" },
	{ "version", 'V', AT(version), ACTION, .about = "the version" },
	{ .name = NULL },
};

int
ipinfo_options_read(struct ipinfo_options *o, int argc, char **argv,
    int *operands, struct err *e)
{
	bool named;

	*o = (struct ipinfo_options){ .header = HEADER_AUTO };
	settings_init(&o->settings, table, o);
	if (settings_command_line(&o->settings, argc, argv, operands, e) < 0)
		return -1;
	named = o->config != NULL;
	if (!named && access(CONFIG, F_OK) == 0)
		o->config = CONFIG;
	if (o->config && !o->help && !o->version &&
	    settings_file(&o->settings, o->config, "ipinfo", sections, named,
	    e) < 0)
		return -1;
	if (settings_origin(&o->settings, "log-level") == SETTING_BY_OPTION)
		return 0;
	if (o->verbose)
		o->log_level = DIAG_INFO;
	if (o->quiet)
		o->log_level = DIAG_ERROR;
	return 0;
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

void
ipinfo_options_add_help(const struct ipinfo_options *o, struct buf *out)
{
	buf_add(out, SLICE(
	    "usage: mls-ipinfo [options] [address ...]\n"
	    "       mls-ipinfo [options] --info | --verify [file ...]\n"
	    "       mls-ipinfo [options] --compile -o file [file ...]\n"
	    "       mls-ipinfo [options] --update\n\n"
	    "Says country and network of addresses (standard input: one a "
	    "line, or a column\nof CSV), and keeps the databases for "
	    "that.\n\n"));
	settings_add_help(&o->settings, out);
	buf_add(out, SLICE("\nSee mls-ipinfo(1).\n"));
}

void
ipinfo_options_add_config(const struct ipinfo_options *o, struct buf *out)
{
	settings_add_config(&o->settings, "ipinfo", out);
}
