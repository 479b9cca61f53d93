/* SPDX-License-Identifier: ISC */
/* What a file of address ranges is and what its columns mean.  The name says
 * nothing: files get renamed, and what a server sent instead of a database
 * carries the database's name. */
#include "enrich/layout.h"

#include <string.h>

#include "base/csv.h"

/* What is found in place of a database, by its first bytes. */
static const struct {
	struct slice head;
	const char *about;
} foreign[] = {
	{ SLICE("<"), "a web page and no database: look at what the server "
	    "sent, and get the file again" },
	{ SLICE("{"), "JSON, which is not read: get the CSV edition" },
	{ SLICE("["), "JSON, which is not read: get the CSV edition" },
	{ SLICE("version https://git-lfs"), "a Git LFS pointer and not the "
	    "file it stands for: get it with 'git lfs pull'" },
	{ SLICE("PK\3\4"), "a zip archive: unpack it and name the CSV files "
	    "in it" },
	{ SLICE("LOCDBXX"), "libloc's own database, which is not read: name "
	    "the text that 'location dump' writes" },
};

/* Names of columns, in lower case.  Of several for one field the first in this
 * table counts: "country" is a code only where there is no "country_code". */
static const struct {
	struct slice name;
	enum layout_field field;
} names[] = {
	{ SLICE("start_ip"), LAYOUT_FIRST },
	{ SLICE("ip_from"), LAYOUT_FIRST },
	{ SLICE("ip_start"), LAYOUT_FIRST },
	{ SLICE("ip_range_start"), LAYOUT_FIRST },
	{ SLICE("range_start"), LAYOUT_FIRST },
	{ SLICE("start"), LAYOUT_FIRST },
	{ SLICE("first"), LAYOUT_FIRST },
	{ SLICE("end_ip"), LAYOUT_LAST },
	{ SLICE("ip_to"), LAYOUT_LAST },
	{ SLICE("ip_end"), LAYOUT_LAST },
	{ SLICE("ip_range_end"), LAYOUT_LAST },
	{ SLICE("range_end"), LAYOUT_LAST },
	{ SLICE("end"), LAYOUT_LAST },
	{ SLICE("last"), LAYOUT_LAST },
	{ SLICE("network"), LAYOUT_NETWORK },
	{ SLICE("prefix"), LAYOUT_NETWORK },
	{ SLICE("cidr"), LAYOUT_NETWORK },
	{ SLICE("country_code"), LAYOUT_COUNTRY },
	{ SLICE("country_iso_code"), LAYOUT_COUNTRY },
	{ SLICE("country"), LAYOUT_COUNTRY },
	{ SLICE("cc"), LAYOUT_COUNTRY },
	{ SLICE("autonomous_system_number"), LAYOUT_ASN },
	{ SLICE("as_number"), LAYOUT_ASN },
	{ SLICE("asn"), LAYOUT_ASN },
	{ SLICE("autonomous_system_organization"), LAYOUT_NAME },
	{ SLICE("as_name"), LAYOUT_NAME },
	{ SLICE("as_organization"), LAYOUT_NAME },
	{ SLICE("as_description"), LAYOUT_NAME },
	{ SLICE("organization"), LAYOUT_NAME },
	{ SLICE("organisation"), LAYOUT_NAME },
	{ SLICE("as"), LAYOUT_NAME },
	{ SLICE("geoname_id"), LAYOUT_GEONAME },
	{ SLICE("registered_country_geoname_id"), LAYOUT_REGISTERED },
};
enum { NAMES = sizeof names / sizeof *names };

/* Files without a header: 3 to 5 columns, told apart by the third. */
enum third { THIRD_NUMBER, THIRD_COUNTRY, THIRD_NETWORK, THIRD_UNKNOWN };
static const struct {
	size_t columns;
	enum third third;
	int country, asn, name;
} headless[] = {
	{ 3, THIRD_COUNTRY, 2, -1, -1 },
	{ 3, THIRD_NUMBER, -1, 2, -1 },
	{ 4, THIRD_COUNTRY, 2, -1, -1 },
	{ 4, THIRD_NUMBER, -1, 2, 3 },
	{ 5, THIRD_NUMBER, 3, 2, 4 },	/* iptoasn */
	{ 5, THIRD_NETWORK, -1, 3, 4 },	/* IP2Location */
};

/* Quotes mean nothing in TSV: a name may begin with one.  Returns how many
 * cells, or -1. */
static int
layout_split(const struct layout *l, struct slice line, struct buf *scratch,
    struct slice *cells)
{
	int n = 0;

	if (l->delimiter == ',') {
		buf_reset(scratch);
		return csv_split(line, ',', scratch, cells,
		    LAYOUT_COLUMNS_MAX);
	}
	while (n < LAYOUT_COLUMNS_MAX &&
	    slice_cut(&line, l->delimiter, &cells[n]))
		n++;
	if (n == LAYOUT_COLUMNS_MAX)
		return -1;
	cells[n] = line;
	return n + 1;
}

static int
split_error(struct err *e)
{
	return err_set(e, EX_DATAERR, "a quote is not closed or stands inside "
	    "a cell, or there are more than %d columns", LAYOUT_COLUMNS_MAX);
}

static int
layout_foreign(struct slice line, struct err *e)
{
	struct slice head = line;

	slice_skip_blanks(&head);
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
		if (slice_starts(head, foreign[i].head))
			return err_set(e, EX_DATAERR, "this is %s",
			    foreign[i].about);
	for (size_t i = 0; i < line.n; i++)
		if ((unsigned char)line.p[i] < 0x20 && line.p[i] != '\t')
			return err_set(e, EX_DATAERR, "this is binary (MMDB "
			    "or another), which is not read: get the CSV "
			    "edition");
	return 0;
}

static bool
name_is(struct slice cell, struct slice name)
{
	if (cell.n != name.n)
		return false;
	for (size_t i = 0; i < cell.n; i++) {
		char c = cell.p[i];

		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		if (c != name.p[i])
			return false;
	}
	return true;
}

static void
layout_map(struct layout *l, const struct slice *cells)
{
	for (size_t i = NAMES; i-- > 0;)
		for (size_t c = l->columns; c-- > 0;)
			if (name_is(cells[c], names[i].name))
				l->column[names[i].field] = (int)c;
}

static bool
layout_has(const struct layout *l, enum layout_field field)
{
	return l->column[field] >= 0;
}

static int
layout_header(struct layout *l, const struct slice *cells, struct err *e)
{
	layout_map(l, cells);
	l->settled = true;
	if (layout_has(l, LAYOUT_FIRST) && layout_has(l, LAYOUT_LAST)) {
		l->kind = LAYOUT_RANGES;
		l->format = l->delimiter == ',' ? "range CSV" : "range TSV";
	} else if (layout_has(l, LAYOUT_NETWORK)) {
		l->kind = LAYOUT_NETWORKS;
		l->format = l->delimiter == ',' ? "CIDR CSV" : "CIDR TSV";
	} else if (layout_has(l, LAYOUT_GEONAME) &&
	    layout_has(l, LAYOUT_COUNTRY)) {
		l->kind = LAYOUT_LOCATIONS;
		l->format = "GeoLite2 locations";
		return 1;
	} else {
		return err_set(e, EX_DATAERR, "neither a row of addresses nor "
		    "a header that says where they are ('network', or "
		    "'start_ip' and 'end_ip'): no address database");
	}
	if (!layout_has(l, LAYOUT_COUNTRY) && !layout_has(l, LAYOUT_ASN) &&
	    !layout_has(l, LAYOUT_GEONAME))
		return err_set(e, EX_DATAERR, "the header names neither "
		    "'country_code' nor 'asn': nothing here to look up");
	return 1;
}

static enum third
third_kind(struct slice cell)
{
	if (field_is_unknown(cell))
		return THIRD_UNKNOWN;
	if (slice_find_byte(cell, '/') < cell.n)
		return THIRD_NETWORK;
	if (slice_starts(cell, SLICE("AS")))
		cell = slice_from(cell, 2);
	return cell.n && byte_is_digit(*cell.p) ? THIRD_NUMBER : THIRD_COUNTRY;
}

/* Without a header a first row may not tell yet: 0,16777215,-,- */
static int
layout_settle(struct layout *l, const struct slice *cells, struct err *e)
{
	enum third third = third_kind(cells[2]);

	if (third == THIRD_UNKNOWN)
		return 0;
	for (size_t i = 0; i < sizeof headless / sizeof *headless; i++) {
		if (headless[i].columns != l->columns ||
		    headless[i].third != third)
			continue;
		l->column[LAYOUT_COUNTRY] = headless[i].country;
		l->column[LAYOUT_ASN] = headless[i].asn;
		l->column[LAYOUT_NAME] = headless[i].name;
		l->settled = true;
		return 0;
	}
	return err_set(e, EX_DATAERR, "cannot tell what '%.*s' is in the third "
	    "of %zu columns: give the file a header", FIELD_SHOWN(cells[2]),
	    l->columns);
}

static int
layout_headless(struct layout *l, const struct slice *cells, struct err *e)
{
	struct ip_range ignored;

	if (!field_is_address(cells[0])) {
		if (field_network(cells[0], &ignored, e) == 0)
			return err_set(e, EX_DATAERR, "a network and no header "
			    "before it: give the file one that names the "
			    "columns (network,country_code,asn,as_name)");
		return layout_header(l, cells, e);
	}
	if (l->columns < 3 || l->columns > 5)
		return err_set(e, EX_DATAERR, "no header, and %zu columns "
		    "where 3 to 5 are understood: give the file a header",
		    l->columns);
	l->kind = LAYOUT_RANGES;
	l->format = l->delimiter == ',' ? "range CSV" : "range TSV";
	l->column[LAYOUT_FIRST] = 0;
	l->column[LAYOUT_LAST] = 1;
	return 0;
}

int
layout_find(struct layout *l, struct slice line, struct buf *scratch,
    struct err *e)
{
	struct slice cells[LAYOUT_COLUMNS_MAX];
	int n;

	*l = (struct layout){ .delimiter = ',' };
	for (int i = 0; i < LAYOUT_FIELDS; i++)
		l->column[i] = -1;
	if (layout_foreign(line, e) < 0)
		return -1;
	if (slice_starts(line, SLICE("aut-num:")) ||
	    slice_starts(line, SLICE("net:"))) {
		l->kind = LAYOUT_LIBLOC;
		l->format = "libloc export";
		return 0;
	}
	/* A name may hold either; what comes first stands between cells. */
	if (slice_find_byte(line, '\t') < slice_find_byte(line, ','))
		l->delimiter = '\t';
	n = layout_split(l, line, scratch, cells);
	if (n < 0)
		return split_error(e);
	l->columns = (size_t)n;
	return layout_headless(l, cells, e);
}

static int
layout_addresses(const struct layout *l, const struct slice *cells,
    struct ip_range *range, struct err *e)
{
	const int *column = l->column;

	if (l->kind == LAYOUT_RANGES)
		return field_range(cells[column[LAYOUT_FIRST]],
		    cells[column[LAYOUT_LAST]], range, e);
	if (l->kind == LAYOUT_NETWORKS)
		return field_network(cells[column[LAYOUT_NETWORK]], range, e);
	return 0;
}

static int
layout_geoname(const struct layout *l, const struct slice *cells,
    uint32_t *geoname, struct err *e)
{
	/* The place, or where nothing is known of it the country that the
	 * network is registered in. */
	if (field_geoname(cells[l->column[LAYOUT_GEONAME]], geoname, e) < 0)
		return -1;
	if (*geoname || !layout_has(l, LAYOUT_REGISTERED))
		return 0;
	return field_geoname(cells[l->column[LAYOUT_REGISTERED]], geoname, e);
}

static int
layout_key(const struct layout *l, const struct slice *cells,
    struct place_key *key, struct err *e)
{
	const int *column = l->column;

	if (layout_has(l, LAYOUT_COUNTRY) &&
	    field_country(cells[column[LAYOUT_COUNTRY]], key->country, e) < 0)
		return -1;
	if (layout_has(l, LAYOUT_ASN) &&
	    field_asn(cells[column[LAYOUT_ASN]], &key->asn, e) < 0)
		return -1;
	if (layout_has(l, LAYOUT_NAME))
		key->name = field_name(cells[column[LAYOUT_NAME]]);
	if (layout_has(l, LAYOUT_GEONAME))
		return layout_geoname(l, cells, &key->geoname, e);
	return 0;
}

int
layout_record(struct layout *l, struct slice line, struct buf *scratch,
    struct record *record, struct err *e)
{
	struct slice cells[LAYOUT_COLUMNS_MAX];
	int n = layout_split(l, line, scratch, cells);

	*record = (struct record){ .key = { .asn = 0 } };
	if (n < 0)
		return split_error(e);
	if ((size_t)n != l->columns)
		return err_set(e, EX_DATAERR, "%d columns, not %zu as above: "
		    "damaged or cut short, get the file again", n, l->columns);
	if (layout_addresses(l, cells, &record->range, e) < 0)
		return -1;
	if (!l->settled && layout_settle(l, cells, e) < 0)
		return -1;
	return layout_key(l, cells, &record->key, e);
}
