/* SPDX-License-Identifier: ISC */
/* Rows made ready to be counted. */
#include "report/batch.h"

#include "base/input.h"

enum {
	/* A cell restored and escaped again: report/reader.h. */
	ROW_MAX = 7 * INPUT_LINE_MAX,
	ENOUGH = 256 * 1024,
	COLUMNS_COMMON = 3,
};

static const enum column client_columns[CLIENT_CELLS] = {
	[CLIENT_IP] = COLUMN_IP,
	[CLIENT_HOSTNAME] = COLUMN_HOSTNAME,
	[CLIENT_STATUS] = COLUMN_STATUS,
	[CLIENT_COUNTRY] = COLUMN_COUNTRY,
	[CLIENT_ASN] = COLUMN_ASN,
	[CLIENT_ASO] = COLUMN_ASO,
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
	memset(b->recent, 0, sizeof b->recent);
}

bool
batch_is_full(const struct batch *b)
{
	return b->n == BATCH_ROWS ||
	    b->n_commons + COLUMNS_COMMON > BATCH_COMMON ||
	    b->texts.n >= ENOUGH;
}

/* Returns what was added. */
static struct slice
add_text(struct batch *b, const struct record *row, enum column c)
{
	size_t from = b->texts.n;

	buf_add(&b->texts, record_text(row, c, &b->scratch));
	return slice_from(buf_slice(&b->texts), from);
}

/* The client's key. */
static struct slice
add_client(struct batch *b, const struct record *row)
{
	size_t from = b->texts.n;

	for (int i = 0; i < CLIENT_CELLS; i++) {
		buf_add(&b->texts, row->cells[client_columns[i]]);
		buf_add_byte(&b->texts, '\n');
	}
	return slice_from(buf_slice(&b->texts), from);
}

/* What came last stands there already. */
static void
add_common(struct batch *b, enum model_table table, const struct record *row,
    enum column column)
{
	struct recent *recent = &b->recent[table];
	struct slice cell = row->cells[column], text;
	struct common *c;

	if (cell.n == 0)
		return;
	for (unsigned i = 0; i < BATCH_RECENT; i++) {
		c = recent->commons[i];
		if (c && slice_is(batch_common(b, c), cell)) {
			c->attempts++;
			return;
		}
	}
	c = &b->commons[b->n_commons++];
	text = add_text(b, row, column);
	*c = (struct common){ .table = table, .attempts = 1,
		.text = (uint32_t)(text.p - b->texts.p),
		.n = (uint32_t)text.n };
	/* What had to be written otherwise is not known by its text. */
	if (!slice_is(text, cell))
		return;
	recent->commons[recent->next] = c;
	recent->next = (recent->next + 1) % BATCH_RECENT;
}

void
batch_add(struct batch *b, const struct record *row)
{
	struct login *l = &b->logins[b->n++];
	struct slice client = add_client(b, row);
	struct slice user = add_text(b, row, COLUMN_USER);

	*l = (struct login){
		.stamp = row->stamp, .slot = row->slot,
		.text = (uint32_t)(client.p - b->texts.p),
		.client_n = (uint32_t)client.n, .user_n = (uint32_t)user.n,
		.event = row->event, .is_ours = row->is_ours,
	};
	if (row->event != EVENT_AUTH_FAILURE ||
	    !period_has(b->period, row->slot))
		return;
	add_common(b, MODEL_SERVER, row, COLUMN_SERVER);
	add_common(b, MODEL_SERVICE, row, COLUMN_SERVICE);
	add_common(b, MODEL_MECHANISM, row, COLUMN_MECHANISM);
}
