/* SPDX-License-Identifier: ISC */
/* A file that is replaced while others read it. */
#include "enrich/installed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/when.h"

enum { TEMPORARY = 6 };		/* the XXXXXX */
enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

char *
installed_beside(const char *file, const char *tail)
{
	struct buf name;
	char *text;

	buf_init(&name, SIZE_MAX);
	buf_addf(&name, "%s%s", file, tail);
	text = mem_text(name.p, name.n);
	buf_release(&name);
	return text;
}

/* What mkostemp(3) makes of HEADXXXXXX or HEADNUMBER.XXXXXX. */
static bool
is_temporary(struct slice name, struct slice head, bool has_number)
{
	uint64_t number;

	if (!slice_skip(&name, head))
		return false;
	if (has_number && (!slice_digits(&name, 1, 3, &number) ||
	    !slice_skip_byte(&name, '.')))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!byte_is_digit(name.p[i]) && !byte_is_letter(name.p[i]))
			return false;
	return name.n == TEMPORARY;
}

/* Names that only a run that was killed leaves behind. */
static bool
is_leftover(struct slice name, struct slice base)
{
	if (!slice_skip(&name, base))
		return false;
	return is_temporary(name, SLICE(".download-"), true) ||
	    slice_is(name, SLICE(".new")) ||
	    is_temporary(name, SLICE(".new."), false) ||
	    slice_is(name, SLICE(".old.new")) ||
	    slice_is(name, SLICE(".sources.new"));
}

static void
remove_leftovers(const struct installed *i)
{
	DIR *d = opendir(i->directory);
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		if (is_leftover(slice_text(entry->d_name), i->base))
			(void)unlinkat(dirfd(d), entry->d_name, 0);
	}
	if (d)
		closedir(d);
}

static int
check_target(const char *file, struct err *e)
{
	struct stat st;

	if (lstat(file, &st) < 0 || S_ISREG(st.st_mode))
		return 0;
	return err_set(e, EX_CANTCREAT, "will not replace '%s': it is %s",
	    file, S_ISLNK(st.st_mode) ? "a symbolic link" :
	    "no regular file");
}

static int
take_lock(struct installed *i, struct err *e)
{
	char *name = installed_beside(i->file, ".lock");
	int rc = 0;

	i->lock = open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC, 0600);
	if (i->lock < 0)
		rc = err_errno(e, EX_CANTCREAT, "cannot open '%s'", name);
	else if (flock(i->lock, LOCK_EX | LOCK_NB) < 0)
		rc = errno == EWOULDBLOCK ? err_set(e, EX_TEMPFAIL, "another "
		    "update is running: it holds '%s'", name) :
		    err_errno(e, EX_CANTCREAT, "cannot lock '%s'", name);
	if (rc < 0 && i->lock >= 0) {
		close(i->lock);
		i->lock = -1;
	}
	free(name);
	return rc;
}

/* The caller frees it. */
static char *
directory_of(struct slice file)
{
	size_t slash = slice_find_last(file, SLICE("/"));

	if (slash == file.n)
		return mem_text(".", 1);
	return mem_text(file.p, slash ? slash : 1);
}

static void
name_all(struct installed *i)
{
	struct slice file = slice_text(i->file);
	size_t slash = slice_find_last(file, SLICE("/"));

	i->directory = directory_of(file);
	i->base = slash == file.n ? file : slice_from(file, slash + 1);
	i->fresh = installed_beside(file.p, ".new");
	i->old = installed_beside(file.p, ".old");
	i->fresh_old = installed_beside(file.p, ".old.new");
	i->ledger = installed_beside(file.p, ".sources");
	i->fresh_ledger = installed_beside(file.p, ".sources.new");
}

int
installed_open(struct installed *i, const char *file, struct err *e)
{
	*i = (struct installed){ .file = file, .lock = -1 };
	name_all(i);
	if (mkdir(i->directory, 0755) < 0 && errno != EEXIST)
		return err_errno(e, EX_CANTCREAT, "cannot create '%s'",
		    i->directory);
	if (check_target(file, e) < 0 || take_lock(i, e) < 0)
		return -1;
	remove_leftovers(i);
	return 0;
}

void
installed_close(struct installed *i)
{
	if (i->lock >= 0) {
		remove_leftovers(i);
		close(i->lock);
	}
	free(i->directory);
	free(i->fresh);
	free(i->old);
	free(i->fresh_old);
	free(i->ledger);
	free(i->fresh_ledger);
}

/* Makes FILE.old another name of FILE.  File systems without such names have
 * no FILE.old. */
static bool
keep_old(const struct installed *i)
{
	bool is_kept = link(i->file, i->fresh_old) == 0 &&
	    rename(i->fresh_old, i->old) == 0;

	/* It is still there if both were the same file. */
	unlink(i->fresh_old);
	return is_kept;
}

int
installed_replace(struct installed *i, bool *has_old, struct err *e)
{
	*has_old = *has_old && keep_old(i);
	return installed_move(i->fresh, i->file, e);
}

void
installed_sync(const char *file)
{
	struct slice name = slice_text(file);
	char *directory = directory_of(name);
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	free(directory);
	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

int
installed_move(const char *from, const char *to, struct err *e)
{
	if (rename(from, to) == 0)
		return 0;
	return err_errno(e, EX_CANTCREAT, "cannot replace '%s'", to);
}

void
installed_add_span(struct buf *out, int64_t seconds)
{
	static const struct {
		int64_t from, length;
		const char *name;
	} units[] = {
		{ 2 * DAY, DAY, "days" }, { 2 * HOUR, HOUR, "h" },
		{ 2 * MINUTE, MINUTE, "min" }, { 0, 1, "s" },
	};
	size_t i = 0;

	if (seconds < 0)
		seconds = 0;
	while (seconds < units[i].from)
		i++;
	buf_addf(out, "%" PRId64 " %s", seconds / units[i].length,
	    units[i].name);
}

bool
installed_add_age(struct buf *out, const char *file, int64_t now)
{
	struct stat st;
	struct when w;

	if (stat(file, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	w = when_local(st.st_mtime);
	buf_addf(out, "the database installed on %04d-%02d-%02d, ", w.year,
	    w.month, w.day);
	installed_add_span(out, now - st.st_mtime);
	buf_add(out, SLICE(" ago"));
	return true;
}
