/* SPDX-License-Identifier: ISC */
/* What must be done at least: standard input read in pieces of 1 MiB, and looked
 * through for a text, without asking in which line it stands.
 *
 *   floor read
 *   floor search TEXT
 *   floor unzip
 *
 * Prints how many bytes there are (unzip: unpacked, by zlib), or how often the
 * text occurs. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { PIECE = 1 << 20 };

static char piece[PIECE];

static uint64_t
read_all(void)
{
	uint64_t bytes = 0;
	ssize_t n;

	while ((n = read(STDIN_FILENO, piece, PIECE)) > 0)
		bytes += (uint64_t)n;
	return bytes;
}

/* An occurrence that two pieces share is found too: its head is kept. */
static uint64_t
search_all(const char *text)
{
	size_t length = strlen(text), kept = 0;
	uint64_t found = 0;
	ssize_t n;

	while ((n = read(STDIN_FILENO, piece + kept, PIECE - kept)) > 0) {
		const char *at = piece, *end = piece + kept + n;

		while ((at = memmem(at, (size_t)(end - at), text, length))) {
			found++;
			at += length;
		}
		kept = (size_t)(end - piece) < length - 1 ?
		    (size_t)(end - piece) : length - 1;
		memmove(piece, end - kept, kept);
	}
	return found;
}

/* One member: what zlib alone needs. */
static uint64_t
unzip_all(void)
{
	static unsigned char out[1 << 18];
	z_stream z = { .next_in = NULL };
	ssize_t n;

	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		return 0;
	while ((n = read(STDIN_FILENO, piece, PIECE)) > 0) {
		z.next_in = (unsigned char *)piece;
		z.avail_in = (uInt)n;
		do {
			z.next_out = out;
			z.avail_out = sizeof out;
			if (inflate(&z, Z_NO_FLUSH) == Z_STREAM_END)
				break;
		} while (z.avail_out == 0);
	}
	(void)inflateEnd(&z);
	return z.total_out;
}

int
main(int argc, char **argv)
{
	uint64_t result;

	/* Our own pipe, if it is one, as mls-filter does it. */
	(void)fcntl(STDIN_FILENO, F_SETPIPE_SZ, PIECE);
	if (argc == 2 && strcmp(argv[1], "read") == 0) {
		result = read_all();
	} else if (argc == 3 && strcmp(argv[1], "search") == 0 && *argv[2]) {
		result = search_all(argv[2]);
	} else if (argc == 2 && strcmp(argv[1], "unzip") == 0) {
		result = unzip_all();
	} else {
		fputs("usage: floor read|search TEXT|unzip\n", stderr);
		return 64;
	}
	return printf("%" PRIu64 "\n", result) < 0 ? 74 : 0;
}
