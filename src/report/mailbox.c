/* SPDX-License-Identifier: ISC */
/* Addresses of people. */
#include "report/mailbox.h"

#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include "report/header.h"

enum { LOCAL_MAX = 64, DOMAIN_MAX = 253, LABEL_MAX = 63 };

/* RFC 5322's atext, without the signs that open a file or run a program where
 * an address begins with them. */
static bool
is_local_byte(char c, bool begins)
{
	if (byte_is_digit(c) || byte_is_letter(c) || c == '_')
		return true;
	return !begins && c && strchr("!#$%&'*+-/=?^`{|}~.", c);
}

static bool
is_local(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_local_byte(s.p[i], i == 0) || (s.p[i] == '.' &&
		    (i + 1 == s.n || s.p[i + 1] == '.')))
			return false;
	return s.n > 0 && s.n <= LOCAL_MAX;
}

static bool
is_label(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!byte_is_digit(s.p[i]) && !byte_is_letter(s.p[i]) &&
		    !(s.p[i] == '-' && i > 0 && i + 1 < s.n))
			return false;
	return s.n > 0 && s.n <= LABEL_MAX;
}

/* An address literal: [192.0.2.1], [IPv6:2001:db8::1]. */
static bool
is_literal(struct slice s)
{
	if (s.n < 3 || s.p[0] != '[' || s.p[s.n - 1] != ']')
		return false;
	for (size_t i = 1; i + 1 < s.n; i++)
		if (!byte_is_digit(s.p[i]) && !byte_is_letter(s.p[i]) &&
		    s.p[i] != '.' && s.p[i] != ':')
			return false;
	return true;
}

static bool
is_domain(struct slice s)
{
	struct slice label;

	if (is_literal(s))
		return true;
	if (s.n > DOMAIN_MAX)
		return false;
	while (slice_cut(&s, '.', &label))
		if (!is_label(label))
			return false;
	return is_label(s);
}

static bool
is_address(struct slice s)
{
	struct slice local;

	if (!slice_cut(&s, '@', &local))
		return is_local(s);
	return is_local(local) && is_domain(s);
}

static struct slice
without_blanks(struct slice s)
{
	slice_skip_blanks(&s);
	while (s.n && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

static struct slice
without_quotes(struct slice s)
{
	if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"')
		return s;
	return slice_to(slice_from(s, 1), s.n - 2);
}

int
mailbox_parse(struct slice text, struct mailbox *m, struct err *e)
{
	struct slice rest = text, name = { 0 };
	int width = text.n < 80 ? (int)text.n : 80;

	if (!header_is_text(text))
		return err_set(e, EX_USAGE, "'%.*s' is no address: a control "
		    "character, or no UTF-8", width, text.p);
	if (slice_cut(&rest, '<', &name)) {
		if (!slice_ends(rest, SLICE(">")))
			rest.n = 0;
		else
			rest.n--;
	}
	rest = without_blanks(rest);
	if (!is_address(rest))
		return err_set(e, EX_USAGE, "'%.*s' is no address (one like "
		    "'ann@example.net' or 'Ann Lee <ann@example.net>')",
		    width, text.p);
	m->name = without_quotes(without_blanks(name));
	m->address = rest;
	return 0;
}

struct slice
mailbox_domain(const struct mailbox *m)
{
	struct slice domain = m->address, local;

	if (!slice_cut(&domain, '@', &local))
		domain.n = 0;
	return domain;
}

/* The first line of a file; false if it holds no name with a domain. */
static bool
add_name_in_file(struct buf *out, const char *file)
{
	char bytes[DOMAIN_MAX + 2];
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t n = fd < 0 ? 0 : read(fd, bytes, sizeof bytes);
	struct slice rest = { bytes, n > 0 ? (size_t)n : 0 }, name = rest;

	if (fd >= 0)
		close(fd);
	slice_cut(&rest, '\n', &name);
	name = without_blanks(name);
	if (!is_domain(name) || slice_find_byte(name, '.') == name.n)
		return false;
	buf_add(out, name);
	return true;
}

static void
add_host(struct buf *out, const char *mailname)
{
	char host[DOMAIN_MAX + 1] = "";
	size_t before = out->n;
	struct slice name;

	buf_add_byte(out, '@');
	if (add_name_in_file(out, mailname))
		return;
	out->n = before;
	if (gethostname(host, sizeof host - 1) < 0)
		return;
	name = slice_text(host);
	if (!is_domain(name) || slice_find_byte(name, '.') == name.n)
		return;
	buf_add_byte(out, '@');
	buf_add(out, name);
}

void
mailbox_add_own(struct buf *out, const char *mailname)
{
	const struct passwd *user = getpwuid(geteuid());
	struct slice name = slice_text(user ? user->pw_name : "");

	buf_add(out, is_local(name) ? name : SLICE("root"));
	add_host(out, mailname);
}
