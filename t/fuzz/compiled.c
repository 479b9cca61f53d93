/* SPDX-License-Identifier: ISC */
/* A compiled database with damage of any kind.  The input is a list of patches
 * to a good one: where (a byte: the header, one of the sections, or their
 * sizes' end; two bytes: how far in, from its start or its end), how many bytes
 * (one byte, up to 8), the bytes.  Its sum is made right again, so that what
 * comes behind it is reached, unless the input has an odd length.  Such a file
 * is refused, or its answers are fit for a row; only one that verifies is
 * compiled again, and then answers alike.  That costs tenfold, so that it
 * depends on the last byte. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "asking.h"
#include "enrich/compiled.h"
#include "enrich/image.h"

enum { NAME = 96, PATCH_HEAD = 4, PATCH_MAX = 8, RANDOM_ASKED = 64, SELDOM = 16 };

static const char text[] =
    "start,end,country_code,asn,as_name\n"
    "1.1.1.0,1.1.1.255,AU,13335,Cloudflare\n"
    "8.8.8.0,8.8.8.255,US,15169,\"Google, LLC\"\n"
    "10.0.0.0,10.255.255.255,DE,64500,Example\n"
    "10.1.0.0,10.1.0.127,FR,64501,Other\n"
    "2001:db8::,2001:db8:ffff::,DE,64500,Example\n"
    "2001:db8:1::5,2001:db8:1::9,NL,64502,Third\n"
    "2a00::,2a00:ffff::,SE,64503,Fourth\n";

static struct {
	unsigned char *bytes, *patched;
	size_t n;
	char file[NAME], again[NAME];
} base;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_file(const char *name, const void *bytes, size_t n)
{
	FILE *f = fopen(name, "w");

	MUST(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
}

static void
read_base(void)
{
	struct stat st;
	FILE *f = fopen(base.file, "r");

	MUST(f && fstat(fileno(f), &st) == 0);
	base.n = (size_t)st.st_size;
	base.bytes = malloc(base.n);
	base.patched = malloc(base.n);
	MUST(base.bytes && base.patched);
	MUST(fread(base.bytes, 1, base.n, f) == base.n);
	fclose(f);
}

static void
make_base(void)
{
	struct err_list complaints = { .n = 0 };
	const char *files[1] = { base.file };
	struct ipdb *db;
	struct err e;

	snprintf(base.file, NAME, "/dev/shm/mls-fuzz-%d", (int)getpid());
	snprintf(base.again, NAME, "/dev/shm/mls-fuzz-again-%d",
	    (int)getpid());
	write_file(base.file, text, sizeof text - 1);
	db = ipdb_open(files, 1, IPDB_IN_MEMORY, &complaints);
	MUST(complaints.n == 0 && ipdb_compile(db, base.file, &e) == 0);
	ipdb_close(db);
	read_base();
}

/* Where a patch begins. */
static size_t
patch_at(const uint8_t *patch)
{
	const struct image_header *h = (const void *)base.bytes;
	size_t section = patch[0] % (IMAGE_SECTIONS + 1);
	size_t far = (size_t)patch[1] << 8 | patch[2];
	size_t start = 0, size = sizeof *h;

	if (section < IMAGE_SECTIONS) {
		start = h->sections[section].offset;
		size = h->sections[section].size;
	}
	if (size == 0)
		return start;
	far %= size;
	return start + (patch[0] & 0x80 ? size - 1 - far : far);
}

static void
apply(const uint8_t *data, size_t size)
{
	memcpy(base.patched, base.bytes, base.n);
	while (size > PATCH_HEAD) {
		size_t at = patch_at(data), n = data[3] % PATCH_MAX + 1;

		if (n > size - PATCH_HEAD)
			n = size - PATCH_HEAD;
		if (n > base.n - at)
			n = base.n - at;
		memcpy(base.patched + at, data + PATCH_HEAD, n);
		data += PATCH_HEAD + n;
		size -= PATCH_HEAD + n;
	}
}

static void
mend_sum(void)
{
	struct image_header *h = (void *)base.patched;

	h->sum = image_sum(h, base.n);
}

static void
ask_one(void *arg, const struct ip *ip)
{
	(void)ask(arg, ip);
}

static void
ask_two(void *arg, const struct ip *ip)
{
	struct ipdb **two = arg;
	struct place a = ask(two[0], ip), b = ask(two[1], ip);

	MUST(same_place(&a, &b));
}

/* What the good one knows, and what the input names. */
static void
ask_all(void (*asker)(void *, const struct ip *), void *arg,
    const uint8_t *data, size_t size)
{
	static const struct ip known[] = {
		{ IP_V4, 0, 0x01010100 }, { IP_V4, 0, 0x080808ff },
		{ IP_V4, 0, 0x0a000000 }, { IP_V4, 0, 0x0a01007f },
		{ IP_V6, 0x20010db800000000, 0 },
		{ IP_V6, 0x20010db800010000, 5 },
		{ IP_V6, 0x2a00ffff00000000, 0 },
	};

	ask_ends(asker, arg);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		ask_around(asker, arg, known[i]);
	for (size_t i = 0; i + 4 <= size && i < RANDOM_ASKED; i++) {
		uint32_t four;

		memcpy(&four, data + i, sizeof four);
		ask_around(asker, arg, (struct ip){ IP_V4, 0, four });
		ask_around(asker, arg, (struct ip){ IP_V6,
		    (uint64_t)four << 32, 0 });
	}
}

static void
compile_again(struct ipdb *db, const uint8_t *data, size_t size)
{
	struct err_list complaints = { .n = 0 };
	const char *files[1] = { base.again };
	struct ipdb *two[2] = { db, NULL };
	struct err e;
	int checked = ipdb_check(db, &e);

	MUST(ipdb_compile(db, base.again, &e) == checked);
	if (checked < 0)
		return;
	two[1] = ipdb_open(files, 1, IPDB_IN_MEMORY, &complaints);
	MUST(complaints.n == 0);
	ask_all(ask_two, two, data, size);
	ipdb_close(two[1]);
	unlink(base.again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err_list complaints = { .n = 0 };
	const char *files[1];
	struct ipdb *db;

	if (!base.bytes)
		make_base();
	apply(data, size);
	if (size % 2 == 0)
		mend_sum();
	write_file(base.file, base.patched, base.n);
	files[0] = base.file;
	db = ipdb_open(files, 1, IPDB_IN_MEMORY, &complaints);
	for (size_t i = 0; i < ipdb_sources(db); i++) {
		print_name(slice_text(ipdb_source(db, i)->file));
		print_name(slice_text(ipdb_source(db, i)->format));
	}
	ask_all(ask_one, db, data, size);
	if (size && data[size - 1] % SELDOM == 0) {
		compile_again(db, data, size);
		(void)ipdb_verify(base.file, &complaints);
	}
	ipdb_close(db);
	err_list_release(&complaints);
	return 0;
}
