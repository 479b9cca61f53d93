/* SPDX-License-Identifier: ISC */
/* The settings of mls-filter. */
#include "filter-options.h"

#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "enrich/resolver.h"
#include "schema/cell.h"

#define DEFAULT_COLUMNS "server,date,ip,user,hostname,reverse_dns_status," \
	"country_code,asn,aso,event,service,mechanism"

static const char *const formats[] = { "csv", "tsv", "jsonl",
	"maillogsentinel", NULL };
static const char *const occasions[] = { "auto", "always", "never", NULL };
static const char *const dns_choices[] = { "on", "off", NULL };
static const char *const backlogs[] = { "all", "none", NULL };

#define AT(field) .offset = offsetof(struct options, field)
#define FLAG .kind = SETTING_FLAG, .fallback = "false"
#define CHOICE(list, one) .kind = SETTING_CHOICE, .choices = list, \
	.fallback = one

static const struct setting table[] = {
	PROGRAM_SETTINGS(options, program),
	{ "output", 'o', SETTING_TEXT, AT(output), .value = "FILE",
		.place = SETTING_NAMED,
		.about = "append rows to FILE; default: standard output" },
	{ "format", AT(format), CHOICE(formats, "csv"), .value = "FORMAT",
		.about = "csv, tsv, jsonl or maillogsentinel" },
	{ "columns", AT(columns), .kind = SETTING_WORDS, .value = "A,B,...",
		.fallback = DEFAULT_COLUMNS,
		.about = "columns of a row, in this order" },
	{ "events", AT(events), .kind = SETTING_WORDS, .value = "A,B,...",
		.fallback = "auth-failure",
		.about = "events that give rows" },
	{ "header", AT(header), CHOICE(occasions, "auto"), .value = "WHEN",
		.about = "column names first: auto, always, never" },
	{ "spreadsheet-safe", AT(spreadsheet_safe), FLAG,
		.about = "no cell may begin a formula" },
	{ "filters", AT(filters), .kind = SETTING_LIST, .value = "NAME",
		.fallback = "postfix",
		.about = "rule file or its name, repeatable; replaces" },
	{ "database", AT(databases), .kind = SETTING_LIST, .value = "FILE",
		.about = "country or ASN ranges; repeatable" },
	{ "dns", AT(dns), CHOICE(dns_choices, "on"), .value = "on|off",
		.about = "ask for the names of addresses" },
	{ "resolver", AT(resolvers), .kind = SETTING_LIST,
		.value = "ADDR[:PORT]",
		.about = "whom to ask; default: resolv.conf" },
	{ "dns-deadline", AT(dns_deadline), .kind = SETTING_DURATION,
		.value = "TIME", .fallback = "2s", .least = 10,
		.limit = 60000, .about = "live rows wait no longer" },
	{ "dns-in-flight", AT(dns_in_flight), .kind = SETTING_NUMBER,
		.value = "N", .fallback = "5000",
		.least = 1, .limit = RESOLVER_IN_FLIGHT_MAX,
		.about = "questions out, at most" },
	{ "dns-rate", AT(dns_rate), .kind = SETTING_NUMBER, .value = "N",
		.fallback = "0", .limit = 1000000,
		.about = "questions a second, at most; 0: any" },
	{ "dns-cache", AT(dns_cache), .kind = SETTING_NUMBER, .value = "N",
		.fallback = "262144", .least = 1024, .limit = 16777216,
		.about = "names kept in memory" },
	{ "dns-confirm", AT(dns_confirm), FLAG,
		.about = "a name must lead back: MISMATCH" },
	{ "timezone", AT(timezone), .kind = SETTING_TEXT, .value = "ZONE",
		.fallback = "local", .about = "zone of stamps without one" },
	{ "year", AT(year), .kind = SETTING_NUMBER, .value = "YEAR",
		.fallback = "0", .limit = 9999,
		.about = "year of stamps without one; 0: infer it" },
	{ "now", AT(now), .kind = SETTING_TEXT, .value = "TIME",
		.about = "the clock, RFC 3339; default: the real one" },
	{ "state", AT(state), .kind = SETTING_TEXT, .value = "FILE",
		.place = SETTING_NAMED,
		.about = "read one log on where it was left, each line once" },
	{ "backlog", AT(backlog), CHOICE(backlogs, "all"),
		.value = "all|none", .about = "the first time: what there is" },
	{ "reset-state", AT(reset_state), PROGRAM_ACTION,
		.about = "put the state away; this is the first time" },
	{ "follow", AT(follow), FLAG, .place = SETTING_NAMED,
		.about = "with --state: wait for more, across rotations" },
	{ "confirm", AT(confirm), FLAG, .place = SETTING_NAMED,
		.about = "answer rsyslog (omprog, confirmMessages)" },
	{ "fsync", AT(fsync), FLAG,
		.about = "with --confirm: on the disk before the answer" },
	{ "stats", AT(stats), FLAG,
		.about = "counters at the end (SIGUSR1: at once)" },
	{ "progress", AT(progress), CHOICE(occasions, "auto"),
		.value = "WHEN", .about = "a bar on a terminal" },
	PROGRAM_LOG(options, program),
	{ "check", AT(check), PROGRAM_ACTION,
		.about = "check settings, rules, examples, databases" },
	{ "explain", AT(explain), PROGRAM_ACTION,
		.about = "say how each line is read, and what matched" },
	PROGRAM_ANSWERS(options, program),
	{ .name = NULL },
};

static int
column_err(const struct options *o, const char *name, struct err *e)
{
	struct buf known;

	buf_init(&known, 1024);
	for (int c = 0; c < COLUMNS; c++) {
		if (c)
			buf_add(&known, SLICE(", "));
		buf_add(&known, column_name((enum column)c));
	}
	err_set(e, EX_USAGE, "unknown column '%s' in columns (one of %.*s)",
	    name, (int)known.n, known.p);
	buf_release(&known);
	return settings_err(&o->settings, "columns", e);
}

static int
take_columns(const struct options *o, struct sink_shape *shape,
    struct err *e)
{
	const struct text_list *list = &o->columns;
	bool seen[COLUMNS] = { false };

	for (size_t i = 0; i < list->n; i++) {
		int c = column_find(slice_text(list->items[i]));

		if (c < 0)
			return column_err(o, list->items[i], e);
		if (seen[c]) {
			err_set(e, EX_USAGE, "'%s' stands twice in columns",
			    list->items[i]);
			return settings_err(&o->settings, "columns", e);
		}
		seen[c] = true;
		shape->columns[shape->n++] = (enum column)c;
	}
	if (shape->n == 0) {
		err_set(e, EX_USAGE, "columns is empty");
		return settings_err(&o->settings, "columns", e);
	}
	return 0;
}

int
options_shape(const struct options *o, struct sink_shape *shape,
    struct err *e)
{
	*shape = (struct sink_shape){
		.format = (enum sink_format)o->format,
		.header = (enum sink_header)o->header,
		.style = o->spreadsheet_safe ? CELL_NO_FORMULA : CELL_PLAIN,
	};
	if (shape->format != SINK_SEED)
		return take_columns(o, shape, e);
	for (; shape->n < COLUMNS_SEED; shape->n++)
		shape->columns[shape->n] = (enum column)shape->n;
	return 0;
}

int
options_events(const struct options *o, const struct sink_shape *shape,
    unsigned *events, struct err *e)
{
	bool has_column = false;

	*events = 0;
	if (o->events.n == 0) {
		err_set(e, EX_USAGE, "events is empty: no row could ever come");
		return settings_err(&o->settings, "events", e);
	}
	for (size_t i = 0; i < o->events.n; i++) {
		int kind = event_find(slice_text(o->events.items[i]));

		if (kind < 0) {
			err_set(e, EX_USAGE, "unknown event '%s' (one of "
			    "auth-failure, auth-error, auth-aborted, "
			    "auth-success)", o->events.items[i]);
			return settings_err(&o->settings, "events", e);
		}
		*events |= 1u << kind;
	}
	for (size_t i = 0; i < shape->n; i++)
		has_column |= shape->columns[i] == COLUMN_EVENT;
	if (*events != 1u << EVENT_AUTH_FAILURE && !has_column) {
		err_set(e, EX_USAGE, "with these events the columns must "
		    "include 'event': a success must not look like an attack");
		return settings_err(&o->settings, "events", e);
	}
	return 0;
}

int
options_clock(const struct options *o, struct clock *clock, struct err *e)
{
	struct slice rest;
	struct when now;

	if (when_set_zone(o->timezone, e) < 0)
		return settings_err(&o->settings, "timezone", e);
	if (o->year && o->year < 1970) {
		err_set(e, EX_USAGE, "'%d' is no value for year (1970 to 9999, "
		    "or 0)", (int)o->year);
		return settings_err(&o->settings, "year", e);
	}
	*clock = (struct clock){ .now = time(NULL), .year = (int)o->year };
	if (!o->now)
		return 0;
	rest = slice_text(o->now);
	if (!when_parse(&rest, &now) || rest.n || !when_resolve(&now, clock)) {
		err_set(e, EX_USAGE, "'%s' is no value for now (a time such as "
		    "2026-11-22T11:05:40+01:00)", o->now);
		return settings_err(&o->settings, "now", e);
	}
	clock->now = when_seconds(&now);
	return 0;
}

int
options_resolvers(const struct options *o, struct resolvconf *conf,
    struct err *e)
{
	*conf = (struct resolvconf){ .n = 0 };
	for (size_t i = 0; i < o->resolvers.n; i++) {
		const char *text = o->resolvers.items[i];

		if (i == sizeof conf->servers / sizeof *conf->servers) {
			err_set(e, EX_USAGE, "more than %zu resolvers", i);
			return settings_err(&o->settings, "resolver", e);
		}
		if (!resolvconf_server_parse(slice_text(text),
		    &conf->servers[i])) {
			err_set(e, EX_USAGE, "'%s' is no value for resolver "
			    "(an address, such as 192.0.2.1, 192.0.2.1:53 or "
			    "[2001:db8::1]:53)", text);
			return settings_err(&o->settings, "resolver", e);
		}
		conf->n++;
	}
	return 0;
}

const struct program options_program = {
	.name = "mls-filter",
	.section = "filter",
	.usage = "usage: mls-filter [options] [file ...]\n\n"
		"Reads mail syslog (standard input, files, gzip) and writes "
		"one row per failed\nSASL login, with name, country and "
		"network of the address.\n",
	.manuals = "mls-filter(1) and mls-rules(5)",
};

int
options_check_state(const struct options *o, struct err *e)
{
	const char *needs = o->confirm ? "confirm" : o->follow ? "follow" :
	    o->reset_state ? "reset-state" : NULL;

	if (!o->state && needs)
		err_set(e, EX_USAGE, "--%s needs --state", needs);
	else if (!o->state)
		return 0;
	else if (!o->output)
		err_set(e, EX_USAGE, "--state needs --output: the two belong "
		    "together");
	else if (o->confirm && o->follow)
		err_set(e, EX_USAGE, "--follow is for a file, --confirm for "
		    "rsyslog");
	else if (strcmp(o->state, o->output) == 0)
		err_set(e, EX_USAGE, "'%s' cannot be both state and output",
		    o->state);
	else
		return 0;
	return settings_err(&o->settings, o->confirm || !o->state ? needs :
	    "state", e);
}

int
options_check_operands(const struct options *o, int n, const char *first,
    struct err *e)
{
	bool is_standard = strcmp(first, "-") == 0;

	if (!o->state)
		return 0;
	if (o->confirm && (n > 1 || !is_standard))
		err_set(e, EX_USAGE, "--confirm reads standard input only");
	else if (!o->confirm && (n != 1 || is_standard))
		err_set(e, EX_USAGE, "--state needs one file to read");
	else if (strcmp(o->state, first) == 0)
		err_set(e, EX_USAGE, "'%s' cannot be both state and log",
		    o->state);
	else
		return 0;
	return settings_err(&o->settings, o->confirm ? "confirm" : "state", e);
}

static bool
is_confirm(const char *argument)
{
	struct slice rest = slice_text(argument);

	return slice_skip(&rest, SLICE("--confirm")) &&
	    strspn(rest.p, " ") == rest.n;
}

/* rsyslogd cuts its binary= into arguments at every blank: two in a row make an
 * empty one, and in some versions one at the end stays where it is.  Where
 * --confirm says that rsyslogd runs us, neither counts. */
static int
mend_arguments(int argc, char **argv)
{
	bool is_rsyslog = false;
	int kept = 1;

	for (int i = 1; i < argc; i++)
		is_rsyslog |= is_confirm(argv[i]);
	for (int i = 1; is_rsyslog && i < argc; i++) {
		size_t n = strlen(argv[i]);

		while (n && argv[i][n - 1] == ' ')
			argv[i][--n] = '\0';
		if (n)
			argv[kept++] = argv[i];
	}
	if (!is_rsyslog)
		return argc;
	argv[kept] = NULL;
	return kept;
}

int
options_read(struct options *o, int *argc, char **argv, int *operands,
    struct err *e)
{
	*o = (struct options){ .format = 0 };
	settings_init(&o->settings, table, o);
	*argc = mend_arguments(*argc, argv);
	return program_read(&options_program, &o->program, &o->settings, *argc,
	    argv, operands, e);
}

void
options_release(struct options *o)
{
	settings_release(&o->settings);
}
