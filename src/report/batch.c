/* SPDX-License-Identifier: ISC */
/* Rows made ready to be counted. */
#include "report/batch.h"

#include "base/input.h"

enum {
	/* A cell restored and escaped again: report/record.h. */
	ROW_MAX = 7 * INPUT_LINE_MAX,
	ENOUGH = 256 * 1024,
	COLUMNS_COMMON = 3,
};

void
batch_init(struct batch *b, const struct period *period)
{
	*b = (struct batch){ .period = period };
	buf_init(&b->texts, ENOUGH + ROW_MAX);
	/* Nearly all of it is never touched. */
	(void)buf_room(&b->texts, ENOUGH + ROW_MAX);
	buf_init(&b->scratch, ROW_MAX);
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
	b->n = b->n_commons = 0;
	buf_reset(&b->texts);
	memset(b->known, 0, sizeof b->known);
}

bool
batch_is_full(const struct batch *b)
{
	return b->n == BATCH_ROWS ||
	    b->n_commons + COLUMNS_COMMON > BATCH_COMMON ||
	    b->texts.n >= ENOUGH;
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
_Static_assert(BATCH_COMMON <= UINT8_MAX, "a place fits");

/* Counts a cell that is known, at a place of the table. */
static bool
count_known(struct batch *b, unsigned known, struct slice cell)
{
	struct common *c;

	if (known == 0)
		return false;
	c = &b->commons[known - 1];
	/* Which length it has is hard to foretell: a call costs less. */
	if (c->n != cell.n || memcmp(b->texts.p + c->text, cell.p, cell.n))
		return false;
	c->attempts++;
	return true;
}

static void
add_common(struct batch *b, enum model_table table, const struct record *row,
    enum column column)
{
	struct slice cell = row->cells[column], text;
	uint8_t *known, *other;

	if (cell.n == 0)
		return;
	known = &b->known[table][place_of(cell)];
	other = &b->known[table][place_of(cell) ^ 1];
	if (count_known(b, *known, cell) || count_known(b, *other, cell))
		return;
	text = record_text(row, column, &b->scratch);
	b->commons[b->n_commons++] = (struct common){ .table = table,
		.text = (uint32_t)b->texts.n, .n = (uint32_t)text.n,
		.attempts = 1 };
	buf_add(&b->texts, text);
	/* Unless it was borrowed, the same cell may mean something else in
	 * another file. */
	if (text.p != cell.p)
		return;
	*other = *known;
	*known = (uint8_t)b->n_commons;
}

static const enum column client_columns[CLIENT_CELLS] = {
	[CLIENT_IP] = COLUMN_IP,
	[CLIENT_HOSTNAME] = COLUMN_HOSTNAME,
	[CLIENT_STATUS] = COLUMN_STATUS,
	[CLIENT_COUNTRY] = COLUMN_COUNTRY,
	[CLIENT_ASN] = COLUMN_ASN,
	[CLIENT_ASO] = COLUMN_ASO,
};

/* Its cells from here on are mostly neighbours. */
enum { NAME_ON = CLIENT_HOSTNAME };

static const struct slice *
client_of(const struct record *row, int i)
{
	return &row->cells[client_columns[i]];
}

/* Whether they stand one behind the other, with one byte between them. */
static bool
are_neighbours(const struct record *row)
{
	for (int i = NAME_ON + 1; i < CLIENT_CELLS; i++) {
		const struct slice *before = client_of(row, i - 1);

		if (before->p + before->n + 1 != client_of(row, i)->p)
			return false;
	}
	return true;
}

/* Copied at once, they get newlines between them afterwards. */
static void
add_neighbours(struct batch *b, const struct record *row)
{
	const char *first = client_of(row, NAME_ON)->p;
	const struct slice *last = client_of(row, CLIENT_CELLS - 1);
	size_t at = b->texts.n;

	buf_add(&b->texts, slice_between(first, last->p + last->n));
	for (int i = NAME_ON + 1; i < CLIENT_CELLS; i++)
		b->texts.p[at + (size_t)(client_of(row, i)->p - first) - 1] =
		    '\n';
	buf_add_byte(&b->texts, '\n');
}

static void
add_client(struct batch *b, const struct record *row)
{
	buf_add(&b->texts, row->cells[COLUMN_IP]);
	buf_add_byte(&b->texts, '\n');
	if (client_of(row, NAME_ON)->p && are_neighbours(row)) {
		add_neighbours(b, row);
		return;
	}
	for (int i = NAME_ON; i < CLIENT_CELLS; i++) {
		buf_add(&b->texts, *client_of(row, i));
		buf_add_byte(&b->texts, '\n');
	}
}

void
batch_add(struct batch *b, const struct record *row)
{
	struct login *l = &b->logins[b->n++];
	struct slice user = record_text(row, COLUMN_USER, &b->scratch);

	*l = (struct login){ .text = (uint32_t)b->texts.n,
		.user_n = (uint32_t)user.n,
		.stamp = row->stamp, .slot = row->slot,
		.event = row->event, .is_ours = row->is_ours,
	};
	add_client(b, row);
	l->client_n = (uint32_t)b->texts.n - l->text;
	buf_add(&b->texts, user);
	if (row->event != EVENT_AUTH_FAILURE ||
	    !period_has(b->period, row->slot))
		return;
	add_common(b, MODEL_SERVER, row, COLUMN_SERVER);
	add_common(b, MODEL_SERVICE, row, COLUMN_SERVICE);
	add_common(b, MODEL_MECHANISM, row, COLUMN_MECHANISM);
}
