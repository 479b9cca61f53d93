/* SPDX-License-Identifier: ISC */
/* Feeds every saved input of a fuzz target to it once: `replay-line DIR...`.
 * A fault ends the program; what is left is TAP for prove. */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 20 };

static int
replay_file(const char *path)
{
	static uint8_t bytes[INPUT_MAX];
	uint8_t *exact;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return 0;
	/* Of its own size, so that a sanitizer sees a step too far. */
	exact = malloc(n ? (size_t)n : 1);
	memcpy(exact, bytes, (size_t)n);
	LLVMFuzzerTestOneInput(exact, (size_t)n);
	free(exact);
	return 1;
}

static int
replay_directory(const char *name)
{
	DIR *d = opendir(name);
	struct dirent *entry;
	int count = 0;

	while (d && (entry = readdir(d))) {
		char path[1024];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", name, entry->d_name);
		count += replay_file(path);
	}
	if (d)
		closedir(d);
	return count;
}

int
main(int argc, char **argv)
{
	int count = 0;

	for (int i = 1; i < argc; i++)
		count += replay_directory(argv[i]);
	printf("%sok 1 - %d saved inputs\n1..1\n", count ? "" : "not ", count);
	return count == 0;
}
