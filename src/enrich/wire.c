/* SPDX-License-Identifier: ISC */
/* DNS questions and the usual answer, by hand: a hundredth of what a general
 * library takes. */
#include "enrich/wire.h"

enum {
	LABEL_MAX = 63,
	POINTERS_MAX = 32,	/* followed within one name */
	FLAGS = 2, COUNTS = 4,
	RECORD = 10,		/* type, class, TTL, length of the data */
	CLASS_IN = 1,
	OPT_SIZE = 11,
};

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static bool
is_same(const uint8_t *a, const uint8_t *b, size_t n)
{
	if (memcmp(a, b, n) == 0)
		return true;
	/* Lengths of labels are below 'A', so they compare as they are. */
	for (size_t i = 0; i < n; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

bool
wire_name_equal(const struct wire_name *a, const struct wire_name *b)
{
	return a->n == b->n && is_same(a->bytes, b->bytes, a->n);
}

static void
add_label(struct wire_name *name, struct slice label)
{
	name->bytes[name->n++] = (uint8_t)label.n;
	memcpy(name->bytes + name->n, label.p, label.n);
	name->n = (uint8_t)(name->n + label.n);
}

static void
add_octet(struct wire_name *name, unsigned value)
{
	char digits[3];
	size_t n = sizeof digits;

	do {
		digits[--n] = (char)('0' + value % 10);
	} while (value /= 10);
	add_label(name, (struct slice){ digits + n, sizeof digits - n });
}

void
wire_reverse(struct wire_name *name, const struct ip *ip)
{
	static const char hex[] = "0123456789abcdef";

	name->n = 0;
	if (ip->family == IP_V4) {
		for (int shift = 0; shift < 32; shift += 8)
			add_octet(name, ip->low >> shift & 255);
		add_label(name, SLICE("in-addr"));
	} else {
		for (int i = 0; i < 32; i++) {
			uint64_t half = i < 16 ? ip->low : ip->high;

			add_label(name, (struct slice){
				&hex[half >> i % 16 * 4 & 15], 1 });
		}
		add_label(name, SLICE("ip6"));
	}
	add_label(name, SLICE("arpa"));
	name->bytes[name->n++] = 0;
}

bool
wire_name_parse(struct wire_name *name, struct slice text)
{
	struct slice label;

	name->n = 0;
	if (text.n == 0 || text.n > WIRE_NAME_MAX - 2)
		return false;
	while (text.n) {
		if (!slice_cut(&text, '.', &label)) {
			label = text;
			text.n = 0;
		} else if (text.n == 0) {
			return false;
		}
		if (label.n == 0 || label.n > LABEL_MAX ||
		    slice_find_byte(label, '\\') < label.n)
			return false;
		add_label(name, label);
	}
	name->bytes[name->n++] = 0;
	return true;
}

static bool
is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	    c == '_';
}

void
wire_name_add(struct buf *out, const struct wire_name *name)
{
	char text[WIRE_TEXT_MAX + 4], *p = text;

	for (size_t i = 0; name->bytes[i]; i += name->bytes[i] + 1u) {
		if (p > text)
			*p++ = '.';
		for (size_t k = 1; k <= name->bytes[i]; k++) {
			uint8_t c = lower(name->bytes[i + k]);

			if (is_plain(c)) {
				*p++ = (char)c;
				continue;
			}
			*p++ = '\\';
			*p++ = (char)('0' + c / 100);
			*p++ = (char)('0' + c / 10 % 10);
			*p++ = (char)('0' + c % 10);
		}
	}
	buf_add(out, slice_between(text, p));
}

void
wire_query_init(struct wire_query *q, const struct wire_name *name,
    enum wire_type type, bool edns)
{
	static const uint8_t opt[OPT_SIZE] = { 0, 0, WIRE_OPT,
		WIRE_UDP_SIZE >> 8, WIRE_UDP_SIZE & 255 };
	uint8_t *m = q->message;
	size_t at = WIRE_HEADER + (size_t)name->n;

	memset(m, 0, WIRE_HEADER);
	m[FLAGS] = 1;			/* recursion desired */
	m[COUNTS + 1] = 1;		/* one question */
	memcpy(m + WIRE_HEADER, name->bytes, name->n);
	m[at] = 0;
	m[at + 1] = (uint8_t)type;
	m[at + 2] = 0;
	m[at + 3] = CLASS_IN;
	q->question = (uint16_t)(name->n + 4u);
	q->n = (uint16_t)(at + 4);
	if (!edns)
		return;
	m[COUNTS + 7] = 1;		/* one additional record */
	memcpy(m + q->n, opt, OPT_SIZE);
	q->n = (uint16_t)(q->n + OPT_SIZE);
}

void
wire_query_set_id(struct wire_query *q, uint16_t id)
{
	q->message[0] = (uint8_t)(id >> 8);
	q->message[1] = (uint8_t)id;
}

void
wire_query_name(const struct wire_query *q, struct wire_name *name)
{
	name->n = (uint8_t)(q->question - 4);
	memcpy(name->bytes, q->message + WIRE_HEADER, name->n);
}

enum wire_type
wire_query_type(const struct wire_query *q)
{
	return (enum wire_type)wire_16(q->message + WIRE_HEADER +
	    q->question - 4);
}

void
reply_init(struct reply *r)
{
	*r = (struct reply){ .kind = REPLY_BAD };
	buf_init(&r->text, (WIRE_NAMES_MAX + 1) * WIRE_TEXT_MAX);
	/* Of its full size at once: the names must not move. */
	(void)buf_room(&r->text, (WIRE_NAMES_MAX + 1) * WIRE_TEXT_MAX);
}

void
reply_release(struct reply *r)
{
	buf_release(&r->text);
}

void
reply_reset(struct reply *r)
{
	r->kind = REPLY_BAD;
	r->rcode = 0;
	r->ttl = 0;
	r->has_ttl = false;
	r->hops = 0;
	r->is_rooted = false;
	r->n = 0;
	buf_reset(&r->text);
}

static int
compare(struct slice a, struct slice b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

/* The names that stay, closed up: those that had to go leave holes. */
static void
close_up(struct reply *r)
{
	char copy[WIRE_NAMES_MAX * WIRE_TEXT_MAX];
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		memcpy(copy + n, r->names[i].p, r->names[i].n);
		r->names[i].p = r->text.p + n;
		n += r->names[i].n;
	}
	memcpy(r->text.p, copy, n);
	r->text.n = n;
}

void
reply_add_name(struct reply *r, const struct wire_name *name)
{
	size_t from, at;
	struct slice text;

	if (r->text.max - r->text.n < WIRE_TEXT_MAX)
		close_up(r);
	from = r->text.n;
	wire_name_add(&r->text, name);
	text = slice_from(buf_slice(&r->text), from);
	for (at = 0; at < r->n; at++) {
		int order = compare(text, r->names[at]);

		if (order == 0)
			return;
		if (order < 0)
			break;
	}
	r->is_rooted |= text.n == 0;
	if (text.n == 0 || at == WIRE_NAMES_MAX)
		return;
	if (r->n == WIRE_NAMES_MAX)
		r->n--;
	memmove(&r->names[at + 1], &r->names[at],
	    (r->n - at) * sizeof *r->names);
	r->names[at] = text;
	r->n++;
}

void
reply_add_address(struct reply *r, enum wire_type type, const uint8_t *p)
{
	struct ip *ip = &r->addresses[r->n];

	if (r->n == WIRE_ADDRESSES_MAX)
		return;
	*ip = (struct ip){ .family = type == WIRE_A ? IP_V4 : IP_V6 };
	if (type == WIRE_A) {
		ip->low = wire_32(p);
	} else {
		ip->high = (uint64_t)wire_32(p) << 32 | wire_32(p + 4);
		ip->low = (uint64_t)wire_32(p + 8) << 32 | wire_32(p + 12);
	}
	r->n++;
}

void
reply_add_ttl(struct reply *r, uint32_t ttl)
{
	if (ttl >> 31)			/* RFC 2181 section 8 */
		ttl = 0;
	if (!r->has_ttl || ttl < r->ttl)
		r->ttl = ttl;
	r->has_ttl = true;
}

static bool
has_answer_header(uint16_t id, const uint8_t *m, size_t n)
{
	return n >= WIRE_HEADER && wire_16(m) == id &&
	    (m[FLAGS] & 0xf8) == 0x80;
}

bool
wire_is_answer(const struct wire_query *q, uint16_t id, const uint8_t *m,
    size_t n)
{
	return has_answer_header(id, m, n) && wire_16(m + COUNTS) == 1 &&
	    n >= WIRE_HEADER + (size_t)q->question &&
	    is_same(m + WIRE_HEADER, q->message + WIRE_HEADER, q->question);
}

bool
wire_is_refusal_of_form(uint16_t id, const uint8_t *m, size_t n)
{
	unsigned rcode = n >= WIRE_HEADER ? m[FLAGS + 1] & 15 : 0;

	return n == WIRE_HEADER && has_answer_header(id, m, n) &&
	    wire_16(m + COUNTS) == 0 &&
	    (rcode == WIRE_FORMERR || rcode == WIRE_NOTIMP);
}

/* A message being read. */
struct cursor {
	const uint8_t *m;
	size_t n, at;
};

/* A name at the cursor; pointers lead strictly backwards, so they end. */
static bool
read_name(struct cursor *c, struct wire_name *name)
{
	size_t at = c->at, behind = 0, first = at;
	unsigned pointers = 0, n = 0;

	while (at < c->n) {
		unsigned length = c->m[at];

		if (length > LABEL_MAX) {
			size_t to = at + 1 < c->n ?
			    wire_16(c->m + at) & 0x3fff : SIZE_MAX;

			if (length < 0xc0 || to >= first || to < WIRE_HEADER ||
			    ++pointers > POINTERS_MAX)
				return false;
			if (!behind)
				behind = at + 2;
			at = first = to;
			continue;
		}
		if (n + length + 1 > WIRE_NAME_MAX || at + length >= c->n)
			return false;
		memcpy(name->bytes + n, c->m + at, length + 1u);
		n += length + 1;
		at += length + 1u;
		if (length == 0) {
			name->n = (uint8_t)n;
			c->at = behind ? behind : at;
			return true;
		}
	}
	return false;
}

/* The owner of the next record: nearly always a pointer to the question. */
static bool
skip_owner(struct cursor *c, const struct wire_name *owner, bool is_question)
{
	struct wire_name name;

	if (is_question && c->n - c->at >= 2 &&
	    wire_16(c->m + c->at) == (0xc000 | WIRE_HEADER)) {
		c->at += 2;
		return true;
	}
	return read_name(c, &name) && wire_name_equal(&name, owner);
}

/* A record of the answer; owner is what is asked for at this point, and moves
 * with a CNAME. */
static bool
read_record(struct cursor *c, enum wire_type type, struct wire_name *owner,
    struct reply *r)
{
	struct wire_name name;
	size_t end;
	unsigned is;

	if (!skip_owner(c, owner, r->hops == 0) || c->n - c->at < RECORD)
		return false;
	is = wire_16(c->m + c->at);
	end = c->at + RECORD + wire_16(c->m + c->at + 8);
	if (wire_16(c->m + c->at + 2) != CLASS_IN || end > c->n)
		return false;
	reply_add_ttl(r, wire_32(c->m + c->at + 4));
	c->at += RECORD;
	if (is == type && type != WIRE_PTR) {
		if (end - c->at != (type == WIRE_A ? 4 : 16))
			return false;
		reply_add_address(r, type, c->m + c->at);
		c->at = end;
		return true;
	}
	if (!read_name(c, &name) || c->at != end)
		return false;
	if (is == type) {
		reply_add_name(r, &name);
		return true;
	}
	if (is != WIRE_CNAME || r->n || r->is_rooted || ++r->hops > WIRE_HOPS_MAX)
		return false;
	*owner = name;
	return true;
}

/* Behind the answers: nothing, or an empty OPT record. */
static bool
ends_as_usual(const struct cursor *c)
{
	const uint8_t *p = c->m + c->at;

	if (wire_16(c->m + COUNTS + 4) != 0)
		return false;
	if (wire_16(c->m + COUNTS + 6) == 0)
		return c->at == c->n;
	/* Root, type, size, no extended rcode, version 0. */
	return wire_16(c->m + COUNTS + 6) == 1 && c->n - c->at == OPT_SIZE &&
	    p[0] == 0 && wire_16(p + 1) == WIRE_OPT && p[5] == 0 &&
	    p[6] == 0 && wire_16(p + 9) == 0;
}

bool
wire_read(const struct wire_query *q, const uint8_t *m, size_t n,
    struct reply *r)
{
	struct cursor c = { m, n, WIRE_HEADER + (size_t)q->question };
	unsigned answers = wire_16(m + COUNTS + 2);
	enum wire_type type = wire_query_type(q);
	struct wire_name owner;

	reply_reset(r);
	r->rcode = m[FLAGS + 1] & 15;
	if (m[FLAGS] & 2) {
		r->kind = REPLY_TRUNCATED;
		return true;
	}
	if (r->rcode != WIRE_NOERROR && r->rcode != WIRE_NXDOMAIN) {
		r->kind = REPLY_FAILURE;
		return true;
	}
	if (r->rcode != WIRE_NOERROR || answers == 0)
		return false;
	wire_query_name(q, &owner);
	while (answers--)
		if (!read_record(&c, type, &owner, r))
			return false;
	if (r->n == 0 || !ends_as_usual(&c))
		return false;
	r->kind = type == WIRE_PTR ? REPLY_NAMES : REPLY_ADDRESSES;
	return true;
}
