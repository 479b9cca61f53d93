/* SPDX-License-Identifier: ISC */
/* Log lines that are JSON objects. */
#include "parse/jsonlog.h"

#include "base/json.h"

/* 9999-12-31: no stamp has a year of more digits. */
#define LAST_MICROSECOND 253402300799999999

enum field { FIELD_SERVER, FIELD_TAG, FIELD_PROGRAM, FIELD_PID,
	FIELD_MESSAGE, FIELD_STAMP, FIELD_MICROSECONDS, FIELDS };

/* Two dialects with no key in common.  A key further down replaces one of the
 * same field further up: journalctl itself shows the time the message was
 * sent, and the pid its sender wrote. */
enum dialect { JOURNAL, RSYSLOG };
static const struct {
	enum dialect dialect;
	struct slice key;
	enum field field;
} keys[] = {
	{ JOURNAL, SLICE("_HOSTNAME"), FIELD_SERVER },
	{ JOURNAL, SLICE("SYSLOG_IDENTIFIER"), FIELD_PROGRAM },
	{ JOURNAL, SLICE("_PID"), FIELD_PID },
	{ JOURNAL, SLICE("SYSLOG_PID"), FIELD_PID },
	{ JOURNAL, SLICE("MESSAGE"), FIELD_MESSAGE },
	{ JOURNAL, SLICE("__REALTIME_TIMESTAMP"), FIELD_MICROSECONDS },
	{ JOURNAL, SLICE("_SOURCE_REALTIME_TIMESTAMP"), FIELD_MICROSECONDS },
	{ RSYSLOG, SLICE("host"), FIELD_SERVER },
	{ RSYSLOG, SLICE("hostname"), FIELD_SERVER },
	{ RSYSLOG, SLICE("program"), FIELD_PROGRAM },
	{ RSYSLOG, SLICE("programname"), FIELD_PROGRAM },
	{ RSYSLOG, SLICE("tag"), FIELD_TAG },
	{ RSYSLOG, SLICE("syslogtag"), FIELD_TAG },
	{ RSYSLOG, SLICE("msg"), FIELD_MESSAGE },
	{ RSYSLOG, SLICE("message"), FIELD_MESSAGE },
	{ RSYSLOG, SLICE("timereported"), FIELD_STAMP },
	{ RSYSLOG, SLICE("timestamp"), FIELD_STAMP },
	{ RSYSLOG, SLICE("@timestamp"), FIELD_STAMP },
};
enum { KEYS = sizeof keys / sizeof *keys };

/* What was found: JSON text by field, and by which key. */
struct found {
	struct slice value[FIELDS];
	size_t key[FIELDS];
};

static void
note_member(struct found *found, struct slice key, struct slice value)
{
	for (size_t i = 0; i < KEYS; i++) {
		enum field field = keys[i].field;

		if (!slice_is(key, keys[i].key))
			continue;
		/* A key that occurs twice: the first counts. */
		if (!found->value[field].n || i > found->key[field]) {
			found->value[field] = value;
			found->key[field] = i;
		}
		return;
	}
}

static bool
read_members(struct slice line, struct buf *scratch, struct found *found)
{
	struct slice rest = line, key, value;
	int rc;

	if (!json_object(&rest))
		return false;
	while ((rc = json_member(&rest, scratch, &key, &value)) > 0)
		note_member(found, key, value);
	slice_skip_blanks(&rest);
	return rc == 0 && rest.n == 0;
}

static void
take_text(const struct found *found, enum field field, struct buf *scratch,
    struct slice *out)
{
	if (!json_string(found->value[field], scratch, out))
		*out = (struct slice){ NULL, 0 };
}

static bool
take_when(const struct found *found, struct buf *scratch, struct when *out)
{
	struct slice text;
	uint64_t microseconds;

	take_text(found, FIELD_MICROSECONDS, scratch, &text);
	if (text.n) {
		if (!slice_number(text, LAST_MICROSECOND, &microseconds))
			return false;
		*out = when_local((int64_t)(microseconds / 1000000));
		return true;
	}
	take_text(found, FIELD_STAMP, scratch, &text);
	return when_parse(&text, out) && text.n == 0;
}

bool
jsonlog_parse(struct slice line, struct buf *scratch, struct jsonlog *out)
{
	struct found found = { 0 };
	struct slice message;
	enum dialect dialect;

	*out = (struct jsonlog){ .is_journal = false };
	if (!read_members(line, scratch, &found))
		return false;
	message = found.value[FIELD_MESSAGE];
	if (!message.n)
		return false;
	dialect = keys[found.key[FIELD_MESSAGE]].dialect;
	out->is_journal = dialect == JOURNAL;
	for (int i = 0; i < FIELDS; i++)
		if (keys[found.key[i]].dialect != dialect)
			found.value[i].n = 0;
	take_text(&found, FIELD_SERVER, scratch, &out->server);
	take_text(&found, FIELD_TAG, scratch, &out->tag);
	take_text(&found, FIELD_PROGRAM, scratch, &out->program);
	take_text(&found, FIELD_PID, scratch, &out->pid);
	return (out->tag.n || out->program.n) &&
	    take_when(&found, scratch, &out->when) &&
	    (json_string(message, scratch, &out->message) ||
	    json_bytes(message, scratch, &out->message));
}
