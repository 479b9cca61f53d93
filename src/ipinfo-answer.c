/* SPDX-License-Identifier: ISC */
/* Answers as text, CSV and JSON. */
#include "ipinfo-answer.h"

#include <stdlib.h>

#include "base/csv.h"
#include "base/json.h"
#include "base/mem.h"
#include "schema/cell.h"

enum {
	END_BITS = 8,
	END_TEXT = 104,		/* makes an end 128 bytes */
	CELL_MAX = 1024 * 1024,
	COUNTRY_WIDTH = 2,
	IP_WIDTH = 15,		/* of any IPv4 address */
	ASN_WIDTH = 8,		/* AS and six digits */
};

/* Most addresses of a list are in few places, so that the end of an answer is
 * usually known.  A place is told by where its texts are. */
struct end {
	const char *country, *as_name;
	uint32_t asn;
	uint16_t as_name_n, n;		/* n 0: none */
	char text[END_TEXT];
};

struct answers {
	enum answer_format format;
	char delimiter;
	struct slice suffix;
	size_t ip_width, asn_width;
	struct row row;			/* of which only the place is known */
	struct buf raw, cell, text;
	struct end ends[1 << END_BITS];
};

static const enum column columns[ANSWER_CELLS] = { COLUMN_COUNTRY, COLUMN_ASN,
	COLUMN_ASO };

struct answers *
answers_new(enum answer_format format, char delimiter)
{
	struct answers *a = mem_new(sizeof *a);

	a->format = format;
	a->delimiter = delimiter;
	buf_init(&a->raw, CELL_MAX);
	buf_init(&a->cell, CELL_MAX);
	buf_init(&a->text, 8 * CELL_MAX);
	return a;
}

void
answers_free(struct answers *a)
{
	if (!a)
		return;
	buf_release(&a->raw);
	buf_release(&a->cell);
	buf_release(&a->text);
	free(a);
}

void
answers_forget(struct answers *a)
{
	for (size_t i = 0; i < sizeof a->ends / sizeof *a->ends; i++)
		a->ends[i].n = 0;
}

void
answers_set_suffix(struct answers *a, struct slice suffix)
{
	a->suffix = suffix;
}

static void
answers_widen(struct answers *a, size_t ip, size_t asn)
{
	if (ip > a->ip_width)
		a->ip_width = ip;
	if (asn <= a->asn_width)
		return;
	a->asn_width = asn;
	answers_forget(a);
}

void
answers_expect(struct answers *a, struct slice ip, const struct place *place)
{
	size_t asn = place->asn ? 2 : 1;

	for (uint32_t rest = place->asn; rest; rest /= 10)
		asn++;
	answers_widen(a, ip.n, asn);
}

void
answers_expect_usual(struct answers *a)
{
	answers_widen(a, IP_WIDTH, ASN_WIDTH);
}

void
answers_add_names(const struct answers *a, struct buf *out)
{
	for (size_t i = 0; i < ANSWER_CELLS; i++) {
		buf_add_byte(out, a->delimiter);
		buf_add(out, column_name(columns[i]));
		buf_add(out, a->suffix);
	}
	buf_add_byte(out, '\n');
}

/* A cell of the place, fit for every format. */
static struct slice
answers_cell(struct answers *a, enum column c)
{
	struct slice raw = column_text(c, &a->row, &a->raw);
	bool is_tsv = a->format == ANSWER_CSV && a->delimiter == '\t';

	if (!is_tsv && cell_is_plain(raw))
		return raw;
	buf_reset(&a->cell);
	cell_add(&a->cell, raw, is_tsv ? CELL_NO_QUOTE : CELL_PLAIN);
	return buf_slice(&a->cell);
}

static void
add_padding(struct buf *out, size_t used, size_t width)
{
	for (; used < width; used++)
		buf_add_byte(out, ' ');
}

/* "  DE  AS64500   Example Ltd" */
static void
render_text(struct answers *a)
{
	static const struct {
		enum column column;
		struct slice prefix;
	} cells[ANSWER_CELLS] = {
		{ COLUMN_COUNTRY, SLICE("") }, { COLUMN_ASN, SLICE("AS") },
		{ COLUMN_ASO, SLICE("") },
	};
	const size_t widths[ANSWER_CELLS] = { COUNTRY_WIDTH, a->asn_width, 0 };

	for (size_t i = 0; i < ANSWER_CELLS; i++) {
		struct slice cell = answers_cell(a, cells[i].column);
		size_t from;

		buf_add(&a->text, SLICE("  "));
		from = a->text.n;
		if (cell.n)
			buf_add(&a->text, cells[i].prefix);
		buf_add(&a->text, cell.n ? cell : SLICE("-"));
		add_padding(&a->text, a->text.n - from, widths[i]);
	}
}

static void
render_csv(struct answers *a)
{
	for (size_t i = 0; i < ANSWER_CELLS; i++) {
		struct slice cell = answers_cell(a, columns[i]);

		buf_add_byte(&a->text, a->delimiter);
		if (a->delimiter == '\t')
			buf_add(&a->text, cell);
		else
			csv_add_cell(&a->text, a->delimiter, cell);
	}
}

static void
render_json(struct answers *a)
{
	for (size_t i = 0; i < ANSWER_CELLS; i++) {
		buf_add(&a->text, SLICE(",\""));
		buf_add(&a->text, column_name(columns[i]));
		buf_add(&a->text, a->suffix);
		buf_add(&a->text, SLICE("\":"));
		json_add_string(&a->text, answers_cell(a, columns[i]));
	}
	buf_add_byte(&a->text, '}');
}

static struct slice
answers_render(struct answers *a, const struct place *place)
{
	buf_reset(&a->text);
	a->row.place = *place;
	switch (a->format) {
	case ANSWER_TEXT:
		render_text(a);
		break;
	case ANSWER_CSV:
		render_csv(a);
		break;
	case ANSWER_JSON:
		render_json(a);
		break;
	}
	buf_add_byte(&a->text, '\n');
	return buf_slice(&a->text);
}

/* Where the end for a place is kept. */
static size_t
end_slot(const struct place *place)
{
	uint64_t hash = ((uintptr_t)place->country.p ^ place->asn) *
	    0x9e3779b97f4a7c15 ^ (uintptr_t)place->as_name.p;

	return hash * 0x9e3779b97f4a7c15 >> (64 - END_BITS);
}

void
answers_foresee(const struct answers *a, const struct place *place)
{
	__builtin_prefetch(&a->ends[end_slot(place)]);
}

static bool
end_is_of(const struct end *end, const struct place *place)
{
	return end->n && end->asn == place->asn &&
	    end->country == place->country.p &&
	    end->as_name == place->as_name.p &&
	    end->as_name_n == place->as_name.n;
}

struct slice
answers_end(struct answers *a, const struct place *place)
{
	struct end *end = &a->ends[end_slot(place)];
	struct slice text;

	if (end_is_of(end, place))
		return (struct slice){ end->text, end->n };
	text = answers_render(a, place);
	if (text.n > END_TEXT || place->as_name.n > UINT16_MAX)
		return text;
	end->country = place->country.p;
	end->as_name = place->as_name.p;
	end->asn = place->asn;
	end->as_name_n = (uint16_t)place->as_name.n;
	end->n = (uint16_t)text.n;
	memcpy(end->text, text.p, text.n);
	return text;
}

void
answers_add(struct answers *a, struct buf *out, struct slice ip,
    const struct place *place)
{
	if (a->format == ANSWER_TEXT)
		answers_expect(a, ip, place);
	if (a->format == ANSWER_JSON)
		buf_add(out, SLICE("{\"ip\":\""));
	buf_add(out, ip);
	if (a->format == ANSWER_JSON)
		buf_add_byte(out, '"');
	if (a->format == ANSWER_TEXT)
		add_padding(out, ip.n, a->ip_width);
	buf_add(out, answers_end(a, place));
}
