/* SPDX-License-Identifier: ISC */
#ifndef REPORT_ENCODING_H
#define REPORT_ENCODING_H

#include "base/buf.h"
#include "base/slice.h"

/* Bytes as lines of at most ENCODING_LINE printable ASCII characters, for mail
 * (RFC 2045, sections 6.7 and 6.8).  Lines end in \n: a program that speaks
 * sendmail's command line expects the host's own line ends. */
enum { ENCODING_LINE = 76 };

/* Text whose lines end in \n.  No line of the result is a lone dot or begins
 * with "From ": what ends or splits a message on its way is not in it. */
void encoding_add_quoted_printable(struct buf *out, struct slice text);

void encoding_add_base64(struct buf *out, struct slice bytes);

#endif
