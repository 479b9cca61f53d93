/* SPDX-License-Identifier: ISC */
/* The settings of mls-summarize. */
#include "summarize-options.h"

#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	TOP_MAX = 1000,
	KEYS_LEAST = 1000,
	KEYS_MAX = 100 * 1000 * 1000,
	ATTACH_MAX = 1000 * 1000 * 1000,
};
#define COUNT_MAX ((uint64_t)1 << 40)

static const char *const formats[] = { "auto", "mail", "text", "html", "json",
	"prometheus", "blocklist", NULL };
static const char *const attachments[] = { "none", "csv", "csv.gz", NULL };
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
	{ "format", AT(format), CHOICE(formats, "auto"), .value = "FORMAT",
		.about = "mail, text, html, json, prometheus, blocklist" },
	{ "top", AT(top), NUMBER(1, TOP_MAX, "10"),
		.about = "lines of a table" },
	{ "to", AT(mail.to), .kind = SETTING_LIST, .value = "ADDRESS",
		.about = "who gets the mail, repeatable; else root" },
	{ "from", AT(mail.from), .kind = SETTING_TEXT, .value = "ADDRESS",
		.about = "who sends it; default: who runs this" },
	{ "subject", AT(mail.subject), .kind = SETTING_TEXT, .value = "TEXT",
		.about = "how its subject begins; default: [mls] host" },
	{ "attach", AT(mail.attach), CHOICE(attachments, "csv"),
		.value = "WHAT", .about = "rows with it: none, csv, csv.gz" },
	{ "attach-max", AT(mail.attach_max), NUMBER(0, ATTACH_MAX, "5000000"),
		.about = "bytes of them; more are left out" },
	{ "send", AT(mail.send), .kind = SETTING_FLAG, .place = SETTING_NAMED,
		.about = "hand the mail to sendmail" },
	{ "sendmail", AT(mail.sendmail), .kind = SETTING_TEXT,
		.value = "FILE", .fallback = "/usr/sbin/sendmail",
		.about = "the program that takes it" },
	{ "skip-empty", AT(mail.skip_empty), .kind = SETTING_FLAG,
		.place = SETTING_NAMED,
		.about = "send nothing where nothing happened" },
	{ "since-last", AT(mail.since_last), .kind = SETTING_TEXT,
		.value = "FILE", .place = SETTING_NAMED,
		.about = "what was not sent yet; FILE remembers" },
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
		.about = "failures before a success; 0: no such alert" },
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

/* Rows outside the period would count as reported. */
static int
check_since_last(const struct summarize_options *o, struct err *e)
{
	if (!o->mail.since_last || strcmp(o->period, "all") == 0)
		return 0;
	err_set(e, EX_USAGE, "'since-last' reports all that is new: it does "
	    "not go with a period but 'all'");
	return settings_err(&o->settings, "period", e);
}

/* What --send brings along, and what needs it. */
static int
settle_format(struct summarize_options *o, struct err *e)
{
	const struct summarize_mail_options *mail = &o->mail;
	const char *needy = mail->skip_empty ? "skip-empty" :
	    mail->since_last ? "since-last" : NULL;

	if (o->format == FORMAT_AUTO)
		o->format = mail->to.n && !isatty(STDOUT_FILENO) ?
		    FORMAT_MAIL : FORMAT_TEXT;
	if (mail->send && settings_origin(&o->settings, "format") !=
	    SETTING_BY_OPTION)
		o->format = FORMAT_MAIL;
	if (mail->send && o->format != FORMAT_MAIL) {
		err_set(e, EX_USAGE, "what is sent is a mail, not format '%s'",
		    formats[o->format]);
		return settings_err(&o->settings, "format", e);
	}
	if (needy && !mail->send) {
		err_set(e, EX_USAGE, "'%s' is only for what is sent: it needs "
		    "send", needy);
		return settings_err(&o->settings, needy, e);
	}
	return check_since_last(o, e);
}

int
summarize_options_read(struct summarize_options *o, int argc, char **argv,
    int *operands, struct err *e)
{
	*o = (struct summarize_options){ .format = FORMAT_AUTO };
	settings_init(&o->settings, table, o);
	if (program_read(&summarize_program, &o->program, &o->settings, argc,
	    argv, operands, e) < 0)
		return -1;
	return program_is_asked(&o->program) ? 0 : settle_format(o, e);
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
