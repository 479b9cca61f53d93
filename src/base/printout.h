/* SPDX-License-Identifier: ISC */
#ifndef BASE_PRINTOUT_H
#define BASE_PRINTOUT_H

#include "base/buf.h"
#include "base/settings.h"

/* A table of settings as text. */

/* The list for --help: each with its default, in 80 columns. */
void printout_add_help(const struct settings *s, struct buf *out);

/* What is in force, as a file with one section for settings_file(): reading it
 * back gives the same values.  What is not set is commented out. */
void printout_add_config(const struct settings *s, const char *section,
	struct buf *out);

#endif
