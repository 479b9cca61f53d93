/* SPDX-License-Identifier: ISC */
/* Lines as they are logged, and a parser for them. */
#ifndef LOGGED_H
#define LOGGED_H

#include "parse/parser.h"
#include "tap.h"

enum { ROOM = 100000 };

#define S1 "Nov 22 11:05:40 mx1 "
#define S2 "Nov 22 11:05:41 mx1 "
#define TAG "postfix/smtpd[250]: "
#define FAIL(user) "warning: unknown[192.0.2.7]: SASL LOGIN authentication " \
	"failed: x, sasl_username=" user
#define BOB S1 TAG FAIL("bob")
#define ANN S1 TAG FAIL("ann")
#define OTHER S1 TAG "connect from unknown[192.0.2.7]"
#define LOST S1 TAG "warning: unknown[192.0.2.7]: SASL LOGIN authentication " \
	"failed: Connection lost to authentication server"
#define AGAIN(n) S2 "last message repeated " n " times"
#define DOVE S1 "dovecot: imap-login: Disconnected: Aborted login by logging " \
	"out (auth failed, 3 attempts in 4 secs): user=<eve>, method=PLAIN, " \
	"rip=192.0.2.66, lip=192.0.2.10, session=<x>"
#define MICRO "\"__REALTIME_TIMESTAMP\":\"1795345540000000\"," \
	"\"_HOSTNAME\":\"mx1\",\"SYSLOG_IDENTIFIER\":\"postfix/smtpd\","

static struct rules *rules;

static inline void
logged_begin(void)
{
	struct err_list complaints = { .n = 0 };

	rules = rules_new();
	ok(rules_add(rules, "postfix", &complaints) == 0 &&
	    rules_add(rules, "dovecot", &complaints) == 0,
	    "two rule files that are built in");
	err_list_release(&complaints);
}

static inline void
logged_end(void)
{
	rules_free(rules);
}

/* NULL: it was said why. */
static inline struct parser *
parser(unsigned events)
{
	struct err e;
	struct parser *p = parser_new(rules, events, &e);

	if (!p)
		printf("# %s\n", e.text);
	return p;
}

#endif
