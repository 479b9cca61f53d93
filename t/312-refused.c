/* SPDX-License-Identifier: ISC */
/* Database files that are refused, and what is said of them; gzip, and the
 * ceilings. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "enrich/ipdb.h"
#include "database.h"
#include "pack.h"
#include "scratch.h"
#include "tap.h"

#define LIB "net: 192.0.2.0/24\ncountry: US\n"

static const struct {
	struct slice text;
	const char *complaint;	/* without the file's name */
} defects[] = {
	{ SLICE(""), "1: no addresses in this file: get it again" },
	{ SLICE("\n\n# nothing\n"),
	    "3: no addresses in this file: get it again" },
	{ SLICE(ROW "203.0.113.0,203.0.113.255,CA"), "2: the last line does "
	    "not end: cut short, get the file again (or add a newline, if it "
	    "is whole)" },
	{ SLICE(LIB "\n" LIB "aut-num: 13"), "6: the last line does not end: cut short, "
	    "get the file again (or add a newline, if it is whole)" },
	{ SLICE("network,country_code\n"),
	    "1: no addresses in this file: get it again" },
	{ SLICE("aut-num: AS64496\nname: Example\n"),
	    "2: no addresses in this file: get it again" },
	{ SLICE("\n <!DOCTYPE html>\n<html>\n"), "2: this is a web page and no "
	    "database: look at what the server sent, and get the file again" },
	{ SLICE("{\"error\": \"limit\"}\n"),
	    "1: this is JSON, which is not read: get the CSV edition" },
	{ SLICE("[{\"ip\": 1}]"),
	    "1: this is JSON, which is not read: get the CSV edition" },
	{ SLICE("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
	    "1: this is a Git LFS pointer and not the file it stands for: get "
	    "it with 'git lfs pull'" },
	{ SLICE("PK\3\4\24\0\0\0"), "1: this is a zip archive: unpack it and "
	    "name the CSV files in it" },
	{ SLICE("LOCDBXX\1\0\0"), "1: this is libloc's own database, which is "
	    "not read: name the text that 'location dump' writes" },
	{ SLICE("\0\0\1\0\0\2\xab\xcd\xefMaxMind.com"), "1: this is binary "
	    "(MMDB or another), which is not read: get the CSV edition" },
	{ SLICE("\x7f" "ELF\2\1\1"), "1: this is binary (MMDB or another), "
	    "which is not read: get the CSV edition" },
	{ SLICE(ROW "192.0.3.0,192.0.3.255,U\0"), "2: a NUL byte" AGAIN },
	{ SLICE(LIB "aut-num: 1\0\n"), "3: a NUL byte" AGAIN },
	{ SLICE("Invalid license key\n"), "1: neither a row of addresses nor a "
	    "header that says where they are ('network', or 'start_ip' and "
	    "'end_ip'): no address database" },
	{ SLICE("start_ip,country\n"), "1: neither a row of addresses nor a "
	    "header that says where they are ('network', or 'start_ip' and "
	    "'end_ip'): no address database" },
	{ SLICE("network,continent\n192.0.2.0/24,EU\n"), "1: the header names "
	    "neither 'country_code' nor 'asn': nothing here to look up" },
	{ SLICE("192.0.2.0/24,US\n"), "1: a network and no header before it: "
	    "give the file one that names the columns "
	    "(network,country_code,asn,as_name)" },
	{ SLICE("192.0.2.0,192.0.2.9\n"), "1: no header, and 2 columns where 3 "
	    "to 5 are understood: give the file a header" },
	{ SLICE("192.0.2.0,192.0.2.9,a,b,c,d\n"), "1: no header, and 6 columns "
	    "where 3 to 5 are understood: give the file a header" },
	{ SLICE("192.0.2.0,192.0.2.9,US,a,b\n"), "1: cannot tell what 'US' is "
	    "in the third of 5 columns: give the file a header" },
	{ SLICE("192.0.2.0,192.0.2.9,192.0.2.0/24\n"), "1: cannot tell what "
	    "'192.0.2.0/24' is in the third of 3 columns: give the file a "
	    "header" },
	{ SLICE(ROW "192.0.3.255,192.0.3.0,US\n"), "2: the range ends "
	    "('192.0.3.0') before it starts ('192.0.3.255')" AGAIN },
	{ SLICE("20,19,US\n"),
	    "1: the range ends ('19') before it starts ('20')" AGAIN },
	{ SLICE("4294967296,4294967295,US\n"), "1: the range ends "
	    "('4294967295') before it starts ('4294967296')" AGAIN },
	{ SLICE("2001:db8::2,2001:db8::1,US\n"), "1: the range ends "
	    "('2001:db8::1') before it starts ('2001:db8::2')" AGAIN },
	{ SLICE("192.0.2.0,192.0.2.256,US\n"),
	    "1: '192.0.2.256' is no IP address" AGAIN },
	{ SLICE(ROW "192.0.2.00,192.0.2.9,US\n"),
	    "2: '192.0.2.00' is no IP address" AGAIN },
	{ SLICE(ROW ",192.0.2.9,US\n"), "2: '' is no IP address" AGAIN },
	{ SLICE(ROW "2001:db8::g,2001:db8::1,US\n"),
	    "2: '2001:db8::g' is no IP address" AGAIN },
	{ SLICE(ROW "-1,5,US\n"), "2: '-1' is no IP address" AGAIN },
	{ SLICE("0,340282366920938463463374607431768211456,US\n"),
	    "1: '340282366920938463463374607431768211456' is no IP address"
	    AGAIN },
	{ SLICE(ROW "192.0.2.0,2001:db8::,US\n"), "2: '192.0.2.0' and "
	    "'2001:db8::' must both be IPv4, IPv6 or decimal" },
	{ SLICE("192.0.2.0,3221226239,US\n"), "1: '192.0.2.0' and "
	    "'3221226239' must both be IPv4, IPv6 or decimal" },
	{ SLICE("::ffff:192.0.2.0,192.0.2.255,US\n"), "1: '::ffff:192.0.2.0' "
	    "and '192.0.2.255' must both be IPv4, IPv6 or decimal" },
	{ SLICE(ROW "192.0.3.0,192.0.3.255,USA\n"),
	    "2: country code 'USA' is not two letters" },
	{ SLICE("192.0.2.0,192.0.2.255,U5\n"),
	    "1: country code 'U5' is not two letters" },
	{ SLICE(ROW "192.0.3.0,192.0.3.255,U\n"),
	    "2: country code 'U' is not two letters" },
	{ SLICE(ROW "192.0.3.0,192.0.3.255,\xC3\x9C\n"),
	    "2: country code '?\?' is not two letters" },
	{ SLICE("network,country\n192.0.2.0/24,Australia\n"),
	    "2: country code 'Australia' is not two letters" },
	{ SLICE("192.0.2.0,192.0.2.9,4294967296,Much\n"), "1: AS number "
	    "'4294967296' is not a number of at most 4294967295" },
	{ SLICE("0,9,1,A\n10,19,AS,B\n"), "2: AS number 'AS' is not a number "
	    "of at most 4294967295" },
	{ SLICE("0,9,1,A\n10,19,1x,B\n"), "2: AS number '1x' is not a number "
	    "of at most 4294967295" },
	{ SLICE("0,9,1,A\n10,19,-1,B\n"), "2: AS number '-1' is not a number "
	    "of at most 4294967295" },
	{ SLICE("0,9,1,A\n10,19,AS99999999999999999999,B\n"),
	    "2: AS number 'AS99999999999999999999' is not a number of at most "
	    "4294967295" },
	{ SLICE(ROW "192.0.3.0,192.0.3.255\n"), "2: 2 columns, not 3 as above: "
	    "damaged or cut short, get the file again" },
	{ SLICE(ROW "192.0.3.0,192.0.3.255,US,x\n"), "2: 4 columns, not 3 as "
	    "above: damaged or cut short, get the file again" },
	{ SLICE("0,9,1,Example, Inc.\n"), "1: country code 'Example' is "
	    "not two letters" },
	{ SLICE("0,9,1,A\n10,19,2,Example, Inc.\n"), "2: 5 columns, not 4 as "
	    "above: damaged or cut short, get the file again" },
	{ SLICE("0\t9\t1\tUS\tA\n10\t19\t1\tUS\n"), "2: 4 columns, not 5 as "
	    "above: damaged or cut short, get the file again" },
	{ SLICE("0,9,1,A\n10,19,2,\"Example\n"), "2: a quote is not closed or "
	    "stands inside a cell, or there are more than 32 columns" },
	{ SLICE("0,9,1,A\n10,19,2,\"Example\" Inc\n"), "2: a quote is not "
	    "closed or stands inside a cell, or there are more than 32 "
	    "columns" },
	{ SLICE(",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n"), "1: a quote is "
	    "not closed or stands inside a cell, or there are more than 32 "
	    "columns" },
	{ SLICE("1\t2\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t"
	    "\t\t\t\t\n"), "1: a quote is not closed or stands inside a cell, "
	    "or there are more than 32 columns" },
	{ SLICE("network,asn\n192.0.2.0/33,1\n"), "2: '192.0.2.0/33' has no "
	    "prefix of 0 to 32 bits" AGAIN },
	{ SLICE("network,asn\n2001:db8::/129,1\n"), "2: '2001:db8::/129' has "
	    "no prefix of 0 to 128 bits" AGAIN },
	{ SLICE("network,asn\n192.0.2.0/,1\n"), "2: '192.0.2.0/' has no prefix "
	    "of 0 to 32 bits" AGAIN },
	{ SLICE("network,asn\n192.0.2.1/24,1\n"),
	    "2: '192.0.2.1/24' has bits set behind its prefix" AGAIN },
	{ SLICE("network,asn\n2001:db8::1/64,1\n"),
	    "2: '2001:db8::1/64' has bits set behind its prefix" AGAIN },
	{ SLICE("network,asn\n2001:db8::/31,1\n2001:db8::/28,1\n"),
	    "3: '2001:db8::/28' has bits set behind its prefix" AGAIN },
	{ SLICE("network,asn\n3221225984/24,1\n"),
	    "2: '3221225984/24' is no IP network" AGAIN },
	{ SLICE("network,asn\nnone,1\n"), "2: 'none' is no IP network" AGAIN },
	{ SLICE("network,geoname_id\n192.0.2.0/24,x\n"), "2: geoname_id 'x' is "
	    "not a number of at most 4294967295" },
	{ SLICE("network,geoname_id\n192.0.2.0/24,2921044\n"),
	    "2: countries are given as geoname_id: name "
	    "GeoLite2-Country-Locations-en.csv as a database too" },
	{ SLICE("geoname_id,country_iso_code\n2921044,DE\n"), "1: places "
	    "without their networks: name GeoLite2-Country-Blocks-IPv4.csv and "
	    "-IPv6.csv as databases too" },
	{ SLICE(LIB "cut\n"), "3: 'cut' is no 'key: value'" AGAIN },
	{ SLICE(LIB "\nname: Example\n"), "4: a block begins with 'name', not "
	    "'net' or 'aut-num'" AGAIN },
	{ SLICE(LIB "net: 198.51.100.0/24\n"),
	    "3: a second 'net' in one block" AGAIN },
	{ SLICE("net: 192.0.2.0/24\ncountry: Germany\n"),
	    "2: country code 'Germany' is not two letters" },
	{ SLICE("net: 192.0.2.0\naut-num: none of them\n"), "2: AS number "
	    "'none of them' is not a number of at most 4294967295" },
	{ SLICE("net: somewhere\n"), "1: 'somewhere' is no IP network" AGAIN },
};

static void
test_defect(size_t i)
{
	static const char *const file[] = { "sample" };
	struct err_list list = { .n = 0 };
	struct ask nothing = { "192.0.2.0", "|0|" };
	char expected[1024];
	struct ipdb *db;

	spew(file[0], defects[i].text);
	db = ipdb_open(file, 1, IPDB_IN_MEMORY, &list);
	snprintf(expected, sizeof expected, "sample:%s", defects[i].complaint);
	is_complaint(&list, EX_DATAERR, expected);
	ok(ipdb_sources(db) == 0, "left out");
	is_place(db, &nothing, "nothing half-loaded");
	ipdb_close(db);
	err_list_release(&list);
}

/* Bytes of a gzip file of a text, and maybe more behind them. */
static void
write_gzip(const char *name, struct slice text, size_t cut, struct slice more)
{
	struct buf b;

	buf_init(&b, 10000);
	add_gzip(&b, text, 9);
	buf_add(&b, more);
	b.n -= cut;
	spew(name, buf_slice(&b));
	buf_release(&b);
}

static void
test_gzip(void)
{
	static const char *const file[] = { "sample" };
	static const struct {
		size_t cut;
		struct slice more;
		const char *complaint;
	} cases[] = {
		{ 0, SLICE(""), NULL },
		{ 0, SLICE("\0\0\0"), NULL },
		{ 1, SLICE(""), "sample:2: cannot be unpacked from here on: "
		    "damaged or cut short, get the file again (only gzip is "
		    "read)" },
		{ 0, SLICE("more"), "sample:2: something else stands behind "
		    "the gzip data" AGAIN },
	};
	struct ask ask = { "192.0.2.1", "US|0|" };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err_list list = { .n = 0 };
		struct ipdb *db;

		write_gzip(file[0], SLICE("# gzip\n" ROW), cases[i].cut,
		    cases[i].more);
		db = ipdb_open(file, 1, IPDB_IN_MEMORY, &list);
		if (cases[i].complaint)
			is_complaint(&list, EX_DATAERR, cases[i].complaint);
		else
			is_place(db, &ask, "gzip");
		ok(ipdb_sources(db) == !cases[i].complaint, "loaded or not");
		ipdb_close(db);
		err_list_release(&list);
	}
}

static void
test_unpacked(void)
{
	static const char *const file[] = { "sample" };
	struct err_list list = { .n = 0 };
	struct ipdb *db;

	spew(file[0], SLICE("\xFD" "7zXZ\0\0\4"));
	db = ipdb_open(file, 1, IPDB_IN_MEMORY, &list);
	is_complaint(&list, EX_DATAERR, "sample:1: cannot be unpacked from "
	    "here on: damaged or cut short, get the file again (only gzip is "
	    "read)");
	ipdb_close(db);
	err_list_release(&list);
}

static void
test_long_lines(void)
{
	static const char *const file[] = { "sample" };
	static const size_t lengths[] = { 4096, 4097, 70000, 500000 };
	struct err_list list = { .n = 0 };

	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		struct slice row = SLICE("0,9,1,A\n10,19,2,");
		size_t n = lengths[i] + 9;
		char *text = malloc(n);
		struct ipdb *db;

		memset(text, 'x', n);
		memcpy(text, row.p, row.n);
		text[n - 1] = '\n';
		spew(file[0], (struct slice){ text, n });
		db = ipdb_open(file, 1, IPDB_IN_MEMORY, &list);
		if (i == 0)
			ok(list.n == 0 && ipdb_sources(db) == 1, "4096 bytes");
		else
			is_complaint(&list, EX_DATAERR, "sample:2: a line of "
			    "more than 4096 bytes: no address database, or "
			    "damaged");
		ipdb_close(db);
		err_list_release(&list);
		free(text);
	}
}

/* One place more than there may be, and names that are too much together. */
static void
test_ceilings(void)
{
	static const char *const file[] = { "sample" };
	static const struct {
		unsigned rows;
		int width;	/* of the name */
		const char *line;
	} cases[] = { { (1 << 20) + 1, 0, "sample:1048577: " },
		{ 17000, 4000, "sample:16674: " } };
	struct err_list list = { .n = 0 };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		FILE *f = fopen(file[0], "w");

		for (unsigned n = 1; n <= cases[i].rows; n++)
			fprintf(f, "%u,%u,%u,%.*u\n", n, n, n,
			    cases[i].width, n);
		fclose(f);
		ipdb_close(ipdb_open(file, 1, IPDB_IN_MEMORY, &list));
		ok(list.n == 1 && strstr(list.texts[0], ": more than 1048576 "
		    "different places or 67108864 bytes of names: too much "
		    "for an address database"), "a ceiling of places");
		ok(list.n == 1 && strncmp(list.texts[0], cases[i].line,
		    strlen(cases[i].line)) == 0, "%s",
		    list.n ? list.texts[0] : "nothing");
		err_list_release(&list);
	}
}

static void
test_places(void)
{
	static const char *const missing[] = { "missing" };
	static const char *const directory[] = { "." };
	static const char *const zero[] = { "/dev/zero" };
	struct err_list list = { .n = 0 };

	ipdb_close(ipdb_open(missing, 1, IPDB_IN_MEMORY, &list));
	is_complaint(&list, EX_NOINPUT,
	    "cannot open 'missing': No such file or directory");
	err_list_release(&list);
	ipdb_close(ipdb_open(directory, 1, IPDB_IN_MEMORY, &list));
	is_complaint(&list, EX_NOINPUT,
	    "cannot read '.': it is a directory");
	err_list_release(&list);
	ipdb_close(ipdb_open(zero, 1, IPDB_IN_MEMORY, &list));
	is_complaint(&list, EX_DATAERR, "/dev/zero:1: a line of more than 4096 "
	    "bytes: no address database, or damaged");
	err_list_release(&list);
	ipdb_close(ipdb_open(NULL, 0, IPDB_IN_MEMORY, &list));
	ok(list.n == 0, "no file, no complaint");
	ipdb_close(NULL);
}

int
main(void)
{
	scratch_begin();
	for (size_t i = 0; i < sizeof defects / sizeof *defects; i++)
		test_defect(i);
	test_gzip();
	test_unpacked();
	test_long_lines();
	test_ceilings();
	test_places();
	scratch_end();
	return done();
}
