/* SPDX-License-Identifier: ISC */
/* What a row is: names, order, the text of each cell, the seed's too. */
#include <stdlib.h>

#include "schema/column.h"
#include "tap.h"

/* The order and the names are what readers of the files rely on. */
static const char *const names[COLUMNS] = { "server", "date", "ip", "user",
	"hostname", "reverse_dns_status", "country_code", "asn", "aso",
	"event", "service", "mechanism", "client", "reason", "pid", "program",
	"network", "forward_confirmed", "message" };

static void
test_names(void)
{
	bool good = true;

	for (int c = 0; c < COLUMNS; c++) {
		struct slice name = slice_text(names[c]);

		good = good && slice_is(column_name((enum column)c), name) &&
		    column_find(name) == c && *column_about((enum column)c);
	}
	ok(good, "columns, in their order, found by name");
	ok(COLUMNS_SEED == 9 && COLUMNS_DEFAULT == 12,
	    "nine of the seed, twelve by default");
	ok(column_find(SLICE("")) == -1 && column_find(SLICE("IP")) == -1 &&
	    column_find(SLICE("ip ")) == -1 && column_find(SLICE("i")) == -1 &&
	    column_find(SLICE("ip\0")) == -1 &&
	    column_find((struct slice){ NULL, 0 }) == -1, "no such column");
}

static void
test_events(void)
{
	static const char *const kinds[EVENT_KINDS] = { "auth-failure",
		"auth-error", "auth-aborted", "auth-success" };
	bool good = true;

	for (int k = 0; k < EVENT_KINDS; k++)
		good = good && event_find(slice_text(kinds[k])) == k &&
		    slice_is(event_name((enum event_kind)k),
		    slice_text(kinds[k]));
	ok(good, "events, there and back");
	ok(event_find(SLICE("")) == -1 && event_find(SLICE("auth")) == -1 &&
	    event_find(SLICE("auth-failures")) == -1 &&
	    event_find(SLICE("AUTH-FAILURE")) == -1, "no such event");
}

static void
test_statuses(void)
{
	static const char *const statuses[RDNS_STATUSES] = { "OK", "NXDOMAIN",
		"NODATA", "SERVFAIL", "REFUSED", "TIMEOUT", "UNREACHABLE",
		"BADREPLY", "MISMATCH", "LOCAL", "SKIPPED" };

	for (int s = 0; s < RDNS_STATUSES; s++)
		is(rdns_status_name((enum rdns_status)s), statuses[s],
		    "status");
}

static const struct event full_event = {
	.kind = EVENT_AUTH_ERROR, .count = 1,
	.when = { .year = 2026, .month = 11, .day = 2, .hour = 1, .minute = 5,
		.second = 40, .offset = 60, .has_offset = true },
	.ip = { .family = IP_V6, .high = 0x20010db800010002, .low = 0x25 },
	.server = SLICE("mx1"), .program = SLICE("postfix/smtpd"),
	.pid = SLICE("250"), .service = SLICE("smtpd"),
	.user = SLICE("a\0b"), .mechanism = SLICE("PLAIN"),
	.client = SLICE("unknown"), .reason = SLICE("why"),
	.message = SLICE("warning: all of it"),
};
static const struct row full = {
	.event = &full_event, .hostname = SLICE("host.example"),
	.status = RDNS_MISMATCH, .forward = FORWARD_TEMPERROR,
	.place = { SLICE("DE"), SLICE("Example AS"), 4294967295 },
};
static const struct event bare_event = {
	.kind = EVENT_AUTH_FAILURE, .count = 1,
	.when = { .year = 1999, .month = 12, .day = 31, .hour = 23,
		.minute = 59, .second = 60, .has_offset = true },
};
static const struct row bare = {
	.event = &bare_event, .status = RDNS_SKIPPED,
};

static const struct {
	const char *full, *bare, *full_seed, *bare_seed;
} texts[COLUMNS] = {
	[COLUMN_SERVER] = { "mx1", "", "mx1", "" },
	[COLUMN_DATE] = { "2026-11-02T01:05:40+01:00",
		"1999-12-31T23:59:60+00:00", "02/11/2026 01:05",
		"31/12/1999 23:59" },
	[COLUMN_IP] = { "2001:db8:1:2::25", "", "2001:db8:1:2::25", "" },
	[COLUMN_USER] = { NULL, "", NULL, "" },
	[COLUMN_HOSTNAME] = { "host.example", "", "host.example", "null" },
	[COLUMN_STATUS] = { "MISMATCH", "SKIPPED", NULL, NULL },
	[COLUMN_COUNTRY] = { "DE", "", "DE", "N/A" },
	[COLUMN_ASN] = { "4294967295", "", "4294967295", "N/A" },
	[COLUMN_ASO] = { "Example AS", "", "Example AS", "N/A" },
	[COLUMN_EVENT] = { "auth-error", "auth-failure", NULL, NULL },
	[COLUMN_SERVICE] = { "smtpd", "", NULL, NULL },
	[COLUMN_MECHANISM] = { "PLAIN", "", NULL, NULL },
	[COLUMN_CLIENT] = { "unknown", "", NULL, NULL },
	[COLUMN_REASON] = { "why", "", NULL, NULL },
	[COLUMN_PID] = { "250", "", NULL, NULL },
	[COLUMN_PROGRAM] = { "postfix/smtpd", "", NULL, NULL },
	[COLUMN_NETWORK] = { "2001:db8:1::/48", "", NULL, NULL },
	[COLUMN_FORWARD] = { "temperror", "", NULL, NULL },
	[COLUMN_MESSAGE] = { "warning: all of it", "", NULL, NULL },
};

static void
test_text(enum column c, struct slice text, const char *expected,
    const char *which)
{
	if (!expected || slice_is(text, slice_text(expected)))
		return;
	ok(false, "%s of %s", names[c], which);
	printf("# got '%.*s', not '%s'\n", (int)text.n, text.n ? text.p : "",
	    expected);
}

static void
test_texts(void)
{
	struct buf b;

	buf_init(&b, 200);
	for (int i = 0; i < COLUMNS; i++) {
		enum column c = (enum column)i;

		test_text(c, column_text(c, &full, &b), texts[i].full,
		    "a full row");
		test_text(c, column_text(c, &bare, &b), texts[i].bare,
		    "a bare row");
		if (i >= COLUMNS_SEED)
			continue;
		test_text(c, column_seed_text(c, &full, &b),
		    texts[i].full_seed, "a full row of the seed");
		test_text(c, column_seed_text(c, &bare, &b),
		    texts[i].bare_seed, "a bare row of the seed");
	}
	ok(tap_failed == 0, "the text of every column");
	ok(slice_is(column_text(COLUMN_USER, &full, &b), SLICE("a\0b")) &&
	    slice_is(column_seed_text(COLUMN_USER, &full, &b),
	    SLICE("a\0b")), "raw, with a NUL");
	/* What the scratch held before is gone. */
	(void)column_text(COLUMN_DATE, &full, &b);
	is(column_text(COLUMN_NETWORK, &full, &b), "2001:db8:1::/48",
	    "the scratch is used again");
	is(column_text(COLUMN_IP, &bare, &b), "",
	    "an address that is unknown is empty, whatever came before");
	buf_release(&b);
}

/* "OK" where a name came, "ERRNO n" for what failed: one of few words, so that
 * the predecessor's readers know them. */
static void
test_seed_statuses(void)
{
	struct row row = { .event = &bare_event };
	struct buf b;
	bool good = true;

	buf_init(&b, 200);
	row.status = RDNS_OK;
	is(column_seed_text(COLUMN_STATUS, &row, &b), "OK", "seed: OK");
	row.status = RDNS_NXDOMAIN;
	is(column_seed_text(COLUMN_STATUS, &row, &b), "ERRNO 1",
	    "seed: NXDOMAIN");
	row.status = RDNS_TIMEOUT;
	is(column_seed_text(COLUMN_STATUS, &row, &b), "Timeout",
	    "seed: TIMEOUT");
	for (int s = 0; s < RDNS_STATUSES; s++) {
		row.status = (enum rdns_status)s;
		good = good && column_seed_text(COLUMN_STATUS, &row, &b).n > 0;
	}
	ok(good, "seed: every status has a text");
	buf_release(&b);
}

int
main(void)
{
	test_names();
	test_events();
	test_statuses();
	test_texts();
	test_seed_statuses();
	return done();
}
