/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_IMAGE_H
#define ENRICH_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "enrich/ipdb.h"

/* The compiled form of databases, as it lies in a file and in memory: a header
 * and sections that begin at multiples of IMAGE_ALIGNMENT bytes, in the byte order of the
 * machine that wrote it.
 *
 * Both families are lists of addresses, ascending, from each of which on
 * another place begins.  Of IPv4 addresses only the lower 16 bits are listed;
 * the index says for each value of the upper 16 where its part of the list
 * begins, and every part begins with 0.  IPv6 begins with ::, and tops are the
 * upper halves of every IMAGE_STRIDE-th address.  The lower halves are missing
 * where all are 0, which is usual. */
enum image_section {
	IMAGE_V4_INDEX,		/* uint32_t, IMAGE_PARTS + 1 */
	IMAGE_V4_LOWS,		/* uint16_t */
	IMAGE_V4_NUMBERS,	/* uint32_t: of places, as many */
	IMAGE_V6_TOPS,		/* uint64_t */
	IMAGE_V6_HIGHS,		/* uint64_t */
	IMAGE_V6_LOWS,		/* uint64_t, as many or none */
	IMAGE_V6_NUMBERS,	/* uint32_t: of places, as many */
	IMAGE_PLACES,		/* struct image_place; the first is nowhere */
	IMAGE_NAMES,		/* bytes */
	IMAGE_SOURCES,		/* struct image_source */
	IMAGE_TEXTS,		/* bytes, each text with a final NUL */
	IMAGE_SECTIONS
};

enum { IMAGE_ALIGNMENT = 8, IMAGE_PARTS = 65536, IMAGE_STRIDE = 16 };

#define IMAGE_MAGIC "MLS\0ipdb"		/* no text file has a NUL */
enum {
	IMAGE_MAGIC_SIZE = 8,
	IMAGE_BYTE_ORDER = 0x01020304,
	IMAGE_VERSION = 1,
};

/* More than any is large; a file that says so is not read. */
#define IMAGE_SIZE_MAX ((uint64_t)1 << 30)

struct image_header {
	char magic[IMAGE_MAGIC_SIZE];
	uint32_t byte_order, version;
	uint64_t size;		/* of the file */
	uint64_t sum;		/* of the file, with 0 here */
	struct {
		uint64_t offset, size;	/* bytes */
	} sections[IMAGE_SECTIONS];
};

struct image_place {
	uint32_t asn;		/* 0: unknown */
	uint32_t name;		/* where it begins in IMAGE_NAMES */
	uint16_t name_size;	/* 0: unknown */
	char country[2];	/* A to Z; NULs: unknown */
};

struct image_source {
	uint64_t rows, v4, v6;
	int64_t time;
	uint32_t file, format;	/* where they begin in IMAGE_TEXTS */
};

/* One of them: all of a file, or sections of our own that free() frees; zeros
 * are one without sections, which may be set. */
struct image {
	void *file;			/* or NULL */
	size_t file_size;
	bool is_verified;		/* its sum is right, and will be */
	void *sections[IMAGE_SECTIONS];
	size_t sizes[IMAGE_SECTIONS];	/* bytes */
};

void image_close(struct image *im);

/* Whether the file of a name is a regular one that begins as ours do. */
bool image_is(const char *file);

/* A file.  Of its header alone is known then that it is good: the sections lie in
 * the file, and their sizes fit each other; in memory its sum is right too.  -1: e
 * says why, beginning with the name of the file: EX_NOINPUT, EX_IOERR or
 * EX_DATAERR. */
int image_open(struct image *im, const char *file, enum ipdb_where where,
	struct err *e);

/* It is a file. */
bool image_is_file(const struct image *im);

/* How many items a section has. */
size_t image_items(const struct image *im, enum image_section s);

/* What a file was made from; the texts live as long as it is open.  False: no
 * more, or damaged. */
bool image_source(const struct image *im, size_t i,
	struct ipdb_source *source);

/* What the sum of a file of n bytes, all of which follow, should be. */
uint64_t image_sum(const struct image_header *h, size_t n);

/* What one says that its sum is; 0: it is no file. */
uint64_t image_said_sum(const struct image *im);

/* Of one that is a file all is as it was written; in memory, that is known.  -1: its
 * sum is wrong, EX_DATAERR. */
int image_verify(const struct image *im, struct err *e);

/* Writes it to a file beside the one named, on disk, and renames that.  What it
 * was made from is said to be these sources.  -1: EX_CANTCREAT, and the file is
 * as it was; or EX_IOERR, and whether it will still be the new one after a
 * power cut is not known. */
int image_write(const struct image *im, const struct ipdb_source *sources,
	size_t n, const char *file, struct err *e);

#endif
