/* SPDX-License-Identifier: ISC */
/* The peer of mls-ipinfo: libmaxminddb, as its manual shows it.  Reads an IPv4
 * address a line and answers as mls-ipinfo --csv does.
 *
 *   maxminddb ASN-FILE COUNTRY-FILE */
#include <stdbool.h>
#include <stdio.h>

/* Only the bench needs libmaxminddb: whoever checks this file may not have
 * it. */
#if __has_include(<maxminddb.h>)
#include <arpa/inet.h>
#include <maxminddb.h>
#include <stdlib.h>
#include <string.h>

static MMDB_s
open_database(const char *file)
{
	MMDB_s db;
	int rc = MMDB_open(file, MMDB_MODE_MMAP, &db);

	if (rc == MMDB_SUCCESS)
		return db;
	fprintf(stderr, "%s: %s\n", file, MMDB_strerror(rc));
	exit(66);
}

static MMDB_lookup_result_s
find(MMDB_s *db, const char *address)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int error;

	if (inet_pton(AF_INET, address, &sin.sin_addr) != 1) {
		fprintf(stderr, "%s: no address\n", address);
		exit(65);
	}
	return MMDB_lookup_sockaddr(db, (struct sockaddr *)&sin, &error);
}

static void
print_text(const MMDB_entry_data_s *data)
{
	putchar_unlocked(',');
	if (data->has_data)
		fwrite_unlocked(data->utf8_string, 1, data->data_size, stdout);
}

static void
answer(MMDB_s *asns, MMDB_s *countries, const char *address)
{
	MMDB_lookup_result_s asn = find(asns, address);
	MMDB_lookup_result_s country = find(countries, address);
	MMDB_entry_data_s code = { .has_data = false };
	MMDB_entry_data_s number = code, name = code;

	if (country.found_entry)
		MMDB_get_value(&country.entry, &code, "country", "iso_code",
		    NULL);
	if (asn.found_entry) {
		MMDB_get_value(&asn.entry, &number, "autonomous_system_number",
		    NULL);
		MMDB_get_value(&asn.entry, &name,
		    "autonomous_system_organization", NULL);
	}
	fputs_unlocked(address, stdout);
	print_text(&code);
	putchar_unlocked(',');
	if (number.has_data)
		printf("%u", number.uint32);
	print_text(&name);
	putchar_unlocked('\n');
}

int
main(int argc, char **argv)
{
	char line[256];
	MMDB_s asns, countries;

	if (argc != 3) {
		fputs("usage: maxminddb ASN-FILE COUNTRY-FILE\n", stderr);
		return 64;
	}
	asns = open_database(argv[1]);
	countries = open_database(argv[2]);
	puts("ip,country_code,asn,aso");
	while (fgets_unlocked(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		answer(&asns, &countries, line);
	}
	return fflush(stdout) != 0;
}
#else
int
main(void)
{
	fputs("maxminddb: built without libmaxminddb\n", stderr);
	return 69;
}
#endif
