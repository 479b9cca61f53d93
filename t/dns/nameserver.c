/* SPDX-License-Identifier: ISC */
/* A name server for tests: it answers for every address there is, and can do
 * so in all the ways a client must bear.
 *
 *   nameserver -a 127.0.0.1 -p 0 -l 50 -m ok=95,drop=5
 *   nameserver --list
 *   nameserver --oracle -m ok=95,drop=5 <addresses
 */
#include <err.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server.h"

enum { OPTION_LIST = 256, OPTION_ORACLE, USAGE = 64 };

static const struct option options[] = {
	{ "refuse", no_argument, NULL, 'R' },
	{ "list", no_argument, NULL, OPTION_LIST },
	{ "oracle", no_argument, NULL, OPTION_ORACLE },
	{ NULL, 0, NULL, 0 }
};

/* Options that take a number. */
static const struct number {
	int option;
	size_t at;		/* of an unsigned in the settings */
	unsigned long max;
} numbers[] = {
	{ 'l', offsetof(struct server_settings, latency), 600000 },
	{ 'j', offsetof(struct server_settings, jitter), 600000 },
	{ 'S', offsetof(struct server_settings, slow), 600000 },
	{ 'L', offsetof(struct server_settings, loss), 100 },
	{ 'r', offsetof(struct server_settings, rate), 10000000 },
	{ 'o', offsetof(struct server_settings, outstanding), 1000000 },
	{ 'F', offsetof(struct server_settings, flood), 10000000 },
	{ 'T', offsetof(struct server_settings, ttl), UINT_MAX },
	{ 'N', offsetof(struct server_settings, negative_ttl), UINT_MAX },
};

static unsigned long
number(int option, const char *text, unsigned long max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || n > max)
		errx(USAGE, "-%c: '%s' is no number from 0 to %lu", option,
		    text, max);
	return n;
}

static bool
set_number(struct server_settings *set, int option, const char *text)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct number *n = &numbers[i];
		unsigned value;

		if (n->option != option)
			continue;
		value = (unsigned)number(option, text, n->max);
		memcpy((char *)set + n->at, &value, sizeof(value));
		return true;
	}
	return false;
}

static void
set_option(struct server_settings *set, int option, const char *text)
{
	switch (option) {
	case 'a':
		set->address = text;
		break;
	case 'p':
		set->port = (uint16_t)number(option, text, UINT16_MAX);
		break;
	case 's':
		set->mix.seed = number(option, text, ULONG_MAX);
		break;
	case 'B':
		set->buffer = (int)number(option, text, INT_MAX / 2);
		break;
	case 'R':
		set->refuse = true;
		break;
	case 'm':
		if (!mix_parse(&set->mix, text))
			errx(USAGE, "-m: '%s' is no list of behaviour=weight",
			    text);
		break;
	default:
		if (!set_number(set, option, text))
			exit(USAGE);
	}
}

static int
oracle(const struct mix *mix)
{
	char line[256];

	while (fgets(line, sizeof(line), stdin)) {
		struct address a;

		line[strcspn(line, "\n")] = '\0';
		if (!address_parse(&a, line))
			errx(65, "'%s' is no address", line);
		behaviour_oracle(mix_find(mix, &a), &a, line, stdout);
	}
	return fflush(stdout) == 0 ? 0 : 74;
}

int
main(int argc, char **argv)
{
	struct server_settings set = {
		.address = "127.0.0.1", .slow = 3000, .ttl = 3600,
		.negative_ttl = 900, .buffer = 4 << 20, .mix.seed = 1,
	};
	bool asks_oracle = false;
	int c;

	mix_parse(&set.mix, "ok=100");
	while ((c = getopt_long(argc, argv, "a:p:l:j:L:m:S:r:Ro:F:T:N:s:B:",
	    options, NULL)) != -1) {
		if (c == OPTION_LIST) {
			behaviour_list(stdout);
			return 0;
		}
		if (c == OPTION_ORACLE)
			asks_oracle = true;
		else
			set_option(&set, c, optarg);
	}
	if (optind < argc)
		errx(USAGE, "'%s': options only", argv[optind]);
	if (asks_oracle)
		return oracle(&set.mix);
	if (server_run(&set) != 0)
		err(69, "%s port %u", set.address, set.port);
	return 0;
}
