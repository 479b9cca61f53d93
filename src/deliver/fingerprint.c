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

/* The sums of a file at a place, or at its end if that comes before.  1; 0: it
 * cannot be read, or is not there any more; -1: e. */
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
	if (rc < 0)	/* it is for whoever reads it to complain */
		return e->status == EX_DATAERR ? 0 : -1;
	fingerprint_set(sums, rc > 0 ? at : ends.head_n, &ends);
	return 1;
}

/* 1: the file begins as that of the place, and before the place stands what
 * stood there; 0: not so; -1: e. */
static int
fits(const struct rotated *one, const struct log_place *place, struct err *e)
{
	struct log_place now;
	int rc = place->print_at ? look_at(one, place->print_at, &now, e) : 0;

	return rc <= 0 ? rc : now.print_at == place->print_at &&
	    now.head == place->head && now.tail == place->tail;
}

/* The same, but only with its first line. */
static int
begins_alike(const struct rotated *one, const struct log_place *place,
    struct err *e)
{
	struct log_place now;
	int rc = place->line_n ? look_at(one, place->line_n, &now, e) : 0;

	return rc <= 0 ? rc : now.line_n == place->line_n &&
	    now.line == place->line;
}

int
fingerprint_find(const struct rotation *r, const struct log_place *place,
    struct err *e)
{
	int same = rotation_find(r, place->device, place->inode, place->born);
	int rc = same < 0 ? 0 : fits(&r->files[same], place, e);

	if (rc)
		return rc < 0 ? -2 : same;
	for (int i = (int)r->n - 1; i >= 0; i--) {
		rc = i == same ? 0 : fits(&r->files[i], place, e);
		if (rc)
			return rc < 0 ? -2 : i;
	}
	return -1;
}

int
fingerprint_find_short(const struct rotation *r,
    const struct log_place *place, struct err *e)
{
	for (int i = (int)r->n - 1; i >= 0; i--) {
		int rc = begins_alike(&r->files[i], place, e);

		if (rc < 0)
			return -2;
		if (rc && r->files[i].is_log) {
			err_set(e, EX_DATAERR, "'%s' begins like the log that "
			    "was read, but does not go on like it: somebody "
			    "has edited it, or put an older copy there; with "
			    "--reset-state and --backlog none reading begins "
			    "anew at its end",
			    r->files[i].name);
			return -2;
		}
		if (rc && r->files[i].size < place->print_at)
			return i;
	}
	return -1;
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
