/* SPDX-License-Identifier: ISC */
#ifndef FILTER_OPTIONS_H
#define FILTER_OPTIONS_H

#include "base/program.h"
#include "base/settings.h"
#include "base/when.h"
#include "deliver/sink.h"
#include "enrich/resolvconf.h"

/* What mls-filter was told: the one table behind its options, the section
 * `filter:` of mls.yaml, --help and --print-config; what follows from it. */
struct options {
	struct program_options program;
	const char *output, *timezone, *now, *state;
	struct text_list columns, events, filters, databases, resolvers;
	int format, header, dns, progress, backlog;
	uint64_t year;
	uint64_t dns_deadline, dns_in_flight, dns_rate, dns_cache;
	bool dns_confirm, follow, reset_state, confirm, fsync;
	bool spreadsheet_safe, stats, check, explain;
	struct settings settings;
};

extern const struct program options_program;

enum { DNS_ON, DNS_OFF };
enum { BACKLOG_ALL, BACKLOG_NONE };
enum { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

/* As program_read(); *argc: with the arguments that are left.
 * options_release() must follow in any case. */
int options_read(struct options *o, int *argc, char **argv, int *operands,
	struct err *e);
void options_release(struct options *o);

/* Columns, format and header of the output; the events asked for, as a set of
 * 1 << enum event_kind; the clock, after the time zone has been set.  -1 as
 * above. */
int options_shape(const struct options *o, struct sink_shape *shape,
	struct err *e);
int options_events(const struct options *o, const struct sink_shape *shape,
	unsigned *events, struct err *e);
int options_clock(const struct options *o, struct clock *clock,
	struct err *e);

/* The servers named with --resolver, n of them 0 if none is. */
int options_resolvers(const struct options *o, struct resolvconf *conf,
	struct err *e);

/* What --state needs; and with so many operands of which this is the first. */
int options_check_state(const struct options *o, struct err *e);
int options_check_operands(const struct options *o, int n, const char *first,
	struct err *e);

#endif
