/* SPDX-License-Identifier: ISC */
/* The one place that notices that memory has run out. */
#include "base/mem.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/signals.h"

enum { LARGE = 2 * 1024 * 1024 };	/* x86-64's, and nearly all others' */

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23		/* since Linux 5.14 */
#endif

static void *
mem_checked(void *p)
{
	static const char gone[] = "mls: out of memory\n";

	if (p)
		return p;
	/* No stdio: it may want memory itself. */
	if (write(STDERR_FILENO, gone, sizeof gone - 1) < 0)
		_exit(EX_OSERR);
	_exit(EX_OSERR);
}

void *
mem_new(size_t size)
{
	return mem_checked(calloc(1, size ? size : 1));
}

void *
mem_array(size_t count, size_t size)
{
	return mem_checked(calloc(count ? count : 1, size ? size : 1));
}

void *
mem_aligned(size_t count, size_t size)
{
	size_t total;
	void *p;

	if (__builtin_mul_overflow(count, size, &total))
		return mem_checked(NULL);
	p = mem_checked(aligned_alloc(size, total));
	memset(p, 0, total);
	return p;
}

void *
mem_resize(void *old, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		return mem_checked(NULL);
	return mem_checked(realloc(old, total ? total : 1));
}

/* Bytes of it, in whole large pages; 0: too few for one. */
static size_t
large_size(size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total) ||
	    total > SIZE_MAX - 2 * LARGE)
		mem_checked(NULL);
	return total < LARGE / 2 ? 0 : (total + LARGE - 1) / LARGE * LARGE;
}

void *
mem_large(size_t count, size_t size)
{
	size_t total = large_size(count, size), before;
	char *p;

	if (total == 0)
		return mem_array(count, size);
	p = mmap(NULL, total + LARGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return mem_checked(NULL);
	before = -(uintptr_t)p % LARGE;
	if (before)
		munmap(p, before);
	munmap(p + before + total, LARGE - before);
	/* It may not be granted: then it is as it was. */
	(void)madvise(p + before, total, MADV_HUGEPAGE);
	return p + before;
}

void
mem_large_free(void *p, size_t count, size_t size)
{
	size_t total = large_size(count, size);

	if (total == 0)
		free(p);
	else if (p)
		munmap(p, total);
}

void *
mem_large_more(void *old, size_t old_count, size_t count, size_t size)
{
	size_t before = large_size(old_count, size);
	size_t total = large_size(count, size);
	void *p;

	assert(count >= old_count);
	if (before && before == total)
		return old;
	p = mem_large(count, size);
	if (before) {
		/* The pages themselves, which need not be copied; and more of
		 * them at once: two mappings side by side could not be moved
		 * again before Linux 6.17. */
		return mem_checked(mremap(old, before, total, MREMAP_MAYMOVE |
		    MREMAP_FIXED, p) == p ? p : NULL);
	}
	memcpy(p, old, old_count * size);
	free(old);
	return p;
}

/* Large pages, as they are handed to a thread: the low bits of the address of the
 * first say how many there are. */
static void *
fetch(void *with)
{
	size_t n = (uintptr_t)with % LARGE;
	char *p = (char *)with - n;

	/* From the end, so that whoever comes from the beginning is met. */
	while (n-- > 0 && madvise(p + n * LARGE, LARGE,
	    MADV_POPULATE_WRITE) == 0)
		continue;
	return NULL;
}

void *
mem_large_twice(void *old, size_t count, size_t size)
{
	size_t before = large_size(count, size);
	size_t total = large_size(2 * count, size);
	char *p = mem_large_more(old, count, 2 * count, size);
	size_t n = (total - before) / LARGE;

	/* If they are given back before the thread is done, and others take
	 * their place, those have memory that they did not ask for yet: that is
	 * all that comes of it, since no file is mapped to be written. */
	if (before && n && n < LARGE)
		(void)signals_thread(NULL, fetch, p + before + n);
	return p;
}

char *
mem_text(const char *p, size_t n)
{
	char *copy = mem_new(n + 1);

	memcpy(copy, p, n);
	return copy;
}
