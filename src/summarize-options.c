/* SPDX-License-Identifier: ISC */
/* The settings of mls-summarize. */
#include "summarize-options.h"

#include <stddef.h>
#include <time.h>

enum {
	TOP_MAX = 1000,
	KEYS_LEAST = 1000,
	KEYS_MAX = 100 * 1000 * 1000,
};
#define COUNT_MAX ((uint64_t)1 << 40)

static const char *const formats[] = { "text", "json", "prometheus",
	"blocklist", NULL };
static const char *const forms[] = { "plain", "nft", "ipset", "cidr", NULL };
static const char *const kinds[] = { "addresses", "networks", NULL };
static const char *const occasions[] = { "auto", "always", "never", NULL };

#define AT(field) .offset = offsetof(struct summarize_options, field)
#define CHOICE(list, one) .kind = SETTING_CHOICE, .choices = list, \
	.fallback = one
#define NUMBER(from, to, one) .kind = SETTING_NUMBER, .value = "N", \
	.least = from, .limit = to, .fallback = one

static const struct setting table[] = {
	PROGRAM_SETTINGS(summarize_options, program),
	{ "period", AT(period), .kind = SETTING_TEXT, .value = "PERIOD",
		.fallback = "all", .place = SETTING_NAMED,
		.about = "all, today, yesterday, 24h, 7d, date, date..date" },
	{ "now", AT(now), .kind = SETTING_TEXT, .value = "TIME",
		.about = "the clock, RFC 3339; default: the real one" },
	{ "format", AT(format), CHOICE(formats, "text"), .value = "FORMAT",
		.about = "text, json, prometheus or blocklist" },
	{ "top", AT(top), NUMBER(1, TOP_MAX, "10"),
		.about = "lines of a table" },
	{ "min-attempts", AT(min_attempts), NUMBER(1, COUNT_MAX, "10"),
		.about = "what failed less often is not in a blocklist" },
	{ "blocklist-form", AT(blocklist_form), CHOICE(forms, "plain"),
		.value = "FORM", .about = "plain, nft, ipset or cidr" },
	{ "blocklist-of", AT(blocklist_of), CHOICE(kinds, "addresses"),
		.value = "WHAT", .about = "addresses or networks" },
	{ "allow", AT(allow), .kind = SETTING_TEXT, .value = "FILE",
		.about = "networks that are in no blocklist" },
	{ "alert-users", AT(alerts.users), NUMBER(0, COUNT_MAX, "10"),
		.about = "tried from one address; 0: no such alert" },
	{ "alert-addresses", AT(alerts.addresses), NUMBER(0, COUNT_MAX, "20"),
		.about = "that tried one user; 0: no such alert" },
	{ "alert-countries", AT(alerts.countries), NUMBER(0, COUNT_MAX, "5"),
		.about = "that tried one user; 0: no such alert" },
	{ "alert-failures", AT(alerts.failures), NUMBER(0, COUNT_MAX, "10"),
		.about = "where a login succeeds then; 0: no alert" },
	{ "alert-spike", AT(alerts.spike), NUMBER(0, COUNT_MAX, "300"),
		.about = "percent of the usual; 0: no such alert" },
	{ "alert-least", AT(alerts.least), NUMBER(0, COUNT_MAX, "100"),
		.about = "failures a day that a spike has" },
	{ "alert-list", AT(alerts.listed), NUMBER(1, TOP_MAX, "5"),
		.about = "alerts of a kind that are shown" },
	{ "max-keys", AT(max_keys), NUMBER(KEYS_LEAST, KEYS_MAX, "1000000"),
		.about = "values that a table counts exactly" },
	{ "progress", AT(progress), CHOICE(occasions, "auto"),
		.value = "WHEN", .about = "a bar on a terminal" },
	PROGRAM_LOG(summarize_options, program),
	PROGRAM_ANSWERS(summarize_options, program),
	{ .name = NULL },
};

const struct program summarize_program = {
	.name = "mls-summarize",
	.section = "summarize",
	.usage = "usage: mls-summarize [options] [file ...]\n\n"
		"Reads the rows of mls-filter (standard input, or files, "
		"gzip too) and says who\ntried to log in, how often, and "
		"what has changed.\n",
	.manuals = "mls-summarize(1), mls-filter(1)",
};

int
summarize_options_read(struct summarize_options *o, int argc, char **argv,
    int *operands, struct err *e)
{
	*o = (struct summarize_options){ .format = FORMAT_TEXT };
	settings_init(&o->settings, table, o);
	return program_read(&summarize_program, &o->program, &o->settings,
	    argc, argv, operands, e);
}

void
summarize_options_release(struct summarize_options *o)
{
	settings_release(&o->settings);
}

int
summarize_options_now(const struct summarize_options *o, struct when *now,
    struct err *e)
{
	const struct clock clock = { .now = time(NULL) };
	struct slice rest;

	if (!o->now) {
		*now = when_local(clock.now);
		return 0;
	}
	rest = slice_text(o->now);
	if (!when_parse(&rest, now) || rest.n || !when_resolve(now, &clock)) {
		err_set(e, EX_USAGE, "'%s' is no value for now (a time such "
		    "as 2026-11-22T11:05:40+01:00)", o->now);
		return settings_err(&o->settings, "now", e);
	}
	*now = when_local(when_seconds(now));
	return 0;
}
