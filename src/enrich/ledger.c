/* SPDX-License-Identifier: ISC */
/* What an update remembers: a word and its value on each line, and in the last
 * one a sum over the others. */
#include "enrich/ledger.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "enrich/filestamp.h"

enum { TEXT_MAX = 512 * 1024 };

static const struct slice head = SLICE(
    "# What mls-ipinfo --update has fetched.  Without this file, or if it is\n"
    "# changed, it fetches all of it again.\n");

/* Against damage, not against forgers. */
static uint64_t
text_sum(struct slice text)
{
	static const struct siphash_key key = { 0 };

	return siphash(&key, text);
}

/* Its place; l->waiting if there is none. */
static size_t
find_wait(const struct ledger *l, struct slice url)
{
	size_t i = 0;

	while (i < l->waiting && !slice_is(slice_text(l->waits[i].url), url))
		i++;
	return i;
}

static void
forget_wait(struct ledger *l, size_t i)
{
	free(l->waits[i].url);
	l->waits[i] = l->waits[--l->waiting];
}

static void
set_until(struct ledger *l, struct slice url, int64_t until)
{
	size_t i = find_wait(l, url);

	if (i < l->waiting)
		forget_wait(l, i);
	if (until && l->waiting < LEDGER_MAX)
		l->waits[l->waiting++] = (struct ledger_wait){
			mem_text(url.p, url.n), until };
}

static bool
take_time(struct slice value, int64_t *out)
{
	uint64_t number;

	if (!slice_number(value, INT64_MAX, &number))
		return false;
	*out = (int64_t)number;
	return true;
}

static bool
take_checked(struct ledger *l, struct slice value)
{
	return take_time(value, &l->checked);
}

static bool
take_sum(struct slice value, uint64_t *sum)
{
	return slice_number(value, UINT64_MAX, sum);
}

static bool
take_made(struct ledger *l, struct slice value)
{
	return take_sum(value, &l->made);
}

static bool
take_wait(struct ledger *l, struct slice value)
{
	struct slice until;
	int64_t seconds;

	if (!slice_cut(&value, ' ', &until) || !take_time(until, &seconds))
		return false;
	set_until(l, value, seconds);
	return true;
}

static bool
take_source(struct ledger *l, struct slice url)
{
	if (l->n == LEDGER_MAX)
		return false;
	l->entries[l->n++].url = mem_text(url.p, url.n);
	return true;
}

/* The lines below belong to the source above them. */
static struct ledger_entry *
last(struct ledger *l)
{
	return l->n ? &l->entries[l->n - 1] : NULL;
}

static bool
take_header(char *out, struct slice value)
{
	if (value.n >= FETCH_HEADER_MAX)
		return false;
	memcpy(out, value.p, value.n);
	out[value.n] = '\0';
	return true;
}

static bool
take_etag(struct ledger *l, struct slice value)
{
	return last(l) && take_header(last(l)->etag, value);
}

static bool
take_last_modified(struct ledger *l, struct slice value)
{
	return last(l) && take_header(last(l)->last_modified, value);
}

static bool
take_fetched(struct ledger *l, struct slice value)
{
	return last(l) && take_time(value, &last(l)->time);
}

static bool
take_rows(struct ledger *l, struct slice value)
{
	return last(l) && slice_number(value, INT64_MAX, &last(l)->rows);
}

static bool
take_bytes(struct ledger *l, struct slice value)
{
	return last(l) && slice_number(value, INT64_MAX, &last(l)->bytes);
}

static bool
take_content(struct ledger *l, struct slice value)
{
	return last(l) && take_sum(value, &last(l)->content);
}

static const struct word {
	struct slice name;
	bool (*take)(struct ledger *l, struct slice value);
} words[] = {
	{ SLICE("checked"), take_checked },
	{ SLICE("made"), take_made },
	{ SLICE("wait"), take_wait },
	{ SLICE("source"), take_source },
	{ SLICE("etag"), take_etag },
	{ SLICE("last-modified"), take_last_modified },
	{ SLICE("time"), take_fetched },
	{ SLICE("rows"), take_rows },
	{ SLICE("bytes"), take_bytes },
	{ SLICE("content"), take_content },
};

/* A line that is none of these is damage. */
static bool
take_line(struct ledger *l, struct slice line)
{
	struct slice name;

	if (!slice_cut(&line, ' ', &name))
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (slice_is(words[i].name, name))
			return words[i].take(l, line);
	}
	return false;
}

static bool
take_text(struct ledger *l, struct slice text)
{
	size_t at = slice_find_last(text, SLICE("sum "));
	struct slice line;
	struct buf sum;
	bool is_whole;

	buf_init(&sum, 64);
	buf_addf(&sum, "sum %016" PRIx64 "\n", text_sum(slice_to(text, at)));
	is_whole = slice_is(slice_from(text, at), buf_slice(&sum));
	buf_release(&sum);
	text = slice_to(text, at);
	if (!is_whole || !slice_skip(&text, head))
		return false;
	while (slice_cut(&text, '\n', &line)) {
		if (!take_line(l, line))
			return false;
	}
	return true;
}

static void
ledger_clear(struct ledger *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->entries[i].url);
	for (size_t i = 0; i < l->waiting; i++)
		free(l->waits[i].url);
	memset(l, 0, sizeof *l);
}

struct ledger *
ledger_read(const char *file)
{
	struct ledger *l = mem_new(sizeof *l);
	struct filestamp stamp;
	struct buf text;
	struct err e;

	buf_init(&text, TEXT_MAX);
	if (filestamp_read(&stamp, file, &text, &e) < 0 ||
	    !take_text(l, buf_slice(&text)))
		ledger_clear(l);
	buf_release(&text);
	return l;
}

void
ledger_free(struct ledger *l)
{
	if (!l)
		return;
	ledger_clear(l);
	free(l);
}

static void
add_entry(struct buf *out, const struct ledger_entry *entry)
{
	buf_addf(out, "source %s\n", entry->url);
	if (*entry->etag)
		buf_addf(out, "etag %s\n", entry->etag);
	if (*entry->last_modified)
		buf_addf(out, "last-modified %s\n", entry->last_modified);
	buf_addf(out, "time %" PRId64 "\nrows %" PRIu64 "\nbytes %" PRIu64
	    "\ncontent %" PRIu64 "\n", entry->time, entry->rows, entry->bytes,
	    entry->content);
}

static void
add_text(struct buf *out, const struct ledger *l)
{
	buf_add(out, head);
	buf_addf(out, "checked %" PRId64 "\nmade %" PRIu64 "\n", l->checked,
	    l->made);
	for (size_t i = 0; i < l->waiting; i++)
		buf_addf(out, "wait %" PRId64 " %s\n", l->waits[i].until,
		    l->waits[i].url);
	for (size_t i = 0; i < l->n; i++)
		add_entry(out, &l->entries[i]);
	buf_addf(out, "sum %016" PRIx64 "\n", text_sum(buf_slice(out)));
}

static int
write_text(int fd, struct slice text)
{
	while (text.n) {
		ssize_t wrote = write(fd, text.p, text.n);

		if (wrote < 0)
			return -1;
		text = slice_from(text, (size_t)wrote);
	}
	return fsync(fd);
}

int
ledger_write(const struct ledger *l, const char *file, struct err *e)
{
	/* URLs may hold passwords. */
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int rc;
	struct buf text;

	if (fd < 0)
		return err_errno(e, EX_CANTCREAT, "cannot create '%s'", file);
	buf_init(&text, TEXT_MAX);
	add_text(&text, l);
	rc = write_text(fd, buf_slice(&text));
	if (rc < 0)
		err_errno(e, EX_CANTCREAT, "cannot write '%s'", file);
	close(fd);
	buf_release(&text);
	return rc;
}

int64_t
ledger_until(const struct ledger *l, struct slice url)
{
	size_t i = find_wait(l, url);

	return i < l->waiting ? l->waits[i].until : 0;
}

void
ledger_set_until(struct ledger *l, struct slice url, int64_t until)
{
	set_until(l, url, until);
}

void
ledger_replace(struct ledger *l, const struct ledger_entry *entries, size_t n)
{
	struct ledger_entry *fresh = mem_array(n + 1, sizeof *fresh);

	for (size_t i = 0; i < n; i++) {
		fresh[i] = entries[i];
		fresh[i].url = mem_text(entries[i].url,
		    strlen(entries[i].url));
	}
	for (size_t i = 0; i < l->n; i++)
		free(l->entries[i].url);
	memset(l->entries, 0, sizeof l->entries);
	memcpy(l->entries, fresh, n * sizeof *fresh);
	l->n = n;
	free(fresh);
}
