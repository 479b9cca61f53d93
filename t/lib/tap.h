/* SPDX-License-Identifier: ISC */
/* TAP from C, for the tests of single modules. */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/slice.h"

static int tap_count, tap_failed;

__attribute__((format(printf, 2, 3))) static inline int
ok(int good, const char *format, ...)
{
	va_list args;

	printf("%sok %d - ", good ? "" : "not ", ++tap_count);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	tap_failed += !good;
	return good;
}

/* The bytes are the same; what came instead is shown. */
static inline int
is(struct slice got, const char *expected, const char *what)
{
	int good = slice_is(got, slice_text(expected));

	ok(good, "%s", what);
	if (!good)
		printf("# got '%.*s'\n# expected '%s'\n", (int)got.n,
		    got.p ? got.p : "", expected);
	return good;
}

static inline int
done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed != 0;
}

#endif
