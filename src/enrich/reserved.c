/* SPDX-License-Identifier: ISC */
/* Addresses about which nobody outside can say anything. */
#include "enrich/reserved.h"

#include <stddef.h>

bool
reserved_has(const struct ip *ip)
{
	static const struct {
		enum ip_family family;
		unsigned bits;
		uint64_t value;		/* the upper half, for IPv6 */
	} nets[] = {
		{ IP_V4, 8, 0x00000000 }, { IP_V4, 8, 0x7f000000 },
		{ IP_V4, 16, 0xa9fe0000 }, { IP_V4, 24, 0xc0000200 },
		{ IP_V4, 24, 0xc6336400 }, { IP_V4, 24, 0xcb007100 },
		{ IP_V4, 4, 0xe0000000 }, { IP_V4, 4, 0xf0000000 },
		{ IP_V6, 10, 0xfe80000000000000 },
		{ IP_V6, 8, 0xff00000000000000 },
		{ IP_V6, 32, 0x20010db800000000 },
		{ IP_V6, 20, 0x3fff000000000000 },
	};
	uint64_t value = ip->family == IP_V4 ? ip->low << 32 : ip->high;

	if (ip->family == IP_V6 && ip->high == 0 && ip->low <= 1)
		return true;
	for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
		uint64_t net = ip->family == IP_V4 ? nets[i].value << 32 :
		    nets[i].value;

		if (nets[i].family == ip->family &&
		    (value ^ net) >> (64 - nets[i].bits) == 0)
			return true;
	}
	return false;
}
