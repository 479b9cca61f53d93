/* SPDX-License-Identifier: ISC */
#ifndef REPORT_POUR_H
#define REPORT_POUR_H

#include "report/tally.h"

/* Rows are gathered by client first (report/clients.h).  Moves what was gathered
 * to the tables of addresses, networks, ASNs and what they lead to; then no
 * clients are there any more. */
void pour_clients(struct tally *t);

#endif
