/* SPDX-License-Identifier: ISC */
/* What a row is: the table of columns. */
#include "schema/column.h"

static const struct {
	struct slice name;
	const char *about;
} columns[COLUMNS] = {
	[COLUMN_SERVER] = { SLICE("server"), "host that logged the line" },
	[COLUMN_DATE] = { SLICE("date"), "when, RFC 3339 with offset" },
	[COLUMN_IP] = { SLICE("ip"), "client address" },
	[COLUMN_USER] = { SLICE("user"), "SASL user name tried" },
	[COLUMN_HOSTNAME] = { SLICE("hostname"), "PTR name of the address" },
	[COLUMN_STATUS] = { SLICE("reverse_dns_status"),
		"how the PTR look-up went" },
	[COLUMN_COUNTRY] = { SLICE("country_code"), "ISO 3166 alpha-2" },
	[COLUMN_ASN] = { SLICE("asn"), "autonomous system number" },
	[COLUMN_ASO] = { SLICE("aso"), "AS organisation" },
	[COLUMN_EVENT] = { SLICE("event"), "auth-failure or another event" },
	[COLUMN_SERVICE] = { SLICE("service"), "submission, smtps, ..." },
	[COLUMN_MECHANISM] = { SLICE("mechanism"), "SASL mechanism" },
	[COLUMN_CLIENT] = { SLICE("client"), "client name the daemon printed" },
	[COLUMN_REASON] = { SLICE("reason"), "why, in the daemon's words" },
	[COLUMN_PID] = { SLICE("pid"), "process that logged the line" },
	[COLUMN_PROGRAM] = { SLICE("program"), "syslog tag without pid" },
	[COLUMN_NETWORK] = { SLICE("network"), "/24 or /48 of the address" },
	[COLUMN_FORWARD] = { SLICE("forward_confirmed"),
		"whether the PTR name leads back" },
	[COLUMN_MESSAGE] = { SLICE("message"), "what stood behind the tag" },
};

/* Our status, and what the predecessor's resolver (gethostbyaddr, netdb.h's
 * h_errno values) would have said. */
static const struct {
	struct slice name, seed;
} statuses[RDNS_STATUSES] = {
	[RDNS_OK] = { SLICE("OK"), SLICE("OK") },
	[RDNS_NXDOMAIN] = { SLICE("NXDOMAIN"), SLICE("ERRNO 1") },
	[RDNS_NODATA] = { SLICE("NODATA"), SLICE("ERRNO 4") },
	[RDNS_SERVFAIL] = { SLICE("SERVFAIL"), SLICE("ERRNO 2") },
	[RDNS_REFUSED] = { SLICE("REFUSED"), SLICE("ERRNO 2") },
	[RDNS_TIMEOUT] = { SLICE("TIMEOUT"), SLICE("Timeout") },
	[RDNS_UNREACHABLE] = { SLICE("UNREACHABLE"), SLICE("ERRNO 2") },
	[RDNS_BADREPLY] = { SLICE("BADREPLY"), SLICE("ERRNO 3") },
	[RDNS_MISMATCH] = { SLICE("MISMATCH"), SLICE("OK") },
	[RDNS_LOCAL] = { SLICE("LOCAL"), SLICE("OK") },
	[RDNS_SKIPPED] = { SLICE("SKIPPED"), SLICE("Failed (Unknown)") },
};

static const struct slice forwards[] = {
	[FORWARD_NONE] = SLICE(""),
	[FORWARD_PASS] = SLICE("pass"),
	[FORWARD_FAIL] = SLICE("fail"),
	[FORWARD_TEMPERROR] = SLICE("temperror"),
	[FORWARD_PERMERROR] = SLICE("permerror"),
};

struct slice
rdns_status_name(enum rdns_status status)
{
	return statuses[status].name;
}

struct slice
column_name(enum column c)
{
	return columns[c].name;
}

const char *
column_about(enum column c)
{
	return columns[c].about;
}

int
column_find(struct slice name)
{
	for (int c = 0; c < COLUMNS; c++)
		if (slice_is(columns[c].name, name))
			return c;
	return -1;
}

const struct slice *
column_foreign(enum column c, const struct row *row)
{
	const struct event *e = row->event;

	switch (c) {
	case COLUMN_SERVER:	return &e->server;
	case COLUMN_USER:	return &e->user;
	case COLUMN_HOSTNAME:	return &row->hostname;
	case COLUMN_ASO:	return &row->place.as_name;
	case COLUMN_SERVICE:	return &e->service;
	case COLUMN_MECHANISM:	return &e->mechanism;
	case COLUMN_CLIENT:	return &e->client;
	case COLUMN_REASON:	return &e->reason;
	case COLUMN_PID:	return &e->pid;
	case COLUMN_PROGRAM:	return &e->program;
	case COLUMN_MESSAGE:	return &e->message;
	default:		return NULL;
	}
}

void
column_make(enum column c, const struct row *row, struct buf *out)
{
	const struct event *e = row->event;

	switch (c) {
	case COLUMN_DATE:
		when_add_rfc3339(out, &e->when);
		break;
	case COLUMN_IP:
		ip_add(out, &e->ip);
		break;
	case COLUMN_STATUS:
		buf_add(out, statuses[row->status].name);
		break;
	case COLUMN_COUNTRY:
		buf_add(out, row->place.country);
		break;
	case COLUMN_ASN:
		if (row->place.asn)
			buf_add_number(out, row->place.asn);
		break;
	case COLUMN_EVENT:
		buf_add(out, event_name(e->kind));
		break;
	case COLUMN_NETWORK:
		ip_add_network(out, &e->ip);
		break;
	case COLUMN_FORWARD:
		buf_add(out, forwards[row->forward]);
		break;
	default:
		break;
	}
}

struct slice
column_text(enum column c, const struct row *row, struct buf *scratch)
{
	const struct slice *foreign = column_foreign(c, row);

	if (foreign)
		return *foreign;
	buf_reset(scratch);
	column_make(c, row, scratch);
	return buf_slice(scratch);
}

struct slice
column_seed_text(enum column c, const struct row *row, struct buf *scratch)
{
	struct slice text;

	if (c == COLUMN_DATE) {
		buf_reset(scratch);
		when_add_minutes(scratch, &row->event->when);
		return buf_slice(scratch);
	}
	if (c == COLUMN_STATUS)
		return statuses[row->status].seed;
	text = column_text(c, row, scratch);
	if (text.n)
		return text;
	if (c == COLUMN_HOSTNAME)
		return SLICE("null");
	if (c == COLUMN_COUNTRY || c == COLUMN_ASN || c == COLUMN_ASO)
		return SLICE("N/A");
	return text;
}
