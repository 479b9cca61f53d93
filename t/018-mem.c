/* SPDX-License-Identifier: ISC */
/* Memory on large pages: zeroed, kept when it grows, given back whole. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "tap.h"

enum {
	LARGE = 2 * 1024 * 1024,
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
	STACK = 8192,			/* pages of threads, with what a
					 * sanitizer keeps of them */
#else
	STACK = 256,			/* pages: less than a large one */
#endif
	PATIENCE = 2000,		/* hundredths of a second */
};

/* Pages that the process has, as the kernel finds them when it looks: what it
 * counts is not exact once there are threads. */
static unsigned long
pages(void)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "r");
	unsigned long kib = 0;
	char line[128];

	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "Rss: %lu", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib * 1024 / (unsigned long)sysconf(_SC_PAGESIZE);
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
	ok(pages() && (n < LARGE / 2 || pages() <= before + STACK),
	    "given back");
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

/* What is new is had without a touch, unless the kernel cannot do that.  It is
 * given back, however far that went. */
static void
test_fetched(void)
{
	enum { N = 32 * LARGE };
	unsigned long before = pages(), page = (unsigned long)sysconf(
	    _SC_PAGESIZE), wanted = before + N / page;
	unsigned char *p = mem_large(N, 1);
	bool can = madvise(p, LARGE, 23) == 0;

	p = mem_large_twice(p, N, 1);
	for (int i = 0; can && i < PATIENCE && pages() < wanted; i++)
		usleep(10000);
	ok(!can || pages() >= wanted, "%s", can ? "new pages come untouched" :
	    "new pages cannot come untouched here");
	ok(is_all(p, 2 * (size_t)N, 0), "and are zeroed");
	mem_large_free(p, 2 * N, 1);
	for (int i = 0; i < 50; i++) {
		p = mem_large(N, 1);
		p = mem_large_twice(p, N, 1);
		if (i % 2)
			*p = 'x';
		mem_large_free(p, 2 * N, 1);
	}
	for (int i = 0; i < PATIENCE && pages() > before + STACK; i++)
		usleep(10000);
	ok(pages() <= before + STACK, "given back while they come");
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
	test_fetched();
	test_aligned();
	mem_large_free(NULL, LARGE, 1);
	ok(true, "nothing is nothing to give back");
	return done();
}
