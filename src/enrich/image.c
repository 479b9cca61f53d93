/* SPDX-License-Identifier: ISC */
/* Compiled databases on their way into a file. */
#include "enrich/image.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "enrich/compiled.h"
#include "enrich/installed.h"

enum { MODE = 0644 };

static_assert(sizeof(struct image_place) == 12, "a place has holes");
static_assert(sizeof(struct image_source) == 40, "a source has holes");
static_assert(sizeof(struct image_header) == 32 + 16 * IMAGE_SECTIONS,
	"the header has holes");

/* FNV-1a over words of eight bytes, the last filled up with NULs: a change of
 * any one word changes the sum.  Against chance, not against malice. */
static uint64_t
sum_add(uint64_t sum, const void *bytes, size_t n)
{
	const char *p = bytes;

	for (; n; p += sizeof(uint64_t)) {
		size_t part = n < sizeof(uint64_t) ? n : sizeof(uint64_t);
		uint64_t word = 0;

		memcpy(&word, p, part);
		sum = (sum ^ word) * 0x100000001b3;
		n -= part;
	}
	return sum;
}

static uint64_t
sum_start(const struct image_header *h)
{
	struct image_header copy = *h;

	copy.sum = 0;
	return sum_add(0xcbf29ce484222325, &copy, sizeof copy);
}

/* The sections of a file that is to be written; those that say where it is from
 * are made for it. */
struct writer {
	struct image_header header;
	const void *sections[IMAGE_SECTIONS];
	struct image_source *sources;
	struct buf texts;
};

static uint32_t
writer_text(struct writer *w, const char *text)
{
	uint32_t at = (uint32_t)w->texts.n;

	buf_add(&w->texts, (struct slice){ text, strlen(text) + 1 });
	return at;
}

static void
writer_sources(struct writer *w, const struct ipdb_source *sources, size_t n)
{
	w->sources = mem_array(n + 1, sizeof *w->sources);
	buf_init(&w->texts, UINT32_MAX);
	for (size_t i = 0; i < n; i++)
		w->sources[i] = (struct image_source){
			.rows = sources[i].rows, .v4 = sources[i].v4,
			.v6 = sources[i].v6, .time = sources[i].time,
			.file = writer_text(w, sources[i].file),
			.format = writer_text(w, sources[i].format),
		};
	w->sections[IMAGE_SOURCES] = w->sources;
	w->header.sections[IMAGE_SOURCES].size = n * sizeof *w->sources;
	w->sections[IMAGE_TEXTS] = w->texts.p;
	w->header.sections[IMAGE_TEXTS].size = w->texts.n;
}

static size_t
aligned(size_t n)
{
	return (n + IMAGE_ALIGNMENT - 1) / IMAGE_ALIGNMENT * IMAGE_ALIGNMENT;
}

static void
writer_header(struct writer *w)
{
	struct image_header *h = &w->header;

	memcpy(h->magic, IMAGE_MAGIC, IMAGE_MAGIC_SIZE);
	h->byte_order = IMAGE_BYTE_ORDER;
	h->version = IMAGE_VERSION;
	h->size = sizeof *h;
	for (size_t i = 0; i < IMAGE_SECTIONS; i++) {
		h->sections[i].offset = h->size;
		h->size += aligned(h->sections[i].size);
	}
	h->sum = sum_start(h);
	for (size_t i = 0; i < IMAGE_SECTIONS; i++)
		h->sum = sum_add(h->sum, w->sections[i], h->sections[i].size);
}

static int
writer_put(const struct writer *w, int fd)
{
	static const char padding[IMAGE_ALIGNMENT];
	FILE *f = fdopen(fd, "w");
	int rc;

	if (!f) {
		close(fd);
		return -1;
	}
	fwrite(&w->header, sizeof w->header, 1, f);
	for (size_t i = 0; i < IMAGE_SECTIONS; i++) {
		size_t size = w->header.sections[i].size;

		if (size)
			fwrite(w->sections[i], 1, size, f);
		fwrite(padding, 1, aligned(size) - size, f);
	}
	rc = fflush(f) || ferror(f) || fchmod(fd, MODE) || fsync(fd) ? -1 : 0;
	return fclose(f) || rc ? -1 : 0;
}

static int
writer_replace(const struct writer *w, const char *file, struct err *e)
{
	struct stat st;
	char name[PATH_MAX];
	int fd, rc = -1;

	if (lstat(file, &st) == 0 && !S_ISREG(st.st_mode))
		return err_set(e, EX_CANTCREAT, "will not replace '%s': it is "
		    "no regular file", file);
	if (snprintf(name, sizeof name, "%s.XXXXXX", file) >=
	    (int)sizeof name) {
		errno = ENAMETOOLONG;
		return err_errno(e, EX_CANTCREAT, "cannot write '%s'", file);
	}
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, EX_CANTCREAT, "cannot create '%s'", name);
	rc = writer_put(w, fd) || rename(name, file) ? -1 : 0;
	if (rc < 0) {
		err_errno(e, EX_CANTCREAT, "cannot write '%s'", file);
		unlink(name);
	} else
		installed_sync(file);
	return rc;
}

uint64_t
image_sum(const struct image_header *h, const void *rest, size_t n)
{
	return sum_add(sum_start(h), rest, n);
}

int
image_write(const struct compiled *c, const struct ipdb_source *sources,
    size_t n, const char *file, struct err *e)
{
	struct writer w = { .sources = NULL };
	int rc;

	for (enum image_section i = 0; i < IMAGE_SECTIONS; i++) {
		size_t size;

		w.sections[i] = compiled_section(c, i, &size);
		w.header.sections[i].size = size;
	}
	writer_sources(&w, sources, n);
	writer_header(&w);
	rc = writer_replace(&w, file, e);
	free(w.sources);
	buf_release(&w.texts);
	return rc;
}
