/* SPDX-License-Identifier: ISC */
/* What c-ares does with the same addresses: reads them on standard input, has
 * a fixed number of PTR questions out, prints "ADDRESS NAME" as the answers
 * come, "-" for no name.
 *
 *   cares ADDRESS:PORT IN-FLIGHT */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>

/* Only the bench needs c-ares: whoever checks this file may not have it. */
#if __has_include(<ares.h>)
#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

struct question {
	struct question *next;
	char address[INET6_ADDRSTRLEN + 1];	/* and a newline */
};

static struct question *idle;
static unsigned out;

static void
answered(void *arg, int status, int timeouts, struct hostent *host)
{
	struct question *q = arg;

	(void)timeouts;
	printf("%s %s\n", q->address,
	    status == ARES_SUCCESS && host->h_name ? host->h_name : "-");
	q->next = idle;
	idle = q;
	out--;
}

static void
ask(ares_channel channel, struct question *q)
{
	unsigned char bytes[16];
	bool v6 = strchr(q->address, ':') != NULL;
	int family = v6 ? AF_INET6 : AF_INET;

	out++;
	if (inet_pton(family, q->address, bytes) != 1) {
		answered(q, ARES_EBADSTR, 0, NULL);
		return;
	}
	ares_gethostbyaddr(channel, bytes, v6 ? 16 : 4, family, answered, q);
}

/* Asks until nothing more may be out.  False: the input is at its end. */
static bool
fill(ares_channel channel)
{
	while (idle) {
		struct question *q = idle;

		if (!fgets(q->address, sizeof(q->address), stdin))
			return false;
		q->address[strcspn(q->address, "\n")] = '\0';
		idle = q->next;
		ask(channel, q);
	}
	return true;
}

/* Waits for answers.  c-ares says how long until the next time-out only after
 * a look at every question that is out: it is looked for ten times a second. */
static void
turn(ares_channel channel)
{
	ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
	struct pollfd ready[ARES_GETSOCK_MAXNUM];
	int bits = ares_getsock(channel, sockets, ARES_GETSOCK_MAXNUM);
	nfds_t n = 0;

	for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
		int events = (ARES_GETSOCK_READABLE(bits, i) ? POLLIN : 0) |
		    (ARES_GETSOCK_WRITABLE(bits, i) ? POLLOUT : 0);

		if (events != 0)
			ready[n++] = (struct pollfd){ .fd = sockets[i],
			    .events = (short)events };
	}
	if (poll(ready, n, 100) <= 0) {
		ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
		return;
	}
	for (nfds_t i = 0; i < n; i++)
		if (ready[i].revents != 0)
			ares_process_fd(channel, ready[i].revents &
			    ~POLLOUT ? ready[i].fd : ARES_SOCKET_BAD,
			    ready[i].revents & POLLOUT ? ready[i].fd :
			    ARES_SOCKET_BAD);
}

/* Not the machine's settings: this server, no hosts file, a second for the
 * first answer (c-ares takes five), and room for the answers. */
static int
open_channel(ares_channel *channel, const char *server)
{
	char lookups[] = "b";
	struct ares_options options = { .timeout = 1000, .tries = 4,
		.lookups = lookups, .socket_receive_buffer_size = 1 << 22 };
	int status = ares_init_options(channel, &options, ARES_OPT_TIMEOUTMS |
	    ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_RCVBUF);

	return status != ARES_SUCCESS ? status :
	    ares_set_servers_ports_csv(*channel, server);
}

int
main(int argc, char **argv)
{
	ares_channel channel;
	struct question *all;
	unsigned long most;
	bool more = true;
	int status;

	most = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	if (most == 0 || most > 65536) {
		fputs("usage: cares ADDRESS:PORT IN-FLIGHT\n", stderr);
		return 64;
	}
	all = calloc(most, sizeof(*all));
	if (!all)
		return 71;
	for (unsigned long i = 0; i < most; i++) {
		all[i].next = idle;
		idle = &all[i];
	}
	status = ares_library_init(ARES_LIB_INIT_ALL);
	if (status == ARES_SUCCESS)
		status = open_channel(&channel, argv[1]);
	if (status != ARES_SUCCESS) {
		fprintf(stderr, "cares: %s\n", ares_strerror(status));
		return 69;
	}
	while (more || out > 0) {
		more = more && fill(channel);
		if (out > 0)
			turn(channel);
	}
	ares_destroy(channel);
	free(all);
	return fflush(stdout) == 0 ? 0 : 74;
}
#else
int
main(void)
{
	fputs("cares: built without c-ares\n", stderr);
	return 69;
}
#endif
