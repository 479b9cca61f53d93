/* SPDX-License-Identifier: ISC */
/* A database of address ranges in the form of iptoasn.com, as large as the real
 * one: first, last, AS number, country, name.  Same argument, same bytes.
 *
 *   ranges COUNT */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "chance.h"

enum { AS_MAX = 80000 };

/* What an AS is called and where it is, always the same. */
static void
print_place(uint32_t as)
{
	static const char *const kinds[] = { "Telecom", "Hosting", "University",
		"Networks Ltd", "Internet, Inc.", "Broadband", "Cloud" };

	printf("\t%u\t%c%c\tEXAMPLE-%u %s\n", as,
	    'A' + as % 26, 'A' + as / 26 % 26, as * 7 % AS_MAX,
	    kinds[as % (sizeof kinds / sizeof *kinds)]);
}

int
main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
	uint64_t first = 1 << 24;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t last = first +
		    chance((uint32_t)((UINT64_C(223) << 25) / n));

		printf("%u.%u.%u.%u\t%u.%u.%u.%u", (unsigned)(first >> 24),
		    (unsigned)(first >> 16 & 255), (unsigned)(first >> 8 & 255),
		    (unsigned)(first & 255), (unsigned)(last >> 24),
		    (unsigned)(last >> 16 & 255), (unsigned)(last >> 8 & 255),
		    (unsigned)(last & 255));
		print_place(1 + chance(AS_MAX));
		first = last + 1;
		if (first >> 24 >= 224)
			break;
	}
	for (uint32_t i = 0; i < n / 8; i++) {
		unsigned top = i * 16 / (n / 8 + 1), low = i * 8 % 0xfff8;

		printf("2a0%x:%x::\t2a0%x:%x:ffff:ffff:ffff:ffff:ffff:ffff",
		    top, low, top, low + 7);
		print_place(1 + chance(AS_MAX));
	}
	return fflush(stdout) == 0 ? 0 : 74;
}
