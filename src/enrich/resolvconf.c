/* SPDX-License-Identifier: ISC */
/* Which servers the system asks. */
#include "enrich/resolvconf.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "base/buf.h"
#include "enrich/filestamp.h"
#include "schema/ip.h"

enum {
	PORT = 53,
	TIMEOUT_MAX = 30, ATTEMPTS_MAX = 5,	/* resolv.h: RES_MAX... */
	FILE_MAX = 64 * 1024,
	SHOWN = 60,
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of a line. */
static bool
next_word(struct slice *rest, struct slice *word)
{
	while (rest->n && is_blank(*rest->p))
		*rest = slice_from(*rest, 1);
	*word = *rest;
	for (word->n = 0; word->n < rest->n && !is_blank(rest->p[word->n]);)
		word->n++;
	*rest = slice_from(*rest, word->n);
	return word->n > 0;
}

/* The scope of a link-local address: an interface, by name or number. */
static bool
parse_scope(struct slice scope, uint32_t *out)
{
	char name[IF_NAMESIZE] = "";
	uint64_t number;

	if (slice_number(scope, UINT32_MAX, &number)) {
		*out = (uint32_t)number;
		return number > 0;
	}
	/* Linux takes lo:53 for lo, and port 53 would be lost. */
	if (scope.n == 0 || scope.n >= sizeof name ||
	    slice_find_byte(scope, ':') < scope.n ||
	    slice_find_byte(scope, '\0') < scope.n)
		return false;
	memcpy(name, scope.p, scope.n);
	*out = if_nametoindex(name);
	return *out > 0;
}

static void
set_v4(struct resolvconf_server *server, const struct ip *ip, uint16_t port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		.sin_port = htons(port) };

	v4.sin_addr.s_addr = htonl((uint32_t)ip->low);
	memcpy(&server->address, &v4, sizeof v4);
	server->length = sizeof v4;
}

static void
set_v6(struct resolvconf_server *server, const struct ip *ip, uint16_t port,
    uint32_t scope)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(port), .sin6_scope_id = scope };

	for (int i = 0; i < 8; i++) {
		v6.sin6_addr.s6_addr[i] = ip->high >> (56 - 8 * i) & 255;
		v6.sin6_addr.s6_addr[i + 8] = ip->low >> (56 - 8 * i) & 255;
	}
	memcpy(&server->address, &v6, sizeof v6);
	server->length = sizeof v6;
}

static bool
parse_address(struct slice text, uint16_t port,
    struct resolvconf_server *server)
{
	struct slice address = text;
	uint32_t scope = 0;
	struct ip ip;

	if (slice_cut(&text, '%', &address) && !parse_scope(text, &scope))
		return false;
	if (!ip_parse(address, &ip) || (scope && ip.family == IP_V4))
		return false;
	memset(server, 0, sizeof *server);
	if (ip.family == IP_V4)
		set_v4(server, &ip, port);
	else
		set_v6(server, &ip, port, scope);
	return true;
}

bool
resolvconf_server_parse(struct slice text, struct resolvconf_server *server)
{
	struct slice address = text, port = { NULL, 0 };
	uint64_t number = PORT;

	if (slice_skip_byte(&text, '[')) {
		if (!slice_cut(&text, ']', &address) ||
		    (text.n && !slice_skip_byte(&text, ':')) ||
		    slice_find_byte(address, ':') == address.n)
			return false;
		port = text;
		if (port.n == 0 && port.p != address.p + address.n + 1)
			return false;
	} else if (slice_find_byte(text, ':') ==
	    slice_find_last(text, SLICE(":")) &&
	    slice_cut(&text, ':', &address)) {
		/* One colon: no IPv6 address has only one. */
		port = text;
		if (port.n == 0)
			return false;
	}
	if (port.n && (!slice_number(port, UINT16_MAX, &number) ||
	    number == 0))
		return false;
	return parse_address(address, (uint16_t)number, server);
}

/* Where a complaint belongs. */
struct place {
	const char *name;
	int line;
	struct err_list *complaints;
};

static void
complain(const struct place *at, const char *what, struct slice word)
{
	struct err e = { 0 };

	err_set(&e, EX_CONFIG, "%s:%d: '%.*s' is no %s: left out", at->name,
	    at->line, (int)(word.n < SHOWN ? word.n : SHOWN), word.p, what);
	err_list_add(at->complaints, &e);
}

static void
take_server(struct resolvconf *c, const struct place *at, struct slice rest)
{
	struct slice word;

	/* What stands behind the address is a comment, whatever it is. */
	if (!next_word(&rest, &word) || c->n == RESOLVCONF_SERVERS)
		return;
	if (parse_address(word, PORT, &c->servers[c->n]))
		c->n++;
	else
		complain(at, "address of a name server", word);
}

static void
take_number(const struct place *at, struct slice word, struct slice value,
    unsigned most, unsigned *out)
{
	uint64_t number;

	if (!slice_number(value, UINT32_MAX, &number) || number == 0)
		complain(at, "option with a number above 0", word);
	else
		*out = number < most ? (unsigned)number : most;
}

static void
take_options(struct resolvconf *c, const struct place *at, struct slice rest)
{
	struct slice word;

	while (next_word(&rest, &word)) {
		struct slice value = word;

		if (slice_skip(&value, SLICE("timeout:")))
			take_number(at, word, value, TIMEOUT_MAX,
			    &c->timeout);
		else if (slice_skip(&value, SLICE("attempts:")))
			take_number(at, word, value, ATTEMPTS_MAX,
			    &c->attempts);
		c->rotate |= slice_is(word, SLICE("rotate"));
		c->use_vc |= slice_is(word, SLICE("use-vc"));
		c->no_reload |= slice_is(word, SLICE("no-reload"));
	}
}

/* The keyword at the very beginning, and a blank behind it. */
static bool
skip_keyword(struct slice *line, struct slice keyword)
{
	if (!slice_starts(*line, keyword) || line->n == keyword.n ||
	    !is_blank(line->p[keyword.n]))
		return false;
	*line = slice_from(*line, keyword.n);
	return true;
}

void
resolvconf_parse(struct resolvconf *c, const char *name, struct slice text,
    const char *options, struct err_list *complaints)
{
	struct place at = { name, 0, complaints };
	struct slice line;

	*c = (struct resolvconf){ .n = 0 };
	while (text.n) {
		if (!slice_cut(&text, '\n', &line)) {
			line = text;
			text.n = 0;
		}
		at.line++;
		/* As in glibc, where a line is a string. */
		line = slice_to(line, slice_find_byte(line, '\0'));
		if (skip_keyword(&line, SLICE("nameserver")))
			take_server(c, &at, line);
		else if (skip_keyword(&line, SLICE("options")))
			take_options(c, &at, line);
	}
	if (options) {
		at = (struct place){ "RES_OPTIONS", 1, complaints };
		take_options(c, &at, slice_text(options));
	}
	if (c->n == 0 && parse_address(SLICE("127.0.0.1"), PORT,
	    &c->servers[0]))
		c->n = 1;
}

void
resolvconf_read(struct resolvconf *c, const char *file,
    struct err_list *complaints)
{
	struct filestamp ignored;
	struct buf text;
	struct err e;

	buf_init(&text, FILE_MAX);
	if (filestamp_read(&ignored, file, &text, &e) < 0)
		err_list_add(complaints, &e);
	resolvconf_parse(c, file, buf_slice(&text), getenv("RES_OPTIONS"),
	    complaints);
	buf_release(&text);
}
