/* SPDX-License-Identifier: ISC */
/* The text of a cell: harmless and reversible. */
#include "schema/cell.h"

#include "base/word.h"

/* Length of the UTF-8 character (RFC 3629) at the front of s and its code, 0
 * if there is none: overlong forms and surrogates are not. */
static size_t
utf8_first(struct slice s, unsigned *code)
{
	static const struct {
		unsigned char low, high, mask;
		unsigned least;
	} forms[] = {
		{ 0xc2, 0xdf, 0x1f, 0x80 },
		{ 0xe0, 0xef, 0x0f, 0x800 },
		{ 0xf0, 0xf4, 0x07, 0x10000 },
	};
	unsigned char c = (unsigned char)s.p[0];

	for (size_t i = 0; i < 3; i++) {
		unsigned value = c & forms[i].mask;
		size_t n = i + 2;

		if (c < forms[i].low || c > forms[i].high)
			continue;
		if (s.n < n)
			return 0;
		for (size_t k = 1; k < n; k++) {
			unsigned char next = (unsigned char)s.p[k];

			if ((next & 0xc0) != 0x80)
				return 0;
			value = value << 6 | (next & 0x3f);
		}
		if (value < forms[i].least || value > 0x10ffff ||
		    (value >= 0xd800 && value < 0xe000))
			return 0;
		*code = value;
		return n;
	}
	return 0;
}

struct range {
	unsigned first, last;
};

/* Characters that change how others are shown, or end a line. */
static const struct range treacherous[] = {
	{ 0x80, 0x9f }, { 0x61c, 0x61c }, { 0x200e, 0x200f },
	{ 0x2028, 0x202e }, { 0x2066, 0x2069 }, { 0xfeff, 0xfeff },
	{ 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
};

/* Those that nobody sees, so that two texts look like one: the rest of
 * Default_Ignorable_Code_Point (Unicode's DerivedCoreProperties.txt). */
static const struct range invisible[] = {
	{ 0xad, 0xad }, { 0x34f, 0x34f }, { 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x200b, 0x200d },
	{ 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f },
	{ 0xffa0, 0xffa0 }, { 0xfff0, 0xfff8 }, { 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a }, { 0xe0080, 0xe0fff },
};

static bool
is_in(unsigned code, const struct range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

static bool
stands(unsigned code, unsigned style)
{
	return !is_in(code, treacherous, sizeof treacherous /
	    sizeof *treacherous) && (style & CELL_INVISIBLE ||
	    !is_in(code, invisible, sizeof invisible / sizeof *invisible));
}

static void
add_escaped(struct buf *out, struct slice bytes)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char c = (unsigned char)bytes.p[i];
		char text[4] = { '\\', 'x', hex[c >> 4], hex[c & 15] };

		buf_add(out, (struct slice){ text, sizeof text });
	}
}

/* Length of the character that would begin a formula at the front of s. */
static size_t
formula_first(struct slice s)
{
	static const struct slice starts[] = {
		SLICE("="), SLICE("+"), SLICE("-"), SLICE("@"),
		SLICE("\xef\xbc\x9d"), SLICE("\xef\xbc\x8b"),
		SLICE("\xef\xbc\x8d"), SLICE("\xef\xbc\xa0"),
	};

	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (slice_starts(s, starts[i]))
			return starts[i].n;
	return 0;
}

/* Blanks and quotes that a spreadsheet drops, then what would be a formula. */
static void
add_harmless_start(struct buf *out, struct slice *raw)
{
	size_t n = 0, first;

	while (n < raw->n && (raw->p[n] == ' ' || raw->p[n] == '"' ||
	    raw->p[n] == '\''))
		n++;
	first = n < raw->n ? formula_first(slice_from(*raw, n)) : 0;
	if (first == 0)
		return;
	buf_add(out, slice_to(*raw, n));
	add_escaped(out, slice_to(slice_from(*raw, n), first));
	*raw = slice_from(*raw, n + first);
}

/* Bytes at the front that stand for themselves: printable ASCII.  Usually it is
 * all of them. */
static size_t
plain_run(struct slice s)
{
	size_t n = 0;

	while (n < s.n) {
		uint64_t word = word_at(s, n, ' ');

		if (word_below(word, ' ') | word_has(word, '\x7f') |
		    word_has(word, '\\'))
			break;
		n += WORD_BYTES;
	}
	if (n >= s.n)
		return s.n;
	while (n < s.n && s.p[n] >= 0x20 && s.p[n] < 0x7f && s.p[n] != '\\')
		n++;
	return n;
}

bool
cell_is_plain(struct slice raw)
{
	return plain_run(raw) == raw.n;
}

static void
add_text(struct buf *out, struct slice raw, unsigned style)
{
	while (raw.n) {
		unsigned code = 0;
		size_t n = plain_run(raw);

		if (n) {
			buf_add(out, slice_to(raw, n));
		} else if (*raw.p == '\\') {
			n = 1;
			buf_add(out, style & CELL_SEED ? SLICE("\\") :
			    SLICE("\\\\"));
		} else {
			n = utf8_first(raw, &code);
			if (n && stands(code, style))
				buf_add(out, slice_to(raw, n));
			else
				add_escaped(out, slice_to(raw, n ? n : 1));
			if (n == 0)
				n = 1;
		}
		raw = slice_from(raw, n);
	}
}

/* Bytes that cell_add() writes as \xHH: never those that stand for themselves,
 * but for the signs that begin a formula or a quoted cell. */
static bool
may_be_escaped(unsigned byte)
{
	return byte < 0x20 || byte >= 0x7f || byte == '=' || byte == '+' ||
	    byte == '-' || byte == '@' || byte == '"';
}

void
cell_add(struct buf *out, struct slice raw, unsigned style)
{
	struct slice piece;

	if (style & CELL_NO_QUOTE && slice_skip_byte(&raw, '"'))
		add_escaped(out, SLICE("\""));
	while (style & CELL_NO_FORMULA) {
		add_harmless_start(out, &raw);
		if (!slice_cut(&raw, ';', &piece))
			break;
		add_text(out, piece, style);
		buf_add_byte(out, ';');
	}
	add_text(out, raw, style);
}

/* Sixteen bytes at a time, in the compilers' vector types: signed, so that a
 * byte from 0x80 on is below a blank too. */
typedef int8_t bytes __attribute__((vector_size(16)));
typedef uint64_t words __attribute__((vector_size(16)));

static inline bool
are_plain(bytes text, char delimiter)
{
	words bad = (words)((text < ' ') | (text == '\x7f') |
	    (text == '\\') | (text == '"') | (text == (int8_t)delimiter));

	return (bad[0] | bad[1]) == 0;
}

bool
cell_is_bare(struct slice raw, char delimiter)
{
	bytes text;

	/* The last may overlap the one before. */
	if (raw.n < sizeof text) {
		words both = { word_at(raw, 0, 'x'),
			word_at(raw, raw.n, 'x') };

		return are_plain((bytes)both, delimiter);
	}
	for (size_t i = 0; i < raw.n - sizeof text; i += sizeof text) {
		memcpy(&text, raw.p + i, sizeof text);
		if (!are_plain(text, delimiter))
			return false;
	}
	memcpy(&text, raw.p + raw.n - sizeof text, sizeof text);
	return are_plain(text, delimiter);
}

static int
hex_value(char c)
{
	if (byte_is_digit(c))
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
cell_restore(struct buf *out, struct slice cell)
{
	struct slice piece;

	while (slice_cut(&cell, '\\', &piece)) {
		int high, low;

		buf_add(out, piece);
		if (slice_skip_byte(&cell, '\\')) {
			buf_add_byte(out, '\\');
			continue;
		}
		if (cell.n < 3 || *cell.p != 'x')
			return false;
		high = hex_value(cell.p[1]);
		low = hex_value(cell.p[2]);
		if (high < 0 || low < 0 ||
		    !may_be_escaped((unsigned)(high * 16 + low)))
			return false;
		buf_add_byte(out, (char)(high * 16 + low));
		cell = slice_from(cell, 3);
	}
	buf_add(out, cell);
	return true;
}
