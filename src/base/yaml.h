/* SPDX-License-Identifier: ISC */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

/* A YAML file as a small tree that remembers lines.  Files are at most 64 KiB
 * and 16 levels deep; anchors, aliases, tags, several documents and a key that
 * occurs twice are errors: none of them helps a person, and each has been used
 * against a parser.  (libyaml 0.2.5 itself has no limit of depth.) */
enum { YAML_MAX = 64 * 1024, YAML_DEPTH = 16 };

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml {
	enum yaml_kind kind;
	int line;			/* 1-based */
	int key_line;			/* in a map: where its key stands */
	struct slice text;		/* scalar; NUL-terminated */
	struct slice key;		/* in a map: the name of this value */
	const struct yaml *first;	/* list or map: what is in it */
	const struct yaml *next;
};

/* Reads a text; name is for messages ("name:line: ...") only.  The tree lives
 * in the arena.  NULL: e says why, with EX_CONFIG; an empty file is an empty
 * map. */
const struct yaml *yaml_read(struct arena *a, const char *name,
	struct slice text, struct err *e);

/* The same for a file (EX_CONFIG too if it cannot be opened: a file somebody
 * named is not there). */
const struct yaml *yaml_open(struct arena *a, const char *name,
	struct err *e);

/* The value of a key of a map, or NULL. */
const struct yaml *yaml_find(const struct yaml *map, const char *key);

/* Complains about a node: "name:line: text", EX_CONFIG; returns -1.  What is
 * wrong with a key is said with yaml_key_err(), at the key's line. */
int yaml_err(struct err *e, const char *name, const struct yaml *at,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

int yaml_key_err(struct err *e, const char *name, const struct yaml *at,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same as yaml_err(), added to a list. */
void yaml_complain(struct err_list *complaints, const char *name,
	const struct yaml *at, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* What a map must look like.  False or NULL: complaints say what is wrong.
 * known ends with NULL; kind is what the map is called ("a rule"). */
bool yaml_check_keys(struct err_list *complaints, const char *name,
	const struct yaml *map, const char *const *known, const char *kind);
const struct yaml *yaml_need_text(struct err_list *complaints,
	const char *name, const struct yaml *map, const char *key);
const struct yaml *yaml_need_list(struct err_list *complaints,
	const char *name, const struct yaml *map, const char *key);

#endif
