/* SPDX-License-Identifier: ISC */
/* Header fields of a message. */
#include "report/header.h"

#include "report/mailbox.h"
#include "schema/cell.h"

#define WORD_START "=?utf-8?Q?"
#define WORD_END "?="

enum {
	HEADER_LINE = 76,
	WORD_MAX = 60,		/* what fits a line beside a field's name */
	HEADER_TEXT_MAX = 64 * 1024,
};

bool
header_is_text(struct slice text)
{
	struct buf cell;
	bool is_same;

	/* What a cell shows as it is, a header may hold; emoji too. */
	buf_init(&cell, HEADER_TEXT_MAX);
	cell_add(&cell, text, CELL_SEED | CELL_INVISIBLE);
	is_same = !cell.overflow && slice_is(buf_slice(&cell), text);
	buf_release(&cell);
	return is_same;
}

static size_t
column(const struct buf *out)
{
	size_t n = out->n;

	while (n && out->p[n - 1] != '\n')
		n--;
	return out->n - n;
}

/* Bytes up to the next blank that has something before it. */
static size_t
word_length(struct slice s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] == ' ')
		n++;
	while (n < s.n && s.p[n] != ' ')
		n++;
	return n;
}

/* Whether it must be written as encoded words: it is not ASCII, looks like
 * encoded words, or cannot be folded as it stands. */
static bool
must_be_encoded(struct slice s)
{
	if (slice_find(s, SLICE("=?")) < s.n ||
	    (s.n && (s.p[0] == ' ' || s.p[s.n - 1] == ' ')))
		return true;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x7f)
			return true;
	for (size_t n; s.n; s = slice_from(s, n)) {
		n = word_length(s);
		if (n > WORD_MAX)
			return true;
	}
	return false;
}

static void
add_folded(struct buf *out, struct slice text)
{
	while (text.n) {
		size_t n = word_length(text);

		if (*text.p == ' ' && column(out) + n > HEADER_LINE)
			buf_add_byte(out, '\n');
		buf_add(out, slice_to(text, n));
		text = slice_from(text, n);
	}
}

/* Bytes of the UTF-8 character at the front. */
static size_t
character_length(struct slice s)
{
	size_t n = 1;

	while (n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* The set that holds in a phrase, too (RFC 2047, section 5, rule 3). */
static void
add_q(struct buf *out, struct slice character)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < character.n; i++) {
		char c = character.p[i];
		unsigned char u = (unsigned char)c;

		if (byte_is_digit(c) || byte_is_letter(c) || c == '-') {
			buf_add_byte(out, c);
		} else if (c == ' ') {
			buf_add_byte(out, '_');
		} else {
			buf_add_byte(out, '=');
			buf_add_byte(out, hex[u >> 4]);
			buf_add_byte(out, hex[u & 15]);
		}
	}
}

/* Each encoded word holds whole characters; between two of them a line ends,
 * which is not part of the text. */
static void
add_encoded(struct buf *out, struct slice text)
{
	buf_add(out, SLICE(WORD_START));
	while (text.n) {
		size_t n = character_length(text), before = out->n;

		add_q(out, slice_to(text, n));
		if (column(out) + sizeof WORD_END - 1 > HEADER_LINE) {
			out->n = before;
			buf_add(out, SLICE(WORD_END "\n " WORD_START));
			add_q(out, slice_to(text, n));
		}
		text = slice_from(text, n);
	}
	buf_add(out, SLICE(WORD_END));
}

void
header_add(struct buf *out, const char *name, struct slice text)
{
	buf_add(out, slice_text(name));
	buf_add(out, SLICE(": "));
	if (must_be_encoded(text))
		add_encoded(out, text);
	else
		add_folded(out, text);
	buf_add_byte(out, '\n');
}

static void
add_quoted(struct buf *out, struct slice name)
{
	buf_add_byte(out, '"');
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '"' || name.p[i] == '\\')
			buf_add_byte(out, '\\');
		buf_add_byte(out, name.p[i]);
	}
	buf_add_byte(out, '"');
}

static void
add_mailbox(struct buf *out, const struct mailbox *m)
{
	if (m->name.n == 0) {
		buf_add(out, m->address);
		return;
	}
	if (must_be_encoded(m->name) || m->name.n > HEADER_LINE / 2)
		add_encoded(out, m->name);
	else
		add_quoted(out, m->name);
	if (column(out) + m->address.n + sizeof " <>," - 1 > HEADER_LINE)
		buf_add_byte(out, '\n');
	buf_add(out, SLICE(" <"));
	buf_add(out, m->address);
	buf_add_byte(out, '>');
}

void
header_add_mailboxes(struct buf *out, const char *name,
    const struct mailbox *mailboxes, size_t n)
{
	buf_add(out, slice_text(name));
	buf_add(out, SLICE(": "));
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add(out, SLICE(",\n "));
		add_mailbox(out, &mailboxes[i]);
	}
	buf_add_byte(out, '\n');
}
