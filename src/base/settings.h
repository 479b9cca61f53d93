/* SPDX-License-Identifier: ISC */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* The one table behind a program's options, its keys in mls.yaml, --help and
 * --print-config (base/printout.h).  A table ends with an entry without a
 * name. */
enum setting_kind {
	SETTING_FLAG,		/* bool */
	SETTING_TEXT,		/* const char *; NULL: not set */
	SETTING_CHOICE,		/* int: index into choices */
	SETTING_NUMBER,		/* uint64_t, least to limit */
	SETTING_DURATION,	/* uint64_t, milliseconds, least to limit; with
				 * its unit: 500ms, 2s, 10m, 20h */
	SETTING_LIST,		/* struct text_list, an option a piece */
	SETTING_WORDS,		/* struct text_list, one option "a,b,c": given
				 * twice, the last counts */
};

/* Where a setting may come from. */
enum setting_place {
	SETTING_ANYWHERE,
	SETTING_NAMED,		/* would change what a bare pipeline does: not
				 * from a file the user did not name */
	SETTING_OPTION,		/* no key in mls.yaml */
};

struct setting {
	const char *name;		/* long option and YAML key */
	char letter;			/* short option, or 0 */
	enum setting_kind kind;
	size_t offset;			/* into the program's settings */
	const char *value;		/* what --help calls the value */
	const char *fallback;		/* the default, as one would write it */
	const char *const *choices;	/* NULL-terminated */
	uint64_t least, limit;
	enum setting_place place;
	const char *about;
};

static inline bool
setting_is_list(const struct setting *one)
{
	return one->kind == SETTING_LIST || one->kind == SETTING_WORDS;
}

/* Texts live as long as argv or the arena they came from. */
struct text_list {
	const char **items;
	size_t n;
};

struct settings {
	const struct setting *table;
	void *target;		/* the program's struct */
	struct arena arena;	/* texts from files */
	unsigned char origin[64];	/* who set entry i: see below */
	const char *file;		/* the file read last */
	int line[64];			/* where in it entry i was set */
};
enum { SETTING_BY_DEFAULT, SETTING_BY_FILE, SETTING_BY_OPTION };

/* Sets every default.  settings_release() frees what the target points to. */
void settings_init(struct settings *s, const struct setting *table,
	void *target);
void settings_release(struct settings *s);

/* Reads the options; *operands is the index of the first operand in argv,
 * which is reordered.  -1: e says what to do, EX_USAGE. */
int settings_command_line(struct settings *s, int argc, char **argv,
	int *operands, struct err *e);

/* Reads one section of a YAML file; options already given win.  named: the
 * user named the file.  Sections of the other programs (sections, NULL-
 * terminated) are left alone, other names are errors.  -1: e has file and
 * line, EX_CONFIG. */
int settings_file(struct settings *s, const char *file, const char *section,
	const char *const *sections, bool named, struct err *e);

/* Who set it: SETTING_BY_DEFAULT, ... */
int settings_origin(const struct settings *s, const char *name);

/* Puts the right words before e, which says what is wrong with a value: file
 * and line and EX_CONFIG if it came from a file, else EX_USAGE.  Returns -1. */
int settings_err(const struct settings *s, const char *name, struct err *e);

/* Where entry i has its value: in the target, of the type its kind names. */
void *settings_value(const struct settings *s, size_t i);

/* Adds one item to a list. */
void text_list_add(struct text_list *list, const char *text);

#endif
