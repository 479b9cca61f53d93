/* SPDX-License-Identifier: ISC */
/* Rows as mls-filter writes them, for tests and timings of mls-summarize: the
 * same for the same numbers.
 *
 *	rows ROWS DAYS ADDRESSES USERS [wild]
 *
 * Days end with 2026-11-30; some users and addresses come far more often than
 * others.  "wild" adds what seldom stands in a row: other events, rows without
 * a user or address, quotes, commas, UTF-8, escapes, an order that is none, and
 * a header in the middle.  A last column has the network. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chance.h"

#define END 1796083200u		/* 2026-12-01 */

static const char *const header = "server,date,ip,user,hostname,"
	"reverse_dns_status,country_code,asn,aso,event,service,mechanism,"
	"network\n";

/* Small numbers far more often than large ones. */
static uint64_t
skewed(uint64_t below)
{
	double x = chance_part();

	return (uint64_t)(x * x * x * (double)below);
}

static void
put_address(uint64_t i)
{
	uint64_t h = chance_mix(i + 7);

	if (h % 7 == 0)
		printf("2001:db8:%x:1:2:3:4:%x", 1 + (unsigned)(h >> 8) % 4000,
		    1 + (unsigned)(h >> 32) % 60000);
	else
		printf("%u.%u.%u.%u", 1 + (unsigned)(h >> 8) % 220,
		    (unsigned)(h >> 16) % 256, (unsigned)(h >> 24) % 256,
		    (unsigned)(i % 256));
}

static void
put_date(uint64_t seconds)
{
	static char text[64];
	static uint64_t day;
	time_t then = (time_t)seconds;

	if (seconds / 86400 != day) {
		day = seconds / 86400;
		strftime(text, sizeof text, "%Y-%m-%dT", gmtime(&then));
	}
	printf("%s%02u:%02u:%02u+01:00,", text, (unsigned)(seconds / 3600 % 24),
	    (unsigned)(seconds / 60 % 60), (unsigned)(seconds % 60));
}

static void
put_network(uint64_t i)
{
	uint64_t h = chance_mix(i + 7);

	if (h % 7 == 0)
		printf("2001:db8:%x::/48", 1 + (unsigned)(h >> 8) % 4000);
	else
		printf("%u.%u.%u.0/24", 1 + (unsigned)(h >> 8) % 220,
		    (unsigned)(h >> 16) % 256, (unsigned)(h >> 24) % 256);
}

/* What a database and the DNS say of an address. */
static void
put_about(uint64_t i, int wild)
{
	static const char *const statuses[] = { "OK", "NXDOMAIN", "TIMEOUT",
		"OK", "SERVFAIL", "LOCAL" };
	uint64_t h = chance_mix(i + 99), as = h % 7000;
	const char *status = statuses[h % 6];

	if (*status == 'O')
		printf("host-%u.net-%u.example", (unsigned)i,
		    (unsigned)(h >> 20) % 3000);
	printf(",%s,", status);
	if (!wild || h % 50)
		printf("%c%c,%u,", 'A' + (char)(h % 13),
		    'A' + (char)(h / 13 % 14), 60000 + (unsigned)as);
	else
		printf(",,");
	if (wild && h % 50 == 0)
		return;
	if (wild && as % 5 == 0)
		printf("\"Exampl\xc3\xa9 \"\"%u\"\", Inc\"", (unsigned)as);
	else
		printf("EXAMPLE-%u", (unsigned)as);
}

static void
put_user(uint64_t i, int wild)
{
	static const char *const odd[] = { "", "\"a,b\"", "\\\\srv\\\\ann",
		"\xe5\x90\x8d\xe5\x89\x8d", "\\x1B[31m", "\"\"\"q\"\"\"" };

	if (wild && i % 97 == 0)
		printf("%s", odd[i / 97 % 6]);
	else
		printf(i % 3 ? "user%u" : "user%u@example.org", (unsigned)i);
}

static const char *
event(int wild)
{
	uint64_t n = wild ? chance(40) : 1;

	return n == 0 ? "auth-success" : n == 2 ? "auth-aborted" :
	    n == 3 ? "auth-error" : "auth-failure";
}

int
main(int argc, char **argv)
{
	uint64_t numbers[4];
	int wild = argc == 6;

	if (argc < 5 || argc > 6) {
		fputs("usage: rows ROWS DAYS ADDRESSES USERS [wild]\n",
		    stderr);
		return 64;
	}
	for (int i = 0; i < 4; i++)
		numbers[i] = strtoull(argv[i + 1], NULL, 10);
	fputs(header, stdout);
	for (uint64_t i = 0; i < numbers[0]; i++) {
		uint64_t second = wild ?
		    chance((unsigned)(numbers[1] * 86400)) :
		    i * numbers[1] * 86400 / numbers[0];
		uint64_t ip = skewed(numbers[2]), user = skewed(numbers[3]);

		if (wild && i == numbers[0] / 2)
			fputs(header, stdout);
		printf("mx%u,", wild ? chance(3) : 1);
		put_date(END - (numbers[1] * 86400 - second));
		put_address(ip);
		putchar(',');
		put_user(user, wild);
		putchar(',');
		put_about(ip, wild);
		printf(",%s,%s,%s,", event(wild),
		    chance(3) ? "submission" : "smtps",
		    chance(4) ? "LOGIN" : "PLAIN");
		put_network(ip);
		putchar('\n');
	}
	return fflush(stdout) != 0;
}
