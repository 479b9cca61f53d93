/* SPDX-License-Identifier: ISC */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <sysexits.h>

/* What went wrong in the world outside, in words for the administrator, and
 * the sysexits.h status the program should end with.  The caller owns it,
 * usually on the stack; a function that fails fills it and returns -1 (or
 * NULL).  A function that succeeds leaves it alone. */
struct err {
	int status;
	char text[1024];
};

/* Sets status and text, cut to fit; bytes that are not printable ASCII show as
 * '?', since a text may quote what an attacker wrote and end on a terminal.
 * Returns -1, so that a function can end in `return err_set(...)`. */
int err_set(struct err *e, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same with ": " and the text of errno behind it. */
int err_errno(struct err *e, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts a text before the one that is there: the layer that knows the position
 * (file and line) adds it, once.  Returns -1. */
int err_prefix(struct err *e, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Puts one behind it.  Returns -1. */
int err_add(struct err *e, const char *text);

/* Makes a text fit for a terminal, in place, as err_set() does. */
void err_plain(char *text);

/* Several complaints about one file: the first ERR_LIST_MAX are kept, each on
 * a line of its own; n counts all.  Starts zeroed; err_list_release() frees. */
enum { ERR_LIST_MAX = 20 };
struct err_list {
	unsigned n;
	int status;		/* of the first */
	char *texts[ERR_LIST_MAX];
};

void err_list_add(struct err_list *list, const struct err *e);
void err_list_release(struct err_list *list);

#endif
