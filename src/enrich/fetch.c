/* SPDX-License-Identifier: ISC */
/* The wall around libcurl (7.85 or newer).  It is loaded when something is to be
 * fetched: it and the thirty libraries it needs take longer than any look-up. */
#include "enrich/fetch.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/library.h"

static_assert(sizeof LIBCURL > 1,
    "libcurl.so, its pkg-config file or readelf is not there");

enum {
	REDIRECTS_MAX = 3,
	STATUS_OK = 200,
	STATUS_NOT_MODIFIED = 304,
	STATUS_REQUEST_TIMEOUT = 408,
	STATUS_TOO_MANY = 429,
	STATUS_SERVER = 500,		/* from here on it is the server's */
	STATUS_UNAVAILABLE = 503,
	CONDITION_MAX = FETCH_HEADER_MAX + 32,
};

static struct {
	__typeof__(curl_global_init) *global_init;
	__typeof__(curl_global_cleanup) *global_cleanup;
	__typeof__(curl_easy_init) *easy_init;
	__typeof__(curl_easy_cleanup) *easy_cleanup;
	__typeof__(curl_easy_setopt) *easy_setopt;
	__typeof__(curl_easy_perform) *easy_perform;
	__typeof__(curl_easy_getinfo) *easy_getinfo;
	__typeof__(curl_easy_header) *easy_header;
	__typeof__(curl_easy_strerror) *easy_strerror;
	__typeof__(curl_slist_append) *slist_append;
	__typeof__(curl_slist_free_all) *slist_free_all;
} curl;

static const struct library_function functions[] = {
	LIBRARY_FUNCTION(curl, global_init),
	LIBRARY_FUNCTION(curl, global_cleanup),
	LIBRARY_FUNCTION(curl, easy_init),
	LIBRARY_FUNCTION(curl, easy_cleanup),
	LIBRARY_FUNCTION(curl, easy_setopt),
	LIBRARY_FUNCTION(curl, easy_perform),
	LIBRARY_FUNCTION(curl, easy_getinfo),
	LIBRARY_FUNCTION(curl, easy_header),
	LIBRARY_FUNCTION(curl, easy_strerror),
	LIBRARY_FUNCTION(curl, slist_append),
	LIBRARY_FUNCTION(curl, slist_free_all),
};

struct transfer {
	const struct fetch *f;
	CURL *curl;
	struct curl_slist *headers;
	int fd;
	uint64_t bytes;
	bool is_too_large;
	int write_errno;
	char why[CURL_ERROR_SIZE];
};

/* What is not here is EX_UNAVAILABLE, in libcurl's words. */
static const struct failure {
	CURLcode code;
	int status;
	const char *why;	/* NULL: libcurl's words */
} failures[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, EX_TEMPFAIL, NULL },
	{ CURLE_COULDNT_RESOLVE_PROXY, EX_TEMPFAIL, NULL },
	{ CURLE_COULDNT_CONNECT, EX_TEMPFAIL, NULL },
	{ CURLE_OPERATION_TIMEDOUT, EX_TEMPFAIL, NULL },
	{ CURLE_SEND_ERROR, EX_TEMPFAIL, NULL },
	{ CURLE_RECV_ERROR, EX_TEMPFAIL, NULL },
	{ CURLE_GOT_NOTHING, EX_TEMPFAIL, NULL },
	{ CURLE_PARTIAL_FILE, EX_TEMPFAIL, "the connection ended before the "
	    "whole of it was there" },
	{ CURLE_HTTP2, EX_TEMPFAIL, NULL },
	{ CURLE_HTTP2_STREAM, EX_TEMPFAIL, NULL },
	{ CURLE_OUT_OF_MEMORY, EX_OSERR, "no memory" },
	{ CURLE_TOO_MANY_REDIRECTS, EX_UNAVAILABLE, "the server redirects "
	    "again and again" },
};

static int
load(struct err *e)
{
	if (library_load(LIBCURL, functions, sizeof functions /
	    sizeof *functions, &curl, e) < 0)
		return -1;
	if (curl.global_init(CURL_GLOBAL_DEFAULT))
		return err_set(e, EX_OSERR, "libcurl cannot start");
	return 0;
}

void
fetch_show(const char *url, char shown[FETCH_SHOWN_MAX])
{
	const char *host = url + strcspn(url, ":/?#"), *at;

	host += *host == ':';
	host += strspn(host, "/");
	at = host + strcspn(host, "/?#");
	while (at > host && at[-1] != '@')
		at--;
	/* A password with a sign that had to be escaped looks like a host with
	 * a port, and the rest of it like a path. */
	if (at == host && strcspn(host, ":") < strcspn(host, "@"))
		at += strrchr(host, '@') ? strrchr(host, '@') + 1 - host : 0;
	snprintf(shown, FETCH_SHOWN_MAX, "%.*s%.*s", (int)(host - url), url,
	    (int)strcspn(at, "?#"), at);
	err_plain(shown);
}

/* Returns fewer than it got to end the transfer. */
static size_t
take_body(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	n *= size;
	t->is_too_large = n > t->f->max_bytes - t->bytes;
	if (t->is_too_large)
		return CURL_WRITEFUNC_ERROR;
	t->bytes += n;
	for (size_t done = 0; done < n; ) {
		ssize_t wrote = write(t->fd, p + done, n - done);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0) {
			t->write_errno = errno;
			return CURL_WRITEFUNC_ERROR;
		}
		done += (size_t)wrote;
	}
	return n;
}

static int
take_progress(void *arg, curl_off_t total, curl_off_t done, curl_off_t to_send,
    curl_off_t sent)
{
	const struct fetch *f = arg;

	(void)to_send;
	(void)sent;
	if (done >= 0 && total >= 0)
		f->progress(f->arg, (uint64_t)done, (uint64_t)total);
	return 0;
}

static long
as_long(uint64_t value)
{
	return value < LONG_MAX ? (long)value : LONG_MAX;
}

static bool
add_condition(struct transfer *t, const char *name, const char *value)
{
	char header[CONDITION_MAX];
	struct curl_slist *more;

	if (!value || !*value)
		return true;
	snprintf(header, sizeof header, "%s: %s", name, value);
	more = curl.slist_append(t->headers, header);
	if (more)
		t->headers = more;
	return more != NULL;
}

static CURLcode
set_numbers(CURL *c, const struct fetch *f)
{
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_SSL_VERIFYPEER, 1 },
		{ CURLOPT_SSL_VERIFYHOST, 2 },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_FOLLOWLOCATION, 1 },
		{ CURLOPT_MAXREDIRS, REDIRECTS_MAX },
		/* The body of an error page is not read. */
		{ CURLOPT_FAILONERROR, 1 },
		{ CURLOPT_TIMEOUT_MS, as_long(f->timeout) },
		{ CURLOPT_CONNECTTIMEOUT_MS, as_long(f->connect_timeout) },
		{ CURLOPT_LOW_SPEED_LIMIT, (long)f->slow },
		{ CURLOPT_LOW_SPEED_TIME, (long)f->slow_seconds },
		{ CURLOPT_NOPROGRESS, f->progress == NULL },
		{ CURLOPT_FILETIME, 1 },
		{ CURLOPT_NOSIGNAL, 1 },
	};
	CURLcode rc = CURLE_OK;

	for (size_t i = 0; !rc && i < sizeof numbers / sizeof *numbers; i++)
		rc = curl.easy_setopt(c, numbers[i].option, numbers[i].value);
	/* What announces too much ends before its first byte. */
	if (!rc && f->max_bytes < INT64_MAX)
		rc = curl.easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE,
		    (curl_off_t)f->max_bytes);
	return rc;
}

static CURLcode
set_texts(CURL *c, const struct fetch *f)
{
	const struct {
		CURLoption option;
		const char *value;
	} texts[] = {
		{ CURLOPT_PROTOCOLS_STR, "https,file" },
		{ CURLOPT_REDIR_PROTOCOLS_STR, "https" },
		{ CURLOPT_URL, f->url },
		{ CURLOPT_USERAGENT, "mls-ipinfo/" VERSION },
		/* The last: without a file of our own, both stay as libcurl
		 * has them; with it, the directory would count as well. */
		{ CURLOPT_CAINFO, f->ca_file },
		{ CURLOPT_CAPATH, NULL },
	};
	size_t n = sizeof texts / sizeof *texts - (f->ca_file ? 0 : 2);
	CURLcode rc = CURLE_OK;

	for (size_t i = 0; !rc && i < n; i++)
		rc = curl.easy_setopt(c, texts[i].option, texts[i].value);
	return rc;
}

/* Content-Encoding is not asked for: what it unpacks to has no bounds. */
static CURLcode
set_exchange(struct transfer *t)
{
	CURL *c = t->curl;
	CURLcode rc;

	if (!add_condition(t, "If-None-Match", t->f->etag) ||
	    !add_condition(t, "If-Modified-Since", t->f->last_modified))
		return CURLE_OUT_OF_MEMORY;
	rc = curl.easy_setopt(c, CURLOPT_HTTPHEADER, t->headers);
	if (!rc)
		rc = curl.easy_setopt(c, CURLOPT_ERRORBUFFER, t->why);
	if (!rc)
		rc = curl.easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
	if (!rc)
		rc = curl.easy_setopt(c, CURLOPT_WRITEDATA, t);
	if (!rc)
		rc = curl.easy_setopt(c, CURLOPT_XFERINFOFUNCTION,
		    take_progress);
	if (!rc)
		rc = curl.easy_setopt(c, CURLOPT_XFERINFODATA, t->f);
	return rc;
}

static CURLcode
transfer_run(struct transfer *t)
{
	CURLcode rc = set_numbers(t->curl, t->f);

	if (!rc)
		rc = set_texts(t->curl, t->f);
	if (!rc)
		rc = set_exchange(t);
	return rc ? rc : curl.easy_perform(t->curl);
}

/* A header of the last answer; nothing if it is too long to be sent back, or
 * has bytes that no header should have. */
static void
take_header(CURL *c, const char *name, char value[FETCH_HEADER_MAX])
{
	struct curl_header *h;

	value[0] = '\0';
	if (curl.easy_header(c, name, 0, CURLH_HEADER, -1, &h) ||
	    strlen(h->value) >= FETCH_HEADER_MAX)
		return;
	for (const char *p = h->value; *p; p++) {
		if (*p < 0x20 || *p >= 0x7f)
			return;
	}
	strcpy(value, h->value);
}

static long
transfer_status(const struct transfer *t)
{
	long status = 0;

	curl.easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static int
judge_status(const struct transfer *t, long status, struct fetched *got,
    struct err *e)
{
	curl_off_t wait = 0;
	bool is_busy = status == STATUS_TOO_MANY ||
	    status == STATUS_UNAVAILABLE;

	if (is_busy)
		curl.easy_getinfo(t->curl, CURLINFO_RETRY_AFTER, &wait);
	got->retry_after = wait > 0 ? (uint64_t)wait : 0;
	err_set(e, is_busy || status == STATUS_REQUEST_TIMEOUT ||
	    status >= STATUS_SERVER ? EX_TEMPFAIL : EX_UNAVAILABLE,
	    "the server answers %ld%s", status,
	    status == 404 || status == 410 ? " (no such file)" :
	    status == 401 || status == 403 ? " (not for us)" :
	    status == STATUS_TOO_MANY ? " (asked too often)" :
	    status >= STATUS_SERVER ? " (it has a problem)" : "");
	return -1;
}

/* Why libcurl ended the transfer, or we did. */
static int
judge_code(const struct transfer *t, CURLcode code, struct err *e)
{
	const char *why = *t->why ? t->why : curl.easy_strerror(code);

	if (t->write_errno) {
		errno = t->write_errno;
		return err_errno(e, EX_CANTCREAT, "cannot write it down");
	}
	if (t->is_too_large || code == CURLE_FILESIZE_EXCEEDED)
		return err_set(e, EX_UNAVAILABLE, "more than %llu bytes",
		    (unsigned long long)t->f->max_bytes);
	if (code == CURLE_UNSUPPORTED_PROTOCOL)
		return err_set(e, EX_UNAVAILABLE, "%s",
		    transfer_status(t) / 100 == 3 ? "the server redirects to "
		    "what is not https:" : "only https: and file: are taken");
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
		if (failures[i].code == code)
			return err_set(e, failures[i].status, "%s",
			    failures[i].why ? failures[i].why : why);
	}
	return err_set(e, EX_UNAVAILABLE, "%s", why);
}

static void
take_headers(CURL *c, struct fetched *got)
{
	curl_off_t changed = 0;

	curl.easy_getinfo(c, CURLINFO_FILETIME_T, &changed);
	got->changed = changed > 0 ? changed : 0;
	take_header(c, "ETag", got->etag);
	take_header(c, "Last-Modified", got->last_modified);
}

static enum fetch_result
transfer_judge(const struct transfer *t, CURLcode code, struct fetched *got,
    struct err *e)
{
	long status = transfer_status(t);	/* 0: file: */

	got->bytes = t->bytes;
	if (code == CURLE_HTTP_RETURNED_ERROR) {
		judge_status(t, status, got, e);
	} else if (code) {
		judge_code(t, code, e);
	} else if (status == STATUS_NOT_MODIFIED && t->headers) {
		return FETCH_SAME;
	} else if (status == STATUS_OK || status == 0) {
		take_headers(t->curl, got);
		return FETCH_NEW;
	} else {
		judge_status(t, status, got, e);
	}
	return FETCH_FAILED;
}

/* With a libcurl that is loaded. */
static enum fetch_result
transfer(struct transfer *t, struct fetched *got, struct err *e)
{
	enum fetch_result result = FETCH_FAILED;

	t->curl = curl.easy_init();
	if (t->curl)
		result = transfer_judge(t, transfer_run(t), got, e);
	else
		err_set(e, EX_OSERR, "libcurl cannot start");
	curl.slist_free_all(t->headers);
	curl.easy_cleanup(t->curl);
	curl.global_cleanup();
	return result;
}

enum fetch_result
fetch_url(const struct fetch *f, int fd, struct fetched *got, struct err *e)
{
	struct transfer t = { .f = f, .fd = fd };
	enum fetch_result result = FETCH_FAILED;
	char shown[FETCH_SHOWN_MAX];

	*got = (struct fetched){ .bytes = 0 };
	if (load(e) == 0)
		result = transfer(&t, got, e);
	if (result == FETCH_FAILED) {
		fetch_show(f->url, shown);
		err_prefix(e, "cannot fetch '%s': ", shown);
	}
	return result;
}
