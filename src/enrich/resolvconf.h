/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_RESOLVCONF_H
#define ENRICH_RESOLVCONF_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/slice.h"

/* resolv.conf(5), read as glibc 2.36 does.  What only matters for names that
 * are not absolute (search, ndots, sortlist) is passed over. */
enum { RESOLVCONF_SERVERS = 3 };	/* resolv.h: MAXNS */

struct resolvconf_server {
	struct sockaddr_storage address;
	socklen_t length;
};

struct resolvconf {
	struct resolvconf_server servers[RESOLVCONF_SERVERS];
	size_t n;
	unsigned timeout;	/* seconds, at most 30; 0: not said */
	unsigned attempts;	/* at most 5; 0: not said */
	bool rotate, use_vc, no_reload;
};

/* Reads text, then options (the value of RES_OPTIONS, or NULL).  A line that
 * cannot be used is left out with a complaint "name:line: ...".  No usable
 * server: 127.0.0.1. */
void resolvconf_parse(struct resolvconf *c, const char *name,
	struct slice text, const char *options, struct err_list *complaints);

/* The same of a file; one that is missing counts as empty, one that cannot be
 * read too, with a complaint.  Options are also taken from the environment. */
void resolvconf_read(struct resolvconf *c, const char *file,
	struct err_list *complaints);

/* 192.0.2.1, 192.0.2.1:53, 2001:db8::1, [2001:db8::1]:53, fe80::1%eth0 or
 * [fe80::1%eth0]:53; an IPv4-mapped address is the IPv4 one.  False: text is
 * none of these. */
bool resolvconf_server_parse(struct slice text,
	struct resolvconf_server *server);

#endif
