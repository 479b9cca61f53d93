/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_FILES_H
#define ENRICH_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "enrich/resolvconf.h"
#include "schema/ip.h"

/* What the system's own files say (nsswitch.conf(5) calls them so, too): which
 * addresses have a name without a question (hosts(5)), and who is asked for the
 * others (resolv.conf(5)).  Both may change under a program that runs for
 * months. */
struct files;

/* Reads the hosts file, whose name must live as long as they.  Never NULL. */
struct files *files_open(const char *hosts);
void files_close(struct files *f);

/* Reads whom to ask from a file, whose name must live as long as f, and watches
 * it from then on, unless it says no-reload.  Complaints are added. */
void files_servers(struct files *f, const char *resolv_conf,
	struct resolvconf *conf, struct err_list *complaints);

/* A look every five seconds of a monotonic clock (milliseconds).  True: others
 * are to be asked from now on, who are in *conf. */
bool files_look(struct files *f, int64_t now, struct resolvconf *conf);

/* As hosts_find(); the name is borrowed until files_look(). */
bool files_name(const struct files *f, const struct ip *ip,
	struct slice *name);

#endif
