/* SPDX-License-Identifier: ISC */
/* The names of events. */
#include "schema/event.h"

static const struct slice names[EVENT_KINDS] = {
	[EVENT_AUTH_FAILURE] = SLICE("auth-failure"),
	[EVENT_AUTH_ERROR] = SLICE("auth-error"),
	[EVENT_AUTH_ABORTED] = SLICE("auth-aborted"),
	[EVENT_AUTH_SUCCESS] = SLICE("auth-success"),
};

struct slice
event_name(enum event_kind kind)
{
	return names[kind];
}

int
event_find(struct slice name)
{
	for (int i = 0; i < EVENT_KINDS; i++)
		if (slice_is(names[i], name))
			return i;
	return -1;
}
