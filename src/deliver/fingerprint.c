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

void
fingerprint_set(struct log_place *p, uint64_t at,
    const struct input_ends *ends)
{
	p->print_at = at;
	p->head = sum_of(ends->head, ends->head_n);
	p->tail = sum_of(ends->tail, ends->tail_n);
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
	int rc;

	if (!in)
		return e->status ? -1 : 0;
	rc = input_seek(in, INPUT_HEAD, &ends, e);
	input_close(in);
	if (rc < 0 && e->status != EX_DATAERR)
		return -1;
	/* A shorter one may grow: what there was counts. */
	if (rc >= 0)
		fingerprint_set(sums, ends.head_n, &ends);
	return 1;
}

/* 1: the file begins as that of the place and, unless only its head counts,
 * before the place stands what stood there; 0: not so; -1: e. */
static int
fits(const struct rotated *one, const struct log_place *place,
    bool head_only, struct err *e)
{
	uint64_t at = place->print_at;
	struct log_place sums;
	struct input_ends ends;
	struct input *in;
	int rc;

	if (at == 0)
		return 0;
	in = rotated_open(one, e);
	if (!in)
		return e->status ? -1 : 0;
	if (head_only && at > INPUT_HEAD)
		at = INPUT_HEAD;
	rc = input_seek(in, at, &ends, e);
	input_close(in);
	if (rc < 0 && e->status == EX_DATAERR)
		return 0;	/* it is for whoever reads it to complain */
	if (rc <= 0)
		return rc;
	fingerprint_set(&sums, at, &ends);
	return sums.head == place->head &&
	    (head_only || sums.tail == place->tail);
}

int
fingerprint_find(const struct rotation *r, const struct log_place *place,
    struct err *e)
{
	int same = rotation_find(r, place->device, place->inode, place->born);
	int rc = same < 0 ? 0 : fits(&r->files[same], place, false, e);

	if (rc)
		return rc < 0 ? -2 : same;
	for (int i = (int)r->n - 1; i >= 0; i--) {
		rc = i == same ? 0 : fits(&r->files[i], place, false, e);
		if (rc)
			return rc < 0 ? -2 : i;
	}
	return -1;
}

int
fingerprint_find_short(const struct rotation *r,
    const struct log_place *place, struct err *e)
{
	for (int i = (int)r->n - 1; place->print_at && i >= 0; i--) {
		int rc = fits(&r->files[i], place, true, e);

		if (rc < 0)
			return -2;
		if (rc && r->files[i].is_log) {
			err_set(e, EX_DATAERR, "'%s' begins like the log that "
			    "was read, but does not go on like it: somebody "
			    "has edited it; with --reset-state and --backlog "
			    "none reading begins anew at its end",
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
