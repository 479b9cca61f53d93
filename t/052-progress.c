/* SPDX-License-Identifier: ISC */
/* What a progress bar says after some seconds. */
#include <stdio.h>
#include <stdlib.h>

#include "base/progress.h"
#include "tap.h"

static const struct {
	double spent;		/* seconds */
	uint64_t total, done, rows;
	const char *expected;
} cases[] = {
	{ 30, 40000000, 30000000, 1234,
		"\r[######################........]  75 %  0:10 left  30.0 MB  "
		"1 MB/s  1234 rows\033[K" },
	{ 600, 4000000000, 3000000000, 0,
		"\r[######################........]  75 %  3:20 left  "
		"3000.0 MB  5 MB/s  0 rows\033[K" },
	{ 20, 80000000, 80000000, PROGRESS_NO_ROWS,
		"\r[##############################] 100 %  0:00 left  80.0 MB  "
		"4 MB/s\033[K" },
	/* How much there is, is not known, or was not true. */
	{ 20, 0, 80000000, 5, "\r80.0 MB  4 MB/s  5 rows\033[K" },
	{ 20, 40000000, 80000000, 5, "\r80.0 MB  4 MB/s  5 rows\033[K" },
};

static void
test_bar(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = NULL;
		size_t n;
		FILE *out = open_memstream(&text, &n);
		struct progress p;

		progress_start(&p, out, cases[i].total);
		p.started -= cases[i].spent;
		progress_show(&p, cases[i].done, cases[i].rows);
		fflush(out);
		is((struct slice){ text, n }, cases[i].expected, "a bar");
		/* Not more often than anybody can read. */
		p.drawn += 1000;
		progress_show(&p, cases[i].done, cases[i].rows);
		fflush(out);
		ok(n == strlen(cases[i].expected), "once");
		progress_end(&p);
		fclose(out);
		ok(slice_ends((struct slice){ text, n }, SLICE("K\r\033[K")),
		    "wiped");
		free(text);
	}
}

int
main(void)
{
	struct progress p;

	test_bar();
	progress_start(&p, NULL, 10);
	progress_show(&p, 5, 5);
	progress_end(&p);
	ok(1, "nobody watches");
	return done();
}
