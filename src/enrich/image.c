/* SPDX-License-Identifier: ISC */
/* Compiled databases as they lie in a file.  What a file says is looked at
 * before it leads anywhere. */
#include "enrich/image.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/durable.h"
#include "base/filecopy.h"
#include "base/mem.h"

static_assert(sizeof(struct image_place) == 12, "a place has holes");
static_assert(sizeof(struct image_source) == 40, "a source has holes");
static_assert(sizeof(struct image_header) == 32 + 16 * IMAGE_SECTIONS,
	"the header has holes");

/* How large an item of a section is. */
static const size_t item_sizes[IMAGE_SECTIONS] = {
	[IMAGE_V4_INDEX] = sizeof(uint32_t),
	[IMAGE_V4_LOWS] = sizeof(uint16_t),
	[IMAGE_V4_NUMBERS] = sizeof(uint32_t),
	[IMAGE_V6_TOPS] = sizeof(uint64_t),
	[IMAGE_V6_HIGHS] = sizeof(uint64_t),
	[IMAGE_V6_LOWS] = sizeof(uint64_t),
	[IMAGE_V6_NUMBERS] = sizeof(uint32_t),
	[IMAGE_PLACES] = sizeof(struct image_place),
	[IMAGE_NAMES] = 1,
	[IMAGE_SOURCES] = sizeof(struct image_source),
	[IMAGE_TEXTS] = 1,
};

size_t
image_items(const struct image *im, enum image_section s)
{
	return im->sizes[s] / item_sizes[s];
}

static size_t
aligned(size_t n)
{
	return (n + IMAGE_ALIGNMENT - 1) / IMAGE_ALIGNMENT * IMAGE_ALIGNMENT;
}

/* Sections whose sizes do not fit each other lead out of them, and what is no
 * section should not be there. */
static bool
image_fits(const struct image *im)
{
	size_t v6 = image_items(im, IMAGE_V6_HIGHS);
	size_t lows = image_items(im, IMAGE_V6_LOWS);
	size_t all = sizeof(struct image_header);

	for (size_t i = 0; i < IMAGE_SECTIONS; i++)
		all += aligned(im->sizes[i]);
	return all == im->file_size &&
	    image_items(im, IMAGE_V4_INDEX) == IMAGE_PARTS + 1 &&
	    image_items(im, IMAGE_V4_LOWS) == image_items(im, IMAGE_V4_NUMBERS) &&
	    image_items(im, IMAGE_V6_NUMBERS) == v6 && v6 > 0 &&
	    (lows == v6 || lows == 0) && image_items(im, IMAGE_PLACES) > 0 &&
	    image_items(im, IMAGE_V6_TOPS) == (v6 + IMAGE_STRIDE - 1) / IMAGE_STRIDE;
}

/* How large sections are, by the header. */
static int
measure_sections(struct image *im, const struct image_header *h, struct err *e)
{
	for (size_t i = 0; i < IMAGE_SECTIONS; i++) {
		uint64_t offset = h->sections[i].offset;
		uint64_t size = h->sections[i].size;

		if (offset % IMAGE_ALIGNMENT || offset > im->file_size ||
		    size > im->file_size - offset || size % item_sizes[i])
			return err_set(e, EX_DATAERR, "damaged (section %zu "
			    "does not lie in the file): compile or fetch it "
			    "again", i);
		im->sizes[i] = size;
	}
	if (!image_fits(im))
		return err_set(e, EX_DATAERR, "damaged (its sections do not "
		    "fit each other): compile or fetch it again");
	return 0;
}

static int
check_header(const struct image_header *h, size_t size, struct err *e)
{
	if (size < sizeof *h)
		return err_set(e, EX_DATAERR, "cut short: compile or fetch it "
		    "again");
	if (memcmp(h->magic, IMAGE_MAGIC, IMAGE_MAGIC_SIZE))
		return err_set(e, EX_DATAERR, "no compiled database");
	if (h->byte_order != IMAGE_BYTE_ORDER)
		return err_set(e, EX_DATAERR, "compiled on a machine of "
		    "another byte order: compile it here");
	if (h->version != IMAGE_VERSION)
		return err_set(e, EX_DATAERR, "compiled in version %" PRIu32
		    " of the format, not %d: compile or fetch it again",
		    h->version, IMAGE_VERSION);
	if (size > IMAGE_SIZE_MAX)
		return err_set(e, EX_DATAERR, "has %zu bytes: too much for a "
		    "database of countries and networks", size);
	if (h->size != size)
		return err_set(e, EX_DATAERR, "has %zu bytes and should have "
		    "%" PRIu64 ": compile or fetch it again", size, h->size);
	return 0;
}

static int
copy_whole(struct image *im, int fd, struct err *e)
{
	im->file = filecopy_map(fd, im->file_size);
	if (im->file)
		return 0;
	if (errno == ENODATA)
		return err_set(e, EX_DATAERR, "cut while it was read: compile "
		    "or fetch it again");
	return err_errno(e, errno == ENOMEM ? EX_OSERR : EX_IOERR,
	    "cannot be read");
}

static int
map_whole(struct image *im, int fd, struct err *e)
{
	void *p = mmap(NULL, im->file_size, PROT_READ, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		return err_errno(e, EX_NOINPUT, "cannot be mapped");
	im->file = p;
	return 0;
}

void
image_close(struct image *im)
{
	if (im->file)
		munmap(im->file, im->file_size);
	for (size_t i = 0; !im->file && i < IMAGE_SECTIONS; i++)
		free(im->sections[i]);
}

bool
image_is_file(const struct image *im)
{
	return im->file != NULL;
}

static const char *
text_at(const struct image *im, uint32_t offset)
{
	const char *texts = im->sections[IMAGE_TEXTS];
	size_t n = image_items(im, IMAGE_TEXTS);

	return offset < n && memchr(texts + offset, '\0', n - offset) ?
	    texts + offset : NULL;
}

bool
image_source(const struct image *im, size_t i, struct ipdb_source *source)
{
	const struct image_source *from = im->sections[IMAGE_SOURCES];

	if (i >= image_items(im, IMAGE_SOURCES))
		return false;
	from += i;
	*source = (struct ipdb_source){
		.file = text_at(im, from->file),
		.format = text_at(im, from->format),
		.rows = from->rows, .v4 = from->v4, .v6 = from->v6,
		.time = from->time,
	};
	return source->file && source->format;
}

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

uint64_t
image_sum(const struct image_header *h, size_t n)
{
	return sum_add(sum_start(h), h + 1, n - sizeof *h);
}

/* The sections of a file that is to be written; those that say where it is from
 * are made for it. */
struct writer {
	struct image_header header;
	const void *sections[IMAGE_SECTIONS];
	struct image_source *sources;
	struct buf texts;
	mode_t mode;		/* the file gets */
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
	rc = fflush(f) || ferror(f) || fchmod(fd, w->mode) || fsync(fd) ? -1 : 0;
	return fclose(f) || rc ? -1 : 0;
}

/* That of the file, or what a new one gets. */
static mode_t
mode_of(const char *file)
{
	struct stat st;
	mode_t mask;

	if (stat(file, &st) == 0)
		return st.st_mode & 0777;
	mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
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
		return rc;
	}
	return durable_name(file, e);
}

uint64_t
image_said_sum(const struct image *im)
{
	const struct image_header *h = im->file;

	return image_is_file(im) ? h->sum : 0;
}

int
image_verify(const struct image *im, struct err *e)
{
	const struct image_header *h = im->file;

	assert(image_is_file(im));
	if (im->is_verified || image_sum(h, im->file_size) == h->sum)
		return 0;
	return err_set(e, EX_DATAERR, "damaged: its sum is wrong, compile or "
	    "fetch it again");
}

/* Before its bytes are anywhere: what is no database is not read. */
static int
look_at_header(struct image *im, int fd, struct err *e)
{
	struct image_header h;
	ssize_t got = filecopy_read(fd, &h, sizeof h);
	struct stat st;

	if (got < 0 || fstat(fd, &st) < 0)
		return err_errno(e, EX_IOERR, "cannot be read");
	im->file_size = (size_t)st.st_size;
	if (check_header(&h, got < (ssize_t)sizeof h ? (size_t)got :
	    im->file_size, e) < 0)
		return -1;
	return measure_sections(im, &h, e);
}

static int
open_file(struct image *im, int fd, enum ipdb_where where, struct err *e)
{
	const struct image_header *h;

	if (look_at_header(im, fd, e) < 0 ||
	    (where == IPDB_IN_FILE ? map_whole : copy_whole)(im, fd, e) < 0)
		return -1;
	/* What it says now is what counts. */
	h = im->file;
	if (check_header(h, im->file_size, e) < 0 ||
	    measure_sections(im, h, e) < 0)
		return -1;
	for (size_t i = 0; i < IMAGE_SECTIONS; i++)
		im->sections[i] = (char *)im->file + h->sections[i].offset;
	if (where == IPDB_IN_FILE)
		return 0;
	/* What will not change is looked at once. */
	im->is_verified = image_verify(im, e) == 0;
	return im->is_verified ? 0 : -1;
}

bool
image_is(const char *file)
{
	char magic[IMAGE_MAGIC_SIZE];
	struct stat st;
	bool is = false;
	int fd;

	/* A pipe could be read only once. */
	if (stat(file, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return false;
	is = read(fd, magic, sizeof magic) == sizeof magic &&
	    memcmp(magic, IMAGE_MAGIC, sizeof magic) == 0;
	close(fd);
	return is;
}

int
image_open(struct image *im, const char *file, enum ipdb_where where,
    struct err *e)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int rc;

	*im = (struct image){ .file = NULL };
	if (fd < 0)
		return err_errno(e, EX_NOINPUT, "cannot open '%s'", file);
	rc = open_file(im, fd, where, e);
	close(fd);
	if (rc < 0) {
		err_prefix(e, "%s: ", file);
		image_close(im);
	}
	return rc;
}

int
image_write(const struct image *im, const struct ipdb_source *sources,
    size_t n, const char *file, struct err *e)
{
	struct writer w = { .sources = NULL };
	int rc;

	for (size_t i = 0; i < IMAGE_SECTIONS; i++) {
		w.sections[i] = im->sections[i];
		w.header.sections[i].size = im->sizes[i];
	}
	writer_sources(&w, sources, n);
	writer_header(&w);
	w.mode = mode_of(file);
	rc = writer_replace(&w, file, e);
	free(w.sources);
	buf_release(&w.texts);
	return rc;
}
