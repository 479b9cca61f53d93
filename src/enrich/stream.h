/* SPDX-License-Identifier: ISC */
#ifndef ENRICH_STREAM_H
#define ENRICH_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "enrich/wire.h"

/* One question over TCP (RFC 7766), for an answer that UDP had to cut.  Never
 * waits: it is told when its socket is ready. */
struct stream;

/* An answer longer than this is not read: what is hostile in it costs more
 * than linear time. */
enum { STREAM_ANSWER_MAX = 16 * 1024 };

/* Begins to connect; q must stay as long as the stream.  The socket is watched
 * in epoll for what is needed next, with tag as its data.  NULL: cannot. */
struct stream *stream_open(const struct sockaddr *address, socklen_t length,
	const struct wire_query *q, int epoll, uint64_t tag);
void stream_close(struct stream *s);

/* The socket is ready.  1: *m and *n are the whole answer, borrowed until
 * stream_close(); 0: not yet; -1: refused, cut off, or too long. */
int stream_go_on(struct stream *s, const uint8_t **m, size_t *n);

#endif
