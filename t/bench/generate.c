/* SPDX-License-Identifier: ISC */
/* A mail log of any size: Postfix lines as a busy server writes them, a given
 * share of them failed logins.  Same arguments, same bytes.
 *
 *   generate BYTES PERCENT SEED [rfc3339] */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

/* xorshift64* (Vigna): good enough, and the same everywhere. */
static uint32_t
any(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1d) >> 33) % below;
}

static int
address(char *out, size_t size)
{
	if (any(8) == 0)
		return snprintf(out, size, "2001:db8:%x::%x", any(0xffff),
		    any(0xffff) + 1);
	return snprintf(out, size, "%u.%u.%u.%u", 1 + any(222), any(256),
	    any(256), any(256));
}

static int
failure(char *out, size_t size, const char *ip)
{
	static const char *const users[] = { "info", "admin", "sales", "bob",
		"office@example.net", "test", "postmaster@example.org" };

	return snprintf(out, size, "postfix/submission/smtpd[%u]: warning: "
	    "unknown[%s]: SASL LOGIN authentication failed: (reason "
	    "unavailable), sasl_username=%s%u", 1000 + any(9000), ip,
	    users[any(7)], any(50000));
}

static int
other(char *out, size_t size, const char *ip)
{
	uint32_t id = any(0xffffff);

	switch (any(6)) {
	case 0:
		return snprintf(out, size, "postfix/smtpd[%u]: connect from "
		    "unknown[%s]", 1000 + any(9000), ip);
	case 1:
		return snprintf(out, size, "postfix/smtpd[%u]: disconnect from "
		    "unknown[%s] ehlo=1 auth=0/1 quit=1 commands=2/3",
		    1000 + any(9000), ip);
	case 2:
		return snprintf(out, size, "postfix/smtpd[%u]: %06X: "
		    "client=mail.example.org[%s], sasl_method=PLAIN, "
		    "sasl_username=user%u@example.net", 1000 + any(9000), id,
		    ip, any(3000));
	case 3:
		return snprintf(out, size, "postfix/cleanup[%u]: %06X: "
		    "message-id=<%08x.%08x@mail.example.org>",
		    1000 + any(9000), id, any(0x7fffffff), any(0x7fffffff));
	case 4:
		return snprintf(out, size, "postfix/qmgr[%u]: %06X: "
		    "from=<sender%u@example.org>, size=%u, nrcpt=1 (queue "
		    "active)", 1000 + any(9000), id, any(90000),
		    any(1000000));
	default:
		return snprintf(out, size, "postfix/smtp[%u]: %06X: "
		    "to=<recipient%u@example.com>, relay=mx.example.com[%s]:25,"
		    " delay=%u.%u, delays=0.1/0/0.4/0.6, dsn=2.0.0, "
		    "status=sent (250 2.0.0 Ok: queued as %08X)",
		    1000 + any(9000), id, any(90000), ip, any(9), any(10),
		    any(0x7fffffff));
	}
}

int
main(int argc, char **argv)
{
	static char block[1 << 20];
	uint64_t want, done = 0, second = 0;
	uint32_t percent;
	size_t used = 0;
	bool iso;

	if (argc < 4) {
		fputs("usage: generate BYTES PERCENT SEED [rfc3339]\n",
		    stderr);
		return 64;
	}
	want = strtoull(argv[1], NULL, 10);
	percent = (uint32_t)strtoul(argv[2], NULL, 10);
	state = strtoull(argv[3], NULL, 10) * 0x9e3779b97f4a7c15 + 1;
	iso = argc > 4 && strcmp(argv[4], "rfc3339") == 0;
	while (done < want) {
		unsigned h, m, s, day;
		char ip[64];
		int n;

		second += any(3) == 0;
		day = 1 + (unsigned)(second / 86400) % 28;
		h = (unsigned)(second / 3600 % 24);
		m = (unsigned)(second / 60 % 60);
		s = (unsigned)(second % 60);
		n = iso ? snprintf(block + used, 64, "2026-10-%02uT%02u:%02u:"
		    "%02u.%06u+01:00 mx1 ", day, h, m, s, any(1000000)) :
		    snprintf(block + used, 64, "Oct %2u %02u:%02u:%02u mx1 ",
		    day, h, m, s);
		used += (size_t)n;
		address(ip, sizeof ip);
		n = any(100) < percent ? failure(block + used, 900, ip) :
		    other(block + used, 900, ip);
		used += (size_t)n;
		block[used++] = '\n';
		if (used > sizeof block - 1024 || done + used >= want) {
			if (fwrite(block, 1, used, stdout) != used)
				return 74;
			done += used;
			used = 0;
		}
	}
	return fflush(stdout) == 0 ? 0 : 74;
}
