/* SPDX-License-Identifier: ISC */
/* The text export of the IPFire Location database. */
#include "enrich/libloc.h"

static bool
libloc_cut(struct slice line, struct slice *key, struct slice *value)
{
	if (!slice_cut(&line, ':', key))
		return false;
	slice_skip_blanks(&line);
	while (slice_ends(line, SLICE(" ")))
		line.n--;
	*value = line;
	return true;
}

/* A network that is complete goes out when its block ends. */
static int
libloc_end(struct libloc *l, struct record *out)
{
	int complete = l->block == LIBLOC_NET;

	if (complete)
		*out = l->record;
	*l = (struct libloc){ .block = LIBLOC_NONE };
	return complete;
}

static int
libloc_as(struct libloc *l, struct slice key, struct slice value,
    struct record *out, struct err *e)
{
	if (slice_is(key, SLICE("aut-num")))
		return field_asn(value, &l->record.key.asn, e);
	if (!slice_is(key, SLICE("name")))
		return 0;
	*out = l->record;
	out->key.name = field_name(value);
	return 1;
}

static int
libloc_net(struct libloc *l, struct slice key, struct slice value,
    struct err *e)
{
	struct record *r = &l->record;

	if (slice_is(key, SLICE("net")))
		return field_network(value, &r->range, e);
	if (slice_is(key, SLICE("country")))
		return field_country(value, r->key.country, e);
	if (slice_is(key, SLICE("aut-num")))
		return field_asn(value, &r->key.asn, e);
	return 0;
}

int
libloc_line(struct libloc *l, struct slice line, struct record *out,
    struct err *e)
{
	struct slice key, value;

	if (line.n == 0)
		return libloc_end(l, out);
	if (!libloc_cut(line, &key, &value))
		return err_set(e, EX_DATAERR, "'%.*s' is no 'key: value': "
		    "damaged, get the file again", FIELD_SHOWN(line));
	if (l->block == LIBLOC_NONE) {
		if (slice_is(key, SLICE("net")))
			l->block = LIBLOC_NET;
		else if (slice_is(key, SLICE("aut-num")))
			l->block = LIBLOC_AS;
		else
			return err_set(e, EX_DATAERR, "a block begins with "
			    "'%.*s', not 'net' or 'aut-num': damaged, get the "
			    "file again", FIELD_SHOWN(key));
	} else if (slice_is(key, SLICE("net"))) {
		return err_set(e, EX_DATAERR, "a second 'net' in one block: "
		    "damaged, get the file again");
	}
	if (l->block == LIBLOC_AS)
		return libloc_as(l, key, value, out, e);
	return libloc_net(l, key, value, e);
}
