/* SPDX-License-Identifier: ISC */
/* Memory on large pages: zeroed, kept when it grows, given back whole. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tap.h"

enum { LARGE = 2 * 1024 * 1024 };

/* Pages that the process has, as the kernel counts them. */
static unsigned long
pages(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long n = 0;

	if (f && fscanf(f, "%lu", &n) != 1)
		n = 0;
	if (f)
		fclose(f);
	return n;
}

static bool
is_all(const unsigned char *p, size_t n, unsigned char c)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != c)
			return false;
	return true;
}

static void
test(size_t count, size_t size)
{
	unsigned long before = pages();
	size_t n = count * size;
	unsigned char *p = mem_large(count, size);

	ok(is_all(p, n, 0), "%zu bytes: zeroed", n);
	ok(n < LARGE / 2 || (uintptr_t)p % LARGE == 0,
	    "on a page if there are enough");
	memset(p, 'x', n);
	p = mem_large_more(p, count, 2 * count, size);
	ok(is_all(p, n, 'x') && is_all(p + n, n, 0),
	    "twice as many: kept, and zeroed behind");
	mem_large_free(p, 2 * count, size);
	ok(pages() && (n < LARGE / 2 || pages() <= before), "given back");
}

/* Mappings that memory lies in. */
static unsigned
mappings(const void *p, size_t n)
{
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned long from, to, at = (uintptr_t)p;
	unsigned count = 0;
	char line[512];

	while (f && fgets(line, sizeof line, f))
		count += sscanf(line, "%lx-%lx", &from, &to) == 2 &&
		    from < at + n && to > at;
	if (f)
		fclose(f);
	return count;
}

/* Again and again, where what lies in several mappings cannot be moved. */
static void
test_growth(void)
{
	size_t n = LARGE / 64;
	unsigned char *p = mem_large(n, 1);
	unsigned most = 0;
	bool good = true;

	for (unsigned char c = 1; n < 32 * (size_t)LARGE; n *= 2, c++) {
		memset(p + n / 2, c, n / 2);
		p = mem_large_more(p, n, 2 * n, 1);
		good &= is_all(p + n, n, 0);
		/* All that was there before. */
		for (size_t k = n, was = c; was; k /= 2, was--)
			good &= is_all(p + k / 2, k / 2, (unsigned char)was);
		if (n >= LARGE && mappings(p, 2 * n) > most)
			most = mappings(p, 2 * n);
	}
	ok(good, "grown to %zu bytes", n);
	ok(most == 1, "always in one mapping (%u)", most);
	mem_large_free(p, n, 1);
}

static void
test_aligned(void)
{
	bool good = true;

	/* As calloc() gives them, large ones stand just behind a page's
	 * begin. */
	for (size_t n = 1; n <= 4096; n *= 4) {
		unsigned char *p = mem_aligned(n, 64);

		good &= (uintptr_t)p % 64 == 0 && is_all(p, 64 * n, 0);
		memset(p, 'x', 64 * n);
		free(p);
	}
	ok(good, "aligned, and zeroed");
}

int
main(void)
{
	(void)pages();		/* stdio's own */
	test(100, 24);
	test(LARGE / 64, 31);		/* becomes large */
	test(LARGE / 64, 32);
	test(LARGE / 8 + 1, 8);
	test(5 * LARGE / 24, 24);
	test_growth();
	test_aligned();
	mem_large_free(NULL, LARGE, 1);
	ok(true, "nothing is nothing to give back");
	return done();
}
