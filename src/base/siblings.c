/* SPDX-License-Identifier: ISC */
/* Directories of files. */
#include "base/siblings.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const char *
siblings_own(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? slash + 1 : file;
}

char *
siblings_directory(const char *file)
{
	size_t n = (size_t)(siblings_own(file) - file);

	return n ? mem_text(file, n > 1 ? n - 1 : 1) : mem_text(".", 1);
}

char *
siblings_path(const char *file, const char *name)
{
	size_t n = (size_t)(siblings_own(file) - file);
	char *path = mem_new(n + strlen(name) + 1);

	memcpy(path, file, n);
	strcpy(path + n, name);
	return path;
}

int
siblings_each(const char *file, int status, siblings_each_fn *each,
    void *with, struct err *e)
{
	char *directory = siblings_directory(file);
	DIR *d = opendir(directory);
	struct dirent *entry;
	int rc = 0;

	if (!d)
		rc = err_errno(e, status, "cannot read '%s'", directory);
	while (rc == 0 && (errno = 0, entry = readdir(d)))
		rc = each(with, entry->d_name, entry->d_ino, e);
	if (rc == 0 && errno)
		rc = err_errno(e, EX_IOERR, "cannot read '%s'", directory);
	if (d)
		closedir(d);
	free(directory);
	return rc;
}
