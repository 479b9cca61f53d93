/* SPDX-License-Identifier: ISC */
/* One file of a log. */
#include "deliver/logfile.h"

#include "deliver/fingerprint.h"

static void
take(struct logfile *l, struct input *in, const struct rotated *one,
    uint64_t from, const struct log_place *sums)
{
	logfile_close(l);
	*l = (struct logfile){ .in = in, .is = *one, .seen = *one,
		.from = from,
		.print = { .device = one->device, .inode = one->inode,
			.born = one->born } };
	l->is.name = l->seen.name = NULL;
	fingerprint_copy(&l->print, sums);
	input_set_growing(in, true);
}

int
logfile_start(struct logfile *l, const struct rotated *one, struct err *e)
{
	struct log_place sums = { .print_at = 0 };
	struct input *in;
	int rc = fingerprint_first(one, &sums, e);

	if (rc <= 0)
		return rc;
	in = rotated_open(one, e);
	if (!in)
		return e->status ? -1 : 0;
	take(l, in, one, 0, &sums);
	return 1;
}

int
logfile_enter(struct logfile *l, const struct rotated *one,
    const struct log_place *place, struct err *e)
{
	struct input *in = rotated_open(one, e);
	int rc, is_kept = 1;

	if (!in)
		return e->status ? -1 : 0;
	rc = input_seek(in, place->offset - place->again, NULL, e);
	/* It may have been emptied since it was found. */
	if (rc >= 0 && !input_is_packed(in))
		is_kept = fingerprint_is_kept(place, in, e);
	if (rc <= 0 || is_kept <= 0)
		input_close(in);
	if (rc < 0 || is_kept <= 0)
		return rc < 0 ? -1 : is_kept;
	if (rc == 0)
		return one->is_log ? err_set(e, EX_DATAERR, "'%s' is shorter "
		    "than what was read of it", one->name) : LOGFILE_SHORT;
	take(l, in, one, place->offset, place);
	return 1;
}

void
logfile_close(struct logfile *l)
{
	input_close(l->in);
	l->in = NULL;
}

int
logfile_look(struct logfile *l, struct err *e)
{
	struct rotated now = { .name = NULL };
	int rc = 1;

	if (rotated_look(&now, input_fd(l->in), NULL, e) < 0)
		return -1;
	if (now.size < input_taken(l->in))
		rc = 0;
	else if (now.changed != l->seen.changed)
		rc = fingerprint_is_kept(&l->print, l->in, e);
	l->is_emptied |= rc == 0;
	l->seen = now;
	return rc < 0 ? -1 : l->is_emptied;
}

/* The sums are of what was read, not of what has taken its place: that what was
 * known before still stands there is asked last. */
static int
refresh_sums(struct logfile *l, uint64_t at, struct err *e)
{
	struct input_ends ends;
	int rc = input_ends_at(input_fd(l->in), input_name(l->in), at, &ends,
	    e);

	if (rc > 0)
		rc = fingerprint_is_kept(&l->print, l->in, e);
	if (rc > 0)
		fingerprint_set(&l->print, at, &ends);
	return rc < 0 ? -1 : 0;
}

int
logfile_place(struct logfile *l, uint64_t first, uint64_t offset,
    struct log_place *place, struct err *e)
{
	struct rotated now;

	if (!input_is_packed(l->in) && l->print.print_at < offset &&
	    refresh_sums(l, offset, e) < 0)
		return -1;
	if (!l->is_emptied &&
	    rotated_look(&now, input_fd(l->in), NULL, e) < 0)
		return -1;
	if (!l->is_emptied)
		l->print.changed = now.changed;
	*place = l->print;
	place->offset = offset;
	place->again = offset - first;
	return 0;
}
