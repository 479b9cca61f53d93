/* SPDX-License-Identifier: ISC */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Memory that is there or the program ends: one line on stderr, exit 71
 * (EX_OSERR).  The caller frees with free(). */
void *mem_new(size_t size);			/* zeroed */
void *mem_array(size_t count, size_t size);	/* zeroed; product checked */
void *mem_aligned(size_t count, size_t size);	/* as mem_array(), from a
						 * multiple of size on, a power
						 * of two */
void *mem_resize(void *old, size_t count, size_t size);	/* checked too */

/* Zeroed memory that is read here and there, or that much runs through: on large
 * pages if it is half of one or more, which spares the processor looking for
 * many (madvise(2), MADV_HUGEPAGE).  The caller frees with mem_large_free(),
 * saying again how much it is. */
void *mem_large(size_t count, size_t size);
void mem_large_free(void *p, size_t count, size_t size);

/* Room for more of them: what there was stays, what is behind it is zeroed.  old,
 * which must not be NULL, is not valid any more, though it may be what is
 * returned. */
void *mem_large_more(void *old, size_t old_count, size_t count, size_t size);

/* Room for twice as many, of which all will be touched soon, here and there: a
 * thread asks for the new pages meanwhile, since the first touch of a large one
 * takes long (it is zeroed). */
void *mem_large_twice(void *old, size_t count, size_t size);

char *mem_text(const char *p, size_t n);	/* a copy with a final NUL */

#endif
