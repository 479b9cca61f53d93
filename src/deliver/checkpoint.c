/* SPDX-License-Identifier: ISC */
/* The text of a state file. */
#include "deliver/checkpoint.h"

#include <stddef.h>
#include <string.h>

#include "schema/cell.h"

#define FIRST_WORDS "mls-filter state"
enum { STATE_VERSION = 2 };	/* those before it are read too */

/* One number a line, in this order; since: a version. */
static const struct {
	struct slice name;
	size_t offset;
	uint64_t since;
} numbers[] = {
#define SINCE(version, name, field) \
	{ SLICE(name), offsetof(struct checkpoint, field), version }
#define NUMBER(name, field) SINCE(1, name, field)
	NUMBER("sequence", sequence),
	NUMBER("rows", rows),
	NUMBER("segment", segment),
	NUMBER("input device", input.device),
	NUMBER("input inode", input.inode),
	NUMBER("input born", input.born),
	NUMBER("input changed", input.changed),
	NUMBER("input offset", input.offset),
	NUMBER("input again", input.again),
	NUMBER("print at", input.print_at),
	NUMBER("print head", input.head),
	NUMBER("print tail", input.tail),
	NUMBER("output device", output.device),
	NUMBER("output inode", output.inode),
	NUMBER("output length", output.length),
	SINCE(2, "line bytes", input.line_n),
	SINCE(2, "line sum", input.line),
	SINCE(2, "output head", output.head),
	SINCE(2, "output tail", output.tail),
	SINCE(2, "left device", left.device),
	SINCE(2, "left inode", left.inode),
	SINCE(2, "left born", left.born),
	SINCE(2, "left changed", left.changed),
	SINCE(2, "left offset", left.offset),
	SINCE(2, "left again", left.again),
	SINCE(2, "left print at", left.print_at),
	SINCE(2, "left print head", left.head),
	SINCE(2, "left print tail", left.tail),
#undef NUMBER
#undef SINCE
};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

/* Behind them, one a line, as the text of a cell. */
static const struct {
	struct slice name;
	size_t offset;
} texts[] = {
	{ SLICE("log"), offsetof(struct checkpoint, log) },
	{ SLICE("carried"), offsetof(struct checkpoint, carried) },
};
enum { TEXTS = sizeof texts / sizeof *texts };

void
checkpoint_set_text(struct checkpoint_text *text, struct slice value)
{
	text->n = value.n > sizeof text->p ? 0 : value.n;
	if (text->n)
		memcpy(text->p, value.p, text->n);
}

struct slice
checkpoint_text(const struct checkpoint_text *text)
{
	return (struct slice){ text->p, text->n };
}

static struct checkpoint_text *
text_of(struct checkpoint *c, size_t i)
{
	return (struct checkpoint_text *)(void *)((char *)c + texts[i].offset);
}

static uint64_t *
number_of(struct checkpoint *c, size_t i)
{
	return (uint64_t *)(void *)((char *)c + numbers[i].offset);
}

void
checkpoint_add(const struct checkpoint *c, struct buf *out)
{
	struct checkpoint copy = *c;

	buf_addf(out, FIRST_WORDS " %d\n", STATE_VERSION);
	for (size_t i = 0; i < NUMBERS; i++) {
		buf_add(out, numbers[i].name);
		buf_addf(out, " %llu\n",
		    (unsigned long long)*number_of(&copy, i));
	}
	buf_addf(out, "ended %d\n", c->ended);
	for (size_t i = 0; i < TEXTS; i++) {
		buf_add(out, texts[i].name);
		buf_add_byte(out, ' ');
		cell_add(out, checkpoint_text(text_of(&copy, i)), CELL_PLAIN);
		buf_add_byte(out, '\n');
	}
}

static bool
parse_line(struct slice *rest, struct slice name, struct slice *value)
{
	return slice_cut(rest, '\n', value) && slice_skip(value, name) &&
	    slice_skip_byte(value, ' ');
}

static bool
parse_number(struct slice *rest, struct slice name, uint64_t *number)
{
	struct slice value;

	return parse_line(rest, name, &value) &&
	    slice_number(value, UINT64_MAX, number);
}

static bool
parse_text(struct slice *rest, struct slice name,
    struct checkpoint_text *text)
{
	struct slice value;
	struct buf plain;
	bool good;

	buf_init(&plain, CHECKPOINT_MAX);
	good = parse_line(rest, name, &value) && cell_restore(&plain, value);
	if (good)
		checkpoint_set_text(text, buf_slice(&plain));
	buf_release(&plain);
	return good;
}

int
checkpoint_parse(struct slice text, struct checkpoint *c, struct err *e)
{
	uint64_t version, ended;
	bool good = parse_number(&text, SLICE(FIRST_WORDS), &version) &&
	    version >= 1 && version <= STATE_VERSION;

	*c = (struct checkpoint){ .sequence = 0 };
	for (size_t i = 0; good && i < NUMBERS; i++)
		good = numbers[i].since > version ||
		    parse_number(&text, numbers[i].name, number_of(c, i));
	good = good && parse_number(&text, SLICE("ended"), &ended);
	for (size_t i = 0; good && version > 1 && i < TEXTS; i++)
		good = parse_text(&text, texts[i].name, text_of(c, i));
	if (!good || ended > 1 || text.n || c->input.again > c->input.offset ||
	    c->left.again > c->left.offset)
		return err_set(e, EX_DATAERR, "not the state of this version");
	c->ended = ended;
	return 0;
}
