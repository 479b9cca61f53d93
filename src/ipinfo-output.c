/* SPDX-License-Identifier: ISC */
/* Answers on their way to standard output. */
#include "ipinfo-output.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than OUTPUT_FULL and the answers to one batch of the longest rows. */
enum { OUTPUT_MAX = 64 * 1024 * 1024 };

void
output_init(struct output *o)
{
	*o = (struct output){ .is_reader_gone = false };
	buf_init(&o->bytes, OUTPUT_MAX);
}

void
output_release(struct output *o)
{
	buf_release(&o->bytes);
}

int
output_flush(struct output *o, struct err *e)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };
	struct slice rest = buf_slice(&o->bytes);

	while (rest.n && !o->is_reader_gone) {
		ssize_t done = write(STDOUT_FILENO, rest.p, rest.n);

		if (done >= 0)
			rest = slice_from(rest, (size_t)done);
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			(void)poll(&p, 1, -1);
		else if (errno == EPIPE)
			o->is_reader_gone = true;
		else if (errno != EINTR)
			return err_errno(e, EX_IOERR, "cannot write to "
			    "'standard output'");
	}
	buf_reset(&o->bytes);
	return o->is_reader_gone;
}

bool
output_is_begun(void)
{
	struct stat st;

	return fstat(STDOUT_FILENO, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size > 0;
}
