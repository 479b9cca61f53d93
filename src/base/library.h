/* SPDX-License-Identifier: ISC */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include <stddef.h>

#include "base/err.h"

/* A shared library that few runs need, loaded by those that do (dlopen(3)):
 * libraries bring others along, and to load libcurl or ldns takes longer than to
 * do without.  Makefile knows the names of their files (LIBCURL, LIBLDNS). */

/* Where a function's address goes: an offset in the table of pointers. */
struct library_function {
	const char *name;
	size_t at;
};

/* table_name() in table.name: as ldns_rr_ttl() in ldns.rr_ttl. */
#define LIBRARY_FUNCTION(table, name) \
	{ #table "_" #name, offsetof(__typeof__(table), name) }

/* Fills a table with n functions of a library, which stays.  -1: it is not there
 * or lacks one of them, EX_UNAVAILABLE. */
int library_load(const char *file, const struct library_function *functions,
	size_t n, void *table, struct err *e);

#endif
