/* SPDX-License-Identifier: ISC */
/* A database file, line by line.  The first thing that is wrong ends it:
 * nothing is better than half a database, which would answer with holes. */
#include "enrich/source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/input.h"
#include "base/mem.h"
#include "enrich/image.h"
#include "enrich/layout.h"
#include "enrich/libloc.h"

struct reader {
	struct source *source;
	struct layout layout;
	struct libloc libloc;
	struct buf scratch;
	uint64_t line, text;
	struct err_list *complaints;	/* NULL: the first ends it */
	bool found;		/* the layout is known */
	bool has_records;
	bool is_ended;		/* the text so far, with a newline */
};

static int
reader_add(struct reader *r, const struct record *record, struct err *e)
{
	struct source *s = r->source;
	int64_t place = places_add(s->places, &record->key, r->line);

	if (place == PLACES_FULL)
		return err_set(e, EX_DATAERR, "more than %d different places "
		    "or %d bytes of names: too much for an address database",
		    PLACES_MAX, PLACES_BYTES_MAX);
	if (record->key.geoname && !s->is_locations)
		s->has_geonames = true;
	if (s->is_locations)
		r->has_records = true;
	s->about.rows++;
	if (record->range.first.family == IP_NONE)
		return 0;
	r->has_records = true;
	if (!ranges_add(s->ranges, &record->range, (uint32_t)place))
		return err_set(e, EX_DATAERR, "more than %d IPv4 or %d IPv6 "
		    "ranges: too much for a database of countries and networks",
		    RANGES_MAX_V4, RANGES_MAX_V6);
	return 0;
}

static int
reader_find_layout(struct reader *r, struct slice line, struct err *e)
{
	int is_header = layout_find(&r->layout, line, &r->scratch, e);

	if (is_header < 0)
		return -1;
	r->found = true;
	r->source->about.format = r->layout.format;
	r->source->is_locations = r->layout.kind == LAYOUT_LOCATIONS;
	return is_header;
}

static int
reader_line(struct reader *r, struct slice line, struct err *e)
{
	struct record record;
	int got;

	if (line.n > SOURCE_LINE_MAX)
		return err_set(e, EX_DATAERR, "a line of more than %d bytes: "
		    "no address database, or damaged", SOURCE_LINE_MAX);
	if (r->line == 1)
		slice_skip(&line, SLICE("\xEF\xBB\xBF"));
	if (line.n && *line.p == '#')
		return 0;
	if (line.n && !r->found) {
		got = reader_find_layout(r, line, e);
		if (got != 0)
			return got < 0 ? -1 : 0;
	}
	if (line.n && memchr(line.p, '\0', line.n))
		return err_set(e, EX_DATAERR, "a NUL byte: damaged, get the "
		    "file again");
	if (r->found && r->layout.kind == LAYOUT_LIBLOC) {
		got = libloc_line(&r->libloc, line, &record, e);
		return got == 1 ? reader_add(r, &record, e) : got;
	}
	if (line.n == 0)
		return 0;
	if (layout_record(&r->layout, line, &r->scratch, &record, e) < 0)
		return -1;
	return reader_add(r, &record, e);
}

static void
reader_locate(const struct reader *r, struct err *e)
{
	err_prefix(e, "%s:%" PRIu64 ": ", r->source->about.file,
	    r->line ? r->line : 1);
}

/* Whether reading goes on behind a line that is wrong. */
static bool
reader_goes_on(const struct reader *r, struct err *e)
{
	if (!r->complaints || !r->found)
		return false;
	reader_locate(r, e);
	err_list_add(r->complaints, e);
	return true;
}

static int
reader_block(struct reader *r, struct slice block, struct err *e)
{
	struct slice line;

	r->text += block.n;
	r->is_ended = block.p[block.n - 1] == '\n';
	while (input_line(&block, &line)) {
		r->line++;
		if (reader_line(r, line, e) < 0 && !reader_goes_on(r, e))
			return -1;
	}
	if (r->text > SOURCE_TEXT_MAX)
		return err_set(e, EX_DATAERR, "more than %" PRIu64 " bytes of "
		    "text: too much for an address database", SOURCE_TEXT_MAX);
	return 0;
}

static int
reader_end(struct reader *r, const struct input *in, struct err *e)
{
	struct record record;

	if (input_has_garbage(in))
		return err_set(e, EX_DATAERR, "something else stands behind "
		    "the gzip data: damaged, get the file again");
	if (!r->is_ended && r->line)
		return err_set(e, EX_DATAERR, "the last line does not end: "
		    "cut short, get the file again (or add a newline, if it "
		    "is whole)");
	if (libloc_line(&r->libloc, SLICE(""), &record, e) == 1 &&
	    reader_add(r, &record, e) < 0)
		return -1;
	if (!r->has_records)
		return err_set(e, EX_DATAERR, "no addresses in this file: get "
		    "it again");
	return 0;
}

/* What input says of damage is meant for logs, which are used as far as they
 * go. */
static int
input_error(struct err *e)
{
	if (e->status != EX_DATAERR)
		return -1;
	return err_set(e, EX_DATAERR, "cannot be unpacked from here on: "
	    "damaged or cut short, get the file again (only gzip is read)");
}

static int
reader_run(struct reader *r, struct input *in, struct err *e)
{
	struct slice block;
	int got;

	while ((got = input_next(in, &block, e)) == 1) {
		if (block.n == 0)
			input_wait(in, -1, -1, NULL);
		else if (reader_block(r, block, e) < 0)
			return -1;
	}
	return got < 0 ? input_error(e) : reader_end(r, in, e);
}

static struct source *
source_new(const char *file, const struct input *in)
{
	struct source *s = mem_new(sizeof *s);

	s->about.file = file;
	s->about.time = input_time(in);
	s->ranges = ranges_new();
	s->places = places_new();
	return s;
}

static void
source_finish(struct source *s, enum layout_kind kind)
{
	if (kind == LAYOUT_LIBLOC)
		places_join_names(s->places);
	places_finish(s->places);
	ranges_finish(s->ranges);
	s->about.v4 = ranges_count(s->ranges, IP_V4);
	s->about.v6 = ranges_count(s->ranges, IP_V6);
}

static void
open_reader(struct reader *r, const char *file, const struct input *in)
{
	r->source = source_new(file, in);
	buf_init(&r->scratch, SOURCE_LINE_MAX);
	buf_room(&r->scratch, SOURCE_LINE_MAX);
}

static struct source *
open_text(const char *file, struct err *e)
{
	struct input *in = input_open(file, e);
	struct reader r = { .line = 0 };

	if (!in)
		return NULL;
	open_reader(&r, file, in);
	if (reader_run(&r, in, e) == 0) {
		source_finish(r.source, r.layout.kind);
	} else {
		reader_locate(&r, e);
		source_close(r.source);
		r.source = NULL;
	}
	buf_release(&r.scratch);
	input_close(in);
	return r.source;
}

static struct compiled *
checked_compiled(const char *file, struct err *e)
{
	struct compiled *c = compiled_open(file, IPDB_IN_MEMORY, e);

	if (c && compiled_verify(c, e) < 0) {
		err_prefix(e, "%s: ", file);
		compiled_close(c);
		return NULL;
	}
	return c;
}

static struct source *
open_compiled(const char *file, bool is_alone, enum ipdb_where where,
    struct err *e)
{
	struct compiled *c = is_alone ? compiled_open(file, where, e) :
	    checked_compiled(file, e);
	struct source *s;

	if (!c)
		return NULL;
	s = mem_new(sizeof *s);
	s->about.file = file;
	s->compiled = c;
	return s;
}

struct source *
source_open(const char *file, bool is_alone, enum ipdb_where where,
    struct err *e)
{
	return image_is(file) ? open_compiled(file, is_alone, where, e) :
	    open_text(file, e);
}

void
source_close(struct source *s)
{
	if (!s)
		return;
	compiled_close(s->compiled);
	ranges_free(s->ranges);
	places_free(s->places);
	free(s);
}

static int
verify_text(const char *file, struct err_list *complaints, struct err *e)
{
	struct input *in = input_open(file, e);
	struct reader r = { .complaints = complaints };
	int rc;

	if (!in)
		return -1;
	open_reader(&r, file, in);
	rc = reader_run(&r, in, e);
	if (rc < 0)
		reader_locate(&r, e);
	source_close(r.source);
	buf_release(&r.scratch);
	input_close(in);
	return rc;
}

static int
verify_compiled(const char *file, struct err *e)
{
	struct compiled *c = checked_compiled(file, e);

	compiled_close(c);
	return c ? 0 : -1;
}

void
source_verify(const char *file, struct err_list *complaints)
{
	struct err e;

	if ((image_is(file) ? verify_compiled(file, &e) :
	    verify_text(file, complaints, &e)) < 0)
		err_list_add(complaints, &e);
}

size_t
source_places(const struct source *s)
{
	return s->compiled ? compiled_places(s->compiled) :
	    places_count(s->places) + 1;
}

void
source_place(const struct source *s, size_t number, struct place *place)
{
	if (s->compiled)
		compiled_place(s->compiled, number, place);
	else
		*place = places_at(s->places, number)->place;
}

bool
source_next(const struct source *s, enum ip_family family, size_t *at,
    struct ip *first, uint32_t *number)
{
	return s->compiled ?
	    compiled_next(s->compiled, family, at, first, number) :
	    ranges_next(s->ranges, family, at, first, number);
}
