/* SPDX-License-Identifier: ISC */
/* Rows on their way to the tally. */
#include "report/batch.h"

#include "base/input.h"

enum {
	ENOUGH = 96 * 1024,
	SPARE = 3,		/* times as long as its cells a row may be, to
				 * be kept as it stands in the file */
	TEXTS_MAX = SPARE * (ENOUGH + INPUT_LINE_MAX),
};

static const enum column columns[LOGIN_CELLS] = {
	[CLIENT_IP] = COLUMN_IP,
	[CLIENT_HOSTNAME] = COLUMN_HOSTNAME,
	[CLIENT_STATUS] = COLUMN_STATUS,
	[CLIENT_COUNTRY] = COLUMN_COUNTRY,
	[CLIENT_ASN] = COLUMN_ASN,
	[CLIENT_ASO] = COLUMN_ASO,
	[LOGIN_USER] = COLUMN_USER,
	[LOGIN_SERVER] = COLUMN_SERVER,
	[LOGIN_SERVICE] = COLUMN_SERVICE,
	[LOGIN_MECHANISM] = COLUMN_MECHANISM,
};

void
batch_init(struct batch *b, const struct period *period)
{
	*b = (struct batch){ .period = period };
	buf_init(&b->texts, TEXTS_MAX);
	/* Much of it is never touched. */
	(void)buf_room(&b->texts, TEXTS_MAX);
	buf_init(&b->scratch, RECORD_TEXT_MAX);
}

void
batch_release(struct batch *b)
{
	buf_release(&b->texts);
	buf_release(&b->scratch);
}

void
batch_reset(struct batch *b)
{
	b->n = b->n_commons = b->bytes = 0;
	buf_reset(&b->texts);
	memset(b->known, 0, sizeof b->known);
}

bool
batch_is_full(const struct batch *b)
{
	return b->n == BATCH_ROWS || b->bytes >= ENOUGH;
}

/* What a row takes at least, which is the same however it was read.  It is shorter
 * than a line: of a client that has no other cells, it has a byte more for each
 * that could be there, but not the date. */
static size_t
size_of(const struct record *row)
{
	size_t n = CLIENT_CELLS;

	for (int i = 0; i < LOGIN_CELLS; i++)
		n += row->cells[columns[i]].n;
	return n;
}
_Static_assert((int)CLIENT_CELLS < (int)STAMP_DAY, "so is the least date");

/* Whether what is known of a client stands in one piece, with one byte between
 * two cells, in a line. */
static bool
are_neighbours(const struct record *row)
{
	if (!row->line.n || !row->cells[COLUMN_HOSTNAME].p)
		return false;
	for (int i = CLIENT_HOSTNAME + 1; i < CLIENT_CELLS; i++) {
		const struct slice *before = &row->cells[columns[i - 1]];

		if (before->p + before->n + 1 != row->cells[columns[i]].p)
			return false;
	}
	return true;
}

/* Cells one after the other: size_of() bytes. */
static void
add_cells(struct batch *b, const struct record *row, struct login *l)
{
	for (int i = 0; i < LOGIN_CELLS; i++) {
		struct slice cell = row->cells[columns[i]];

		l->cells[i].from = (uint16_t)(b->texts.n - l->text);
		l->cells[i].n = (uint16_t)cell.n;
		buf_add(&b->texts, cell);
		if (i < CLIENT_CELLS)
			buf_add_byte(&b->texts, '\n');
	}
}

/* The row as it stands in the file. */
static void
add_line(struct batch *b, const struct record *row, struct login *l)
{
	for (int i = 0; i < LOGIN_CELLS; i++) {
		const struct slice *cell = &row->cells[columns[i]];

		l->cells[i].n = (uint16_t)cell->n;
		if (cell->p)
			l->cells[i].from = (uint16_t)(cell->p - row->line.p);
	}
	buf_add(&b->texts, row->line);
}

void
batch_add(struct batch *b, const struct record *row)
{
	struct login *l = &b->logins[b->n++];
	size_t size = size_of(row);

	b->bytes += size;
	*l = (struct login){ .text = (uint32_t)b->texts.n,
		.stamp = row->stamp, .slot = row->slot,
		.event = row->event, .is_ours = row->is_ours,
	};
	if (row->line.n <= SPARE * size && are_neighbours(row))
		add_line(b, row, l);
	else
		add_cells(b, row, l);
}

/* Where a cell is to be found.  Few values come again and again, in any order:
 * so it costs less to look at all that there are than to guess. */
static unsigned
place_of(struct slice cell)
{
	uint32_t sum = (uint32_t)cell.n << 24 | (uint32_t)(unsigned char)
	    cell.p[cell.n / 2] << 16 | (uint32_t)(unsigned char)
	    cell.p[cell.n - 1] << 8 | (unsigned char)cell.p[0];

	return sum * UINT32_C(0x9e3779b1) >> 26;
}
_Static_assert(BATCH_KNOWN == 1 << (32 - 26), "as many as place_of() has");

/* Counts a cell that is known, at a place of the table. */
static bool
count_known(struct batch *b, unsigned known, const struct login *l,
    struct slice cell)
{
	const struct login *other;
	struct common *c;
	struct slice one;

	if (known == 0)
		return false;
	c = &b->commons[known - 1];
	other = &b->logins[c->login];
	one = batch_cell(b, other, c->cell);
	/* Which length it has is hard to foretell: a call costs less. */
	if (one.n != cell.n || memcmp(one.p, cell.p, cell.n) ||
	    other->is_ours != l->is_ours)
		return false;
	c->attempts++;
	return true;
}

static void
add_common(struct batch *b, const struct login *l, enum login_cell which)
{
	struct slice cell = batch_cell(b, l, which);
	uint16_t *known, *other;

	if (cell.n == 0)
		return;
	known = &b->known[which - LOGIN_SERVER][place_of(cell)];
	other = &b->known[which - LOGIN_SERVER][place_of(cell) ^ 1];
	if (count_known(b, *known, l, cell) ||
	    count_known(b, *other, l, cell))
		return;
	b->commons[b->n_commons++] = (struct common){ .cell = which,
		.login = (uint32_t)(l - b->logins), .attempts = 1 };
	*other = *known;
	*known = (uint16_t)b->n_commons;
}

/* A newline between them, whatever it was before. */
static void
part_cells(struct batch *b, const struct login *l)
{
	for (int i = CLIENT_HOSTNAME + 1; i < CLIENT_CELLS; i++)
		b->texts.p[l->text + l->cells[i].from - 1] = '\n';
}

void
batch_prepare(struct batch *b, const struct texthash_key *key)
{
	for (size_t i = 0; i < b->n; i++) {
		struct login *l = &b->logins[i];
		struct slice user = batch_text(b, l, LOGIN_USER, &b->scratch);

		part_cells(b, l);
		l->client = texthash_two(key, batch_cell(b, l, CLIENT_IP),
		    batch_about(b, l)) ^ l->is_ours;
		l->user = texthash(key, user);
		l->is_plain = user.p == batch_cell(b, l, LOGIN_USER).p;
		if (l->event != EVENT_AUTH_FAILURE ||
		    !period_has(b->period, l->slot))
			continue;
		add_common(b, l, LOGIN_SERVER);
		add_common(b, l, LOGIN_SERVICE);
		add_common(b, l, LOGIN_MECHANISM);
	}
}

struct slice
batch_text(const struct batch *b, const struct login *l, enum login_cell cell,
    struct buf *scratch)
{
	struct record row = { .is_ours = l->is_ours };

	row.cells[0] = batch_cell(b, l, cell);
	return record_text(&row, 0, scratch);
}
