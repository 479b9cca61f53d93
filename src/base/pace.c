/* SPDX-License-Identifier: ISC */
/* Live input, or a heap. */
#include "base/pace.h"

void
pace_start(struct pace *p, bool is_file, int64_t now)
{
	*p = (struct pace){ .is = is_file ? PACE_HEAP : PACE_UNKNOWN,
		.is_file = is_file, .second = now, .live_since = now };
}

static void
set_live(struct pace *p, int64_t now)
{
	/* From not known to live nothing changes for who waits. */
	if (p->is == PACE_HEAP)
		p->live_since = now;
	p->is = PACE_LIVE;
}

void
pace_read(struct pace *p, uint64_t bytes, int64_t now)
{
	int64_t second = p->is == PACE_UNKNOWN ? PACE_FIRST : PACE_SECOND;
	uint64_t many = (uint64_t)second * PACE_BYTES / PACE_SECOND;

	if (p->is_file)
		return;
	/* How long the first byte took says nothing. */
	if (!p->has_begun) {
		p->has_begun = bytes > 0;
		p->second = now;
		return;
	}
	if (p->was_silent) {
		p->was_silent = p->was_held = false;
		p->second = now;
		p->bytes = bytes;
		return;
	}
	if (now - p->second < second)
		return;
	if (p->was_held || bytes - p->bytes >= many)
		p->is = PACE_HEAP;
	else
		set_live(p, now);
	p->second = now;
	p->bytes = bytes;
	p->was_held = false;
}

void
pace_silent(struct pace *p, int64_t now)
{
	if (p->is_file || !p->has_begun)
		return;
	set_live(p, now);
	p->was_silent = true;
}

void
pace_hold(struct pace *p)
{
	if (p->is == PACE_LIVE)
		return;
	p->was_held = true;
	p->is = PACE_HEAP;
}

void
pace_end(struct pace *p)
{
	if (p->is == PACE_UNKNOWN)
		p->is = PACE_HEAP;
}

int64_t
pace_counts_from(const struct pace *p)
{
	return p->is == PACE_LIVE ? p->live_since : INT64_MAX;
}
