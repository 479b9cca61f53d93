/* SPDX-License-Identifier: ISC */
/* Libraries that are loaded when they are needed. */
#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

int
library_load(const char *file, const struct library_function *functions,
    size_t n, void *table, struct err *e)
{
	void *library = dlopen(file, RTLD_NOW);

	if (!library)
		return err_set(e, EX_UNAVAILABLE, "%s is needed: %s", file,
		    dlerror());
	for (size_t i = 0; i < n; i++) {
		void *function = dlsym(library, functions[i].name);

		if (!function)
			return err_set(e, EX_UNAVAILABLE, "a newer %s is "
			    "needed: %s", file, dlerror());
		/* An object pointer that points to a function (dlsym(3)). */
		memcpy((char *)table + functions[i].at, &function,
		    sizeof function);
	}
	return 0;
}
