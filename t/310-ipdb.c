/* SPDX-License-Identifier: ISC */
/* Database files: every format that is read, and what several files together
 * know. */
#include "enrich/ipdb.h"
#include "database.h"
#include "scratch.h"
#include "tap.h"

enum { ASKS = 12, FILES = 4 };

static const struct {
	const char *about;
	struct slice text;
	const char *format;
	size_t v4, v6;
	struct ask asks[ASKS];
} formats[] = {
	{
		"decimal ranges and countries",
		SLICE("3221225984,3221226239,US\n3325256704,3325256959,de\n"),
		"range CSV", 2, 0,
		{ { "192.0.1.255", "|0|" }, { "192.0.2.0", "US|0|" },
		{ "192.0.2.255", "US|0|" }, { "192.0.3.0", "|0|" },
		{ "198.51.100.7", "DE|0|" }, { "2001:db8::", "|0|" } },
	}, {
		"decimal IPv6, a small start and a start of 39 digits",
		SLICE("16,4294967296,SE\n"
		    "42540766411282592856903984951653826560,"
		    "42540766490510755371168322545197776895,FR\n"
		    "340282366920938463463374607431768211455,"
		    "340282366920938463463374607431768211455,NL\n"),
		"range CSV", 0, 3,
		{ { "::f", "|0|" }, { "::10", "SE|0|" },
		{ "::1:0:0", "SE|0|" }, { "::1:0:1", "|0|" },
		{ "2001:db8::", "FR|0|" },
		{ "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "FR|0|" },
		{ "2001:db9::", "|0|" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "NL|0|" },
		{ "0.0.0.20", "|0|" } },
	}, {
		"decimal IPv6 around the mapped IPv4 addresses",
		SLICE("\"0\",\"281470681743359\",\"-\",\"-\"\r\n"
		    "\"281473902969344\",\"281473902969599\",\"US\","
		    "\"United States of America\"\r\n"
		    "\"281474976710656\",\"281474976710911\",\"CA\","
		    "\"Canada\"\r\n"),
		"range CSV", 1, 1,
		{ { "192.0.1.255", "|0|" }, { "192.0.2.0", "US|0|" },
		{ "192.0.2.255", "US|0|" }, { "192.0.3.0", "|0|" },
		{ "::1:0:0:0", "CA|0|" } },
	}, {
		"textual ranges of both families",
		SLICE("192.0.2.0,192.0.2.255,GB\n"
		    "2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff,IE\n"
		    "::ffff:198.51.100.0,::FFFF:C633:64FF,PT\n"),
		"range CSV", 2, 1,
		{ { "192.0.2.9", "GB|0|" }, { "2001:db8::9", "IE|0|" },
		{ "2001:db8:1::", "|0|" }, { "198.51.100.255", "PT|0|" },
		{ "::ffff:198.51.100.0", "PT|0|" } },
	}, {
		"American Samoa, which looks like the head of an AS number",
		SLICE("192.0.2.0,192.0.2.255,AS\n"),
		"range CSV", 1, 0, { { "192.0.2.1", "AS|0|" } },
	}, {
		"AS numbers, names with commas, quotes and none at all",
		SLICE("192.0.2.0,192.0.2.127,64496,\"Example, \"\"Ex\"\" "
		    "Ltd\"\n"
		    "192.0.2.128,192.0.2.255,64497,\n"
		    "198.51.100.0,198.51.100.255,0,Nobody\n"
		    "203.0.113.0,203.0.113.255,4294967295,Last\n"),
		"range CSV", 3, 0,
		{ { "192.0.2.1", "|64496|Example, \"Ex\" Ltd" },
		{ "192.0.2.128", "|64497|" }, { "198.51.100.1", "|0|" },
		{ "203.0.113.255", "|4294967295|Last" } },
	}, {
		"three columns with AS numbers",
		SLICE("192.0.2.0,192.0.2.127,64496\n"),
		"range CSV", 1, 0, { { "192.0.2.1", "|64496|" } },
	}, {
		"IP2Location's five columns, unknown ones first",
		SLICE("\"0\",\"16777215\",\"-\",\"-\",\"-\"\r\n"
		    "\"3221225984\",\"3221226239\",\"192.0.2.0/24\","
		    "\"64496\",\"Example\"\r\n"),
		"range CSV", 1, 0,
		{ { "0.0.0.1", "|0|" }, { "192.0.2.1", "|64496|Example" } },
	}, {
		"IP2Location's four columns with a header",
		SLICE("\"ip_from\",\"ip_to\",\"country_code\","
		    "\"country_name\"\n"
		    "\"0\",\"16777215\",\"-\",\"-\"\n"
		    "\"3221225984\",\"3221226239\",\"US\",\"United States\"\n"),
		"range CSV", 1, 0,
		{ { "0.0.0.1", "|0|" }, { "192.0.2.1", "US|0|" } },
	}, {
		"IPinfo's older header; country is the code there",
		SLICE("start_ip,end_ip,country,country_name,continent,"
		    "continent_name,asn,as_name,as_domain\n"
		    "192.0.2.0,192.0.2.255,AU,Australia,OC,Oceania,AS64496,"
		    "\"Example, Inc.\",example.net\n"
		    "2001:db8::,2001:db8::ffff,NZ,New Zealand,OC,Oceania,,,\n"),
		"range CSV", 1, 1,
		{ { "192.0.2.1", "AU|64496|Example, Inc." },
		{ "2001:db8::1", "NZ|0|" } },
	}, {
		"IPinfo Lite: networks, single addresses, BOM, CRLF",
		SLICE("\xEF\xBB\xBFnetwork,country,country_code,continent,"
		    "continent_code,asn,as_name,as_domain\r\n"
		    "192.0.2.0/24,Australia,AU,Oceania,OC,AS64496,Example,"
		    "example.net\r\n"
		    "192.0.2.77,Austria,AT,Europe,EU,as64497,Other,e.org\r\n"
		    "2001:db8::/33,Australia,AU,Oceania,OC,AS64496,Example,"
		    "example.net\r\n"
		    "2001:db8::7,Austria,AT,Europe,EU,,,\r\n"),
		"CIDR CSV", 3, 3,
		{ { "192.0.2.76", "AU|64496|Example" },
		{ "192.0.2.77", "AT|64497|Other" },
		{ "192.0.2.78", "AU|64496|Example" },
		{ "192.0.3.0", "|0|" }, { "2001:db8::6", "AU|64496|Example" },
		{ "2001:db8::7", "AT|0|" },
		{ "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff",
		"AU|64496|Example" }, { "2001:db8:8000::", "|0|" } },
	}, {
		"GeoLite2 ASN",
		SLICE("network,autonomous_system_number,"
		    "autonomous_system_organization\n"
		    "192.0.2.0/25,64496,\"Example Org\"\n"
		    "::ffff:198.51.100.0/120,64497,Mapped\n"
		    "2001:db8::/64,64498,Six\n"
		    "0.0.0.0/0,64499,All\n"),
		"CIDR CSV", 5, 1,
		{ { "192.0.2.127", "|64496|Example Org" },
		{ "192.0.2.128", "|64499|All" },
		{ "198.51.100.255", "|64497|Mapped" },
		{ "2001:db8::1", "|64498|Six" }, { "0.0.0.0", "|64499|All" },
		{ "255.255.255.255", "|64499|All" } },
	}, {
		"iptoasn, text; a quote is part of the name",
		SLICE("192.0.2.0\t192.0.2.127\t64496\tUS\tEX, \"Ex\" Ltd\n"
		    "192.0.2.128\t192.0.2.255\t0\tNone\tNot routed\n"
		    "198.51.100.0\t198.51.100.255\t64497\tZZ\t\"Q\n"
		    "203.0.113.0\t203.0.113.255\t0\tFR\tNot routed\n"
		    "2001:db8::\t2001:db8::ff\t64498\tDE\tSIX\n"),
		"range TSV", 3, 1,
		{ { "192.0.2.1", "US|64496|EX, \"Ex\" Ltd" },
		{ "203.0.113.1", "FR|0|" },
		{ "192.0.2.128", "|0|" }, { "198.51.100.3", "|64497|\"Q" },
		{ "2001:db8::ff", "DE|64498|SIX" } },
	}, {
		"iptoasn, decimal, unrouted first",
		SLICE("0\t16777215\t0\tNone\tNot routed\n"
		    "3221225984\t3221226239\t64496\tUS\tEX\n"),
		"range TSV", 1, 0, { { "192.0.2.1", "US|64496|EX" } },
	}, {
		"iptoasn, countries only",
		SLICE("192.0.2.0\t192.0.2.255\tNone\n"
		    "198.51.100.0\t198.51.100.255\tUS\n"),
		"range TSV", 1, 0,
		{ { "192.0.2.1", "|0|" }, { "198.51.100.1", "US|0|" } },
	}, {
		"tor geoip: comments, ??, nothing",
		SLICE("# Location Database Export\n#\n"
		    "3221225984,3221226111,??\n3221226112,3221226239,BV\n"
		    "3325256704,3325256959,\n# end\n"),
		"range CSV", 1, 0,
		{ { "192.0.2.0", "|0|" }, { "192.0.2.128", "BV|0|" },
		{ "198.51.100.0", "|0|" } },
	}, {
		"tor geoip6",
		SLICE("# Vendor: example\n\n"
		    "2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff,??\n"
		    "2001:db8:1::,2001:db8:1:ffff:ffff:ffff:ffff:ffff,JP\n"),
		"range CSV", 0, 1,
		{ { "2001:db8::1", "|0|" }, { "2001:db8:1::1", "JP|0|" } },
	}, {
		"libloc's export: nested networks, names before and behind",
		SLICE("#\n# Location Database Export\n#\n\n"
		    "aut-num:                 AS64496\n"
		    "name:                    Example Org\n\n"
		    "net:                     192.0.2.0/24\n"
		    "country:                 DE\n"
		    "aut-num:                 64496\n\n"
		    "net:                     192.0.2.64/26\n"
		    "aut-num:                 64497\n"
		    "is-anycast:              yes\n\n"
		    "net:                     2001:db8::/32\n"
		    "country:                 at\n"
		    "aut-num:                 AS64498\n"
		    "drop:                    yes\n\n"
		    "aut-num:                 AS64497\n"
		    "name:                    Later: Ltd  \n"),
		"libloc export", 3, 1,
		{ { "192.0.2.63", "DE|64496|Example Org" },
		{ "192.0.2.64", "|64497|Later: Ltd" },
		{ "192.0.2.127", "|64497|Later: Ltd" },
		{ "192.0.2.128", "DE|64496|Example Org" },
		{ "2001:db8::1", "AT|64498|" } },
	}, {
		"rows in any order, nested and overlapping",
		SLICE("192.0.2.100,192.0.2.100,AA\n192.0.2.0,192.0.2.255,BB\n"
		    "192.0.2.90,192.0.2.110,CC\n192.0.0.0,192.0.2.9,DD\n"),
		"range CSV", 6, 0,
		{ { "192.0.2.0", "BB|0|" }, { "192.0.1.255", "DD|0|" },
		{ "192.0.2.99", "CC|0|" }, { "192.0.2.100", "AA|0|" },
		{ "192.0.2.101", "CC|0|" }, { "192.0.2.111", "BB|0|" } },
	}, {
		"old codes that name no country",
		SLICE("192.0.2.0,192.0.2.255,US\n198.51.100.0,198.51.100.9,A1\n"
		    "198.51.100.10,198.51.100.19,zz\n"
		    "203.0.113.0,203.0.113.255,CA\n"),
		"range CSV", 2, 0,
		{ { "198.51.100.1", "|0|" }, { "198.51.100.11", "|0|" },
		{ "203.0.113.1", "CA|0|" } },
	}, {
		"a header in capitals and another order of columns",
		SLICE("Country_Code,ASN,Network\nUS,64496,192.0.2.0/24\n"),
		"CIDR CSV", 1, 0, { { "192.0.2.1", "US|64496|" } },
	},
};

static void
test_format(size_t i)
{
	static const char *const file[] = { "sample" };
	struct err_list list = { .n = 0 };
	const struct ipdb_source *source;
	struct ipdb *db;

	spew(file[0], formats[i].text);
	db = ipdb_open(file, 1, IPDB_IN_MEMORY, &list);
	ok(list.n == 0, "%s: no complaint: %s", formats[i].about,
	    list.n ? list.texts[0] : "");
	if (ok(ipdb_sources(db) == 1, "%s: loaded", formats[i].about)) {
		source = ipdb_source(db, 0);
		is(slice_text(source->format), formats[i].format, formats[i].about);
		is(slice_text(source->file), "sample", "its name");
		ok(source->v4 == formats[i].v4 && source->v6 == formats[i].v6,
		    "%s: %zu and %zu ranges", formats[i].about, source->v4,
		    source->v6);
	}
	for (size_t j = 0; j < ASKS && formats[i].asks[j].ip; j++)
		is_place(db, &formats[i].asks[j], formats[i].about);
	ipdb_close(db);
	err_list_release(&list);
}

/* Several files at once, each written under the number of its place. */
static struct ipdb *
open_all(const char *const *texts, struct err_list *list)
{
	static const char *const names[FILES] = { "0", "1", "2", "3" };
	size_t n = 0;

	for (; n < FILES && texts[n]; n++)
		spew(names[n], slice_text(texts[n]));
	*list = (struct err_list){ .n = 0 };
	return ipdb_open(names, n, IPDB_IN_MEMORY, list);
}

static void
test_geolite(void)
{
	static const char blocks[] = "network,geoname_id,"
	    "registered_country_geoname_id,represented_country_geoname_id,"
	    "is_anonymous_proxy,is_satellite_provider,is_anycast\n"
	    "192.0.2.0/24,2921044,6252001,,0,0,\n"
	    "198.51.100.0/24,,6252001,,0,0,\n"
	    "203.0.113.0/24,,,,0,0,\n"
	    "2001:db8::/32,6255148,,,0,0,\n";
	static const char locations[] = "geoname_id,locale_code,"
	    "continent_code,continent_name,country_iso_code,country_name,"
	    "is_in_european_union\n"
	    "2921044,en,EU,Europe,DE,Germany,1\n"
	    "6252001,en,NA,\"North America\",US,\"United States\",0\n"
	    "6255148,en,EU,Europe,,,0\n";
	static const char other[] = "network,geoname_id\n10.0.0.0/8,77\n";
	static const char *const orders[][FILES] = {
		{ blocks, locations }, { locations, blocks },
		{ locations, other, blocks },
	};
	static const struct ask asks[] = {
		{ "192.0.2.1", "DE|0|" }, { "198.51.100.1", "US|0|" },
		{ "203.0.113.1", "|0|" }, { "2001:db8::1", "|0|" },
		{ "10.0.0.1", "|0|" },
	};

	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
		struct err_list list;
		struct ipdb *db = open_all(orders[i], &list);

		if (i == 2)
			is_complaint(&list, EX_DATAERR, "1:2: geoname_id 77 is "
			    "in no Locations file: get both files of the same "
			    "day");
		else
			ok(list.n == 0, "no complaint");
		ok(ipdb_sources(db) == 2, "blocks and places");
		for (size_t j = 0; j < sizeof asks / sizeof *asks; j++)
			is_place(db, &asks[j], "GeoLite2");
		ipdb_close(db);
		err_list_release(&list);
	}
}

static void
test_several(void)
{
	static const char *const texts[FILES] = {
		"192.0.2.0,192.0.2.15,US\n192.0.2.16,192.0.2.31,??\n",
		"192.0.2.0,192.0.2.63,64496,\n",
		"192.0.2.0\t192.0.2.15\t64497\tDE\tOTHER\n"
		"192.0.2.16\t192.0.2.63\t64496\tDE\tSAME\n"
		"192.0.2.64\t192.0.2.79\t64498\tDE\tNEW\n",
		"192.0.2.9,192.0.2.1,XX\n",
	};
	static const struct ask asks[] = {
		/* AS64497's name would be a lie beside AS64496's number. */
		{ "192.0.2.1", "US|64496|" },
		{ "192.0.2.16", "DE|64496|SAME" },
		{ "192.0.2.32", "DE|64496|SAME" },
		{ "192.0.2.64", "DE|64498|NEW" },
		{ "192.0.2.80", "|0|" },
		{ "192.0.2.1", "US|64496|" },
	};
	struct err_list list;
	struct ipdb *db = open_all(texts, &list);

	is_complaint(&list, EX_DATAERR, "3:1: the range ends ('192.0.2.1') "
	    "before it starts ('192.0.2.9'): damaged, get the file again");
	ok(ipdb_sources(db) == 3, "the others are there");
	for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
		is_place(db, &asks[i], "three files");
	ipdb_close(db);
	err_list_release(&list);
}

int
main(void)
{
	scratch_begin();
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		test_format(i);
	test_geolite();
	test_several();
	scratch_end();
	return done();
}
