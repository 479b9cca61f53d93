/* SPDX-License-Identifier: ISC */
#ifndef DELIVER_WATCH_H
#define DELIVER_WATCH_H

/* inotify(7) on a log, its directory, and the file of it that is being read:
 * only ever a hint that there may be something new. */
struct watch {
	int fd;			/* readable then; -1: the system has none */
	int file;
};

#define WATCH_NONE { -1, -1 }

/* name: of the log; file: the one that is being read, NULL: none. */
void watch_open(struct watch *w, const char *name, const char *file);
void watch_close(struct watch *w);

/* Another file is being read. */
void watch_file(struct watch *w, const char *file);

/* What made it readable has been seen. */
void watch_clear(struct watch *w);

#endif
