/* SPDX-License-Identifier: ISC */
/* The one place that notices that memory has run out. */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

enum { LARGE = 2 * 1024 * 1024 };	/* x86-64's, and nearly all others' */

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
mem_resize(void *old, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		return mem_checked(NULL);
	return mem_checked(realloc(old, total ? total : 1));
}

void
mem_large(void *p, size_t size)
{
	uintptr_t from = ((uintptr_t)p + LARGE - 1) & ~(uintptr_t)(LARGE - 1);
	uintptr_t to = ((uintptr_t)p + size) & ~(uintptr_t)(LARGE - 1);

	/* It may not be granted: then it is as it was. */
	if (from < to)
		(void)madvise((void *)from, to - from, MADV_HUGEPAGE);
}

char *
mem_text(const char *p, size_t n)
{
	char *copy = mem_new(n + 1);

	memcpy(copy, p, n);
	return copy;
}
