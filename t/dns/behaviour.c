/* SPDX-License-Identifier: ISC */
/* The behaviours: who has which, and what a careful client makes of them. */
#include "behaviour.h"

#include <stdlib.h>
#include <string.h>

struct behaviour {
	const char *name, *status, *confirmed;
};

static const struct behaviour behaviours[CODES] = {
	[OK] = { "ok", "OK", "pass" },
	[NXDOMAIN] = { "nxdomain", "NXDOMAIN", "permerror" },
	[NODATA] = { "nodata", "NODATA", "permerror" },
	[SERVFAIL] = { "servfail", "SERVFAIL", "temperror" },
	[REFUSED] = { "refused", "REFUSED", "temperror" },
	[DROP] = { "drop", "TIMEOUT", "temperror" },
	[DROP1] = { "drop1", "OK", "pass" },
	[DROP2] = { "drop2", "OK", "pass" },
	[TRUNC] = { "trunc", "OK", "pass" },
	[TRUNC_NOTCP] = { "trunc-notcp", "BADREPLY", "temperror" },
	[GARBAGE] = { "garbage", "BADREPLY", "temperror" },
	[WRONGID] = { "wrongid", "TIMEOUT", "temperror" },
	[WRONGID_THEN_OK] = { "wrongid-then-ok", "OK", "pass" },
	[SPOOFSRC_THEN_OK] = { "spoofsrc-then-ok", "OK", "pass" },
	[WRONGQ_THEN_OK] = { "wrongq-then-ok", "OK", "pass" },
	[CNAME2317] = { "cname2317", "OK", "pass" },
	[CNAME8] = { "cname8", "OK", "pass" },
	[CNAMELOOP] = { "cnameloop", "BADREPLY", "temperror" },
	[CNAMEONLY] = { "cnameonly", "OK", "pass" },
	[ODDBYTES] = { "oddbytes", "OK", "fail" },
	[LONG255] = { "long255", "OK", "fail" },
	[MULTI3] = { "multi3", "OK", "pass" },
	[MULTI30] = { "multi30", "OK", "pass" },
	[ROOT] = { "root", "NODATA", "permerror" },
	[RDLEN0] = { "rdlen0", "BADREPLY", "temperror" },
	[PTRLOOP] = { "ptrloop", "BADREPLY", "temperror" },
	[RDLENSHORT] = { "rdlenshort", "OK", "pass" },
	[TRAILING] = { "trailing", "OK", "pass" },
	[ANCOUNTLIE] = { "ancountlie", "BADREPLY", "temperror" },
	[EMPTYQ] = { "emptyq", "TIMEOUT", "temperror" },
	[SHORT] = { "short", "TIMEOUT", "temperror" },
	[QR0] = { "qr0", "TIMEOUT", "temperror" },
	[LOWERQ] = { "lowerq", "OK", "pass" },
	[EDNSFORMERR] = { "ednsformerr", "OK", "pass" },
	[FORMERR] = { "formerr", "BADREPLY", "temperror" },
	[NOTIMP] = { "notimp", "BADREPLY", "temperror" },
	[NOTAUTH] = { "notauth", "BADREPLY", "temperror" },
	[SLOW] = { "slow", "OK", "pass" },
	[DUP] = { "dup", "OK", "pass" },
	[WRONGTYPE] = { "wrongtype", "NODATA", "permerror" },
	[WRONGOWNER] = { "wrongowner", "NODATA", "permerror" },
	[FWDMISMATCH] = { "fwdmismatch", "OK", "fail" },
	[FWDNX] = { "fwdnx", "OK", "fail" },
	[FWDMULTI] = { "fwdmulti", "OK", "pass" },
	[LOCALHOST] = { "localhost", "OK", "fail" },
	[IPLITERAL] = { "ipliteral", "OK", "fail" },
	[UPPER] = { "upper", "OK", "pass" },
	[TTL0] = { "ttl0", "OK", "pass" },
	[TTLNEG] = { "ttlneg", "OK", "pass" },
	[SERVFAIL1] = { "servfail1", "OK", "pass" },
	[SERVFAIL_EDE] = { "servfail-ede", "SERVFAIL", "temperror" },
	[AD] = { "ad", "OK", "pass" },
	[UTF8] = { "utf8", "OK", "fail" },
	[DOTLABEL] = { "dotlabel", "OK", "fail" },
	[FWDSERVFAIL] = { "fwdservfail", "OK", "temperror" },
	[FWDCNAME] = { "fwdcname", "OK", "pass" },
	[HINFO] = { "hinfo", "OK", "pass" },
	[ANYCLASS] = { "anyclass", "NODATA", "permerror" },
	[QTYPEMISMATCH_THEN_OK] = { "qtypemismatch-then-ok", "OK", "pass" },
	[OPCODE] = { "opcode", "TIMEOUT", "temperror" },
	[FORWARDPTR] = { "forwardptr", "OK", "pass" },
};

static bool
weight_parse(struct mix *mix, const char *name, size_t n, const char *weight)
{
	char *end;
	unsigned long value = strtoul(weight, &end, 10);

	if (end == weight || (*end && *end != ',') || value > 1000000)
		return false;
	for (size_t i = 0; i < CODES; i++) {
		if (strlen(behaviours[i].name) != n ||
		    memcmp(behaviours[i].name, name, n) != 0)
			continue;
		mix->total += (unsigned)value - mix->weights[i];
		mix->weights[i] = (unsigned)value;
		return true;
	}
	return false;
}

bool
mix_parse(struct mix *mix, const char *text)
{
	mix->total = 0;
	memset(mix->weights, 0, sizeof(mix->weights));
	while (*text) {
		size_t n = strcspn(text, "=,");

		if (text[n] != '=' ||
		    !weight_parse(mix, text, n, text + n + 1))
			return false;
		text += strcspn(text, ",");
		text += *text == ',';
	}
	return mix->total > 0;
}

/* The code that the network of the address names; -1: another network. */
static int
network_code(const struct address *a)
{
	static const uint8_t v6[6] = { 0x20, 0x01, 0x00, 0x02 };

	if (a->v6)
		return memcmp(a->b, v6, sizeof(v6)) == 0 ?
		    a->b[6] << 8 | a->b[7] : -1;
	return a->b[0] == 198 && a->b[1] == 18 ? a->b[2] : -1;
}

enum code
mix_find(const struct mix *mix, const struct address *a)
{
	int code = network_code(a);
	uint64_t at;

	if (code >= 0)
		return code < CODES ? (enum code)code : NXDOMAIN;
	at = address_hash(a, mix->seed) % mix->total;
	for (unsigned i = 0; i < CODES; i++) {
		if (at < mix->weights[i])
			return (enum code)i;
		at -= mix->weights[i];
	}
	return OK;
}

unsigned
behaviour_names(enum code code)
{
	return code == MULTI3 ? 3 : code == MULTI30 ? 30 : 1;
}

static void
odd_name(const struct address *a, struct name *name)
{
	static const char odd[] =
	    "a\"b'c;d,e<script>\b\r\t\0\033[31m\377\\x";

	(void)a;
	name_label(name, odd, sizeof(odd) - 1);
	name_text(name, "example.net");
}

/* Labels of 63 octets and what is left, in front of the host: 254 in all,
 * 255 with the root. */
static void
long_name(const struct address *a, struct name *name)
{
	struct name host;
	char label[63];
	size_t left;

	memset(label, 'l', sizeof(label));
	address_host(a, "", &host);
	left = sizeof(name->b) - host.n;
	while (left > 0) {
		size_t n = left > 64 ? 64 : left;

		name_label(name, label, n - 1);
		left -= n;
	}
	memcpy(name->b + name->n, host.b, host.n);
	name->n += host.n;
}

static void
upper_name(const struct address *a, struct name *name)
{
	address_host(a, "", name);
	name_upper(name);
}

static void
utf8_name(const struct address *a, struct name *name)
{
	char host[64], label[72] = "m\303\274nchen-";
	size_t n = address_label(a, host) - 5;

	memcpy(label + 9, host + 5, n);
	name_label(name, label, 9 + n);
	name_text(name, "example.net");
}

static void
dot_name(const struct address *a, struct name *name)
{
	struct name host;

	address_host(a, "", &host);
	name_label(name, "a.b", 3);
	memcpy(name->b + name->n, host.b, host.n);
	name->n += host.n;
}

static void
root_name(const struct address *a, struct name *name)
{
	(void)a;
	(void)name;
}

static void
localhost_name(const struct address *a, struct name *name)
{
	(void)a;
	name_text(name, "localhost");
}

static void
literal_name(const struct address *a, struct name *name)
{
	(void)a;
	name_text(name, "10.1.2.3");
}

/* Who is not here has the plain host name. */
static void (*const names[CODES])(const struct address *, struct name *) = {
	[ODDBYTES] = odd_name,
	[LONG255] = long_name,
	[ROOT] = root_name,
	[LOCALHOST] = localhost_name,
	[IPLITERAL] = literal_name,
	[UPPER] = upper_name,
	[UTF8] = utf8_name,
	[DOTLABEL] = dot_name,
};

void
behaviour_name(enum code code, const struct address *a, unsigned i,
    struct name *name)
{
	static const char *const three[] = { "a-", "b-", "" };
	char prefix[PLACE_PREFIX] = { 'n', (char)('0' + i / 10),
		(char)('0' + i % 10), '-' };

	name->n = 0;
	if (names[code])
		names[code](a, name);
	else if (code == MULTI3)
		address_host(a, three[i], name);
	else
		address_host(a, code == MULTI30 ? prefix : "", name);
}

void
behaviour_list(FILE *to)
{
	for (size_t i = 0; i < CODES; i++)
		fprintf(to, "%s\n", behaviours[i].name);
}

void
behaviour_oracle(enum code code, const struct address *a, const char *text,
    FILE *to)
{
	const struct behaviour *b = &behaviours[code];
	char shown[NAME_TEXT] = "", other[NAME_TEXT];
	struct name name;

	if (strcmp(b->status, "OK") == 0) {
		behaviour_name(code, a, 0, &name);
		name_show(&name, shown);
	}
	fprintf(to, "%s %s %s %s", text, b->status, shown, b->confirmed);
	if (code == MULTI3) {
		behaviour_name(code, a, 1, &name);
		name_show(&name, other);
		fprintf(to, ":%s", other);
	}
	putc('\n', to);
}
