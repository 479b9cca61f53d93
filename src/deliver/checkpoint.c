/* SPDX-License-Identifier: ISC */
/* The text of a state file. */
#include "deliver/checkpoint.h"

#include <stddef.h>

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
}

static bool
parse_line(struct slice *rest, struct slice name, uint64_t *value)
{
	struct slice line;

	return slice_cut(rest, '\n', &line) && slice_skip(&line, name) &&
	    slice_skip_byte(&line, ' ') &&
	    slice_number(line, UINT64_MAX, value);
}

int
checkpoint_parse(struct slice text, struct checkpoint *c, struct err *e)
{
	uint64_t version, ended;
	bool good = parse_line(&text, SLICE(FIRST_WORDS), &version) &&
	    version >= 1 && version <= STATE_VERSION;

	*c = (struct checkpoint){ .sequence = 0 };
	for (size_t i = 0; good && i < NUMBERS; i++)
		good = numbers[i].since > version ||
		    parse_line(&text, numbers[i].name, number_of(c, i));
	if (!good || !parse_line(&text, SLICE("ended"), &ended) || ended > 1 ||
	    text.n || c->input.again > c->input.offset ||
	    c->left.again > c->left.offset)
		return err_set(e, EX_DATAERR, "not the state of this version");
	c->ended = ended;
	return 0;
}
