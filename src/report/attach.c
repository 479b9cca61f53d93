/* SPDX-License-Identifier: ISC */
/* The file that goes with the mail.  This and base/gzip.c are the places where
 * zlib is known. */
#include "report/attach.h"

#include <assert.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/csv.h"
#include "base/mem.h"
#include "schema/cell.h"

enum {
	CELL_MAX = 512 * 1024,	/* a line of 64 KiB, each byte as \xHH */
	PACK = 64 * 1024,	/* bytes packed at once */
	GZIP_WINDOW = 15 + 16,
	MEMORY_LEVEL = 8,
	ROW_MAX = 4 * 1024 * 1024,
};

struct attach {
	struct buf file;	/* what will be attached */
	struct buf rows;	/* not packed yet; for csv.gz only */
	struct buf raw, cell;
	z_stream z;
	enum attach_kind kind;
	bool is_in_row, is_too_large;
};

static void *
take(void *nobody, unsigned count, unsigned size)
{
	(void)nobody;
	return mem_array(count, size);
}

static void
give_back(void *nobody, void *memory)
{
	(void)nobody;
	free(memory);
}

static void
begin_packing(z_stream *z)
{
	int state;

	z->zalloc = take;
	z->zfree = give_back;
	/* No time and no name in its header: same rows, same bytes. */
	state = deflateInit2(z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW,
	    MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
	assert(state == Z_OK);
	(void)state;
}

struct attach *
attach_new(enum attach_kind kind, size_t max)
{
	struct attach *a;

	if (kind == ATTACH_NONE)
		return NULL;
	a = mem_new(sizeof *a);
	a->kind = kind;
	buf_init(&a->file, max);
	buf_init(&a->raw, CELL_MAX);
	buf_init(&a->cell, CELL_MAX);
	buf_init(&a->rows, PACK + ROW_MAX);
	if (kind == ATTACH_CSV_GZ)
		begin_packing(&a->z);
	return a;
}

void
attach_free(struct attach *a)
{
	if (!a)
		return;
	if (a->kind == ATTACH_CSV_GZ)
		deflateEnd(&a->z);
	buf_release(&a->file);
	buf_release(&a->rows);
	buf_release(&a->raw);
	buf_release(&a->cell);
	free(a);
}

static void
give_up(struct attach *a)
{
	a->is_too_large = true;
	buf_release(&a->file);
	buf_release(&a->rows);
}

/* Packs what is there; flush: Z_NO_FLUSH or Z_FINISH. */
static void
pack(struct attach *a, int flush)
{
	char out[PACK];
	int state;

	a->z.next_in = (unsigned char *)a->rows.p;
	a->z.avail_in = (unsigned)a->rows.n;
	do {
		a->z.next_out = (unsigned char *)out;
		a->z.avail_out = sizeof out;
		state = deflate(&a->z, flush);
		assert(state != Z_STREAM_ERROR);
		buf_add(&a->file, (struct slice){ out,
		    sizeof out - a->z.avail_out });
	} while (a->z.avail_out == 0);
	buf_reset(&a->rows);
	if (a->file.overflow)
		give_up(a);
}

/* The cell, such that no spreadsheet computes it.  What is not one of ours is
 * taken as it stands. */
static struct slice
without_formula(struct attach *a, struct slice cell)
{
	buf_reset(&a->raw);
	buf_reset(&a->cell);
	cell_add(&a->cell, cell_restore(&a->raw, cell) ? buf_slice(&a->raw) :
	    cell, CELL_NO_FORMULA);
	return buf_slice(&a->cell);
}

void
attach_add(struct attach *a, struct slice cell)
{
	struct buf *out;

	if (!a || a->is_too_large)
		return;
	out = a->kind == ATTACH_CSV ? &a->file : &a->rows;
	if (a->is_in_row)
		buf_add_byte(out, ',');
	csv_add_cell(out, ',', without_formula(a, cell));
	a->is_in_row = true;
}

void
attach_end_row(struct attach *a)
{
	struct buf *out;

	if (!a || a->is_too_large)
		return;
	out = a->kind == ATTACH_CSV ? &a->file : &a->rows;
	buf_add_byte(out, '\n');
	a->is_in_row = false;
	if (out->overflow)
		give_up(a);
	else if (a->rows.n >= PACK)
		pack(a, Z_NO_FLUSH);
}

bool
attach_end(struct attach *a, struct slice *file)
{
	if (!a || a->is_too_large)
		return false;
	if (a->kind == ATTACH_CSV_GZ)
		pack(a, Z_FINISH);
	*file = buf_slice(&a->file);
	return !a->is_too_large;
}

bool
attach_is_too_large(const struct attach *a)
{
	return a && a->is_too_large;
}
