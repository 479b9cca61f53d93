/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_HOSTS_H
#define ENRICH_HOSTS_H

#include <stdbool.h>

#include "base/slice.h"
#include "schema/ip.h"

/* The hosts file (hosts(5)), from address to name. */
struct hosts;

/* At most so much of it is read, and so many lines with addresses are kept. */
enum { HOSTS_BYTES = 16 << 20, HOSTS_MAX = 1000000 };

/* Never NULL: a file that is missing or cannot be read has no names.  The name
 * of the file must live as long as the hosts. */
struct hosts *hosts_read(const char *file);
void hosts_free(struct hosts *h);

/* The first name behind an address, on the first line that has one that can be
 * a host's; in lower case and without a final dot, as a PTR would come (the C
 * library shows it as it stands there).  Borrowed until hosts_free(). */
bool hosts_find(const struct hosts *h, const struct ip *ip,
	struct slice *name);

/* Whether the file has changed since. */
bool hosts_is_stale(const struct hosts *h);

#endif
