/* SPDX-License-Identifier: ISC */
#ifndef SERVER_H
#define SERVER_H

#include "behaviour.h"

struct server_settings {
	const char *address;
	uint16_t port;		/* 0: any */
	unsigned latency, jitter, slow;		/* milliseconds */
	unsigned loss;		/* per cent */
	unsigned rate;		/* queries a second; 0: no limit */
	bool refuse;		/* say REFUSED above the rate */
	unsigned outstanding;	/* 0: no limit */
	unsigned flood;		/* forged answers a second */
	unsigned ttl, negative_ttl;
	int buffer;		/* octets */
	struct mix mix;
};

/* Serves until SIGTERM or SIGINT; writes statistics to standard error then,
 * and upon SIGUSR1.  Returns -1 when it cannot begin: errno says why. */
int server_run(const struct server_settings *);

#endif
