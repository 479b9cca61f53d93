/* SPDX-License-Identifier: ISC */
/* What the programs of the family have in common. */
#include "base/program.h"

#include <unistd.h>

#include "base/printout.h"

static const char *const sections[] = { "filter", "summarize", "ipinfo",
	NULL };

int
program_read(const struct program *p, struct program_options *o,
    struct settings *s, int argc, char **argv, int *operands, struct err *e)
{
	bool is_named;

	if (settings_command_line(s, argc, argv, operands, e) < 0)
		return -1;
	is_named = o->config != NULL;
	if (!is_named && access(PROGRAM_CONFIG, F_OK) == 0)
		o->config = PROGRAM_CONFIG;
	if (o->config && !o->help && !o->version &&
	    settings_file(s, o->config, p->section, sections, is_named, e) < 0)
		return -1;
	if (settings_origin(s, "log-level") == SETTING_BY_OPTION)
		return 0;
	if (o->verbose)
		o->log_level = DIAG_INFO;
	if (o->quiet)
		o->log_level = DIAG_ERROR;
	return 0;
}

bool
program_is_asked(const struct program_options *o)
{
	return o->help || o->version || o->print_config;
}

void
program_answer(const struct program *p, const struct program_options *o,
    const struct settings *s, struct buf *out)
{
	if (o->help) {
		buf_add(out, slice_text(p->usage));
		buf_add_byte(out, '\n');
		printout_add_help(s, out);
		buf_addf(out, "\nSee %s.\n", p->manuals);
	} else if (o->version) {
		buf_addf(out, "%s " VERSION "\n", p->name);
	} else {
		printout_add_config(s, p->section, out);
	}
}
