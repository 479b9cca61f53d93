/* SPDX-License-Identifier: ISC */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Memory that is there or the program ends: one line on stderr, exit 71
 * (EX_OSERR).  The caller frees with free(). */
void *mem_new(size_t size);			/* zeroed */
void *mem_array(size_t count, size_t size);	/* zeroed; product checked */
void *mem_resize(void *old, size_t count, size_t size);	/* checked too */

/* Asks for large pages under memory that is read here and there, which spares
 * the processor looking for them (madvise(2), MADV_HUGEPAGE).  Little memory
 * stays as it is. */
void mem_large(void *p, size_t size);

char *mem_text(const char *p, size_t n);	/* a copy with a final NUL */

#endif
