/* SPDX-License-Identifier: ISC */
/* One source of an update. */
#include "enrich/origin.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/when.h"
#include "enrich/image.h"
#include "enrich/installed.h"

enum {
	HEAD = 512,
	CHUNK = 64 * 1024,
	CONNECT_MAX = 30 * 1000,	/* milliseconds */
	SLOW = 1024,			/* bytes a second */
	SLOW_SECONDS = 30,
	WAIT_MAX = 7 * 24 * 60 * 60,	/* no server keeps us away longer */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static bool
next_url(struct slice *rest, struct slice *url)
{
	size_t n = 0;

	while (rest->n && is_blank(*rest->p))
		*rest = slice_from(*rest, 1);
	while (n < rest->n && !is_blank(rest->p[n]))
		n++;
	*url = slice_to(*rest, n);
	*rest = slice_from(*rest, n);
	return n > 0;
}

static bool
has_url(const char *urls, const char *one)
{
	struct slice rest = slice_text(urls), url;

	while (next_url(&rest, &url)) {
		if (slice_is(url, slice_text(one)))
			return true;
	}
	return false;
}

void
origin_tail(char tail[ORIGIN_TAIL_MAX], size_t number)
{
	snprintf(tail, ORIGIN_TAIL_MAX, ".source-%zu", number);
}

/* Of all that a file holds; 0: it cannot be read. */
static uint64_t
file_sum(const char *file)
{
	FILE *f = fopen(file, "re");
	char *bytes = mem_array(1, CHUNK);
	struct siphash_key key = { .k0 = 1 };
	size_t n;

	while (f && (n = fread(bytes, 1, CHUNK, f)) > 0)
		key.k0 = siphash(&key, (struct slice){ bytes, n });
	if (!f || ferror(f))
		key.k0 = 0;
	if (f)
		fclose(f);
	free(bytes);
	return key.k0;
}

void
origin_init(struct origin *o, const struct update_settings *settings,
    size_t number, const struct ledger_entry *before)
{
	char tail[ORIGIN_TAIL_MAX];

	*o = (struct origin){
		.settings = settings, .number = number,
		.urls = settings->sources[number - 1],
	};
	origin_tail(tail, number);
	o->kept = installed_beside(settings->file, tail);
	if (!before || !has_url(o->urls, before->url))
		return;
	o->before = before;
	o->has_kept = file_sum(o->kept) == before->content;
}

static void
drop_download(struct origin *o)
{
	if (o->download)
		unlink(o->download);
	free(o->download);
	o->download = NULL;
}

void
origin_release(struct origin *o)
{
	drop_download(o);
	free(o->kept);
	free(o->entry.url);
}

/* What servers give instead of a database, all with status 200. */
static int
check_head(int fd, const char *shown, struct err *e)
{
	static const struct {
		struct slice head;
		const char *what;
	} others[] = {
		{ SLICE("<"), "a web page" },
		{ SLICE("{"), "JSON" },
		{ SLICE("["), "JSON" },
		{ SLICE("version https://git-lfs"), "a pointer of Git LFS" },
		/* It would hide what it was made from from every check. */
		{ SLICE(IMAGE_MAGIC), "a compiled one" },
	};
	char bytes[HEAD];
	ssize_t got = pread(fd, bytes, sizeof bytes, 0);
	struct slice head = { bytes, got > 0 ? (size_t)got : 0 };

	if (head.n == 0)
		return err_set(e, EX_DATAERR, "'%s' gives an empty file",
		    shown);
	slice_skip(&head, SLICE("\xEF\xBB\xBF"));
	while (head.n && (is_blank(*head.p) || *head.p == '\r'))
		head = slice_from(head, 1);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (slice_starts(head, others[i].head))
			return err_set(e, EX_DATAERR, "'%s' gives %s instead "
			    "of a database", shown, others[i].what);
	}
	return 0;
}

/* The day of the data is the server's, not that of the download. */
static int
finish_download(const struct origin *o, int fd, const struct fetched *got,
    struct err *e)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = (time_t)got->changed } };

	if (got->changed && got->changed <= o->settings->now)
		(void)futimens(fd, times);
	if (fsync(fd) < 0)
		return err_errno(e, EX_CANTCREAT, "cannot write '%s'",
		    o->download);
	return 0;
}

void
origin_blame(const struct origin *o, const char *shown, struct err *e)
{
	struct err said = *e, name;
	struct slice rest = slice_text(said.text);

	/* As it stands in a text. */
	err_set(&name, 0, "%s", o->download ? o->download : o->kept);
	if (slice_skip(&rest, slice_text(name.text)) &&
	    slice_starts(rest, SLICE(":")))
		err_set(e, EX_DATAERR, "'%s'%.*s", shown, (int)rest.n, rest.p);
}

/* Every row, so that a mirror that is broken is passed over. */
static int
check_rows(const struct origin *o, const char *shown, struct err *e)
{
	struct err_list complaints = { 0 };
	int rc = ipdb_verify(o->download, &complaints);

	if (rc < 0) {
		err_set(e, EX_DATAERR, "%s", complaints.texts[0]);
		origin_blame(o, shown, e);
	}
	err_list_release(&complaints);
	return rc;
}

static void
note_entry(struct origin *o, const char *url, const struct fetched *got,
    uint64_t content)
{
	bool is_same = !o->download;

	free(o->entry.url);
	if (is_same)
		o->entry = *o->before;
	else
		o->entry = (struct ledger_entry){
			.time = o->settings->now, .bytes = got->bytes,
			.content = content };
	o->entry.url = mem_text(url, strlen(url));
	/* 304 need not say them again. */
	if (!is_same || got->bytes) {
		memcpy(o->entry.etag, got->etag, sizeof got->etag);
		memcpy(o->entry.last_modified, got->last_modified,
		    sizeof got->last_modified);
	}
}

static void
set_condition(const struct origin *o, struct fetch *f)
{
	f->etag = f->last_modified = "";
	if (!o->has_kept || strcmp(o->before->url, f->url) != 0)
		return;
	f->etag = o->before->etag;
	f->last_modified = o->before->last_modified;
}

/* Into the file fd, which is o->download. */
static int
fetch_into(struct origin *o, int fd, const char *url, struct ledger *l,
    struct err *e)
{
	const struct update_settings *s = o->settings;
	struct fetch f = {
		.url = url, .ca_file = s->ca_file, .max_bytes = s->max_bytes,
		.timeout = s->timeout, .connect_timeout = CONNECT_MAX,
		.slow = SLOW, .slow_seconds = SLOW_SECONDS,
		.progress = s->progress, .arg = s->arg,
	};
	struct fetched got;
	enum fetch_result result;
	uint64_t content = 0;
	char shown[FETCH_SHOWN_MAX];

	set_condition(o, &f);
	result = fetch_url(&f, fd, &got, e);
	if (got.retry_after > WAIT_MAX)
		got.retry_after = WAIT_MAX;
	ledger_set_until(l, slice_text(url), got.retry_after ?
	    s->now + (int64_t)got.retry_after : 0);
	fetch_show(url, shown);
	if (result == FETCH_FAILED || (result == FETCH_NEW &&
	    (check_head(fd, shown, e) < 0 ||
	    finish_download(o, fd, &got, e) < 0)))
		return -1;
	if (result == FETCH_NEW)
		content = file_sum(o->download);
	/* Some servers know neither ETag nor dates, and file: does not. */
	if (result == FETCH_SAME || (o->has_kept &&
	    content == o->before->content))
		drop_download(o);
	else if (check_rows(o, shown, e) < 0)
		return -1;
	note_entry(o, url, &got, content);
	return 0;
}

static int
check_wait(const struct origin *o, const char *url, const struct ledger *l,
    struct err *e)
{
	int64_t until = ledger_until(l, slice_text(url));
	char shown[FETCH_SHOWN_MAX];
	struct when when;
	struct buf date;

	if (o->settings->force || until <= o->settings->now ||
	    until - o->settings->now > WAIT_MAX)
		return 0;
	fetch_show(url, shown);
	buf_init(&date, 64);
	when = when_local(until);
	when_add_rfc3339(&date, &when);
	err_set(e, EX_TEMPFAIL, "'%s' is not to be asked before %.*s, says its "
	    "server (--force asks all the same)", shown, (int)date.n, date.p);
	buf_release(&date);
	return -1;
}

static int
fetch_one(struct origin *o, const char *url, struct ledger *l, struct err *e)
{
	char tail[ORIGIN_TAIL_MAX];
	int fd, rc;

	if (check_wait(o, url, l, e) < 0)
		return -1;
	snprintf(tail, sizeof tail, ".download-%zu.XXXXXX", o->number);
	o->download = installed_beside(o->settings->file, tail);
	fd = mkostemp(o->download, O_CLOEXEC);
	if (fd < 0) {
		err_errno(e, EX_CANTCREAT, "cannot create '%s'", o->download);
		free(o->download);
		o->download = NULL;
		return -1;
	}
	rc = fetch_into(o, fd, url, l, e);
	close(fd);
	if (rc < 0)
		drop_download(o);
	return rc;
}

/* Several failures in one text; one that may pass makes the whole one such. */
static void
join_failures(struct err *all, const struct err *one, bool is_first)
{
	struct err joined = *one;

	if (!is_first) {
		err_prefix(&joined, "%s; ", all->text);
		if (one->status != EX_TEMPFAIL)
			joined.status = all->status;
	}
	*all = joined;
}

int
origin_fetch(struct origin *o, struct ledger *l, struct buf *said,
    struct err *e)
{
	struct slice rest = slice_text(o->urls), word;
	struct err all, one;
	bool is_first = true;

	err_set(&all, EX_UNAVAILABLE, "source %zu names no URL", o->number);
	while (next_url(&rest, &word)) {
		char *url = mem_text(word.p, word.n);
		int rc = fetch_one(o, url, l, &one);

		free(url);
		if (rc == 0) {
			o->file = o->download ? o->download : o->kept;
			if (!is_first)
				buf_addf(said, "%s; went on to the next\n",
				    all.text);
			return 0;
		}
		join_failures(&all, &one, is_first);
		is_first = false;
	}
	*e = all;
	return -1;
}
