/* SPDX-License-Identifier: ISC */
#ifndef REPORT_BLOCKLIST_H
#define REPORT_BLOCKLIST_H

#include "base/buf.h"
#include "report/allow.h"
#include "report/tally.h"

/* Addresses, or networks (/24, /48), that failed too often: text for others to
 * apply. */
enum blocklist_form {
	BLOCKLIST_PLAIN,	/* one a line */
	BLOCKLIST_NFT,		/* for nft -f: sets blocked4, blocked6 of the
				 * table inet mls */
	BLOCKLIST_IPSET,	/* for ipset restore: sets mls4, mls6 */
	BLOCKLIST_CIDR,		/* Postfix cidr_table(5), check_client_access */
};

struct blocklist {
	enum blocklist_form form;
	bool of_networks;
	uint64_t least;		/* attempts, certain ones */
	const struct allow *allow;
};

/* In the order of the addresses.  Returns how many there are. */
size_t blocklist_add(struct buf *out, const struct blocklist *b,
	const struct tally *t);

#endif
