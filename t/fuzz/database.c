/* SPDX-License-Identifier: ISC */
/* Database files of any content: up to four in one input, with lines of "%%"
 * between them.  They load whole or not at all, what is found in them is fit
 * for a row, and their compiled form answers alike. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "asking.h"

enum { FILES = 4, NAME = 64, ASKED = 2000 };

/* Loaded, and from the compiled form of that. */
struct both {
	struct ipdb *loaded, *compiled;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
ask_both(void *arg, const struct ip *ip)
{
	const struct both *both = arg;
	struct place loaded = ask(both->loaded, ip);
	struct place compiled = ask(both->compiled, ip);

	MUST(same_place(&loaded, &compiled));
	MUST(ipdb_sources(both->loaded) || (loaded.asn == 0 &&
	    loaded.country.n == 0));
}

/* What the input holds that reads as an address. */
static void
ask_tokens(struct both *both, struct slice data)
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
		ask_around(ask_both, both, ip);
		asked++;
	}
}

/* What was loaded, written and opened again. */
static struct ipdb *
compile(const struct ipdb *db)
{
	struct err_list complaints = { .n = 0 };
	const char *files[1];
	char name[NAME];
	struct ipdb *compiled;
	struct err e;

	snprintf(name, sizeof name, "/dev/shm/mls-fuzz-%d", (int)getpid());
	MUST(ipdb_compile(db, name, &e) == 0);
	MUST(ipdb_verify(name, &complaints) == 0);
	files[0] = name;
	compiled = ipdb_open(files, 1, IPDB_IN_MEMORY, &complaints);
	MUST(complaints.n == 0);
	MUST(ipdb_sources(compiled) == ipdb_sources(db));
	unlink(name);
	return compiled;
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
	struct both both;

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
	both.loaded = ipdb_open(files, n, IPDB_IN_MEMORY, &complaints);
	MUST(ipdb_sources(both.loaded) + complaints.n == n);
	for (unsigned i = 0; i < complaints.n; i++)
		MUST(slice_starts(slice_text(complaints.texts[i]),
		    SLICE("/proc/self/fd/")));
	for (size_t i = 0; i < ipdb_sources(both.loaded); i++)
		MUST(ipdb_source(both.loaded, i)->format != NULL);
	both.compiled = compile(both.loaded);
	ask_ends(ask_both, &both);
	ask_tokens(&both, all);
	ipdb_close(both.loaded);
	ipdb_close(both.compiled);
	err_list_release(&complaints);
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
	return 0;
}
