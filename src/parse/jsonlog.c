/* SPDX-License-Identifier: ISC */
/* Log lines that are JSON objects. */
#include "parse/jsonlog.h"

#include "base/json.h"

enum field { FIELD_SERVER, FIELD_TAG, FIELD_PROGRAM, FIELD_PID,
	FIELD_MESSAGE, FIELD_STAMP, FIELD_MICROSECONDS, FIELDS };

/* Two dialects with no key in common.  A key further down replaces one of the
 * same field further up: journalctl itself shows the time the message was
 * sent, and the pid its sender wrote. */
static const struct {
	enum envelope_form form;
	struct slice key;
	enum field field;
} keys[] = {
	{ ENVELOPE_JOURNAL, SLICE("_HOSTNAME"), FIELD_SERVER },
	{ ENVELOPE_JOURNAL, SLICE("SYSLOG_IDENTIFIER"), FIELD_PROGRAM },
	{ ENVELOPE_JOURNAL, SLICE("_PID"), FIELD_PID },
	{ ENVELOPE_JOURNAL, SLICE("SYSLOG_PID"), FIELD_PID },
	{ ENVELOPE_JOURNAL, SLICE("MESSAGE"), FIELD_MESSAGE },
	{ ENVELOPE_JOURNAL, SLICE("__REALTIME_TIMESTAMP"),
		FIELD_MICROSECONDS },
	{ ENVELOPE_JOURNAL, SLICE("_SOURCE_REALTIME_TIMESTAMP"),
		FIELD_MICROSECONDS },
	{ ENVELOPE_JSON, SLICE("host"), FIELD_SERVER },
	{ ENVELOPE_JSON, SLICE("hostname"), FIELD_SERVER },
	{ ENVELOPE_JSON, SLICE("program"), FIELD_PROGRAM },
	{ ENVELOPE_JSON, SLICE("programname"), FIELD_PROGRAM },
	{ ENVELOPE_JSON, SLICE("tag"), FIELD_TAG },
	{ ENVELOPE_JSON, SLICE("syslogtag"), FIELD_TAG },
	{ ENVELOPE_JSON, SLICE("msg"), FIELD_MESSAGE },
	{ ENVELOPE_JSON, SLICE("message"), FIELD_MESSAGE },
	{ ENVELOPE_JSON, SLICE("timereported"), FIELD_STAMP },
	{ ENVELOPE_JSON, SLICE("timestamp"), FIELD_STAMP },
	{ ENVELOPE_JSON, SLICE("@timestamp"), FIELD_STAMP },
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
take_when(const struct found *found, struct buf *scratch,
    struct envelope *out)
{
	struct slice text;
	uint64_t microseconds;

	take_text(found, FIELD_MICROSECONDS, scratch, &text);
	if (text.n) {
		if (!slice_number(text, (uint64_t)1 << 62, &microseconds))
			return false;
		out->when = when_local((int64_t)(microseconds / 1000000));
		return true;
	}
	take_text(found, FIELD_STAMP, scratch, &text);
	return when_parse(&text, &out->when) && text.n == 0;
}

static bool
take_tag(const struct found *found, struct buf *scratch, struct envelope *out)
{
	struct slice tag, pid;

	take_text(found, FIELD_TAG, scratch, &tag);
	if (tag.n)
		return envelope_tag(tag, slice_ends(tag, SLICE(":")), out);
	take_text(found, FIELD_PROGRAM, scratch, &out->program);
	take_text(found, FIELD_PID, scratch, &pid);
	if (pid.n)
		out->pid = pid;
	/* rsyslog's programname stops at a slash; the journal's does not. */
	out->cut = out->form == ENVELOPE_JSON &&
	    slice_find_byte(out->program, '/') == out->program.n;
	return out->program.n > 0;
}

bool
jsonlog_parse(struct slice line, struct buf *scratch, struct envelope *out)
{
	struct found found = { 0 };
	struct slice message;

	if (!read_members(line, scratch, &found))
		return false;
	message = found.value[FIELD_MESSAGE];
	if (!message.n)
		return false;
	out->form = keys[found.key[FIELD_MESSAGE]].form;
	for (int i = 0; i < FIELDS; i++)
		if (found.value[i].n && keys[found.key[i]].form != out->form)
			found.value[i].n = 0;
	take_text(&found, FIELD_SERVER, scratch, &out->server);
	out->has_when = take_when(&found, scratch, out);
	return out->has_when && take_tag(&found, scratch, out) &&
	    (json_string(message, scratch, &out->message) ||
	    json_bytes(message, scratch, &out->message));
}
