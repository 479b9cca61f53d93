/* SPDX-License-Identifier: ISC */
/* YAML with positions and limits.  The only file that knows libyaml. */
#include "base/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/input.h"

/* One collection that is being filled. */
struct level {
	struct yaml *node, *last;
	struct slice key;
	bool has_key;
	int key_line;
};

struct reading {
	struct arena *arena;
	const char *name;
	yaml_parser_t parser;
	struct level levels[YAML_DEPTH];
	size_t depth;
	struct yaml *root;
	unsigned documents;
};

static int
line_of(const yaml_event_t *event)
{
	return (int)event->start_mark.line + 1;
}

static int
reading_err(struct reading *r, int line, const char *what, struct err *e)
{
	return err_set(e, EX_CONFIG, "%s:%d: %s", r->name, line, what);
}

static bool
is_tab(struct slice text, size_t place)
{
	return place < text.n && text.p[place] == '\t';
}

static int
parser_err(struct reading *r, struct slice text, struct err *e)
{
	int line = (int)r->parser.problem_mark.line + 1;

	/* A byte that is no UTF-8: libyaml gives only its place. */
	if (r->parser.error == YAML_READER_ERROR) {
		line = 1;
		for (size_t i = 0; i < r->parser.problem_offset &&
		    i < text.n; i++)
			line += text.p[i] == '\n';
	}
	return err_set(e, EX_CONFIG, "%s:%d: no YAML: %s%s", r->name, line,
	    r->parser.problem ? r->parser.problem : "cannot be read",
	    is_tab(text, r->parser.problem_mark.index) ?
	    " (a tab cannot indent: use blanks)" : "");
}

static bool
has_key(const struct yaml *map, struct slice key)
{
	for (const struct yaml *y = map->first; y; y = y->next)
		if (slice_is(y->key, key))
			return true;
	return false;
}

/* Hangs a new node where it belongs; a map's key was seen before it. */
static int
attach(struct reading *r, struct yaml *node, struct err *e)
{
	struct level *up;

	if (r->depth == 0) {
		r->root = node;
		return 0;
	}
	up = &r->levels[r->depth - 1];
	if (up->node->kind == YAML_MAP) {
		if (!up->has_key)
			return reading_err(r, node->line,
			    "a key must be a word", e);
		node->key = up->key;
		node->key_line = up->key_line;
		up->has_key = false;
	}
	if (up->last)
		up->last->next = node;
	else
		up->node->first = node;
	up->last = node;
	return 0;
}

static struct yaml *
node_new(struct reading *r, enum yaml_kind kind, const yaml_event_t *event)
{
	struct yaml *node = arena_new(r->arena, sizeof *node);

	if (node) {
		node->kind = kind;
		node->line = line_of(event);
	}
	return node;
}

static int
take_scalar(struct reading *r, const yaml_event_t *event, struct err *e)
{
	struct slice text = arena_copy(r->arena, (struct slice){
	    (const char *)event->data.scalar.value,
	    event->data.scalar.length });
	struct level *up = r->depth ? &r->levels[r->depth - 1] : NULL;
	struct yaml *node;

	if (event->data.scalar.anchor || event->data.scalar.tag)
		return reading_err(r, line_of(event),
		    "anchors and tags are not used here", e);
	if (!text.p)
		return reading_err(r, line_of(event), "file too large", e);
	if (memchr(text.p, '\0', text.n))
		return reading_err(r, line_of(event), "NUL in a text", e);
	if (up && up->node->kind == YAML_MAP && !up->has_key) {
		if (has_key(up->node, text)) {
			err_set(e, EX_CONFIG, "%s:%d: '%s' stands here twice",
			    r->name, line_of(event), text.p);
			return -1;
		}
		up->key = text;
		up->key_line = line_of(event);
		up->has_key = true;
		return 0;
	}
	node = node_new(r, YAML_SCALAR, event);
	if (!node)
		return reading_err(r, line_of(event), "file too large", e);
	node->text = text;
	return attach(r, node, e);
}

static int
take_start(struct reading *r, enum yaml_kind kind, const yaml_event_t *event,
    const void *anchor, const void *tag, struct err *e)
{
	struct yaml *node;

	if (anchor || tag)
		return reading_err(r, line_of(event),
		    "anchors and tags are not used here", e);
	if (r->depth == YAML_DEPTH)
		return reading_err(r, line_of(event), "nested too deep", e);
	node = node_new(r, kind, event);
	if (!node)
		return reading_err(r, line_of(event), "file too large", e);
	if (attach(r, node, e) < 0)
		return -1;
	r->levels[r->depth++] = (struct level){ .node = node };
	return 0;
}

static int
take_event(struct reading *r, const yaml_event_t *event, struct err *e)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return take_scalar(r, event, e);
	case YAML_SEQUENCE_START_EVENT:
		return take_start(r, YAML_LIST, event,
		    event->data.sequence_start.anchor,
		    event->data.sequence_start.tag, e);
	case YAML_MAPPING_START_EVENT:
		return take_start(r, YAML_MAP, event,
		    event->data.mapping_start.anchor,
		    event->data.mapping_start.tag, e);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		r->depth--;
		return 0;
	case YAML_ALIAS_EVENT:
		return reading_err(r, line_of(event),
		    "aliases are not used here", e);
	case YAML_DOCUMENT_START_EVENT:
		if (r->documents++)
			return reading_err(r, line_of(event),
			    "a second document in one file", e);
		return 0;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return 0;
	}
	return 0;
}

static int
read_events(struct reading *r, struct slice text, struct err *e)
{
	bool ended = false;
	int rc = 0;

	while (!ended && rc == 0) {
		yaml_event_t event;

		if (!yaml_parser_parse(&r->parser, &event))
			return parser_err(r, text, e);
		ended = event.type == YAML_STREAM_END_EVENT;
		rc = take_event(r, &event, e);
		yaml_event_delete(&event);
	}
	return rc;
}

const struct yaml *
yaml_read(struct arena *a, const char *name, struct slice text, struct err *e)
{
	struct reading r = { .arena = a, .name = name };
	int rc;

	if (text.n > YAML_MAX) {
		err_set(e, EX_CONFIG, "%s:1: larger than %d bytes", name,
		    YAML_MAX);
		return NULL;
	}
	if (!yaml_parser_initialize(&r.parser)) {
		err_set(e, EX_OSERR, "cannot start libyaml");
		return NULL;
	}
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)
	    (text.n ? text.p : ""), text.n);
	rc = read_events(&r, text, e);
	yaml_parser_delete(&r.parser);
	if (rc < 0)
		return NULL;
	if (!r.root) {
		r.root = arena_new(a, sizeof *r.root);
		if (!r.root) {
			err_set(e, EX_CONFIG, "%s:1: file too large", name);
			return NULL;
		}
		r.root->kind = YAML_MAP;
		r.root->line = 1;
	}
	return r.root;
}

const struct yaml *
yaml_open(struct arena *a, const char *name, struct err *e)
{
	const struct yaml *root = NULL;
	struct slice block;
	struct input *in = input_open(name, e);
	struct buf text;
	int rc;

	if (!in) {
		e->status = EX_CONFIG;
		return NULL;
	}
	buf_init(&text, YAML_MAX + 1);
	do {
		(void)input_wait(in, -1, -1, NULL);
		rc = input_next(in, &block, e);
		buf_add(&text, block);
		text.overflow |= input_cut_lines(in) > 0;
	} while (rc > 0 && !text.overflow);
	input_close(in);
	if (text.overflow)
		err_set(e, EX_CONFIG, "%s:1: larger than %d bytes", name,
		    YAML_MAX);
	else if (rc < 0)
		e->status = EX_CONFIG;
	else
		root = yaml_read(a, name, buf_slice(&text), e);
	buf_release(&text);
	return root;
}

const struct yaml *
yaml_find(const struct yaml *map, const char *key)
{
	struct slice name = slice_text(key);

	for (const struct yaml *y = map->first; y; y = y->next)
		if (slice_is(y->key, name))
			return y;
	return NULL;
}

__attribute__((format(printf, 4, 0))) static void
yaml_verr(struct err *e, const char *name, int line, const char *format,
    va_list args)
{
	char text[768];

	vsnprintf(text, sizeof text, format, args);
	err_set(e, EX_CONFIG, "%s:%d: %s", name, line, text);
}

int
yaml_err(struct err *e, const char *name, const struct yaml *at,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	yaml_verr(e, name, at->line, format, args);
	va_end(args);
	return -1;
}

int
yaml_key_err(struct err *e, const char *name, const struct yaml *at,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	yaml_verr(e, name, at->key_line, format, args);
	va_end(args);
	return -1;
}

void
yaml_complain(struct err_list *complaints, const char *name,
    const struct yaml *at, const char *format, ...)
{
	struct err e;
	va_list args;

	va_start(args, format);
	yaml_verr(&e, name, at->line, format, args);
	va_end(args);
	err_list_add(complaints, &e);
}

bool
yaml_check_keys(struct err_list *complaints, const char *name,
    const struct yaml *map, const char *const *known, const char *kind)
{
	bool good = true;
	struct err e;

	if (map->kind != YAML_MAP) {
		yaml_complain(complaints, name, map, "%s must be a map of keys "
		    "and values", kind);
		return false;
	}
	for (const struct yaml *y = map->first; y; y = y->next) {
		size_t i = 0;

		while (known[i] && !slice_is(y->key, slice_text(known[i])))
			i++;
		if (known[i])
			continue;
		yaml_key_err(&e, name, y, "unknown key '%s' in %s", y->key.p,
		    kind);
		err_list_add(complaints, &e);
		good = false;
	}
	return good;
}

static const struct yaml *
need(struct err_list *complaints, const char *name, const struct yaml *map,
    const char *key, bool good, const char *what)
{
	const struct yaml *y = yaml_find(map, key);

	if (good)
		return y;
	if (y)
		yaml_complain(complaints, name, y, "'%s' must be %s", key,
		    what);
	else
		yaml_complain(complaints, name, map, "'%s' is missing", key);
	return NULL;
}

const struct yaml *
yaml_need_text(struct err_list *complaints, const char *name,
    const struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_find(map, key);

	return need(complaints, name, map, key,
	    y && y->kind == YAML_SCALAR, "a text");
}

const struct yaml *
yaml_need_list(struct err_list *complaints, const char *name,
    const struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_find(map, key);

	return need(complaints, name, map, key,
	    y && y->kind == YAML_LIST && y->first, "a list of at least one");
}
