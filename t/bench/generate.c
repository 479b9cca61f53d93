/* SPDX-License-Identifier: ISC */
/* A mail log of any size, as a busy server writes it, a given share of it
 * failed logins.  Same arguments, same bytes.
 *
 *   generate [NAME=NUMBER ...] [dovecot] [rfc3339]
 *
 *   bytes      at least so many                        67108864
 *   percent    lines that are failed logins            2
 *   seed       another one, another log                1
 *   addresses  different clients that fail             20000
 *   v6         of these, percent                       12 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct setting {
	const char *name;
	uint64_t value;
};

enum { BYTES, PERCENT, SEED, ADDRESSES, V6, SETTINGS };

static struct setting settings[SETTINGS] = {
	[BYTES] = { "bytes", 64 << 20 }, [PERCENT] = { "percent", 2 },
	[SEED] = { "seed", 1 }, [ADDRESSES] = { "addresses", 20000 },
	[V6] = { "v6", 12 },
};

/* The n-th of all clients, always the same. */
static int
address(char *out, size_t size, uint64_t n)
{
	uint64_t mixed = (n + settings[SEED].value) * 0x9e3779b97f4a7c15;
	uint32_t a = (uint32_t)(mixed >> 32);

	mixed ^= mixed >> 29;
	if (mixed % 100 < settings[V6].value)
		return snprintf(out, size, "2a0%x:%x::%x",
		    (unsigned)(mixed >> 8 & 15), 1 + (a >> 16),
		    1 + (a & 0xffff) % 0xfffe);
	return snprintf(out, size, "%u.%u.%u.%u", 1 + (a >> 24) % 222,
	    a >> 16 & 255, a >> 8 & 255, a & 255);
}

/* Few clients try most of the passwords: half of the attempts come from a tenth
 * of the addresses. */
static int
attacker(char *out, size_t size)
{
	uint32_t all = (uint32_t)settings[ADDRESSES].value;

	return address(out, size, chance(chance(2) || all < 10 ? all :
	    all / 10));
}

static int
user(char *out, size_t size)
{
	static const char *const users[] = { "info", "admin", "sales", "bob",
		"office@example.net", "test", "postmaster@example.org",
		"user, with a comma", "o\"quote", "back\\slash" };
	uint32_t which = chance(1000);

	return snprintf(out, size, "%s%u", users[which < 990 ? which % 7 :
	    7 + which % 3], chance(50000));
}

static int
postfix_failure(char *out, size_t size)
{
	static const char *const texts[] = {
		"SASL LOGIN authentication failed: (reason unavailable), "
		    "sasl_username=",
		"SASL LOGIN authentication failed: UGFzc3dvcmQ6, "
		    "sasl_username=",
		"SASL PLAIN authentication failed: authentication failure, "
		    "sasl_username=",
	};
	static const char *const services[] = { "smtpd", "submission/smtpd",
		"smtps/smtpd" };
	char ip[64], name[64];

	attacker(ip, sizeof ip);
	user(name, sizeof name);
	if (chance(8) == 0)
		return snprintf(out, size, "postfix/%s[%u]: warning: "
		    "unknown[%s]: SASL LOGIN authentication failed: "
		    "UGFzc3dvcmQ6", services[chance(3)],
		    1000 + chance(9000), ip);
	return snprintf(out, size, "postfix/%s[%u]: warning: %s[%s]: %s%s",
	    services[chance(3)], 1000 + chance(9000), chance(4) ? "unknown" :
	    "host-7.dyn.example.net", ip, texts[chance(COUNT(texts))], name);
}

static int
postfix_other(char *out, size_t size)
{
	uint32_t id = chance(0xffffff), pid = 1000 + chance(9000);
	char ip[64];

	address(ip, sizeof ip, chance(1000000));
	switch (chance(6)) {
	case 0:
		return snprintf(out, size, "postfix/smtpd[%u]: connect from "
		    "unknown[%s]", pid, ip);
	case 1:
		return snprintf(out, size, "postfix/smtpd[%u]: disconnect from "
		    "unknown[%s] ehlo=1 auth=0/1 quit=1 commands=2/3", pid, ip);
	case 2:
		return snprintf(out, size, "postfix/smtpd[%u]: %06X: "
		    "client=mail.example.org[%s], sasl_method=PLAIN, "
		    "sasl_username=user%u@example.net", pid, id, ip,
		    chance(3000));
	case 3:
		if (chance(100) == 0)
			return snprintf(out, size, "postfix/cleanup[%u]: "
			    "%06X: warning: header Subject: SASL LOGIN "
			    "authentication failed from mail.example.org[%s]; "
			    "from=<a@example.org> to=<b@example.net>", pid, id,
			    ip);
		return snprintf(out, size, "postfix/cleanup[%u]: %06X: "
		    "message-id=<%08x.%08x@mail.example.org>", pid, id,
		    chance(0x7fffffff), chance(0x7fffffff));
	case 4:
		return snprintf(out, size, "postfix/qmgr[%u]: %06X: "
		    "from=<sender%u@example.org>, size=%u, nrcpt=1 (queue "
		    "active)", pid, id, chance(90000), chance(1000000));
	default:
		return snprintf(out, size, "postfix/smtp[%u]: %06X: "
		    "to=<recipient%u@example.com>, relay=mx.example.com[%s]:25,"
		    " delay=%u.%u, delays=0.1/0/0.4/0.6, dsn=2.0.0, "
		    "status=sent (250 2.0.0 Ok: queued as %08X)", pid, id,
		    chance(90000), ip, chance(9), chance(10),
		    chance(0x7fffffff));
	}
}

static int
dovecot_failure(char *out, size_t size)
{
	char ip[64], name[64];

	attacker(ip, sizeof ip);
	user(name, sizeof name);
	return snprintf(out, size, "dovecot: %s-login: Disconnected: "
	    "Connection closed (auth failed, %u attempts in %u secs): "
	    "user=<%s>, method=PLAIN, rip=%s, lip=192.0.2.10, TLS, "
	    "session=<%08x%06x>", chance(4) ? "imap" : "pop3",
	    1 + chance(3) / 2, 1 + chance(20), name, ip, chance(0x7fffffff), chance(0xffffff));
}

static int
dovecot_other(char *out, size_t size)
{
	uint32_t who = chance(3000), session = chance(0x7fffffff);
	char ip[64];

	address(ip, sizeof ip, chance(1000000));
	switch (chance(4)) {
	case 0:
		return snprintf(out, size, "dovecot: imap-login: Login: "
		    "user=<user%u@example.net>, method=PLAIN, rip=%s, "
		    "lip=192.0.2.10, mpid=%u, TLS, session=<%08x>", who, ip,
		    1000 + chance(9000), session);
	case 1:
		return snprintf(out, size, "dovecot: imap(user%u@example.net)"
		    "<%u><%08x>: Disconnected: Logged out in=%u out=%u "
		    "deleted=0 expunged=0 trashed=0 hdr_count=%u", who,
		    1000 + chance(9000), session, chance(9000),
		    chance(90000), chance(9));
	case 2:
		return snprintf(out, size, "dovecot: imap-login: Disconnected: "
		    "Connection closed (no auth attempts in 0 secs): user=<>, "
		    "rip=%s, lip=192.0.2.10, TLS handshaking, session=<%08x>",
		    ip, session);
	default:
		return snprintf(out, size, "dovecot: lmtp(user%u@example.net)"
		    "<%u><%08x>: sieve: msgid=<%08x@mail.example.org>: stored "
		    "mail into mailbox 'INBOX'", who, 1000 + chance(9000),
		    session, chance(0x7fffffff));
	}
}

static int
stamp(char *out, uint64_t second, bool iso)
{
	unsigned day = 1 + (unsigned)(second / 86400) % 28;
	unsigned h = (unsigned)(second / 3600 % 24);
	unsigned m = (unsigned)(second / 60 % 60), s = (unsigned)(second % 60);

	return iso ? snprintf(out, 64, "2026-10-%02uT%02u:%02u:%02u.%06u+00:00 "
	    "mx1 ", day, h, m, s, chance(1000000)) :
	    snprintf(out, 64, "Oct %2u %02u:%02u:%02u mx1 ", day, h, m, s);
}

static int
line(char *out, uint64_t second, bool dovecot, bool iso)
{
	int n = stamp(out, second, iso);

	if (chance(100) < settings[PERCENT].value)
		n += (dovecot ? dovecot_failure : postfix_failure)(out + n,
		    900);
	else
		n += (dovecot ? dovecot_other : postfix_other)(out + n, 900);
	out[n] = '\n';
	return n + 1;
}

/* False: no argument of ours. */
static bool
read_argument(const char *text, bool *dovecot, bool *iso)
{
	size_t name = strcspn(text, "=");

	*dovecot |= strcmp(text, "dovecot") == 0;
	*iso |= strcmp(text, "rfc3339") == 0;
	if (text[name] == '\0')
		return strcmp(text, "dovecot") == 0 ||
		    strcmp(text, "rfc3339") == 0;
	for (size_t i = 0; i < SETTINGS; i++) {
		if (strlen(settings[i].name) != name ||
		    strncmp(settings[i].name, text, name) != 0)
			continue;
		settings[i].value = strtoull(text + name + 1, NULL, 10);
		return true;
	}
	return false;
}

int
main(int argc, char **argv)
{
	static char block[1 << 20];
	bool dovecot = false, iso = false;
	uint64_t done = 0, second = 0;
	size_t used = 0;

	for (int i = 1; i < argc; i++) {
		if (!read_argument(argv[i], &dovecot, &iso)) {
			fprintf(stderr, "generate: what is '%s'?\n", argv[i]);
			return 64;
		}
	}
	if (settings[ADDRESSES].value == 0)
		settings[ADDRESSES].value = 1;
	chance_state = settings[SEED].value * 0x9e3779b97f4a7c15 + 1;
	while (done + used < settings[BYTES].value) {
		second += chance(3) == 0;
		used += (size_t)line(block + used, second, dovecot, iso);
		if (used <= sizeof block - 1024)
			continue;
		if (fwrite(block, 1, used, stdout) != used)
			return 74;
		done += used;
		used = 0;
	}
	return fwrite(block, 1, used, stdout) == used && fflush(stdout) == 0 ?
	    0 : 74;
}
