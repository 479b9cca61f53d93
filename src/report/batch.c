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
	text = record_text(row, column, &b->scratch);
	c = &b->commons[b->n_commons++];
	*c = (struct common){ .table = table, .attempts = 1,
		.text = (uint32_t)b->texts.n, .n = (uint32_t)text.n };
	buf_add(&b->texts, text);
	/* Unless it was borrowed, the same cell may mean something else in
	 * another file. */
	if (text.p != cell.p)
		return;
	recent->commons[recent->next] = c;
	recent->next = (recent->next + 1) % BATCH_RECENT;
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
	for (int i = 0; i < CLIENT_CELLS; i++) {
		buf_add(&b->texts, row->cells[client_columns[i]]);
		buf_add_byte(&b->texts, '\n');
	}
	l->client_n = (uint32_t)b->texts.n - l->text;
	buf_add(&b->texts, user);
	if (row->event != EVENT_AUTH_FAILURE ||
	    !period_has(b->period, row->slot))
		return;
	add_common(b, MODEL_SERVER, row, COLUMN_SERVER);
	add_common(b, MODEL_SERVICE, row, COLUMN_SERVICE);
	add_common(b, MODEL_MECHANISM, row, COLUMN_MECHANISM);
}
