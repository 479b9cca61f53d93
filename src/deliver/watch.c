/* SPDX-License-Identifier: ISC */
/* Told by the system that a log has changed. */
#include "deliver/watch.h"

#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/siblings.h"

void
watch_open(struct watch *w, const char *name, const char *file)
{
	char *directory = siblings_directory(name);

	w->file = -1;
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->fd >= 0)
		(void)inotify_add_watch(w->fd, directory, IN_CREATE |
		    IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE);
	free(directory);
	if (file)
		watch_file(w, file);
}

void
watch_close(struct watch *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

void
watch_file(struct watch *w, const char *file)
{
	if (w->fd < 0)
		return;
	if (w->file >= 0)
		(void)inotify_rm_watch(w->fd, w->file);
	w->file = inotify_add_watch(w->fd, file, IN_MODIFY | IN_ATTRIB |
	    IN_MOVE_SELF);
}

void
watch_clear(struct watch *w)
{
	char events[4096];

	while (w->fd >= 0 && read(w->fd, events, sizeof events) > 0)
		continue;
}
