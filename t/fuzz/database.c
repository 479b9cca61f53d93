/* SPDX-License-Identifier: ISC */
/* Database files of any content: up to four in one input, with lines of "%%"
 * between them.  They load whole or not at all, and what is found in them is
 * fit for a row. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "enrich/ipdb.h"

enum { FILES = 4, NAME = 32, ASKED = 2000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition) do { \
	if (!(condition)) { \
		fprintf(stderr, "broken: %s\n", #condition); \
		abort(); \
	} \
} while (0)

/* A file that has no name but this one. */
static int
file_of(struct slice text, char name[NAME])
{
	int fd = memfd_create("database", MFD_CLOEXEC);

	MUST(fd >= 0);
	MUST(write(fd, text.p, text.n) == (ssize_t)text.n);
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	snprintf(name, NAME, "/proc/self/fd/%d", fd);
	return fd;
}

static void
ask(struct ipdb *db, const struct ip *ip)
{
	struct place place, again;

	ipdb_find(db, ip, &place);
	MUST(place.country.n == 0 || place.country.n == 2);
	for (size_t i = 0; i < place.country.n; i++)
		MUST(place.country.p[i] >= 'A' && place.country.p[i] <= 'Z');
	MUST(place.as_name.n == 0 || place.asn != 0);
	MUST(ipdb_sources(db) || (place.asn == 0 && place.country.n == 0));
	ipdb_find(db, ip, &again);
	MUST(again.asn == place.asn);
	MUST(slice_is(again.country, place.country));
	MUST(slice_is(again.as_name, place.as_name));
}

/* An address, and its neighbours. */
static void
ask_around(struct ipdb *db, struct ip ip)
{
	ask(db, &ip);
	if (ip.low != 0) {
		ip.low--;
		ask(db, &ip);
		ip.low++;
	}
	if (ip.low != (ip.family == IP_V4 ? UINT32_MAX : UINT64_MAX)) {
		ip.low++;
		ask(db, &ip);
	}
}

/* What the input holds that reads as an address. */
static void
ask_tokens(struct ipdb *db, struct slice data)
{
	size_t from = 0, asked = 0;

	for (size_t i = 0; i <= data.n && asked < ASKED; i++) {
		struct slice token = { data.p + from, i - from };
		uint64_t number;
		struct ip ip;

		if (i < data.n && data.p[i] != ',' && data.p[i] != '\n' &&
		    data.p[i] != '\t' && data.p[i] != '"' &&
		    data.p[i] != '/' && data.p[i] != ' ')
			continue;
		from = i + 1;
		if (slice_number(token, UINT32_MAX, &number))
			ip = (struct ip){ IP_V4, 0, number };
		else if (!ip_parse(token, &ip))
			continue;
		ask_around(db, ip);
		asked++;
	}
}

static void
ask_ends(struct ipdb *db)
{
	ask_around(db, (struct ip){ IP_NONE, 0, 0 });
	ask_around(db, (struct ip){ IP_V4, 0, 0 });
	ask_around(db, (struct ip){ IP_V4, 0, UINT32_MAX });
	ask_around(db, (struct ip){ IP_V6, 0, 0 });
	ask_around(db, (struct ip){ IP_V6, UINT64_MAX, UINT64_MAX });
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice all = { (const char *)data, size }, rest = all;
	const char *files[FILES];
	char names[FILES][NAME];
	int fds[FILES];
	size_t n = 0;
	struct err_list complaints = { .n = 0 };
	struct ipdb *db;

	while (n < FILES) {
		size_t end = n == FILES - 1 ? rest.n :
		    slice_find(rest, SLICE("\n%%\n"));

		fds[n] = file_of(slice_to(rest, end), names[n]);
		files[n] = names[n];
		n++;
		if (end == rest.n)
			break;
		rest = slice_from(rest, end + 4);
	}
	db = ipdb_open(files, n, &complaints);
	MUST(ipdb_sources(db) + complaints.n == n);
	for (unsigned i = 0; i < complaints.n; i++)
		MUST(slice_starts(slice_text(complaints.texts[i]),
		    SLICE("/proc/self/fd/")));
	for (size_t i = 0; i < ipdb_sources(db); i++)
		MUST(ipdb_source(db, i)->format != NULL);
	ask_ends(db);
	ask_tokens(db, all);
	ipdb_close(db);
	err_list_release(&complaints);
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
	return 0;
}
