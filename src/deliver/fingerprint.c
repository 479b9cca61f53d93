/* SPDX-License-Identifier: ISC */
/* Files known by what stands in them. */
#include "deliver/fingerprint.h"

#include "base/map.h"

static uint64_t
sum_of(const char *p, size_t n)
{
	static const struct siphash_key key = { 0 };

	return siphash(&key, (struct slice){ p, n });
}

/* Empty: it has no end yet. */
static struct slice
first_line(const struct input_ends *ends)
{
	struct slice head = { ends->head, ends->head_n };
	size_t n = slice_find_byte(head, '\n');

	if (n < head.n)
		n++;
	else if (n < INPUT_HEAD)
		n = 0;
	return slice_to(head, n);
}

void
fingerprint_set(struct log_place *p, uint64_t at,
    const struct input_ends *ends)
{
	p->print_at = at;
	p->head = sum_of(ends->head, ends->head_n);
	p->tail = sum_of(ends->tail, ends->tail_n);
	p->line_n = first_line(ends).n;
	p->line = sum_of(ends->head, p->line_n);
}

void
fingerprint_copy(struct log_place *p, const struct log_place *from)
{
	p->print_at = from->print_at;
	p->head = from->head;
	p->tail = from->tail;
	p->line_n = from->line_n;
	p->line = from->line;
}

int
fingerprint_is_kept(const struct log_place *p, const struct input *in,
    struct err *e)
{
	struct log_place now;
	struct input_ends ends;
	int rc;

	if (p->print_at == 0)
		return 1;
	rc = input_ends_at(input_fd(in), input_name(in), p->print_at, &ends,
	    e);
	if (rc <= 0)
		return rc;
	fingerprint_set(&now, p->print_at, &ends);
	return now.head == p->head && now.tail == p->tail;
}

int
fingerprint_first(const struct rotated *one, struct log_place *sums,
    struct err *e)
{
	struct input *in = rotated_open(one, e);
	struct input_ends ends;
	bool is_packed;
	int rc;

	if (!in)
		return e->status ? -1 : 0;
	rc = input_seek(in, INPUT_HEAD, &ends, e);
	is_packed = input_is_packed(in);
	input_close(in);
	/* What there is of damaged gzip data can be read. */
	if (rc < 0 && (e->status != EX_DATAERR || !is_packed))
		return -1;
	/* A shorter one may grow, or be damaged: what there was counts. */
	fingerprint_set(sums, ends.head_n, &ends);
	return 1;
}

/* The sums of a file at a place, or at its end if that comes before; print_at 0:
 * it cannot be read.  1; 0: it is not there under this name any more; -1: e. */
static int
look_at(const struct rotated *one, uint64_t at, struct log_place *sums,
    struct err *e)
{
	struct input *in = rotated_open(one, e);
	struct input_ends ends;
	int rc;

	if (!in)
		return e->status ? -1 : 0;
	rc = input_seek(in, at, &ends, e);
	input_close(in);
	/* It is for whoever reads it to complain. */
	if (rc < 0 && e->status != EX_DATAERR)
		return -1;
	*sums = (struct log_place){ .print_at = 0 };
	if (rc >= 0)
		fingerprint_set(sums, rc > 0 ? at : ends.head_n, &ends);
	return 1;
}

/* Whether the file begins as that of the place, and before the place stands what
 * stood there.  As look_at(). */
static int
fits(const struct rotated *one, const struct log_place *place, bool *is_it,
    struct err *e)
{
	struct log_place now;
	int rc = place->print_at ? look_at(one, place->print_at, &now, e) : 1;

	*is_it = rc > 0 && place->print_at &&
	    now.print_at == place->print_at && now.head == place->head &&
	    now.tail == place->tail;
	return rc;
}

/* The same, but only with its first line. */
static int
begins_alike(const struct rotated *one, const struct log_place *place,
    bool *is_alike, struct err *e)
{
	struct log_place now;
	int rc = place->line_n ? look_at(one, place->line_n, &now, e) : 1;

	*is_alike = rc > 0 && place->line_n && now.line_n == place->line_n &&
	    now.line == place->line;
	return rc;
}

int
fingerprint_find(const struct rotation *r, const struct log_place *place,
    int *at, struct err *e)
{
	int same = rotation_find(r, place->device, place->inode, place->born);
	bool is_it = false;
	int rc = same < 0 ? 1 : fits(&r->files[same], place, &is_it, e);

	*at = same;
	if (rc <= 0 || is_it)
		return rc;
	for (*at = (int)r->n - 1; *at >= 0; --*at) {
		rc = *at == same ? 1 : fits(&r->files[*at], place, &is_it, e);
		if (rc <= 0 || is_it)
			return rc;
	}
	return 1;
}

int
fingerprint_find_short(const struct rotation *r,
    const struct log_place *place, int *at, struct err *e)
{
	for (*at = (int)r->n - 1; *at >= 0; --*at) {
		const struct rotated *one = &r->files[*at];
		bool is_alike;
		int rc = begins_alike(one, place, &is_alike, e);

		if (rc <= 0)
			return rc;
		if (is_alike && one->is_log)
			return err_set(e, EX_DATAERR, "'%s' begins like the "
			    "log that was read, but does not go on like it: "
			    "somebody has edited it, or put an older copy "
			    "there; with --reset-state and --backlog none "
			    "reading begins anew at its end", one->name);
		if (is_alike && one->size < place->print_at)
			break;
	}
	return 1;
}

int
fingerprint_output(int fd, const char *file, struct output_place *place,
    struct err *e)
{
	struct input_ends ends;
	int rc = input_ends_at(fd, file, place->length, &ends, e);

	place->head = place->tail = 0;
	if (rc <= 0)	/* 0: somebody has cut it meanwhile */
		return rc;
	place->head = sum_of(ends.head, ends.head_n);
	place->tail = sum_of(ends.tail, ends.tail_n);
	return 0;
}

static bool
has_sums(const struct output_place *place)
{
	return place->head || place->tail;
}

int
fingerprint_is_output_kept(int fd, const char *file,
    const struct output_place *place, struct err *e)
{
	struct output_place now = *place;

	if (!has_sums(place))
		return 1;
	if (fingerprint_output(fd, file, &now, e) < 0)
		return -1;
	return now.head == place->head && now.tail == place->tail;
}

int
fingerprint_is_output(int fd, const char *file, const struct stat *st,
    const struct output_place *place, struct err *e)
{
	bool is_inode = st->st_ino == place->inode;

	if (is_inode && (st->st_dev == place->device || !has_sums(place)))
		return 1;
	/* So little may stand in another one too, such as the header alone. */
	if (!is_inode && (!has_sums(place) || place->length < INPUT_TAIL))
		return 0;
	return fingerprint_is_output_kept(fd, file, place, e);
}
