/* SPDX-License-Identifier: ISC */
/* How far files were read. */
#include "report/bookmark.h"

#include <stdlib.h>
#include <string.h>

#include "base/input.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/statefile.h"

enum { REACHES_MAX = 400 };	/* in a state file, with room */

/* So many bytes were read of the file whose first bytes, as many as length
 * says, have this sum. */
struct reach {
	uint64_t length, sum, offset;
	bool is_found;
};

struct bookmark {
	struct statefile *state;
	struct reach old[REACHES_MAX], new[REACHES_MAX];
	size_t n_old, n_new;
	struct reach now;		/* of the file in hand */
	uint64_t known;			/* bytes of it that were read before */
};

static uint64_t
sum(struct slice bytes)
{
	static const struct siphash_key key = { 0, 0 };

	return siphash(&key, bytes);
}

/* "length sum offset", decimal. */
static bool
read_one(struct slice line, struct reach *p)
{
	struct slice length, number;

	*p = (struct reach){ .length = 0 };
	return slice_cut(&line, ' ', &length) &&
	    slice_cut(&line, ' ', &number) &&
	    slice_number(length, BOOKMARK_LOOK, &p->length) &&
	    slice_number(number, UINT64_MAX, &p->sum) &&
	    slice_number(line, INT64_MAX, &p->offset) &&
	    p->offset >= p->length;
}

static int
read_all(struct bookmark *b, const char *file, struct err *e)
{
	struct buf text;
	struct slice rest, line;
	int got;

	buf_init(&text, STATEFILE_MAX);
	got = statefile_read(b->state, &text, e);
	if (got < 0 && e->status == EX_DATAERR)
		err_set(e, EX_DATAERR, "'%s' is damaged: remove it to begin "
		    "anew, with all rows", file);
	rest = buf_slice(&text);
	while (got > 0 && slice_cut(&rest, '\n', &line))
		if (b->n_old == REACHES_MAX ||
		    !read_one(line, &b->old[b->n_old++]))
			got = err_set(e, EX_DATAERR, "'%s' is no state of "
			    "--since-last: remove it to begin anew, "
			    "with all rows", file);
	buf_release(&text);
	return got < 0 ? -1 : 0;
}

struct bookmark *
bookmark_open(const char *file, struct err *e)
{
	struct bookmark *b = mem_new(sizeof *b);

	b->state = statefile_open(file, e);
	if (b->state && read_all(b, file, e) == 0)
		return b;
	bookmark_close(b);
	return NULL;
}

void
bookmark_close(struct bookmark *b)
{
	if (!b)
		return;
	if (b->state)
		statefile_close(b->state);
	free(b);
}

void
bookmark_begin(struct bookmark *b)
{
	b->now = (struct reach){ .length = 0 };
	b->known = 0;
}

static void
find_among(struct bookmark *b, struct reach *all, size_t n, struct slice first)
{
	for (struct reach *p = all; p < all + n; p++) {
		if (p->length > first.n ||
		    sum(slice_to(first, p->length)) != p->sum)
			continue;
		p->is_found = true;
		if (p->offset > b->known)
			b->known = p->offset;
	}
}

/* What is known of a file that begins so: where it was read farthest, before or
 * just now: one that is being packed is there twice. */
static void
find_reach(struct bookmark *b, struct slice first)
{
	find_among(b, b->old, b->n_old, first);
	find_among(b, b->new, b->n_new, first);
}

/* Without a last line that may still grow; one that was cut does not. */
static size_t
whole(struct slice block)
{
	size_t n = block.n;

	while (n && block.p[n - 1] != '\n')
		n--;
	return block.n - n < INPUT_LINE_MAX ? n : block.n;
}

/* How much of a block that begins at a place was read before.  Where that ended
 * in a line, the line was cut, and its rest is not to be read. */
static size_t
passed_of(const struct bookmark *b, struct slice block, uint64_t place)
{
	size_t n;

	if (b->known <= place)
		return 0;
	if (b->known - place >= block.n)
		return block.n;
	n = (size_t)(b->known - place);
	if (block.p[n - 1] == '\n')
		return n;
	n += slice_find_byte(slice_from(block, n), '\n') + 1;
	return n < block.n ? n : block.n;
}

void
bookmark_take(struct bookmark *b, uint64_t end, struct slice *block,
    struct slice *passed)
{
	uint64_t place = end - block->n;
	size_t n;

	block->n = whole(*block);
	*passed = slice_to(*block, 0);
	if (block->n == 0)
		return;
	if (b->now.length == 0) {
		struct slice first = slice_to(*block, BOOKMARK_LOOK);

		find_reach(b, first);
		b->now.length = first.n;
		b->now.sum = sum(first);
	}
	b->now.offset = place + block->n;
	n = passed_of(b, *block, place);
	*passed = slice_to(*block, n);
	*block = slice_from(*block, n);
}

void
bookmark_end(struct bookmark *b)
{
	if (b->now.length == 0 || b->n_new == REACHES_MAX)
		return;
	/* Shorter than it was: nothing is forgotten. */
	if (b->now.offset < b->known)
		b->now.offset = b->known;
	b->new[b->n_new++] = b->now;
}

static void
add_reach(struct buf *out, const struct reach *p)
{
	buf_addf(out, "%llu %llu %llu\n", (unsigned long long)p->length,
	    (unsigned long long)p->sum, (unsigned long long)p->offset);
}

int
bookmark_write(struct bookmark *b, struct err *e)
{
	struct buf out;
	size_t room = REACHES_MAX - b->n_new;
	int result;

	buf_init(&out, STATEFILE_MAX);
	for (size_t i = 0; i < b->n_new; i++)
		add_reach(&out, &b->new[i]);
	for (size_t i = 0; i < b->n_old && room; i++)
		if (!b->old[i].is_found) {
			add_reach(&out, &b->old[i]);
			room--;
		}
	result = out.n ? statefile_write(b->state, buf_slice(&out), e) : 0;
	buf_release(&out);
	return result;
}
