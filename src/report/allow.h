/* SPDX-License-Identifier: ISC */
#ifndef REPORT_ALLOW_H
#define REPORT_ALLOW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "schema/ip.h"

/* Addresses that are never to be blocked. */
struct ip_range {
	struct ip first, last;
};

struct allow {
	struct ip_range *ranges;	/* sorted, apart from each other */
	size_t n;
};
enum { ALLOW_MAX = 65536 };

/* This machine's own addresses: 127.0.0.0/8, 0.0.0.0/8, ::1.  allow_release()
 * must follow. */
void allow_init(struct allow *a);

/* Adds those of a file of addresses and networks (192.0.2.0/24, 2001:db8::/32),
 * one a line; blanks, empty lines and what stands behind # do not count.  -1: e says
 * why (EX_NOINPUT, EX_IOERR; EX_CONFIG with the line: a list with a mistake
 * protects whom it should not). */
int allow_read(struct allow *a, const char *file, struct err *e);
void allow_release(struct allow *a);

/* Whether an address of the range is in the list. */
bool allow_has(const struct allow *a, const struct ip_range *range);

/* The whole of s as an address or network; host bits must be 0. */
bool ip_range_parse(struct slice s, struct ip_range *range);

int ip_order(const struct ip *a, const struct ip *b);

#endif
