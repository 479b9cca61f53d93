/* SPDX-License-Identifier: ISC */
/* Options and YAML keys from one table. */
#include "base/settings.h"

#include <assert.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/mem.h"
#include "base/slice.h"
#include "base/yaml.h"

enum {
	SETTINGS_MAX = 64,
	LONG_ONLY = 256,	/* val of options without a letter */
	SETTINGS_MEMORY = 1024 * 1024,
};

void *
settings_value(const struct settings *s, size_t i)
{
	return (char *)s->target + s->table[i].offset;
}

void
text_list_add(struct text_list *list, const char *text)
{
	list->items = mem_resize(list->items, list->n + 1,
	    sizeof *list->items);
	list->items[list->n++] = text;
}

/* "a,b,c" piece by piece; the pieces live in the arena. */
static void
add_words(struct settings *s, struct text_list *list, const char *text)
{
	struct slice rest = slice_text(text), word;

	while (rest.n) {
		if (!slice_cut(&rest, ',', &word)) {
			word = rest;
			rest.n = 0;
		}
		word = arena_copy(&s->arena, word);
		if (word.p)
			text_list_add(list, word.p);
	}
}

static int
set_choice(const struct setting *one, const char *text, int *place,
    struct err *e)
{
	char known[256] = "";

	for (int i = 0; one->choices[i]; i++) {
		if (strcmp(one->choices[i], text) == 0) {
			*place = i;
			return 0;
		}
		if (i)
			strncat(known, ", ", sizeof known - strlen(known) - 1);
		strncat(known, one->choices[i],
		    sizeof known - strlen(known) - 1);
	}
	return err_set(e, EX_USAGE, "'%s' is no value for %s (one of: %s)",
	    text, one->name, known);
}

static int
set_flag(const struct setting *one, const char *text, bool *place,
    struct err *e)
{
	if (text && strcmp(text, "true") && strcmp(text, "false"))
		return err_set(e, EX_USAGE,
		    "'%s' is no value for %s (true or false)", text,
		    one->name);
	*place = !text || strcmp(text, "true") == 0;
	return 0;
}

static int
set_number(const struct setting *one, const char *text, uint64_t *place,
    struct err *e)
{
	uint64_t value;

	if (!slice_number(slice_text(text), one->limit, &value) ||
	    value < one->least)
		return err_set(e, EX_USAGE, "'%s' is no value for %s (a "
		    "number from %llu to %llu)", text, one->name,
		    (unsigned long long)one->least,
		    (unsigned long long)one->limit);
	*place = value;
	return 0;
}

static int
set_duration(const struct setting *one, const char *text, uint64_t *place,
    struct err *e)
{
	char least[DURATION_MAX], limit[DURATION_MAX];
	uint64_t value;

	if (!duration_parse(slice_text(text), &value) || value < one->least ||
	    value > one->limit)
		return err_set(e, EX_USAGE, "'%s' is no value for %s (a time "
		    "from %s to %s, such as 500ms, 2s, 10m or 20h)", text,
		    one->name, duration_text(one->least, least),
		    duration_text(one->limit, limit));
	*place = value;
	return 0;
}

/* A list that was given replaces one that somebody with less say has set, even
 * by nothing. */
static void
settings_empty_list(struct settings *s, size_t i, unsigned char origin)
{
	struct text_list *list = settings_value(s, i);

	if (origin > s->origin[i])
		list->n = 0;
	if (origin >= s->origin[i])
		s->origin[i] = origin;
}

/* Sets entry i unless somebody with more say has set it. */
static int
settings_set(struct settings *s, size_t i, const char *text,
    unsigned char origin, struct err *e)
{
	const struct setting *one = &s->table[i];
	void *place = settings_value(s, i);

	if (origin < s->origin[i])
		return 0;
	if (setting_is_list(one))
		settings_empty_list(s, i, origin);
	/* A list in a file comes piece by piece, an option all at once. */
	if (one->kind == SETTING_WORDS && origin == SETTING_BY_OPTION)
		((struct text_list *)place)->n = 0;
	s->origin[i] = origin;
	switch (one->kind) {
	case SETTING_FLAG:
		return set_flag(one, text, place, e);
	case SETTING_TEXT:
		*(const char **)place = text;
		return 0;
	case SETTING_CHOICE:
		return set_choice(one, text, place, e);
	case SETTING_NUMBER:
		return set_number(one, text, place, e);
	case SETTING_DURATION:
		return set_duration(one, text, place, e);
	case SETTING_LIST:
		text_list_add(place, text);
		return 0;
	case SETTING_WORDS:
		add_words(s, place, text);
		return 0;
	}
	return 0;
}

void
settings_init(struct settings *s, const struct setting *table, void *target)
{
	*s = (struct settings){ .table = table, .target = target };
	arena_init(&s->arena, SETTINGS_MEMORY);
	for (size_t i = 0; table[i].name; i++) {
		struct err e = { 0 };
		int rc = !table[i].fallback ? 0 : settings_set(s, i,
		    table[i].fallback, SETTING_BY_DEFAULT, &e);

		assert(i < SETTINGS_MAX);
		assert(rc == 0);	/* or a default is no value */
		(void)rc;
	}
}

void
settings_release(struct settings *s)
{
	for (size_t i = 0; s->table[i].name; i++)
		if (setting_is_list(&s->table[i]))
			free(((struct text_list *)settings_value(s, i))->items);
	arena_release(&s->arena);
}

/* getopt's two tables from ours. */
static void
build_options(const struct setting *table, struct option *options,
    char *letters)
{
	*letters++ = ':';	/* a missing value is told from a bad option */
	for (size_t i = 0; table[i].name; i++) {
		const struct setting *one = &table[i];

		*options++ = (struct option){
			.name = one->name,
			.has_arg = one->kind == SETTING_FLAG ? no_argument :
			    required_argument,
			.val = LONG_ONLY + (int)i,
		};
		if (one->letter) {
			*letters++ = one->letter;
			if (one->kind != SETTING_FLAG)
				*letters++ = ':';
		}
	}
	*options = (struct option){ 0 };
	*letters = '\0';
}

static size_t
index_of(const struct setting *table, int option)
{
	size_t i = 0;

	if (option >= LONG_ONLY)
		return (size_t)(option - LONG_ONLY);
	while (table[i].letter != option)
		i++;
	return i;
}

/* How many long options begin so. */
static int
count_matches(const struct setting *table, struct slice start)
{
	int n = 0;

	for (; table->name; table++)
		n += slice_starts(slice_text(table->name), start);
	return n;
}

/* What getopt_long() would not take.  known: index + LONG_ONLY of a long
 * option, a letter, or 0. */
static int
option_err(const struct setting *table, const char *word, int known,
    struct err *e)
{
	struct slice start = slice_text(word);

	if (known >= LONG_ONLY)
		return err_set(e, EX_USAGE, "option '--%s' takes no value",
		    table[known - LONG_ONLY].name);
	if (known)
		return err_set(e, EX_USAGE, "unknown option '-%c' (see "
		    "--help)", known);
	if (slice_skip(&start, SLICE("--")) &&
	    count_matches(table, slice_to(start,
	    slice_find_byte(start, '='))) > 1)
		return err_set(e, EX_USAGE, "option '%s' is ambiguous (see "
		    "--help)", word);
	return err_set(e, EX_USAGE, "unknown option '%s' (see --help)", word);
}

int
settings_command_line(struct settings *s, int argc, char **argv,
    int *operands, struct err *e)
{
	struct option options[SETTINGS_MAX + 1];
	char letters[2 * SETTINGS_MAX + 2];
	int option;

	build_options(s->table, options, letters);
	opterr = 0;
	optind = 0;
	while ((option = getopt_long(argc, argv, letters, options, NULL)) !=
	    -1) {
		if (option == '?')
			return option_err(s->table, argv[optind - 1], optopt,
			    e);
		if (option == ':')
			return err_set(e, EX_USAGE, "a value is missing behind "
			    "'%s' (see --help)", argv[optind - 1]);
		if (settings_set(s, index_of(s->table, option), optarg,
		    SETTING_BY_OPTION, e) < 0)
			return -1;
	}
	*operands = optind;
	return 0;
}

static int
find_setting(const struct settings *s, struct slice key)
{
	for (size_t i = 0; s->table[i].name; i++)
		if (s->table[i].place != SETTING_OPTION &&
		    slice_is(key, slice_text(s->table[i].name)))
			return (int)i;
	return -1;
}

static int
value_err(const char *file, const struct yaml *at, struct err *e)
{
	e->status = EX_CONFIG;
	return err_prefix(e, "%s:%d: ", file, at->line);
}

static int
set_from_node(struct settings *s, const char *file, size_t i,
    const struct yaml *value, struct err *e)
{
	s->line[i] = value->line;
	if (value->kind == YAML_SCALAR) {
		/* A key with nothing behind it is as good as none. */
		if (value->text.n == 0)
			return 0;
		if (settings_set(s, i, value->text.p, SETTING_BY_FILE, e) < 0)
			return value_err(file, value, e);
		return 0;
	}
	if (value->kind == YAML_MAP || !setting_is_list(&s->table[i]))
		return yaml_err(e, file, value, "'%s' takes one value",
		    s->table[i].name);
	settings_empty_list(s, i, SETTING_BY_FILE);
	for (const struct yaml *y = value->first; y; y = y->next) {
		if (y->kind != YAML_SCALAR)
			return yaml_err(e, file, y, "'%s' takes a list of "
			    "texts", s->table[i].name);
		if (settings_set(s, i, y->text.p, SETTING_BY_FILE, e) < 0)
			return value_err(file, y, e);
	}
	return 0;
}

static int
set_from_section(struct settings *s, const char *file,
    const struct yaml *section, bool named, struct err *e)
{
	if (section->kind == YAML_SCALAR && section->text.n == 0)
		return 0;	/* every key commented out */
	if (section->kind != YAML_MAP)
		return yaml_err(e, file, section, "'%s' must hold keys and "
		    "values", section->key.p);
	for (const struct yaml *y = section->first; y; y = y->next) {
		int i = find_setting(s, y->key);

		if (i < 0)
			return yaml_key_err(e, file, y, "unknown setting '%s' "
			    "(see mls.yaml or --help)", y->key.p);
		if (s->table[i].place == SETTING_NAMED && !named)
			continue;
		if (set_from_node(s, file, (size_t)i, y, e) < 0)
			return -1;
	}
	return 0;
}

static bool
is_section(struct slice key, const char *const *sections)
{
	for (; *sections; sections++)
		if (slice_is(key, slice_text(*sections)))
			return true;
	return false;
}

int
settings_file(struct settings *s, const char *file, const char *section,
    const char *const *sections, bool named, struct err *e)
{
	const struct yaml *root = yaml_open(&s->arena, file, e);

	s->file = file;
	if (!root)
		return -1;
	if (root->kind != YAML_MAP)
		return yaml_err(e, file, root, "must hold sections such as "
		    "'%s:'", section);
	for (const struct yaml *y = root->first; y; y = y->next) {
		if (!is_section(y->key, sections))
			return yaml_key_err(e, file, y, "unknown section '%s'",
			    y->key.p);
		if (slice_is(y->key, slice_text(section)) &&
		    set_from_section(s, file, y, named, e) < 0)
			return -1;
	}
	return 0;
}

int
settings_origin(const struct settings *s, const char *name)
{
	int i = find_setting(s, slice_text(name));

	return i < 0 ? SETTING_BY_DEFAULT : s->origin[i];
}

int
settings_err(const struct settings *s, const char *name, struct err *e)
{
	int i = find_setting(s, slice_text(name));

	if (i < 0 || s->origin[i] != SETTING_BY_FILE) {
		e->status = EX_USAGE;
		return -1;
	}
	e->status = EX_CONFIG;
	return err_prefix(e, "%s:%d: ", s->file, s->line[i]);
}
