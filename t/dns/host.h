/* SPDX-License-Identifier: ISC */
#ifndef HOST_H
#define HOST_H

#include "reply.h"

/* The answer to a question about a host. */
void host_reply(struct reply *);

#endif
