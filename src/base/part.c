/* SPDX-License-Identifier: ISC */
/* Files read by several, each a part. */
#include "base/part.h"

#include <string.h>
#include <unistd.h>

enum { BEYOND = 4096 };		/* the last line is seldom longer */

struct part
part_of(uint64_t from, uint64_t to)
{
	return (struct part){ .from = from, .to = to,
		.at = from ? from - 1 : 0 };
}

ssize_t
part_read(struct part *p, int fd, char *text, size_t n)
{
	uint64_t before = p->to > p->at + 1 ? p->to - 1 - p->at : 0;
	ssize_t got;
	char *nl;

	if (p->is_over)
		return 0;
	/* Up to its last byte, then line ends are looked for. */
	if (before && n > before)
		n = before + 1;
	else if (!before && n > BEYOND)
		n = BEYOND;
	got = pread(fd, text, n, (off_t)p->at);
	if (got <= 0)
		return got;
	p->at += (uint64_t)got;
	if ((uint64_t)got <= before)
		return got;
	nl = memchr(text + before, '\n', (size_t)got - before);
	if (nl) {
		p->is_over = true;
		got = nl + 1 - text;
	}
	return got;
}

uint64_t
part_taken(const struct part *p)
{
	uint64_t at = p->at < p->to ? p->at : p->to;

	return at > p->from ? at - p->from : 0;
}
